import { describe, expect, it } from "vitest";
import { SpecError } from "../../../src/errors/index.ts";
import { applySettings, hardwareOf, loadModel, parseSetting, specSetOf } from "../../../src/spec/index.ts";

const CHIP = `name: h
clock: 1 GHz
node: 22 nm
array: { rows: 8, cols: 8 }
dram: { type: idealised, capacity: 1 GB, bandwidth: 8 B/cycle }
`;
const chip = (fields: string) => hardwareOf(CHIP + fields);

function problemsOf(fields: string): readonly string[] {
  try {
    chip(fields);
  } catch (error) {
    if (error instanceof SpecError) return error.problems.map(({ message }) => message);
    throw error;
  }
  return [];
}

describe("two operands in one memory", () => {
  it("the second is the name of the first", () => {
    const { localBuffer } = chip("localBuffer: { size: { input: 2 MiB, weight: 32 KiB, output: input } }");
    expect(localBuffer).toMatchObject({
      size: { input: 2 ** 21, weight: 2 ** 15, output: 0 },
      together: ["input", "output"],
    });
  });

  it.each([
    [
      "{ input: 1 KiB, weight: weight, output: 1 KiB }",
      "localBuffer.size.weight is weight, which must be another operand",
    ],
    [
      "{ input: 1 KiB, weight: input, output: weight }",
      "localBuffer.size.output is weight, which must be another operand",
    ],
    ["{ input: 1 KiB, weight: input, output: input }", "localBuffer.size.output shares a memory that two have"],
    ["{ input: 1 KiB, weight: 1 KiB }", "localBuffer.size.output is missing: the buffer keeps it"],
  ])("%s is refused", (size, message) => {
    expect(problemsOf(`localBuffer: { size: ${size} }`).join("\n")).toContain(message);
  });

  it("its size is that of the first, and a size for all leaves it so", () => {
    const hardware = chip("localBuffer: { size: { input: 2 KiB, weight: 1 KiB, output: input } }");
    const specs = specSetOf({ hardware, model: loadModel("bert-tiny") });
    const set = (text: string) => applySettings(specs, [parseSetting(text)]).hardware.localBuffer;
    expect(set("localBuffer.size=4 KiB")).toMatchObject({ size: { input: 4096, weight: 4096, output: 0 } });
    expect(set("localBuffer.size.input=8 KiB")).toMatchObject({ size: { input: 8192, weight: 1024, output: 0 } });
    expect(() => set("localBuffer.size.output=8 KiB")).toThrow("whose size is localBuffer.size.input");
  });
});

describe("operands that the global buffer does not keep", () => {
  it("are those that holds leaves out; all three are what holds without it", () => {
    expect(chip("globalBuffer: { size: 1 MiB, holds: [output, input] }").globalBuffer).toMatchObject({
      holds: ["input", "output"],
    });
    expect(chip("globalBuffer: { size: 1 MiB, holds: [output, input, weight] }").globalBuffer).not.toHaveProperty(
      "holds",
    );
  });

  it.each([
    ["globalBuffer: { size: 1 KiB, holds: [] }", "must be a list of at least 1"],
    ["localBuffer: { size: 1 KiB, holds: [input] }", "holds"],
    [
      "globalBuffer: { size: { input: 1 KiB, weight: 1 KiB, output: 1 KiB }, holds: [input, output] }",
      "globalBuffer.size.weight is given, but it goes past the buffer (holds)",
    ],
    ["globalBuffer: { size: { input: 1 KiB }, holds: [input, output] }", "globalBuffer.size.output is missing"],
  ])("%s is refused", (fields, message) => {
    expect(problemsOf(fields).join("\n")).toContain(message);
  });

  it("need a DRAM to come from", () => {
    const hardware = chip("globalBuffer: { size: 1 MiB, holds: [input] }");
    const specs = specSetOf({ hardware, model: loadModel("bert-tiny") });
    expect(() => applySettings(specs, [parseSetting("dram.type=none")])).toThrow("nowhere to come from");
    const none = hardwareOf(`${CHIP.replace(/dram:.*\n/, "dram: { type: none }\n")}globalBuffer: { size: 1 MiB }`);
    const without = { ...specs, hardware: none };
    expect(() => applySettings(without, [parseSetting("globalBuffer.holds=[input]")])).toThrow("nowhere to come from");
  });
});

describe("ports of operands", () => {
  const SPLIT = "{ input: 2 B/cycle, weight: 4 B/cycle, output: { read: 1 B/cycle, write: 3 B/cycle } }";
  const rate = (bytes: number) => ({ bytes, cycles: 1 });

  it("each reads by itself, outputs are written by theirs; two may be on one", () => {
    expect(chip(`localBuffer: { size: 1 KiB, bandwidth: ${SPLIT} }`).localBuffer!.port).toMatchObject({
      ...{ read: rate(7), write: rate(3), shared: false },
      reads: { input: rate(2), weight: rate(4), output: rate(1) },
    });
    const two = chip(
      "localBuffer: { size: 1 KiB, bandwidth: { input: 2 B/cycle, weight: 1/3 B/cycle, output: input } }",
    );
    expect(two.localBuffer!.port).toMatchObject({
      ...{ read: { bytes: 7, cycles: 3 }, write: rate(2) },
      reads: { output: rate(2), together: ["input", "output"] },
    });
  });

  it.each([
    ["bandwidth: { input: 1 B/cycle, weight: 1 B/cycle }", "localBuffer.bandwidth.output is missing"],
    [
      "bandwidth: { input: 1 B/cycle, weight: weight, output: 1 B/cycle }",
      "which must be another operand, with a bandwidth",
    ],
    ["bandwidth: { input: 1 B/cycle, weight: input, output: input }", "is on a port that two are on"],
  ])("%s is refused", (bandwidth, message) => {
    expect(problemsOf(`localBuffer: { size: 1 KiB, ${bandwidth} }`).join("\n")).toContain(message);
  });

  it("one bandwidth that is set is one port; the clock changes rates by the second", () => {
    const hardware = chip(`localBuffer: { size: 1 KiB, bandwidth: ${SPLIT.replace("2 B/cycle", "2 GB/s")} }`);
    const specs = specSetOf({ hardware, model: loadModel("bert-tiny") });
    const set = (text: string) => applySettings(specs, [parseSetting(text)]).hardware.localBuffer!;
    expect(set("clock=2 GHz").port.reads!.input).toMatchObject(rate(1));
    expect(set("localBuffer.bandwidth=8 B/cycle").port).toMatchObject({ read: rate(8), write: rate(8) });
    expect(set("localBuffer.bandwidth=8 B/cycle").port).not.toHaveProperty("reads");
    expect(set("localBuffer.bandwidth=array").port).not.toHaveProperty("reads");
    expect(() => set("localBuffer.bandwidth.read=8 B/cycle")).toThrow("operands have ports of their own");
  });
});
