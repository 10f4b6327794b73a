import type { ModelSpec } from "../spec/model.ts";

/** An accuracy with its origin. Fractions, 0 to 1. */
export interface AccuracyEstimate {
  readonly accuracy: number;
  /** Interval meant to hold the true value in 90 % of unseen models. */
  readonly low: number;
  readonly high: number;
  readonly metric: string;
  /** Names of the shape parameters outside what the fit has seen; empty: interpolation. */
  readonly extrapolation: readonly string[];
  /** Published model nearest in shape. */
  readonly nearest: string;
  /** What of the accuracy narrow numbers have cost, with its 90 % interval, fractions; left out where they are not priced. */
  readonly precisionLoss?: { readonly value: number; readonly low: number; readonly high: number };
  /** Of a decoder whose narrow numbers are priced: perplexity over that in full precision, with its 90 % interval; null: no upper end. */
  readonly perplexityRatio?: { readonly value: number; readonly low: number; readonly high: number | null };
}

export interface AccuracyEvaluator {
  /** For example "predictor, clip-benchmark-mean, cross-validated MAE 1.3 points". */
  readonly origin: string;
  /** Whether accuracy is monotone in a score per tower: towers may then be pruned before they are combined. */
  readonly isMonotoneInTowerScores: boolean;
  evaluate(model: ModelSpec): AccuracyEstimate;
}

/** An evaluator that takes its time: an external program, a training run. Same estimate, same rules; failures reject. */
export interface AsyncAccuracyEvaluator {
  readonly origin: string;
  readonly isMonotoneInTowerScores: boolean;
  /** @param fidelity share of the whole effort that the answer is worth; left out: that which the evaluator was made with */
  evaluate(model: ModelSpec, fidelity?: number): Promise<AccuracyEstimate>;
  /** Ends what runs; later calls reject. */
  close(): Promise<void>;
}
