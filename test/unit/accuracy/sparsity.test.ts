import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { AccuracyRefusal, createPredictor, type Formats } from "../../../src/accuracy/index.ts";
import { fitSparsity, heldOutSparse, sparseRows, sparsityTable } from "../../../src/accuracy/fit/sparsity.ts";
import { storedSparsity } from "../../../src/accuracy/sparsity/price.ts";
import { FACTOR_NAMES } from "../../../src/cost/index.ts";
import { applySettings, loadHardware, loadModel, type ModelSpec } from "../../../src/spec/index.ts";

const hardware = loadHardware("catransformers-22nm");
const SEEN: Formats = {
  computed: null,
  isStorageSeen: true,
  isSparsitySeen: true,
  isReductionSeen: true,
  zerosSeen: ["text", "vision"],
};
const with_ = (name: string, settings: Readonly<Record<string, unknown>>): ModelSpec =>
  applySettings(
    { model: loadModel(name), hardware },
    Object.entries({ "quantisation.weights": 16, ...settings }).map(([path, value]) => ({ path, value })),
    FACTOR_NAMES,
  ).model;
const llama = createPredictor("lm-zero-shot-mean");
const priced = (settings: Readonly<Record<string, unknown>>) => llama.evaluate(with_("llama-3-8b", settings), SEEN);

describe("price of sparse weights", () => {
  it("rises from unstructured to 4:8 to 2:4, and from calibrated to the smallest", () => {
    const dense = priced({});
    const [half, eight, four] = [0.5, "4:8", "2:4"].map((weights) => priced({ "sparsity.weights": weights }));
    const smallest = priced({ "sparsity.weights": "2:4", "sparsity.method": "magnitude" });
    const order = [dense, half!, eight!, four!, smallest].map(({ accuracy }) => accuracy);
    expect(order).toEqual([...order].sort((a, b) => b - a));
    expect(new Set(order).size).toBe(5);
    for (const { low, accuracy, high } of [half!, four!]) expect(low < accuracy && accuracy < high).toBe(true);
    expect(four!.extrapolation).toContain("decoder_sparsity_one_source");
    expect(four!.extrapolation).not.toContain("text_sparsity");
  });

  it("adds to that of narrow numbers, and is left out where nobody asks, which is said", () => {
    const four = { "quantisation.weights": "int4:128" };
    const ratio = (settings: object): number => priced(settings as Record<string, unknown>).perplexityRatio!.value;
    const [narrow, sparse, both] = [
      ratio(four),
      ratio({ "sparsity.weights": "2:4" }),
      ratio({ ...four, "sparsity.weights": "2:4" }),
    ];
    expect(Math.log(both)).toBeCloseTo(Math.log(narrow) + Math.log(sparse), 4);
    const model = with_("llama-3-8b", { "sparsity.weights": "2:4" });
    expect(llama.evaluate(model).accuracy).toBe(priced({}).accuracy);
    expect(llama.evaluate(model).extrapolation).toContain("text_sparsity");
    const ignored = llama.evaluate(model, { ...SEEN, isSparsitySeen: false });
    expect(ignored.accuracy).toBe(priced({}).accuracy);
  });

  it("is near what rows say: LLaMA-2 at 2:4 by Wanda and SparseGPT", () => {
    // Ratios of perplexities of 7B, 13B and 70B, by two methods: 1.65 to 2.15.
    const { value, low, high } = priced({ "sparsity.weights": "2:4" }).perplexityRatio!;
    expect(value).toBeGreaterThan(1.6);
    expect(value).toBeLessThan(2.2);
    expect(low).toBeLessThan(1.65);
    expect(high).toBeGreaterThan(2.15);
  });

  it.each([
    ["llama-3-8b", { "sparsity.weights": 0.7 }, /beyond a share of 0.5 that is gone/],
    ["llama-3-8b", { "sparsity.weights": "1:4" }, /published at all: sparse weights, 1:4/],
    ["llama-3-8b", { "sparsity.weights": "2:4", "sparsity.method": "retrained" }, /published at all/],
    ["vit-b16", { "sparsity.weights": "2:4" }, /of a vit model is published/],
    ["clip-vit-b16", { "sparsity.text.weights": "2:4" }, /of a clip model is published/],
    ["bert-base", { "sparsity.weights": 0.5, "sparsity.method": "retrained" }, /beyond a share of 0.8 to 0.97/],
  ])("no row, no price: %s %j", (name, settings, reason) => {
    const metric = { "llama-3-8b": "lm-zero-shot-mean", "vit-b16": "imagenet-1k", "bert-base": "glue" }[name];
    const predictor = createPredictor(metric ?? "clip-benchmark-mean");
    const model = with_(name, settings);
    expect(() => predictor.evaluate(model, SEEN)).toThrow(AccuracyRefusal);
    expect(predictor.unpriced(model, SEEN)).toEqual([
      { operand: "sparsity", reason: expect.stringMatching(reason) as unknown },
    ]);
  });

  it("needs the width of what stays, and a method needs weights that are left out", () => {
    const set = (settings: Readonly<Record<string, unknown>>) => () => with_("llama-3-8b", settings);
    expect(set({ "quantisation.weights": "none", "sparsity.weights": "2:4" })).toThrow(/needs the width of what stays/);
    expect(set({ "sparsity.method": "retrained" })).toThrow(/none are left out/);
    for (const weights of ["4:2", "0:4", "4:4", "2:", 0, 1, 1.5])
      expect(set({ "sparsity.weights": weights })).toThrow(/must be n:m with n below m/);
    expect(with_("llama-3-8b", { "sparsity.weights": "none" })).toEqual(with_("llama-3-8b", {}));
  });
});

describe("fit of sparse weights", () => {
  const rows = sparseRows();

  it("is the one that is kept", () => {
    expect(fitSparsity()).toEqual(storedSparsity());
    expect(rows).toHaveLength(86);
  });

  it("is what docs/accuracy.md shows", () => {
    expect(readFileSync(new URL("../../../docs/accuracy.md", import.meta.url), "utf8")).toContain(sparsityTable(rows));
  });

  it("holds what it has not seen, and ranks decoders", () => {
    for (const family of ["decoder", "bert"] as const) {
      const held = heldOutSparse(rows.filter(({ model }) => model.family === family));
      const { halfWidth } = storedSparsity().families[family];
      const inside = held.filter(({ row, predicted }) => Math.abs(row.value - predicted) <= halfWidth).length;
      expect(held.length).toBeGreaterThan(20);
      expect(inside / held.length).toBeGreaterThanOrEqual(0.9);
    }
  });
});
