import { describe, expect, it } from "vitest";
import { AccuracyRefusal, createPredictor, type Formats } from "../../../src/accuracy/index.ts";
import { evaluate, type Evaluation } from "../../../src/evaluate/index.ts";
import {
  applySettings,
  loadHardware,
  loadModel,
  parseHardware,
  parseSetting,
  specSetOf,
  type Hardware,
  type ModelSpec,
} from "../../../src/spec/index.ts";
import { activationForm, keptActivations } from "../../../src/spec/activation-sparsity.ts";

// Activations that are taken as zero at run time: what is moved, what is computed, what it costs in accuracy.

const curve = [
  { threshold: 0, kept: 1, accuracy: 0.86 },
  { threshold: 0.02, kept: 0.5, accuracy: 0.85 },
  { threshold: 0.04, kept: 0.25, accuracy: 0.8 },
];
const bert = loadModel("bert-large") as Extract<ModelSpec, { family: "bert" }>;
const measured = (threshold: number, rows: typeof curve = curve): ModelSpec => ({
  ...bert,
  text: { ...bert.text, activationSparsity: { threshold, curve: rows } },
});
const eight = ["deployment.batch=16", "quantisation.weights=8", "quantisation.activations=8"];
const mapper = { objective: "latency", effort: "fast" } as const;
function run(hardware: Hardware, model: ModelSpec, ...settings: readonly string[]): Evaluation {
  const before = ["quantisation.weights=8", "quantisation.activations=8"].map(parseSetting);
  const stored = applySettings({ model: bert, hardware }, before).model as typeof bert;
  const text = { ...stored.text, activationSparsity: (model as typeof bert).text.activationSparsity };
  const specs = specSetOf(
    applySettings({ model: { ...stored, text }, hardware }, [...eight, ...settings].map(parseSetting)),
  );
  const result = evaluate({ ...specs, mapper });
  if (result.kind !== "evaluated") throw new Error(result.detail);
  return result;
}
const of = ({ operators }: Evaluation, kind: string) => operators.find((each) => each.kind === kind)!;
const inputReads = (each: ReturnType<typeof of>): number =>
  each.gemm?.kind === "mapped" ? each.gemm.counters.dram.reads.input : NaN;

const base = loadHardware("h100");
const int = { input: 8, weight: 8, format: "int" as const };
const masked: Hardware = { ...base, formats: [{ ...int, rate: 4, sparsity: "mask" }] };
const plain: Hardware = { ...base, formats: [{ ...int, rate: 1 }] };

describe("threshold and what stays", () => {
  it("is read off the curve, on straight lines", () => {
    expect([0, 0.01, 0.02, 0.03, 0.04].map((threshold) => keptActivations({ threshold, curve }))).toEqual([
      1, 0.75, 0.5, 0.375, 0.25,
    ]);
    expect(activationForm({ threshold: 0.02, curve })).toEqual({ kept: 0.5, indexBits: 1 });
  });

  it("is moved with its mask: 8 bits of which a half stays are 5", () => {
    const [dense, sparse] = [run(plain, bert), run(plain, measured(0.02))];
    expect(inputReads(of(sparse, "ffn-down")) / inputReads(of(dense, "ffn-down"))).toBeCloseTo(5 / 8, 4);
    // Memory is there for all of them.
    expect(sparse.dramNeeded_B).toBe(dense.dramNeeded_B);
  });
});

describe("arrays that skip by masks", () => {
  it("pass over min(rate, 1 / share of pairs) elements a cycle, and make that share of the MACs", () => {
    const [dense, half, quarter] = [bert, measured(0.02), measured(0.04)].map((model) => run(masked, model));
    expect(of(dense!, "ffn-up").format.rate).toBe(1);
    expect(of(half!, "ffn-up").format.rate).toBe(2);
    expect(of(quarter!, "ffn-up").format.rate).toBe(4);
    // Scores multiply activations by activations: a quarter of the pairs is left of halves.
    expect(of(half!, "scores").format.rate).toBe(4);
    expect(of(quarter!, "scores").format.rate).toBe(4);
    for (const [sparse, share] of [
      [half!, 0.5],
      [quarter!, 0.25],
    ] as const) {
      expect(of(sparse, "ffn-up").energy["mac"]! / of(dense!, "ffn-up").energy["mac"]!).toBeCloseTo(share, 6);
      expect(of(sparse, "scores").energy["mac"]! / of(dense!, "scores").energy["mac"]!).toBeCloseTo(share * share, 6);
      expect(sparse.macs).toBe(dense!.macs);
      for (const { utilisation } of sparse.operators) expect(utilisation).toBeLessThanOrEqual(1);
    }
    expect(of(half!, "ffn-up").cycles / of(dense!, "ffn-up").cycles).toBeLessThan(0.7);
    expect(of(half!, "ffn-up").vector).toBeNull();
  });

  it("skip sparse weights without a pattern too, and both together", () => {
    const weights = run(masked, bert, "sparsity.weights=0.5");
    expect(of(weights, "ffn-up").format.rate).toBe(2);
    const both = run(masked, measured(0.02), "sparsity.weights=0.5");
    expect(of(both, "ffn-up").format.rate).toBe(4);
    expect(both.macsExecuted).toBeLessThan(0.3 * run(masked, bert).macsExecuted);
  });

  it("or not: then everything is computed, and lanes fill in the zeros", () => {
    const [dense, sparse] = [run(plain, bert), run(plain, measured(0.02))];
    expect(sparse.macsExecuted).toBe(dense.macsExecuted);
    expect(of(sparse, "ffn-up").vector!.laneCycles).toBeGreaterThan(0);
  });

  it("are said in a hardware file", () => {
    const whole = { name: "own", clock: "1 GHz", node: "7 nm", array: { kind: "dot-product", rows: 8, cols: 8 } };
    const file = (sparsity: string) => () => parseHardware({ ...whole, formats: [{ ...int, rate: 4, sparsity }] });
    expect(file("mask")).not.toThrow();
    expect(file("masks")).toThrow(/must be n:m with n below m, such as "2:4", or mask/);
  });
});

describe("price of zeros of activations", () => {
  const SEEN: Formats = {
    ...{ computed: null, isStorageSeen: true, isSparsitySeen: true, isReductionSeen: true },
    zerosSeen: ["text"],
  };
  const glue = createPredictor("glue");

  it("is that of the model's own curve: what is above chance shrinks alike", () => {
    const whole = glue.evaluate(bert).accuracy;
    const at = (threshold: number) => glue.evaluate(measured(threshold), SEEN);
    expect(at(0).accuracy).toBe(whole);
    // Chance of GLUE is 0.35.
    expect(at(0.02).accuracy).toBeCloseTo(0.35 + ((whole - 0.35) * (0.85 - 0.35)) / (0.86 - 0.35), 5);
    const between = at(0.03);
    expect(between.accuracy).toBeLessThan(at(0.02).accuracy);
    expect(between.accuracy).toBeGreaterThan(at(0.04).accuracy);
    const { value, low, high } = between.precisionLoss!;
    expect(low < value && value < high).toBe(true);
    expect(between.extrapolation).toContain("activation_sparsity_by_given_curve");
    expect(glue.evaluate(measured(0.02)).extrapolation).toContain("text_activation_sparsity");
  });

  it("no accuracy, no price; no place on the curve, no model", () => {
    const bare = curve.map(({ threshold, kept }) => ({ threshold, kept })) as unknown as typeof curve;
    expect(() => glue.evaluate(measured(0.02, bare), SEEN)).toThrow(AccuracyRefusal);
    expect(() => run(plain, measured(0.05))).toThrow(/curve goes from 0 to 0.04/);
    const rising = [curve[0]!, { threshold: 0.02, kept: 1, accuracy: 0.8 }].reverse();
    expect(() => run(plain, measured(0.01, rising))).toThrow(/thresholds that do not rise/);
    expect(() => run(plain, bert, "model.text.activationSparsity.threshold=0.02")).toThrow(/needs what was measured/);
    expect(() => run(plain, measured(0.02), "quantisation.activations=none")).toThrow(/quantisation.text.activations/);
  });
});
