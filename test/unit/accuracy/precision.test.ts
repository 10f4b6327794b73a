import { describe, expect, it } from "vitest";
import { createPredictor, formatsOf } from "../../../src/accuracy/index.ts";
import { loadHardware, loadModel, parseModel } from "../../../src/spec/index.ts";
import { modelFile } from "../../fixtures/accuracy/quantised.ts";

// Published rows, monotone prices, what is refused. The fit itself: test/validation/accuracy/precision.test.ts.

const hardware = loadHardware("catransformers-22nm");
const at = (weight: number, input: number) =>
  formatsOf(
    { input: true, weight: true, stored: true, sparse: true, reduced: true, zeros: ["text", "vision"] },
    { precision: { ...hardware.precision, weight, input, accumulator: 32 } },
  );
const predictor = createPredictor("imagenet-1k");
const vit = loadModel("vit-b16");

describe("price of precision", () => {
  it("is nothing at 16 bits, and never falls with bits, nor do the ends of its interval", () => {
    const whole = predictor.evaluate(vit);
    expect(predictor.evaluate(vit, at(16, 16))).toMatchObject({
      accuracy: whole.accuracy,
      low: whole.low,
      high: whole.high,
    });
    const widths = [3, 4, 5, 6, 8, 12, 16];
    for (const [i, weight] of widths.entries())
      for (const [j, input] of widths.entries()) {
        const here = predictor.evaluate(vit, at(weight, input));
        const wider = [[widths[i + 1], input] as const, [weight, widths[j + 1]] as const];
        for (const [w, a] of wider) {
          if (w === undefined || a === undefined || (w === 16 && a === 16)) continue;
          const there = predictor.evaluate(vit, at(w, a));
          const end = (each: typeof here) => [each.accuracy, each.low, each.high];
          end(there).forEach((value, k) => expect(value).toBeGreaterThanOrEqual(end(here)[k]!));
        }
        if (weight < 12 || input < 12) expect(here.accuracy).toBeLessThan(whole.accuracy);
      }
  });

  it("is refused where no published row is as narrow", () => {
    expect(() => predictor.evaluate(vit, at(2, 8))).toThrow(/below 3 bits: weights of 2 bits/);
    const clip = loadModel("clip-vit-b16");
    const unpriced = createPredictor("clip-benchmark-mean").unpriced(clip, at(8, 4));
    expect(unpriced.map(({ operand }) => operand)).toEqual(["activations", "activations"]);
  });

  it("depends on method, scales and rotation, by operand", () => {
    const lossOf = (quantisation: object): number =>
      createPredictor("lm-zero-shot-mean").evaluate(parseModel(modelFile("llama-3.2-1b", quantisation)), {
        computed: null,
        isStorageSeen: true,
        isSparsitySeen: true,
        isReductionSeen: true,
        zerosSeen: ["text", "vision"],
      }).precisionLoss!.value;
    const four = { weights: 4, activations: 4 };
    const naive = lossOf({ ...four, method: "rtn" });
    const still = lossOf({ ...four, method: "calibrated" });
    const rotated = lossOf({ ...four, method: "calibrated", rotated: true });
    const mixed = lossOf({ ...four, method: { weights: "calibrated", activations: "rtn" } });
    expect(rotated).toBeLessThan(still);
    expect(still).toBeLessThan(mixed);
    expect(mixed).toBeLessThan(naive);
    expect(lossOf({ weights: "int4:128" })).toBeLessThan(lossOf({ weights: 4 }));
    const half = lossOf({ weights: [...Array<number>(8).fill(4), ...Array<number>(8).fill(16)] });
    expect(half).toBeGreaterThan(0.4 * lossOf({ weights: 4 }));
    expect(half).toBeLessThan(0.6 * lossOf({ weights: 4 }));
  });

  it("holds published ratios of perplexity: LLaMA 7B and 13B at 4 bits a channel, GPTQ", () => {
    const file = modelFile("llama-2-7b", { weights: 4, method: "calibrated" });
    const { value, low, high } = createPredictor("lm-zero-shot-mean").evaluate(parseModel(file), {
      computed: null,
      isStorageSeen: true,
      isSparsitySeen: true,
      isReductionSeen: true,
      zerosSeen: ["text", "vision"],
    }).perplexityRatio!;
    for (const published of [6.09 / 5.68, 5.36 / 5.09]) {
      expect(published).toBeGreaterThan(low);
      expect(published).toBeLessThan(high!);
    }
    expect(value).toBeGreaterThan(1.01);
    expect(value).toBeLessThan(1.15);
  });

  it("marks what rests on one source or few rows, and tables that rows leave wide", () => {
    const clip = createPredictor("imagenet-1k-zero-shot").evaluate(loadModel("clip-vit-b16"), at(6, 6));
    expect(clip.extrapolation).toEqual([
      "clip_precision_few_rows",
      "clip_activations_static_one_source",
      "embedding_head_norms_under_8_bits",
    ]);
    expect(predictor.evaluate(vit, at(8, 8)).extrapolation).toEqual(["pretrained"]);
  });
});
