import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AccuracyRefusal,
  createPredictor,
  defaultMetric,
  metricsOfFamily,
  metricNames,
  modelFromRow,
} from "../../../src/accuracy/index.ts";
import { FAMILY_METRIC } from "../../../src/spec/index.ts";
import { fullText, fullVision, prunedClip, type Size } from "../../fixtures/accuracy/models.ts";

const predictor = createPredictor("clip-benchmark-mean");
const textSize = fc.record({
  layers: fc.integer({ min: 6, max: 12 }),
  ffn: fc.integer({ min: 4, max: 8 }).map((k) => k * 256),
  hidden: fc.integer({ min: 4, max: 8 }).map((k) => k * 64),
  heads: fc.integer({ min: 4, max: 8 }),
});
const visionSize = fc.record({
  layers: fc.integer({ min: 6, max: 12 }),
  ffn: fc.integer({ min: 4, max: 8 }).map((k) => k * 384),
  hidden: fc.integer({ min: 4, max: 8 }).map((k) => k * 96),
  heads: fc.integer({ min: 6, max: 12 }),
});
const keys = ["layers", "ffn", "hidden", "heads"] as const;
const accuracyOf = (text: Size, vision: Size) => predictor.evaluate(prunedClip(text, vision)).accuracy;

describe("the predictor over the published space", () => {
  it("never falls when one size of one tower grows", () => {
    fc.assert(
      fc.property(textSize, visionSize, textSize, visionSize, (text, vision, text2, vision2) => {
        const base = accuracyOf(text, vision);
        for (const key of keys) {
          const grownText = { ...text, [key]: Math.max(text[key], text2[key]) };
          const grownVision = { ...vision, [key]: Math.max(vision[key], vision2[key]) };
          expect(accuracyOf(grownText, vision)).toBeGreaterThanOrEqual(base);
          expect(accuracyOf(text, grownVision)).toBeGreaterThanOrEqual(base);
        }
        expect(accuracyOf(fullText, fullVision)).toBeGreaterThanOrEqual(base);
      }),
    );
  });

  it("is the sum of a score per tower, to the last bit", () => {
    const scores = predictor.towerScores(prunedClip(fullText, fullVision));
    fc.assert(
      fc.property(textSize, visionSize, (text, vision) => {
        const model = prunedClip(text, vision);
        const combined = scores.combine(scores.textScore(model.text), scores.visionScore(model.vision));
        expect(combined).toBe(predictor.evaluate(model).accuracy);
      }),
    );
  });

  it("rises with each tower score", () => {
    const { combine } = predictor.towerScores(prunedClip(fullText, fullVision));
    const score = fc.double({ min: -5, max: 0, noNaN: true });
    fc.assert(
      fc.property(score, score, score, (a, b, other) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(combine(high, other)).toBeGreaterThanOrEqual(combine(low, other));
        expect(combine(other, high)).toBeGreaterThanOrEqual(combine(other, low));
      }),
    );
  });

  it("does not extrapolate inside the space, and names what is outside", () => {
    expect(predictor.evaluate(prunedClip(fullText, fullVision)).extrapolation).toEqual([]);
    const tiny = predictor.evaluate(prunedClip({ ...fullText, layers: 1, hidden: 64 }, fullVision));
    expect(tiny.extrapolation).toEqual(["text_layers", "text_hidden"]);
  });

  it("widens the interval for pruned models, unknown data and shapes outside", () => {
    const width = (model: Parameters<typeof predictor.evaluate>[0]) => {
      const { low, high } = predictor.evaluate(model);
      return high - low;
    };
    const full = prunedClip(fullText, fullVision);
    const unknown = { ...full, training: { ...full.training!, pretrained: "my_own_data" } };
    expect(width(prunedClip({ ...fullText, layers: 9 }, fullVision))).toBeGreaterThan(width(full));
    expect(width(unknown)).toBeGreaterThan(width(full));
    expect(predictor.evaluate(unknown).extrapolation).toEqual(["pretrained"]);
    expect(predictor.evaluate({ ...full, training: null }).extrapolation).toEqual(["pretrained"]);
    expect(width(prunedClip({ ...fullText, hidden: 8192 }, fullVision))).toBeGreaterThan(width(full));
  });

  it("names the published model nearest in shape", () => {
    expect(predictor.evaluate(prunedClip(fullText, fullVision)).nearest).toBe("ViT-B-16 datacomp_xl_s13b_b90k");
    const small = prunedClip(
      { layers: 6, hidden: 512, ffn: 1024, heads: 6 },
      { layers: 8, hidden: 672, ffn: 1920, heads: 6 },
    );
    expect(predictor.evaluate(small).nearest).toBe("CarbonCLIP-S");
  });

  it("gives six decimals", () => {
    const { accuracy, low, high } = predictor.evaluate(prunedClip(fullText, fullVision));
    for (const value of [accuracy, low, high]) expect(Number(value.toFixed(6))).toBe(value);
  });

  it("makes tens of thousands of predictions a second of processor time", () => {
    const models = Array.from({ length: 200 }, (_, k) => prunedClip({ ...fullText, layers: 6 + (k % 7) }, fullVision));
    const run = () => {
      const start = process.cpuUsage();
      for (let round = 0; round < 50; round++) for (const model of models) predictor.evaluate(model);
      return 10_000 / (process.cpuUsage(start).user / 1e6);
    };
    run();
    expect(Math.max(run(), run(), run(), run(), run())).toBeGreaterThan(20_000);
  });
});

describe("what is asked of a predictor", () => {
  it("refuses a metric it has not, naming those it has", () => {
    expect(() => createPredictor("perplexity")).toThrow(AccuracyRefusal);
    expect(() => createPredictor("perplexity")).toThrow(`there are: ${metricNames.join(", ")}`);
  });

  it("refuses a model of another kind", () => {
    expect(() => createPredictor("glue").evaluate(prunedClip(fullText, fullVision))).toThrow(
      'metric "glue" is of bert models, but "ViT-B-16 datacomp_xl_s13b_b90k" is of family clip',
    );
  });

  it.each([
    ["ViT-L-14", "openai", "openclip-mean-38"],
    ["CarbonCLIP-M", "datacomp", "clip-benchmark-mean"],
  ])("takes the metric in which %s is published", (family, pretrained, metric) => {
    const read = modelFromRow({
      family,
      pretrained,
      text_layers: "6",
      text_hidden: "512",
      vision_layers: "6",
      vision_hidden: "768",
      vision_patch: "16",
    });
    expect(read.kind === "model" && defaultMetric(read.model)).toBe(metric);
  });

  it.each(Object.entries(FAMILY_METRIC))(
    "has a fit for the metric in which studies judge %s models",
    (family, metric) => {
      const known = metricsOfFamily(family as keyof typeof FAMILY_METRIC);
      if (metric === null) expect(known).toEqual([]);
      else expect(known).toContain(metric);
    },
  );

  it("says where its numbers come from", () => {
    for (const metric of metricNames) {
      expect(createPredictor(metric).origin).toMatch(
        /^predictor, [\w-]+, cross-validated MAE \d+\.\d points on \d+ models/,
      );
    }
  });
});
