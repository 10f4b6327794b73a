import { listOf, real, section } from "./fields.ts";
import type { SparseForm } from "./sparsity.ts";

/** What was measured of a model at one threshold. */
export interface ThresholdPoint {
  readonly threshold: number;
  /** Mean share of the activations that are not below it. */
  readonly kept: number;
  /** Accuracy so, a fraction of the metric that is asked for; absent: not measured. */
  readonly accuracy?: number | undefined;
}

/**
 * Activations whose size is below a threshold are taken as zero at run time, in every layer (dynamic pruning: Tuli and Jha 2023, AccelTran,
 * arXiv 2302.14705, section III-A). What stays at which threshold is the model's and the data's: a measured curve.
 */
export interface ActivationSparsity {
  readonly threshold: number;
  /** By rising threshold, at least two. */
  readonly curve: readonly ThresholdPoint[];
}

const MOST = 1e9;
/** Field that `--set` changes too: one definition for both. */
export const activationThreshold = real(0, MOST);

/** `activationSparsity:` of one tower. */
export const towerActivationSparsity = section({
  threshold: activationThreshold.describe("Activations of a smaller size are taken as zero at run time"),
  curve: listOf(
    section({
      threshold: activationThreshold,
      kept: real(0.001, 1).describe("Mean share of the activations that stays"),
      accuracy: real(0, 1).optional().describe("Accuracy so, a fraction of the metric that is asked for"),
    }),
    "thresholds with what stays",
    2,
    1000,
  ).describe("What was measured, by rising threshold"),
});

/** The rows of the curve about a threshold, and how far it lies between them, 0 to 1. */
export interface CurvePlace {
  readonly below: ThresholdPoint;
  readonly above: ThresholdPoint;
  readonly part: number;
}

/** @throws RangeError outside the curve */
export function placeOnCurve({ threshold, curve }: ActivationSparsity): CurvePlace {
  const at = curve.findIndex((row) => row.threshold >= threshold);
  const above = curve[at];
  if (above === undefined || threshold < curve[0]!.threshold)
    throw new RangeError(`a threshold of ${threshold} is outside the curve`);
  const below = above.threshold === threshold ? above : curve[at - 1]!;
  const width = above.threshold - below.threshold;
  return { below, above, part: width === 0 ? 0 : (threshold - below.threshold) / width };
}

/** Mean share of the activations that stays, between measured thresholds on a straight line. */
export function keptActivations(sparsity: ActivationSparsity): number {
  const { below, above, part } = placeOnCurve(sparsity);
  return below.kept + part * (above.kept - below.kept);
}

/** How sparse activations are kept: what stays, and one bit for each element that says whether it does (a mask). */
export function activationForm(sparsity: ActivationSparsity): SparseForm {
  return { kept: keptActivations(sparsity), indexBits: 1 };
}

/** What is wrong with a curve or with a threshold of it: a predicate; null: nothing. */
export function curveProblem({ threshold, curve }: ActivationSparsity): string | null {
  for (const [at, row] of curve.entries()) {
    const before = curve[at - 1];
    if (before === undefined) continue;
    if (row.threshold <= before.threshold)
      return `has thresholds that do not rise: ${before.threshold}, ${row.threshold}`;
    if (row.kept > before.kept)
      return `keeps more at the threshold ${row.threshold} than at ${before.threshold}: ${row.kept}, ${before.kept}`;
  }
  const [first, last] = [curve[0]!.threshold, curve.at(-1)!.threshold];
  if (threshold >= first && threshold <= last) return null;
  return `has a threshold of ${threshold}, but its curve goes from ${first} to ${last}`;
}
