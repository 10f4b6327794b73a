import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { AccuracyRefusal, createPredictor, type Formats } from "../../../src/accuracy/index.ts";
import {
  fitReduction,
  heldOutReductions,
  reductionRows,
  reductionTable,
} from "../../../src/accuracy/fit/token-reduction.ts";
import { storedReduction } from "../../../src/accuracy/token-reduction/price.ts";
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
    Object.entries(settings).map(([path, value]) => ({ path: `model.vision.tokenReduction.${path}`, value })),
    FACTOR_NAMES,
  ).model;
const imagenet = createPredictor("imagenet-1k");
const priced = (settings: Readonly<Record<string, unknown>>) => imagenet.evaluate(with_("vit-b16", settings), SEEN);

describe("price of fewer tokens", () => {
  it("rises with the tokens that go, and training wins some of it back", () => {
    const order = [{}, { merge: 4 }, { merge: 8 }, { merge: 13 }].map((each) => priced(each).accuracy);
    expect(order).toEqual([...order].sort((a, b) => b - a));
    expect(new Set(order).size).toBe(4);
    const again = priced({ merge: 13, retrained: true });
    expect(again.accuracy).toBeGreaterThan(order[3]!);
    expect(again.low < again.accuracy && again.accuracy < again.high).toBe(true);
    expect(again.extrapolation).toContain("token_merging_one_source");
    expect(again.extrapolation).not.toContain("vision_token_reduction");
  });

  it("is near what rows say: ViT-B/16 with 13 tokens merged a layer loses 2.0 points, retrained DeiT-S 0.4", () => {
    const { value, low, high } = priced({ merge: 13 }).precisionLoss!;
    expect(value).toBeGreaterThan(0.012);
    expect(low < 0.0197 && 0.0197 < high).toBe(true);
    expect(priced({ merge: 13, retrained: true }).precisionLoss!.value).toBeLessThan(0.008);
  });

  it("is left out where nobody asks, which is said", () => {
    const model = with_("vit-b16", { merge: 13 });
    expect(imagenet.evaluate(model).accuracy).toBe(priced({}).accuracy);
    expect(imagenet.evaluate(model).extrapolation).toContain("vision_token_reduction");
    expect(imagenet.evaluate(model, { ...SEEN, isReductionSeen: false }).accuracy).toBe(priced({}).accuracy);
  });

  it.each([
    ["vit-b16", { keep: 0.7 }, /pruning of a model that was not trained again/],
    ["vit-b16", { merge: 20 }, /below a mean share of 0.493/],
    ["clip-vit-b16", { merge: 8 }, /of a clip model is published/],
  ])("no row, no price: %s %j", (name, settings, reason) => {
    const predictor = createPredictor(name === "vit-b16" ? "imagenet-1k" : "clip-benchmark-mean");
    const model = with_(name, settings);
    expect(() => predictor.evaluate(model, SEEN)).toThrow(AccuracyRefusal);
    expect(predictor.unpriced(model, SEEN)).toEqual([
      { operand: "tokens", reason: expect.stringMatching(reason) as unknown },
    ]);
  });

  it("refuses what contradicts itself", () => {
    const set = (settings: Readonly<Record<string, unknown>>) => () => with_("vit-b16", settings);
    expect(set({ retrained: true })).toThrow(/none go/);
    expect(set({ merge: 8, keep: 0.5 })).toThrow(/prunes tokens of a tower that merges them/);
    expect(set({ merge: [1, 2] })).toThrow(/holds 2 values/);
    for (const same of [{ merge: 0 }, { keep: 1 }]) expect(with_("vit-b16", same)).toEqual(loadModel("vit-b16"));
    const windows = { ...hardware, name: "any" };
    const settings = { "model.vision.attention": "window:16", "model.vision.tokenReduction.merge": 8 };
    const apply = () =>
      applySettings(
        { model: loadModel("vit-b16"), hardware: windows },
        Object.entries(settings).map(([path, value]) => ({ path, value })),
        FACTOR_NAMES,
      );
    expect(apply).toThrow(/attention: full in every layer/);
  });
});

describe("fit of fewer tokens", () => {
  const rows = reductionRows();

  it("is the one that is kept", () => {
    expect(fitReduction()).toEqual(storedReduction());
    expect(rows).toHaveLength(23);
  });

  it("is what docs/accuracy.md shows", () => {
    expect(readFileSync(new URL("../../../docs/accuracy.md", import.meta.url), "utf8")).toContain(reductionTable(rows));
  });

  it("holds and ranks what it has not seen", () => {
    const held = heldOutReductions(rows);
    const inside = held.filter(({ row, predicted }) => Math.abs(row.value - predicted) <= storedReduction().halfWidth);
    expect(inside.length / held.length).toBeGreaterThanOrEqual(0.9);
  });
});
