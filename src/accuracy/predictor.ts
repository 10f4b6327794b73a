import { exp } from "../math/index.ts";
import type { ModelSpec, TextTower, Tower, VisionTower } from "../spec/model.ts";
import { logistic, roundAccuracy } from "./log-odds.ts";
import { drawnAccuracies, probabilityAbove, type Standing } from "./differences/standing.ts";
import { partOf, termValue, type Part, type TermShape } from "./form.ts";
import { defaultMetric, metricDefinition, metricNames, type MetricDefinition } from "./metrics.ts";
import { FULL_BITS } from "./precision/form.ts";
import { priceOf, pricedTowers, uncoveredParts, type ComputedFormats, type Uncovered } from "./precision/price.ts";
import { nearestModel } from "./nearest.ts";
import { outsideRanges, unseenForms } from "./ranges.ts";
import { storedFits, type CrossValidation, type StoredFit } from "./stored-fit.ts";
import { subjectOf, textShape, visionShape, type Subject } from "./subject.ts";
import type { AccuracyEstimate, AccuracyEvaluator } from "./types.ts";

/** A model or a metric that the predictor has no business judging. */
export class AccuracyRefusal extends Error {
  readonly code: "accuracy/unknown-metric" | "accuracy/wrong-family" | "accuracy/unpriced-precision";
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

/** Number formats that an estimate prices: those of the machine, those in which tensors are stored. */
export interface Formats {
  readonly computed: ComputedFormats;
  readonly isStorageSeen: boolean;
  /** Whether weights that are left out are priced. */
  readonly isSparsitySeen: boolean;
  /** Whether tokens that are merged or pruned are priced. */
  readonly isReductionSeen: boolean;
  /** Towers whose activations that are zero at run time are priced. */
  readonly zerosSeen: readonly string[];
}

export interface Predictor extends AccuracyEvaluator {
  /**
   * @param formats  what narrow numbers to price; left out: the model in full precision, whatever it is stored in
   * @throws AccuracyRefusal `accuracy/unpriced-precision` where no published row is as narrow
   */
  evaluate(model: ModelSpec, formats?: Formats | null): AccuracyEstimate;
  /** Why formats cannot be priced, by operand; empty: they can. */
  unpriced(model: ModelSpec, formats: Formats): readonly Uncovered[];
  readonly metric: string;
  readonly title: string;
  readonly crossValidation: CrossValidation;
  /** What decides how a model compares with another one of equal training. @throws as `evaluate` does */
  standing(model: ModelSpec, formats?: Formats | null): Standing;
  /** P(a is more accurate than b), 0 to 1; 0.5 of what is equal. */
  probabilityAbove(a: Standing, b: Standing): number;
  /** One draw of the accuracies of models of one study, with what they share drawn once. @param normal standard normal numbers */
  drawn(standings: readonly Standing[], normal: () => number): readonly number[];
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
    evaluate(model, formats = null) {
      check(model);
      const predicted = estimate(fit, known, subjectOf(model));
      const whole = { ...predicted, extrapolation: [...predicted.extrapolation, ...unseenForms(model)] };
      return formats === null ? whole : narrowed(whole, definition, model, formats);
    },
    unpriced(model, formats) {
      check(model);
      return uncoveredParts(towersIn(definition, model, formats));
    },
    standing(model, formats = null) {
      check(model);
      const subject = subjectOf(model);
      const { text, vision } = subject;
      const towers = formats === null ? [] : pricedIn(definition, model, formats);
      const named = towers.map(({ weights, activations, parts, sparsity, reduction, zeros }) => [
        ...[weights, activations, parts, sparsity, reduction, zeros],
      ]);
      return {
        score: scoreOf(fit, subject),
        terms: fit.settings.terms.map((term) => termValue(term, subject)),
        shape: JSON.stringify([text, vision]),
        loss: formats === null ? 0 : priceOf(towers).loss,
        formats: JSON.stringify(named),
        chance: definition.precision.chance,
      };
    },
    probabilityAbove: (a, b) => probabilityAbove(metric, a, b),
    drawn: (standings, normal) => drawnAccuracies(metric, standings, normal),
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

function towersIn(
  { precision }: MetricDefinition,
  model: ModelSpec,
  { computed, isStorageSeen, isSparsitySeen, isReductionSeen, zerosSeen }: Formats,
) {
  const tokens = subjectOf(model).training?.samplesSeen ?? null;
  const towers = pricedTowers(isStorageSeen ? model : asComputed(model), precision, computed, tokens);
  return towers.map(({ name, ...tower }) => ({
    ...tower,
    sparsity: isSparsitySeen ? tower.sparsity : undefined,
    reduction: isReductionSeen ? tower.reduction : undefined,
    zeros: zerosSeen.includes(name) ? tower.zeros : undefined,
  }));
}

/** The same where all of it is priced. @throws AccuracyRefusal */
function pricedIn(definition: MetricDefinition, model: ModelSpec, formats: Formats) {
  const towers = towersIn(definition, model, formats);
  const [uncovered] = uncoveredParts(towers);
  if (uncovered !== undefined) throw new AccuracyRefusal("accuracy/unpriced-precision", uncovered.reason);
  return towers;
}

/** The model with its tensors stored in full precision; how they were quantised stays. */
function asComputed(model: ModelSpec): ModelSpec {
  const plain = (tower: Tower): Tower => {
    const { method, scales, rotated } = tower.quantisation ?? {};
    return { ...tower, quantisation: { method, scales, rotated } };
  };
  const towers = Object.entries(model).map(([name, part]: [string, unknown]) => [
    name,
    name === "text" || name === "vision" ? plain(part as Tower) : part,
  ]);
  return Object.fromEntries(towers) as unknown as ModelSpec;
}

/** What is left of an accuracy: what is above chance shrinks by e^−λ, each end by that of the loss, so that both are conservative. */
function narrowed(
  whole: AccuracyEstimate,
  definition: MetricDefinition,
  model: ModelSpec,
  formats: Formats,
): AccuracyEstimate {
  const towers = pricedIn(definition, model, formats);
  const { loss, low, high, marks } = priceOf(towers);
  const { chance } = definition.precision;
  const left = (accuracy: number, by: number): number =>
    accuracy <= chance ? accuracy : roundAccuracy(chance + (accuracy - chance) * exp(-by));
  const lost = (by: number): number => roundAccuracy(whole.accuracy - left(whole.accuracy, by));
  const accuracy = left(whole.accuracy, loss);
  return {
    ...whole,
    accuracy,
    low: Math.min(accuracy, left(whole.low, high)),
    high: Math.min(1, Math.max(accuracy, left(whole.high, low))),
    extrapolation: [
      ...whole.extrapolation.filter((name) => !isPriced(name, formats)),
      ...marks,
      ...unpricedTables(model, formats),
    ],
    precisionLoss: { value: lost(loss), low: lost(low), high: lost(high) },
    // A curve of accuracies says nothing of perplexities.
    ...(model.family === "decoder" && towers.every(({ zeros }) => zeros === undefined)
      ? { perplexityRatio: perplexityRatio(definition, model, formats) }
      : {}),
  };
}

/** Whether what a model has and the fit has not is in the price. */
function isPriced(name: string, { isStorageSeen, isSparsitySeen, isReductionSeen, zerosSeen }: Formats): boolean {
  return (
    (isStorageSeen && name.endsWith("_quantisation")) ||
    (isSparsitySeen && name.endsWith("_sparsity")) ||
    (isReductionSeen && name.endsWith("_token_reduction")) ||
    zerosSeen.some((tower) => name === `${tower}_activation_sparsity`)
  );
}

/** Perplexity of a decoder over that in full precision, by the rows that are of perplexity; no upper end where anything may be left. */
function perplexityRatio(definition: MetricDefinition, model: ModelSpec, formats: Formats) {
  const precision = { ...definition.precision, task: "perplexity" };
  const { loss, low, high } = priceOf(towersIn({ ...definition, precision }, model, formats));
  const ratio = (by: number): number => Number(exp(by).toPrecision(6));
  return { value: ratio(loss), low: ratio(low), high: high === Infinity ? null : ratio(high) };
}

/** Published rows leave embeddings, heads and norms at 8 bits or more. */
const LEAST_OF_TABLES = 8;

function unpricedTables(model: ModelSpec, { computed, isStorageSeen }: Formats): readonly string[] {
  const isNarrow = Object.entries(model).some(([name, part]: [string, unknown]) => {
    if (name !== "text" && name !== "vision") return false;
    const { embedding, head, norms } = (isStorageSeen ? (part as Tower).quantisation : undefined) ?? {};
    return [embedding, head, norms]
      .flat()
      .some((each) => (each?.bits ?? computed?.weight ?? FULL_BITS) < LEAST_OF_TABLES);
  });
  return isNarrow ? ["embedding_head_norms_under_8_bits"] : [];
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

function scoreOf(fit: StoredFit, subject: Subject): number {
  const rest = fit.intercept + effectsOf(fit, subject.training?.effects ?? []) + partScore(fit, "training", subject);
  // In the order of `combine`, so that both give the same bits.
  return partScore(fit, "text", subject) + partScore(fit, "vision", subject) + rest;
}

function estimate(fit: StoredFit, known: ReadonlySet<string>, subject: Subject): AccuracyEstimate {
  const score = scoreOf(fit, subject);
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
