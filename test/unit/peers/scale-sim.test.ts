import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SpecError } from "../../../src/errors/index.ts";
import { importScaleSim, importTopology } from "../../../src/peers/index.ts";
import { parseHardware, readYaml } from "../../../src/spec/index.ts";

const folder = new URL("../../fixtures/peers/scale-sim/", import.meta.url);
const textOf = (name: string): string => readFileSync(new URL(name, folder), "utf8");
const imported = (text: string) => importScaleSim(text, { file: "a.cfg", otherwise: "a" });
const topology = (text: string) => importTopology(text, { file: "a.csv", name: "a" });

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof SpecError) return error.problems.map(({ line, message }) => `${line}: ${message}`);
    throw error;
  }
  return [];
}

const PLAIN = `[architecture_presets]
ArrayHeight: 8
ArrayWidth = 4
IfmapSramSzkB: 1
FilterSramSzkB: 2
OfmapSramSzkB: 3
Dataflow: is
`;

describe("configurations", () => {
  const configs = readdirSync(folder).filter((name) => name.endsWith(".cfg"));

  it("there are six", () => {
    expect(configs.length).toBe(6);
  });

  it.each(configs)("%s: the file is read back as the same machine", (name) => {
    const { yaml, hardware } = imported(textOf(name));
    expect(readYaml(yaml, "a.yaml").value).toEqual(hardware);
    expect(parseHardware(hardware).name).not.toBe("");
  });

  it.each(configs)("%s: every key is in the hardware file or in a remark, by its line", (name) => {
    const { yaml, remarks } = imported(textOf(name));
    const off = /^(\w*(Support|CustomLayout|Trace))\s*[:=]\s*false\s*$/i;
    const keys = textOf(name)
      .split("\n")
      .flatMap((row, at) => {
        const key = /^(\w+)\s*[:=]/.exec(row)?.[1];
        return key === undefined || off.test(row) || /^MemoryBanks\s*:\s*1\s*$/.test(row)
          ? []
          : [{ key, line: at + 1 }];
      });
    const told = remarks.map(({ message }) => message).join("\n");
    const missing = keys.filter(({ key, line }) => !yaml.includes(`# line ${line}: ${key}`) && !told.includes(key));
    expect(missing).toEqual([]);
  });

  it("says each value with its source", () => {
    const { yaml, hardware } = imported(PLAIN);
    expect(hardware["array"]).toMatchObject({ rows: 8, cols: 4, dataflow: "input-stationary" });
    expect(hardware["localBuffer"]).toMatchObject({ size: { input: "1 KiB", weight: "2 KiB", output: "3 KiB" } });
    expect(yaml).toContain("rows: 8 # line 2: ArrayHeight");
    expect(yaml).toContain("name: a # name of the file");
  });

  it("USER: DRAM has the bandwidth, which inputs and weights share; CALC: as fast as it has to be", () => {
    const user = imported(`${PLAIN}Bandwidth: 12,10,11\n[run_presets]\nInterfaceBandwidth: USER\n`);
    expect(user.hardware["dram"]).toMatchObject({ bandwidth: "10 B/cycle" });
    expect(user.remarks).toContainEqual({
      line: 8,
      message:
        "Bandwidth: each operand has an interface of its own; here reads of inputs and weights share 10 B/cycle. Of 12, 10, 11 the least is taken.",
    });
    const calc = imported(`${PLAIN}Bandwidth: 12\n[run_presets]\nInterfaceBandwidth: CALC\n`);
    expect(calc.hardware["dram"]).toMatchObject({ bandwidth: "unlimited" });
    expect(calc.remarks.map(({ line }) => line)).toEqual([8, null]);
  });

  it("what is switched on and not modelled is said, and what belongs to it", () => {
    const { remarks } = imported(`${PLAIN}[sparsity]\nSparsitySupport: true\nBlockSize: 8\nMystery: 1\n`);
    expect(remarks.slice(0, 3).map(({ line, message }) => `${line}: ${message}`)).toEqual([
      "9: SparsitySupport is true: sparse products are not modelled: they run as dense ones.",
      "10: BlockSize is 8: belongs to sparsitysupport, which is not modelled.",
      "11: Mystery is 1: not read, nothing here is like it.",
    ]);
  });

  it.each<readonly [string, readonly string[]]>([
    ["", ["null: [architecture_presets] has no ArrayHeight", "null: [architecture_presets] has no ArrayWidth"]],
    ["ArrayHeight: 4\n", ["1: A section in brackets must come first"]],
    [PLAIN.replace("8", "x"), ['2: ArrayHeight is "x", but must be a whole number of at least 1']],
    [PLAIN.replace("8", "8.5"), ["2: ArrayHeight is 8.5, but must be a whole number"]],
    [
      PLAIN.replace("8", "99999"),
      ["2: The hardware file cannot say this: array.rows must be a whole number from 1 to 65536"],
    ],
    [PLAIN.replace(": is", ": rs"), ['7: Dataflow is "rs", but must be os, ws or is']],
    [`${PLAIN}ArrayHeight: 9\n`, ["8: ArrayHeight is there twice"]],
    [`${PLAIN}nonsense\n`, ["8: The line is neither a section in brackets nor a key with its value"]],
    [`${PLAIN}[architecture_presets]\n`, ["8: The section [architecture_presets] is there twice"]],
    [
      `${PLAIN}[run_presets]\nInterfaceBandwidth: FAST\n`,
      ['9: InterfaceBandwidth is "FAST", but must be USER or CALC'],
    ],
    [`${PLAIN}[run_presets]\nInterfaceBandwidth: USER\n`, ["null: [architecture_presets] has no Bandwidth"]],
    [
      `${PLAIN}Bandwidth: 0\n[run_presets]\nInterfaceBandwidth: USER\n`,
      ['8: Bandwidth is "0", but must be words a cycle'],
    ],
  ])("%j is refused", (text, expected) => {
    const problems = problemsOf(() => imported(text));
    expected.forEach((each, at) => expect(problems[at]).toContain(each));
  });
});

describe("topologies", () => {
  const products = (text: string) => {
    const { model } = topology(text);
    return model.family === "operators" ? model.operators : [];
  };

  it("products, also without a comma and an end of line at the end", () => {
    expect(products("Layer Name, M, N, K,\nTest 1, 256, 128, 64,")).toMatchObject([
      { name: "Test 1", m: 256, n: 128, k: 64, count: 1, classes: ["activation", "weight"] },
    ]);
    expect(products("m,n,k\n1,2,3")).toMatchObject([{ name: "layer-2", m: 1, n: 2, k: 3 }]);
  });

  // 7 × 7 places of a 3 × 3 window over 16 × 16 at stride 2 (15 / 2 rounded up would be 8: ⌈(16 − 3 + 2) / 2⌉).
  const HEAD = "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,";
  it.each<readonly [string, object]>([
    ["a, 16, 16, 3, 3, 5, 7, 2,", { m: 64, n: 7, k: 45, count: 1 }],
    ["a, 16, 15, 3, 3, 5, 7, 2, 1", { m: 8 * 13, n: 7, k: 45 }],
    ["a_DP, 16, 16, 3, 3, 5, 1, 2,#dw", { m: 64, n: 1, k: 9, count: 5, matrices: 5 }],
    ["a, 1, 1, 1, 1, 1024, 1000, 1,", { m: 1, n: 1000, k: 1024 }],
  ])("the convolution %s", (row, expected) => {
    expect(products(`${HEAD}\n\n${row}\n`)).toMatchObject([expected]);
  });

  it("a batch makes rows", () => {
    expect(products(`${HEAD} Batch Size,\na, 16, 16, 3, 3, 5, 7, 2, 4,\n`)).toMatchObject([{ m: 256 }]);
  });

  it("columns and cells that are not read, and sparse layers, are told", () => {
    const { remarks } = topology("Layer, M, N, K, Sparsity, Stridez\na, 1, 1, 1, 2:4, 1\na, 1, 1, 1, 4:4, 1, 9\n");
    expect(remarks.map(({ line, message }) => `${line}: ${message}`)).toEqual([
      '1: The column "Stridez" is not known, and not read. Did you mean "strides"?',
      "2: Sparsity is 2:4: sparse products are not modelled, it runs as a dense one.",
      '3: "9" stands behind the last column, and is not read.',
      '3: "a" is the name of a layer before this one, which is called "a-2" here.',
    ]);
  });

  it.each<readonly [string, string]>([
    ["", "1: The first line must name the columns"],
    ["a, 1, 2, 3\n", "1: The first line must name the columns"],
    ["Layer,M,N,K\n", "1: The topology has no layer below its first line"],
    ["Layer,M,N,K\na,1,x,3\n", '2: N is "x"; sizes are whole numbers'],
    ["Layer,M,N,K\na,1\n", "2: N is missing; sizes are whole numbers"],
    [`${HEAD}\na, 2, 2, 3, 1, 1, 1, 1,\n`, "2: Filter Height is 3, more than the 2 of IFMAP Height"],
  ])("%j is refused", (text, expected) => {
    expect(problemsOf(() => topology(text)).join("\n")).toContain(expected);
  });
});
