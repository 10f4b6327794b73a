import { createPredictor, modelKey } from "../../accuracy/index.ts";
import type { ModelSpec } from "../../spec/model.ts";

/** Structurally what the search room calls the accuracy of a decomposition. */
export type PartAccuracy =
  | {
      readonly kind: "monotone";
      readonly metric: string;
      readonly scores: readonly [Float64Array, Float64Array];
      readonly valueOf: (score: number) => number;
    }
  | { readonly kind: "pairs"; readonly metric: string; readonly values: Float64Array };

type Sides = readonly [readonly ModelSpec[], readonly ModelSpec[]];

/** Accuracies that are given model by model, as a table over all pairs of options. */
export function accuracyFrom(known: ReadonlyMap<string, number>, base: ModelSpec, models: Sides): PartAccuracy {
  const values = models[0].flatMap((first) =>
    models[1].map((second) => {
      const whole = base.family === "clip" && "vision" in second ? { ...first, vision: second.vision } : first;
      const value = known.get(modelKey(whole as ModelSpec));
      if (value === undefined) throw new Error(`no accuracy is given for ${modelKey(whole as ModelSpec)}`);
      return value;
    }),
  );
  return { kind: "pairs", metric: "accuracy", values: Float64Array.from(values) };
}

/**
 * Accuracy of every pair of options, equal bit for bit to what the predictor gives for the whole model.
 *
 * @param models for each side, the model with each option of that tower
 * @throws AccuracyRefusal for a metric of another family
 */
export function accuracyOf(metric: string, base: ModelSpec, models: Sides): PartAccuracy {
  const predictor = createPredictor(metric);
  if (base.family !== "clip") {
    const values = Float64Array.from(models[0], (model) => predictor.evaluate(model).accuracy);
    return { kind: "pairs", metric: "accuracy", values };
  }
  const towers = predictor.towerScores(base);
  const scores = [
    Float64Array.from(models[0], (model) => ("vision" in model && "text" in model ? towers.textScore(model.text) : 0)),
    Float64Array.from(models[1], (model) => ("vision" in model ? towers.visionScore(model.vision) : 0)),
  ] as const;
  // x + 0 is x: the sum is the one that `combine` makes itself.
  return { kind: "monotone", metric: "accuracy", scores, valueOf: (score) => towers.combine(score, 0) };
}
