import type { ModelSpec, TextTower, VisionTower } from "../spec/model.ts";
import { logistic, roundAccuracy } from "./log-odds.ts";
import { partOf, termValue, type Part, type TermShape } from "./form.ts";
import { defaultMetric, metricDefinition, metricNames, type MetricDefinition } from "./metrics.ts";
import { nearestModel } from "./nearest.ts";
import { outsideRanges, unseenForms } from "./ranges.ts";
import { storedFits, type CrossValidation, type StoredFit } from "./stored-fit.ts";
import { subjectOf, textShape, visionShape, type Subject } from "./subject.ts";
import type { AccuracyEstimate, AccuracyEvaluator } from "./types.ts";

/** A model or a metric that the predictor has no business judging. */
export class AccuracyRefusal extends Error {
  readonly code: "accuracy/unknown-metric" | "accuracy/wrong-family";
  constructor(code: AccuracyRefusal["code"], message: string) {
    super(message);
    this.name = "AccuracyRefusal";
    this.code = code;
  }
}

/** Accuracy of a dual encoder split by tower, for one training; `combine` is what `evaluate` gives. */
export interface TowerScores {
  textScore(tower: TextTower): number;
  visionScore(tower: VisionTower): number;
  /** Accuracy, a fraction rounded to 1e-6; rises with each score. */
  combine(textScore: number, visionScore: number): number;
}

export interface Predictor extends AccuracyEvaluator {
  readonly metric: string;
  readonly title: string;
  readonly crossValidation: CrossValidation;
  /** Scores of towers that replace those of `base`, whose training and parent architecture stay. */
  towerScores(base: ModelSpec): TowerScores;
}

/**
 * Predictor of one metric:
 *
 *   accuracy = logistic(intercept + Σ effects of the training − Σ amplitude · (quantity / reference)^(−exponent))
 *
 * Form, data and errors on models held out: docs/accuracy.md.
 *
 * @throws AccuracyRefusal `accuracy/unknown-metric`, listing the metrics there are; `evaluate` throws `accuracy/wrong-family`
 */
export function createPredictor(metric: string): Predictor {
  const definition = metricDefinition(metric);
  if (!definition) {
    const known = metricNames.join(", ");
    throw new AccuracyRefusal("accuracy/unknown-metric", `no predictor for metric "${metric}"; there are: ${known}`);
  }
  return predictorOf(definition, storedFits().get(metric)!);
}

/** Predictor of the metric in which such models publish their results. */
export function predictorFor(model: ModelSpec): Predictor {
  const metric = defaultMetric(model);
  if (metric !== null) return createPredictor(metric);
  const message = `no predictor for models of family ${model.family}, such as "${model.name}"`;
  throw new AccuracyRefusal("accuracy/wrong-family", message);
}

export function predictorOf(definition: MetricDefinition, fit: StoredFit): Predictor {
  const { metric, title, family } = definition;
  const known = new Set(fit.knownData);
  const check = (model: ModelSpec): void => {
    if (model.family === family) return;
    const message = `metric "${metric}" is of ${family} models, but "${model.name}" is of family ${model.family}`;
    throw new AccuracyRefusal("accuracy/wrong-family", message);
  };
  return {
    metric,
    title,
    crossValidation: fit.crossValidation,
    origin: originOf(fit),
    isMonotoneInTowerScores: true,
    evaluate(model) {
      check(model);
      const predicted = estimate(fit, known, subjectOf(model));
      return { ...predicted, extrapolation: [...predicted.extrapolation, ...unseenForms(model)] };
    },
    towerScores(base) {
      check(base);
      const { training } = subjectOf(base);
      const none: TermShape = { text: null, vision: null, training };
      const parent = training?.parent ?? null;
      const rest = fit.intercept + effectsOf(fit, training?.effects ?? []) + partScore(fit, "training", none);
      return {
        textScore: (tower) => partScore(fit, "text", { ...none, text: textShape(tower, parent?.text ?? null) }),
        visionScore: (tower) =>
          partScore(fit, "vision", { ...none, vision: visionShape(tower, parent?.vision ?? null) }),
        combine: (textScore, visionScore) => roundAccuracy(logistic(textScore + visionScore + rest)),
      };
    },
  };
}

function originOf({ metric, crossValidation: cv }: StoredFit): string {
  const rank =
    cv.spearmanWithinFamily === null ? "" : `, Spearman within a family ${cv.spearmanWithinFamily.toFixed(2)}`;
  const error = `cross-validated MAE ${cv.maePoints.toFixed(1)} points on ${cv.models} models`;
  return `predictor, ${metric}, ${error}${rank}`;
}

function partScore(fit: StoredFit, part: Part, shape: TermShape): number {
  let score = 0;
  fit.settings.terms.forEach((term, index) => {
    if (partOf(term) === part) score += fit.amplitudes[index]! * termValue(term, shape);
  });
  return score;
}

function effectsOf(fit: StoredFit, effects: readonly string[]): number {
  let score = 0;
  for (const effect of effects) if (Object.hasOwn(fit.effects, effect)) score += fit.effects[effect]!;
  return score;
}

function estimate(fit: StoredFit, known: ReadonlySet<string>, subject: Subject): AccuracyEstimate {
  const rest = fit.intercept + effectsOf(fit, subject.training?.effects ?? []) + partScore(fit, "training", subject);
  // In the order of `combine`, so that both give the same bits.
  const score = partScore(fit, "text", subject) + partScore(fit, "vision", subject) + rest;
  const outside = outsideRanges(fit.ranges, subject);
  const isKnown = subject.training !== null && known.has(subject.training.data);
  const width = halfWidth(fit, isKnown, subject.isPruned) * (1 + outside.distance);
  return {
    accuracy: roundAccuracy(logistic(score)),
    low: roundAccuracy(logistic(score - width)),
    high: roundAccuracy(logistic(score + width)),
    metric: fit.metric,
    extrapolation: isKnown ? outside.columns : ["pretrained", ...outside.columns],
    nearest: nearestModel(fit.models, subject),
  };
}

export function halfWidth({ halfWidths }: Pick<StoredFit, "halfWidths">, isKnown: boolean, isPruned: boolean): number {
  const trained = isKnown ? halfWidths.knownData : halfWidths.unseenData;
  return isPruned ? Math.max(trained, halfWidths.pruned ?? halfWidths.unseenData) : trained;
}
