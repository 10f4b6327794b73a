import { createPredictor, modelKey } from "../../accuracy/index.ts";
import type { ModelSpec } from "../../spec/model.ts";
import type { TowerOptions } from "./tower-options.ts";

/** Structurally what the search room calls the accuracy of a decomposition. */
export type PartAccuracy =
  | {
      readonly kind: "monotone";
      readonly metric: string;
      readonly scores: readonly [Float64Array, Float64Array];
      readonly valueOf: (score: number) => number;
    }
  | { readonly kind: "pairs"; readonly metric: string; readonly values: Float64Array };

/** For each side, the model with each option of that tower; options may share one. */
type Sides = readonly [TowerOptions, TowerOptions];

/** What an option has of what is known of its model. */
function byOption({ count, judged }: TowerOptions, values: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: count }, (_, option) => values[judged.of(option)]!);
}

/** Accuracies that are given model by model, as a table over all pairs of options. */
export function accuracyFrom(known: ReadonlyMap<string, number>, base: ModelSpec, towers: Sides): PartAccuracy {
  const models = towers.map(({ count, judged }) =>
    Array.from({ length: count }, (_, i) => judged.models[judged.of(i)]!),
  );
  const values = models[0]!.flatMap((first) =>
    models[1]!.map((second) => {
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
 * @throws AccuracyRefusal for a metric of another family
 */
export function accuracyOf(metric: string, base: ModelSpec, [first, second]: Sides): PartAccuracy {
  const predictor = createPredictor(metric);
  if (base.family !== "clip") {
    const values = first.judged.models.map((model) => predictor.evaluate(model).accuracy);
    return { kind: "pairs", metric: "accuracy", values: byOption(first, values) };
  }
  const towers = predictor.towerScores(base);
  const scored = (of: (model: ModelSpec) => number, tower: TowerOptions): Float64Array =>
    byOption(tower, tower.judged.models.map(of));
  const scores = [
    scored((model) => ("vision" in model && "text" in model ? towers.textScore(model.text) : 0), first),
    scored((model) => ("vision" in model ? towers.visionScore(model.vision) : 0), second),
  ] as const;
  // x + 0 is x: the sum is the one that `combine` makes itself.
  return { kind: "monotone", metric: "accuracy", scores, valueOf: (score) => towers.combine(score, 0) };
}
