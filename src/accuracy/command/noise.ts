import { square } from "../../math/index.ts";
/** 95 % quantiles of Student's t for 1, 2, … degrees of freedom; beyond, the last that is reached. */
const STUDENT: readonly (readonly [freedom: number, quantile: number])[] = [
  ...[6.314, 2.92, 2.353, 2.132, 2.015, 1.943, 1.895, 1.86, 1.833, 1.812].map((t, i) => [i + 1, t] as const),
  [15, 1.753],
  [20, 1.725],
  [30, 1.697],
  [120, 1.658],
];

/** A mean of noisy answers with its 90 % interval. */
export interface NoisyMean {
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Mean of repeated answers for one model, with Student's 90 % interval of the mean:
 *
 *   mean ± t · s / √n          s: standard deviation of the answers, n − 1 degrees of freedom
 *
 * Few equal answers prove little, so that the interval is at least what the answers' own intervals give for their mean.
 *
 * @param samples    two or more fractions
 * @param halfWidths of the answers' own intervals; empty: they have none
 */
export function noisyMean(samples: readonly number[], halfWidths: readonly number[] = []): NoisyMean {
  const count = samples.length;
  const mean = samples.reduce((sum, each) => sum + each, 0) / count;
  const variance = samples.reduce((sum, each) => sum + square(each - mean), 0) / (count - 1);
  const quantile = STUDENT.findLast(([freedom]) => freedom <= count - 1)![1];
  const own = halfWidths.reduce((sum, each) => sum + each, 0) / Math.max(1, halfWidths.length);
  const half = Math.max(quantile * Math.sqrt(variance / count), own / Math.sqrt(count));
  return { accuracy: mean, low: Math.max(0, mean - half), high: Math.min(1, mean + half) };
}
