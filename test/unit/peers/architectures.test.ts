import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { SpecError } from "../../../src/errors/index.ts";
import { importTimeloop, importZigZag, type HardwareImport } from "../../../src/peers/index.ts";

const fixture = (file: string): string =>
  readFileSync(new URL(`../../fixtures/peers/${file}.yaml`, import.meta.url), "utf8");
const OPTIONS = { file: "a.yaml", otherwise: "a" };
const zigzag = (file: string): HardwareImport => importZigZag(fixture(`zigzag/${file}`), OPTIONS);
const timeloop = (file: string): HardwareImport => importTimeloop(fixture(`timeloop/${file}`), OPTIONS);
const told = ({ remarks }: HardwareImport): readonly string[] =>
  remarks.map(({ line, message }) => `${line}: ${message}`);

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof SpecError) return error.problems.map(({ line, message }) => `${line}: ${message}`);
    throw error;
  }
  return [];
}

describe("accelerators of ZigZag", () => {
  it("tpu_like: weights in each multiplier, a buffer that they go past", () => {
    const result = zigzag("tpu_like");
    expect(result.hardware).toMatchObject({
      name: "tpu_like",
      precision: { input: 8, weight: 8, accumulator: 16, output: 8 },
      array: { rows: 32, cols: 32, dataflow: ["weight-stationary"], registers: { words: 128, holds: ["weight"] } },
      globalBuffer: {
        ...{ size: "2 MiB", bandwidth: { read: "256 B/cycle" }, accessWidth: "8 B", rounding: "block" },
        holds: ["input", "output"],
      },
      dram: { bandwidth: { read: "8 B/cycle" }, shared: true },
      // 416.16 pJ a read and 378.4 pJ a write of 256 B; 700 and 750 pJ of 8 B.
      energy: {
        globalBuffer: { read: "1.625625 pJ/B", write: "1.478125 pJ/B" },
        dram: { read: "87.5 pJ/B", write: "93.75 pJ/B" },
      },
    });
    expect(told(result)).toEqual([
      "88: multiplier_area has no unit there: not taken, here areas follow from widths and node.",
    ]);
  });

  it("edge_tpu_like: four dimensions are arrays of rows and columns; two operands share a memory", () => {
    const result = zigzag("edge_tpu_like");
    expect(result.hardware).toMatchObject({
      arraysPerCore: 16,
      array: { rows: 8, cols: 8, registers: { words: 1 }, accumulators: { count: 1, per: "column" } },
      localBuffer: { size: { input: "2 MiB", weight: "32 KiB", output: "input" } },
    });
    expect(told(result).join("\n")).not.toContain("share");
  });

  it("gemm_l1_l3: ports by allocation, a size in bits, a port that reads and writes", () => {
    const result = zigzag("gemm_l1_l3");
    expect(result.hardware).toMatchObject({
      array: { rows: 8, cols: 64, dataflow: ["output-stationary"], accumulators: { count: 1, per: "column" } },
      // 512, 512 and 2048 bits a cycle; sums both ways over the same port.
      globalBuffer: {
        size: "943718 bit",
        bandwidth: { input: "64 B/cycle", weight: "64 B/cycle", output: { read: "256 B/cycle", write: "256 B/cycle" } },
        shared: true,
      },
    });
    expect(told(result).length).toBe(1);
    // bandwidth_min: 64.
    expect(result.hardware["globalBuffer"]).toMatchObject({ accessWidth: "8 B", rounding: "block" });
  });

  it("ascend_like: two levels of buffers, and DRAM that does not serve all dimensions", () => {
    const result = zigzag("ascend_like");
    expect(result.hardware).toMatchObject({
      arraysPerCore: 4,
      localBuffer: { size: { input: "8 KiB", weight: "8 KiB", output: "256 KiB" } },
      globalBuffer: {
        size: { input: "1 MiB", weight: "1 MiB", output: "input" },
        bandwidth: { input: "512 B/cycle", weight: "512 B/cycle", output: "input" },
      },
    });
    expect(told(result)).toContain(
      "162: dram does not serve all dimensions, as if there were 4 of it; here there is one.",
    );
  });

  it("generic_array_cacti: energies that are not in the file leave all of them to the tables", () => {
    const result = zigzag("generic_array_cacti");
    expect(result.hardware).not.toHaveProperty("energy");
    // 268_435_456 bits; ten cycles, one of which is that of the access.
    expect(result.hardware).toMatchObject({ globalBuffer: { size: "32 MiB" }, dram: { latency: "9 cycles" } });
    expect(told(result).filter((each) => /CACTI/.test(each)).length).toBe(5);
    expect(told(result).at(-2)).toMatch(/^104: multiplier_energy is 0.04 pJ: left out/);
  });

  const PLAIN = fixture("own/zigzag-16x16");
  it.each<readonly [string, (text: string) => string, string]>([
    ["no sizes", (text) => text.replace("  sizes: [16, 16]\n", ""), "sizes is missing; it must be a list"],
    [
      "a size for no dimension",
      (text) => text.replace("[16, 16]", "[16, 16, 4]"),
      "92: Each dimension has a size: these are 3 for 2 dimensions",
    ],
    [
      "no number",
      (text) => text.replace("size: 512", "size: x"),
      '23: memories.rf_o.size is "x", but must be a number',
    ],
    [
      "an unknown dimension",
      (text) => text.replace("[D2]", "[D9]"),
      "39: rf_o serves D9, which is no dimension of the array",
    ],
    [
      "computing in memory",
      (text) => text.replace("  input_precision", "  is_imc: true\n  input_precision"),
      "which is not modelled",
    ],
    ["a memory twice", (text) => text.replace("  rf_o:", "  rf_w:"), "memories.rf_w is given twice"],
    ["no map", () => "- 1\n", "The file must be a map"],
    [
      "too wide an array",
      (text) => text.replace("[16, 16]", "[16, 99999]"),
      "array.rows must be a whole number from 1 to 65536",
    ],
  ])("refused: %s", (_, change, expected) => {
    expect(problemsOf(() => importZigZag(change(PLAIN), OPTIONS)).join("\n")).toContain(expected);
  });

  it("keys that are not known are told, with their line", () => {
    const text = PLAIN.replace("  rf_o:\n", "  rf_o:\n    r_prot: 1\n").concat("core: 2\n");
    expect(told(importZigZag(text, OPTIONS))).toEqual([
      '23: memories.rf_o.r_prot is 1: not read, nothing here is like it. Did you mean "r_port"?',
      "91: multiplier_area has no unit there: not taken, here areas follow from widths and node.",
      "94: core is 2: not read, nothing here is like it.",
    ]);
  });
});

describe("architectures of Timeloop", () => {
  it.each(["eyeriss_like-v0.3", "eyeriss_like-v0.4"])("%s: scratchpads of 12 x 14 elements", (file) => {
    const result = timeloop(file);
    const isOld = file.endsWith("3");
    expect(result.hardware).toMatchObject({
      node: isOld ? "45 nm" : "32 nm",
      precision: { input: isOld ? 16 : 8, accumulator: 16 },
      array: {
        ...{ rows: 12, cols: 14, registers: { words: isOld ? 192 : 384, holds: ["weight"] } },
        accumulators: { count: 16, per: "pe" },
      },
      globalBuffer: { size: "128 KiB", bandwidth: { read: isOld ? "32 B/cycle" : "16 B/cycle" }, accessWidth: "8 B" },
    });
    expect(told(result).join("\n")).not.toContain("go past shared_glb");
    expect((result.hardware["globalBuffer"] as { holds?: unknown }).holds).toEqual(
      isOld ? undefined : ["input", "output"],
    );
    expect(told(result).join("\n")).toContain("ifmap_spad is left out");
  });

  it.each(["simba_like-v0.3", "simba_like-v0.4"])("%s: cores, whose weight buffers are one", (file) => {
    const result = timeloop(file);
    expect(result.hardware).toMatchObject({
      cores: 16,
      precision: { accumulator: 24 },
      array: { rows: 4, cols: 4, accumulators: { count: 128, per: "column" } },
      // Four weight buffers of 32 KiB a core, and of sums 4 · 128 words of 24 bits.
      localBuffer: { size: { input: "64 KiB", weight: "128 KiB", output: "1536 B" } },
      globalBuffer: { size: "64 KiB" },
    });
    expect(told(result).join("\n")).toContain("a core has 4 of PEWeightBuffer");
  });

  it("simple designs: a scratchpad for one operand or for all", () => {
    expect(timeloop("simple_weight_stationary-v0.4").hardware["array"]).toMatchObject({
      dataflow: ["weight-stationary"],
      registers: { words: 192, holds: ["weight"] },
    });
    expect(told(timeloop("simple_weight_stationary-v0.4"))).toContain(
      "96: mac multiplies 8 bits; here multipliers are as wide as operands, 16 bits.",
    );
    expect(timeloop("simple_output_stationary-v0.3").hardware["array"]).toMatchObject({
      registers: { words: 192, holds: ["input", "weight", "output"] },
    });
  });

  it("the oldest form, with instances", () => {
    const old = `arch:
  arithmetic: { instances: 256, word-bits: 16, meshX: 16, name: MACs }
  storage:
    - { name: WeightRegFile, entries: 192, instances: 256, meshX: 16, word-bits: 16, read_bandwidth: 2 }
    - { name: GlobalBuffer, sizeKB: 128, instances: 1, word-bits: 16, block-size: 4, read_bandwidth: 16, write_bandwidth: 8 }
    - { name: DRAM, technology: DRAM, instances: 1, word-bits: 16 }
`;
    expect(importTimeloop(old, OPTIONS).hardware).toMatchObject({
      array: { rows: 16, cols: 16, registers: { words: 192, holds: ["weight"] } },
      globalBuffer: { size: "128 KiB", bandwidth: { read: "32 B/cycle", write: "16 B/cycle" }, accessWidth: "8 B" },
      dram: { bandwidth: "unlimited" },
    });
  });

  const V4 = (nodes: string): string => `architecture:\n  version: 0.4\n  nodes:\n${nodes}`;
  it.each<readonly [string, string, string]>([
    [
      "no multiplier",
      V4("  - !Component\n    name: DRAM\n    class: DRAM\n    attributes: { width: 64 }\n"),
      "The architecture has no multiplier",
    ],
    ["a node without a tag", V4("  - name: x\n"), "4: A node must be a !Container"],
    ["another tag", V4("  - !Magic\n    name: x\n"), "This is not YAML: Unresolved tag: !Magic"],
    [
      "an expression",
      V4(
        "  - !Component\n    name: b\n    class: SRAM\n    attributes: { depth: 12 * 34, width: 8 }\n  - !Component\n    name: mac\n    class: intmac\n",
      ),
      'depth is "12 * 34", but must be a number',
    ],
    ["nothing", "architecture:\n  version: 0.3\n", "architecture.subtree is missing"],
  ])("refused: %s", (_, text, expected) => {
    expect(problemsOf(() => importTimeloop(text, OPTIONS)).join("\n")).toContain(expected);
  });
});
