import { describe, expect, it } from "vitest";
import { macScale } from "../../../src/cost/calibrated/components.ts";
import { evaluate, type Evaluation } from "../../../src/evaluate/index.ts";
import {
  applySettings,
  loadHardware,
  loadModel,
  parseSetting,
  specSetOf,
  type Hardware,
} from "../../../src/spec/index.ts";

// Arrays of narrow integers down to one bit: area, energy and rate follow from the format.

const widths = (input: number, weight: number, accumulator: number) => ({ input, weight, accumulator, output: 8 });

describe("a MAC of narrow integers, against int8 with sums of 32 bits", () => {
  // Horowitz, ISSCC 2014: 0.2 pJ and 282 um2 for the multiplier, 0.1 pJ and 137 um2 for the adder.
  it.each([
    [8, 8, 32, 1],
    [4, 4, 32, 0.667 / 4 + 0.333],
    [1, 1, 32, 0.667 / 64 + 0.333],
    [1, 1, 16, 0.667 / 64 + 0.333 / 2],
    [1, 8, 24, 0.667 / 8 + (0.333 * 3) / 4],
  ])("%d × %d bits with sums of %d: %d of the energy", (input, weight, accumulator, energy) => {
    expect(macScale(widths(input, weight, accumulator), "energy")).toBeCloseTo(energy, 9);
    const area = (0.673 * input * weight) / 64 + (0.327 * accumulator) / 32;
    expect(macScale(widths(input, weight, accumulator), "area")).toBeCloseTo(area, 9);
  });
});

/** pJ at 22 nm, as the table of factors has them: a MAC of int8 with sums of 32 bits; sequencing and wiring of its PE, at any width. */
const MAC = 0.2;
const OVERHEAD = 0.1;
const energyOf = (input: number, accumulator: number): number =>
  MAC * macScale(widths(input, input, accumulator), "energy") + OVERHEAD;

describe("a binary array", () => {
  const run = (hardware: Hardware, ...settings: readonly string[]): Evaluation => {
    const before = ["deployment.batch=16", ...settings].map(parseSetting);
    const result = evaluate({
      ...specSetOf(applySettings({ model: loadModel("bert-large"), hardware }, before)),
      mapper: { objective: "latency", effort: "fast" },
    });
    if (result.kind !== "evaluated") throw new Error(result.detail);
    return result;
  };
  const of = ({ operators }: Evaluation, kind: string) => operators.find((each) => each.kind === kind)!;
  const base = loadHardware("catransformers-22nm");

  it("is smaller by its multipliers and adders", () => {
    const narrow = ["precision.input=1", "precision.weight=1", "precision.output=8", "precision.accumulator=16"];
    const [eight, one] = [run(base), run(base, ...narrow)];
    const area = ({ area: found }: Evaluation): number => ("parts" in found ? found.parts["mac"]! : NaN);
    expect(area(one) / area(eight)).toBeCloseTo(0.673 / 64 + 0.327 / 2, 6);
    const ratio = of(one, "ffn-up").energy["mac"]! / of(eight, "ffn-up").energy["mac"]!;
    expect(ratio).toBeCloseTo(energyOf(1, 16) / energyOf(8, 32), 6);
  });

  it("as a format of the chip: so many MACs a cycle, and operands of one bit from memory", () => {
    const chip: Hardware = {
      ...base,
      formats: [
        { input: 8, weight: 8, format: "int", rate: 1 },
        { input: 1, weight: 1, format: "int", rate: 16 },
      ],
    };
    const stored = (bits: number) => [`quantisation.weights=${bits}`, `quantisation.activations=${bits}`];
    const [eight, one] = [run(chip, ...stored(8)), run(chip, ...stored(1))];
    expect(of(one, "ffn-up").format.rate).toBe(16);
    expect(of(one, "ffn-up").cycles).toBeLessThan(of(eight, "ffn-up").cycles / 4);
    const reads = (each: Evaluation): number => {
      const { gemm } = of(each, "ffn-up");
      return gemm?.kind === "mapped" ? gemm.counters.dram.reads.weight : NaN;
    };
    // An eighth of the bits; that more of them fit on chip saves further.
    expect(reads(one) / reads(eight)).toBeLessThanOrEqual(1 / 8);
    const ratio = of(one, "ffn-up").energy["mac"]! / of(eight, "ffn-up").energy["mac"]!;
    expect(ratio).toBeCloseTo(energyOf(1, 32) / energyOf(8, 32), 6);
  });
});
