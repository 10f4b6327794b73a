import { describe, expect, it } from "vitest";
import { evaluate, type Evaluation } from "../../../src/evaluate/index.ts";
import {
  applySettings,
  loadHardware,
  loadModel,
  parseHardware,
  parseSetting,
  sparseForm,
  specSetOf,
  storedBits,
  type Hardware,
} from "../../../src/spec/index.ts";

// Weights that are left out: what is stored, what is moved, what is computed.

const mapper = { objective: "latency", effort: "fast" } as const;

function run(hardware: Hardware, model: string, ...settings: readonly string[]): Evaluation {
  const specs = specSetOf(applySettings({ model: loadModel(model), hardware }, settings.map(parseSetting)));
  const result = evaluate({ ...specs, mapper });
  if (result.kind !== "evaluated") throw new Error(result.detail);
  return result;
}
const weightReads = ({ operators }: Evaluation, kind: string): number =>
  operators.reduce(
    (sum, each) =>
      sum +
      (each.kind === kind && each.gemm?.kind === "mapped" ? each.count * each.gemm.counters.dram.reads.weight : 0),
    0,
  );
const of = ({ operators }: Evaluation, kind: string) => operators.find((each) => each.kind === kind)!;

describe("what is stored", () => {
  it("is what stays and where it stands", () => {
    // 2:4 keeps half with two bits each, 1:8 an eighth with three; anywhere: a bit for each element of the dense matrix.
    expect(sparseForm({ weights: "2:4" })).toEqual({ kept: 0.5, indexBits: 1, pattern: "2:4" });
    expect(sparseForm({ weights: "1:8" })).toEqual({ kept: 0.125, indexBits: 0.375, pattern: "1:8" });
    expect(sparseForm({ weights: 0.75 })).toEqual({ kept: 0.25, indexBits: 1 });
    const bits = (weights: string | number, width: number): number =>
      storedBits({ bits: width, sparse: sparseForm({ weights }) });
    expect(
      [bits("2:4", 8), bits("2:4", 16), bits(0.5, 8), bits(0.9, 8)].map((each) => Number(each.toFixed(9))),
    ).toEqual([5, 9, 5, 1.8]);
    expect(
      storedBits({ bits: 4, group: 128, scaleBits: 16, zeroBits: 4, sparse: sparseForm({ weights: "2:4" }) }),
    ).toBe(3 + 20 / 128);
  });

  it("comes from DRAM so, and takes so much of it; what is outside the layers is dense", () => {
    const chip = loadHardware("a100");
    const eight = ["model.text.layers=2", "quantisation.weights=8"];
    const [dense, sparse] = [
      run(chip, "llama-3.2-1b", ...eight),
      run(chip, "llama-3.2-1b", ...eight, "sparsity.weights=2:4"),
    ];
    expect(weightReads(sparse, "ffn-up") / weightReads(dense, "ffn-up")).toBeCloseTo(5 / 8, 5);
    expect(weightReads(sparse, "head")).toBe(weightReads(dense, "head"));
    expect(sparse.dramNeeded_B).toBeLessThan(dense.dramNeeded_B);
  });
});

describe("what is computed", () => {
  const text = { input: 8, weight: 8, format: "int" as const };
  const base = loadHardware("h100");
  const plain: Hardware = { ...base, formats: [{ ...text, rate: 2 }] };
  const skipping: Hardware = {
    ...base,
    formats: [
      { ...text, rate: 2 },
      { ...text, rate: 4, sparsity: "2:4" },
    ],
  };
  const eight = ["deployment.batch=16", "quantisation.weights=8", "quantisation.activations=8"];
  const at = (hardware: Hardware, ...settings: readonly string[]) => run(hardware, "bert-large", ...eight, ...settings);

  it("is everything where the arrays do not skip, with the lanes filling in what is gone", () => {
    const [dense, sparse] = [at(plain), at(plain, "sparsity.weights=2:4")];
    expect(of(sparse, "ffn-up").macs).toBe(of(dense, "ffn-up").macs);
    expect(sparse.macsExecuted).toBe(dense.macsExecuted);
    expect(of(dense, "ffn-up").vector).toBeNull();
    expect(of(sparse, "ffn-up").vector!.laneCycles).toBeGreaterThan(0);
  });

  it("is half, in half the time, where they skip that pattern, and only then", () => {
    const dense = at(skipping);
    const sparse = at(skipping, "sparsity.weights=2:4");
    expect(of(dense, "ffn-up").format.rate).toBe(2);
    expect(of(sparse, "ffn-up").format.rate).toBe(4);
    expect(of(sparse, "ffn-up").cycles / of(dense, "ffn-up").cycles).toBeLessThan(0.7);
    expect(of(sparse, "ffn-up").energy["mac"]! / of(dense, "ffn-up").energy["mac"]!).toBeCloseTo(0.5, 6);
    expect(of(sparse, "ffn-up").vector).toBeNull();
    expect(sparse.macs).toBe(dense.macs);
    expect(sparse.macsExecuted).toBeLessThan(0.6 * dense.macsExecuted);
    for (const { utilisation } of sparse.operators) expect(utilisation).toBeLessThanOrEqual(1);
    for (const other of ["4:8", "0.5"])
      expect(of(at(skipping, `sparsity.weights=${other}`), "ffn-up").format.rate).toBe(2);
    // Attention multiplies activations: nothing is left out of them.
    expect(of(sparse, "scores").cycles).toBe(of(dense, "scores").cycles);
  });

  it("is said in a hardware file", () => {
    const file = { name: "own", clock: "1 GHz", node: "7 nm", formats: [{ ...text, rate: 2, sparsity: "2:4" }] };
    const whole = { ...file, array: { kind: "dot-product", rows: 8, cols: 8 } };
    expect(() => parseHardware({ ...whole, formats: [{ ...text, rate: 2, sparsity: "4:2" }] })).toThrow(
      /n:m with n below m/,
    );
  });
});
