import { exp, log } from "../../math/index.ts";
import { COLLAPSE, fitted, lossOf } from "../precision/form.ts";

/**
 * Price of tokens that are merged or pruned: the loss λ of a model against itself with all of them, on the scale of precision/form.ts.
 *
 *   λ = exp( Σ effects ) · (share^(−2) − 1)
 *
 *   share    mean over the layers of the tokens that go on to the FFN, over those of the first layer
 *   effects  1, retrained, ln(tokens / 197), ln(parameters of the blocks / 86 M)
 *
 * Fitted on asinh(λ / 0.01), least squares with all effects but the first drawn to zero. Fewer tokens never lose less. Data, errors
 * and what is refused: docs/accuracy.md.
 */
export interface ReducedModel {
  readonly form: "merging" | "pruning";
  readonly isRetrained: boolean;
  /** Mean share of the tokens, above 0, at most 1. */
  readonly share: number;
  /** Tokens of the first layer. */
  readonly tokens: number;
  /** Of the blocks of the tower. */
  readonly parameters: number;
}

const REFERENCE_TOKENS = 197;
const REFERENCE_PARAMETERS = 86e6;

export function reductionEffects({ isRetrained, tokens, parameters }: ReducedModel): readonly number[] {
  return [1, Number(isRetrained), log(tokens / REFERENCE_TOKENS), log(parameters / REFERENCE_PARAMETERS)];
}

/** What the effects multiply: 0 where all tokens stay. */
export const thinness = ({ share }: ReducedModel): number => 1 / (share * share) - 1;

/** λ of an estimate, 0 to {@link COLLAPSE}. */
export function reductionLossBy(effects: readonly number[], model: ReducedModel): number {
  const amplitude = reductionEffects(model).reduce((sum, each, i) => sum + each * effects[i]!, 0);
  return Math.min(COLLAPSE, exp(amplitude) * thinness(model));
}

/** Kinds of rows that may stand for a model. */
export const reductionKind = ({ form, isRetrained }: ReducedModel): string =>
  `${form} ${isRetrained ? "retrained" : "untrained"}`;

/** Rows of a kind: the least share of tokens that they keep, between how many tokens. */
export interface ReductionCoverage {
  readonly leastShare: number;
  readonly tokens: readonly [least: number, most: number];
  readonly rows: number;
  readonly sources: readonly string[];
}

/** The fit, as kept in `tables/token-reduction.json`. */
export interface StoredReduction {
  readonly table: string;
  readonly tableSha256: string;
  readonly effects: readonly number[];
  readonly halfWidth: number;
  readonly coverage: Readonly<Record<string, ReductionCoverage>>;
}

/** λ with the ends of its 90 % interval; below zero: a gain. */
export interface ReductionLoss {
  readonly loss: number;
  readonly low: number;
  readonly high: number;
}

export function reductionLoss({ effects, halfWidth }: StoredReduction, model: ReducedModel): ReductionLoss {
  const loss = reductionLossBy(effects, model);
  const value = fitted(loss);
  const most = fitted(COLLAPSE);
  const high = value + halfWidth;
  return { loss, low: lossOf(value - halfWidth), high: high >= most ? Infinity : lossOf(high) };
}

const SHARE_MARGIN = 1e-3;
/** Numbers of tokens a tenth apart are one size of image. */
const TOKEN_MARGIN = 1.1;

/** Why rows of its kind do not stand for a model; null: they do. */
export function outsideReduction(coverage: StoredReduction["coverage"], model: ReducedModel): string | null {
  const kind = reductionKind(model);
  const found = coverage[kind];
  if (found === undefined)
    return `no loss by token ${model.form} of a model that was ${model.isRetrained ? "" : "not "}trained again is published`;
  const { share, tokens } = model;
  const [least, most] = found.tokens;
  if (tokens * TOKEN_MARGIN < least || tokens > most * TOKEN_MARGIN)
    return `no loss by token ${kind} is published of ${tokens} tokens, but of ${least === most ? least : `${least} to ${most}`}`;
  if (share >= found.leastShare - SHARE_MARGIN) return null;
  return `no loss by token ${kind} is published below a mean share of ${found.leastShare.toFixed(3)} of the tokens, and this keeps ${share.toFixed(3)}`;
}
