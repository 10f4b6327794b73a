import { exp, log } from "../../math/index.ts";
import type { Sparsity } from "../../spec/sparsity.ts";
import type { MeasuredZeros } from "../activation-sparsity.ts";
import type { ReducedModel } from "../token-reduction/form.ts";

/**
 * Price of narrow numbers: the loss λ of a model against itself in full precision, on one scale for all metrics.
 *
 *   perplexity   λ = ln(value / baseline)
 *   percent      λ = −ln((value − chance) / (baseline − chance))
 *
 *   λ = Σ over narrow parts of  share · exp( A + slope · (4 − bits) )
 *
 * A part is a tower's weights, activations or KV cache at one width, `share` the part of the tower that it is (sum of
 * sensitivities), A a sum of pooled effects: operand, family, method, task, size, scales. What has 16 bits or more loses nothing.
 * Large losses saturate at {@link COLLAPSE}. Fitted on g = asinh(λ / 0.01): linear for losses within noise, logarithmic for others.
 * Data, form and errors on sources held out: docs/accuracy.md.
 */
export const OPERANDS = ["weights", "activations", "kv"] as const;
export type Operand = (typeof OPERANDS)[number];

export type Family = "decoder" | "vision-language" | "vit" | "bert" | "clip";

/** How weights were quantised; how activations were, with what has a scale of its own. */
export type WeightsMethod = "rtn" | "calibrated" | "trained" | "scratch";
export type ActivationsMethod = "naive" | "static" | "token" | "block" | "rotated" | "trained" | "scratch" | "none";

/** One narrow part. */
export interface NarrowPart {
  readonly operand: Operand;
  readonly bits: number;
  /** Of its tower, 0 to 1. */
  readonly share: number;
  /** Elements of a scale; 0: those of a channel or of all. */
  readonly group: number;
  /** Whether it is the text tower of a pair, or both towers at once. */
  readonly hasText: boolean;
  readonly hasVision: boolean;
}

/** Everything that the price of a model looks at. */
export interface PricedModel {
  readonly family: Family;
  readonly task: string;
  readonly weights: WeightsMethod;
  readonly activations: ActivationsMethod;
  readonly isCodebook: boolean;
  readonly parameters: number;
  /** Tokens seen in training; null: unknown, taken as 300 a parameter. */
  readonly tokens: number | null;
  /** Under 16 bits, all of them. */
  readonly parts: readonly NarrowPart[];
  /** Of the tower, where it is seen; absent: dense. */
  readonly sparsity?: Sparsity | undefined;
  /** Fewer tokens from layer to layer, where it is seen; absent: all of them. */
  readonly reduction?: ReducedModel | undefined;
  /** Activations that are zero at run time, where they are seen; absent: none are made so. */
  readonly zeros?: MeasuredZeros | undefined;
}

export const FULL_BITS = 16;
/** A loss of e^-4 of what was above chance, or a perplexity 55 times as high: nothing is left to lose. */
export const COLLAPSE = 4;
const SCALE = 0.01;
/** Fewer bits are never better at equal method. */
export const LEAST_SLOPE = 0.2;

/** asinh(λ / 0.01) of a loss, at most that of a collapse. */
export function fitted(loss: number): number {
  const x = Math.min(loss, COLLAPSE) / SCALE;
  return x < 0 ? -log(-x + Math.sqrt(x * x + 1)) : log(x + Math.sqrt(x * x + 1));
}

/** The loss of a fitted value. */
export function lossOf(value: number): number {
  return (SCALE * (exp(value) - exp(-value))) / 2;
}

/** dg/dλ. */
export const fittedSlope = (loss: number): number => 1 / Math.sqrt(loss * loss + SCALE * SCALE);

/** Size to which the effect of a family's size is relative. */
const REFERENCE_SIZE: Readonly<Record<Family, number>> = {
  ...{ decoder: 7e9, "vision-language": 7e9, vit: 86e6, bert: 110e6, clip: 150e6 },
};
/** Tokens a parameter where nothing is known. */
const TOKENS_PER_PARAMETER = 300;

export type Effect = readonly [name: string, value: number];

const methodOf = ({ weights, activations }: PricedModel, operand: Operand): string =>
  operand === "weights" ? weights : operand === "activations" ? activations : "cache";

/** Static scales, which a text tower does not stand. */
export const isStatic = ({ activations }: Pick<PricedModel, "activations">): boolean =>
  activations === "naive" || activations === "static";

/** Pooled effects of a part, each with what multiplies it. */
export function effectsOf(model: PricedModel, part: NarrowPart): readonly Effect[] {
  const { family, task, parameters, tokens, isCodebook } = model;
  const { operand, group, bits } = part;
  const kin = family === "vision-language" ? "decoder" : family;
  const method = methodOf(model, operand);
  const effects: Effect[] = [
    [operand, 1],
    [`${operand} ${kin}`, 1],
    [`${operand} method ${method}`, 1],
    [`task ${task}`, 1],
  ];
  if (family === "vision-language") effects.push(["vision-language", 1]);
  if (kin !== "decoder") effects.push([`size ${family}`, log(Math.max(parameters, 1e6) / REFERENCE_SIZE[family])]);
  else if (tokens !== null) effects.push(["tokens per parameter", log(tokens / parameters / TOKENS_PER_PARAMETER)]);
  const isFitted = method === "rtn" || method === "calibrated";
  if (operand === "weights" && group > 0 && isFitted)
    effects.push([`group ${method}`, log(1024 / Math.max(group, 8)) / Math.LN2]);
  if (operand === "weights" && isCodebook) effects.push(["codebook", 1]);
  if (family === "clip" && isStatic(model) && part.hasText && part.hasVision) effects.push(["clip static text", 1]);
  if (operand === "weights" && isFitted && !isCodebook && bits < 3) effects.push([`below 3 ${method}`, 3 - bits]);
  return effects;
}

/**
 * Kinds of rows that may stand for a part; a part that is narrower than any row of its kind is refused. Text towers of pairs have a
 * kind of their own, since they are the fragile half.
 */
export function kindOf(model: PricedModel, { operand, hasText }: NarrowPart): string {
  const { family, weights, activations, isCodebook } = model;
  if (operand === "kv") return "cache";
  const tower = family === "clip" && hasText ? "text " : "";
  if (operand === "weights" && isCodebook) return "codebook";
  if (operand === "weights") return weights === "rtn" || weights === "calibrated" ? `${tower}post-training` : weights;
  return isStatic(model) ? `${tower}static` : activations === "token" ? `${tower}token` : activations;
}

export const coverageKey = (model: PricedModel, part: NarrowPart): string =>
  `${model.family} ${part.operand} ${kindOf(model, part)}`;

/** Bands of the narrowest width, in which errors are counted. */
export const BANDS = [8, 6, 4, 3, 2] as const;
export function bandOf(bits: number): (typeof BANDS)[number] {
  return bits >= 7.5 ? 8 : bits >= 4.9 ? 6 : bits >= 3.5 ? 4 : bits >= 2.5 ? 3 : 2;
}

export function narrowestOf({ parts }: PricedModel): number {
  return parts.reduce((least, { bits }) => Math.min(least, bits), FULL_BITS);
}

/** What the width of an interval depends on. */
export function spreadOf(model: PricedModel, value: number): readonly number[] {
  const band = bandOf(narrowestOf(model));
  const isLow = band <= 3;
  const isLearnt = model.weights === "trained" || model.weights === "scratch" || model.isCodebook;
  const narrowActivations = model.parts.some(({ operand, bits }) => operand === "activations" && bits < 7);
  const x = Math.min(value / fitted(COLLAPSE), 1);
  return [
    1,
    Number(band === 8),
    Number(isLow),
    Number(isStatic(model) && narrowActivations),
    Number(isLearnt && isLow),
    Number(isLow && model.weights === "rtn"),
    x,
    2 * x * (1 - x),
  ];
}

/** Effects and slopes by name. */
export type Coefficients = Readonly<Record<string, number>>;

/** Loss of a model with these parts, 0 to {@link COLLAPSE}; effects that the fit has not seen count zero. */
export function lossBy(coefficients: Coefficients, model: PricedModel): number {
  return saturated(rawLossBy(coefficients, model));
}

export const saturated = (rawLoss: number): number => COLLAPSE * (1 - exp(-rawLoss / COLLAPSE));

/** The same before it saturates: what adds up over parts and towers. */
export function rawLossBy(coefficients: Coefficients, model: PricedModel): number {
  let loss = 0;
  for (const part of model.parts) {
    let amplitude = log(part.share);
    for (const [name, value] of effectsOf(model, part)) amplitude += (coefficients[name] ?? 0) * value;
    const slope = Math.max(LEAST_SLOPE, coefficients[`slope ${part.operand}`] ?? LEAST_SLOPE);
    loss += exp(Math.min(3, Math.max(-30, amplitude + slope * (4 - part.bits))));
  }
  return loss;
}

/** Factor on both ends: thirds of the sources held out were covered a little less than single sources. */
const SAFETY = 1.1;

/** Ends of the interval about a fitted value, from quantiles of errors on sources held out. */
export function endsOf(
  quantiles: { readonly low: readonly number[]; readonly high: readonly number[] },
  model: PricedModel,
  value: number,
): readonly [low: number, high: number] {
  const spread = spreadOf(model, value);
  const dot = (weights: readonly number[]): number => weights.reduce((sum, weight, j) => sum + weight * spread[j]!, 0);
  return [value + SAFETY * Math.min(0, dot(quantiles.low)), value + SAFETY * Math.max(0, dot(quantiles.high))];
}
