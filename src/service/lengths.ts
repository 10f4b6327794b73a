import { exp, log, square } from "../math/index.ts";
import type { Lengths } from "./types.ts";

/** Middles of ten equal slices of the normal law. */
const MIDDLES = [-1.645, -1.0364, -0.6745, -0.3853, -0.1257, 0.1257, 0.3853, 0.6745, 1.0364, 1.645];

/**
 * A law of lengths as values of equal weight: one where all are alike, else ten slices, which have its mean. Attention is quadratic in
 * them and chunks are whole, so that the mean alone will not do. The slices cut the tail: second moments are taken from `cv` itself.
 */
export function slicesOf({ mean, cv, drawnFrom }: Lengths, least: number): readonly number[] {
  if (cv === 0) return [Math.max(least, mean)];
  if (drawnFrom !== null) return deciles(drawnFrom).map((value) => Math.max(least, value));
  const sigma = Math.sqrt(log(1 + square(cv)));
  const shapes = MIDDLES.map((middle) => exp(middle * sigma));
  const scale = mean / (shapes.reduce((sum, shape) => sum + shape, 0) / shapes.length);
  return shapes.map((shape) => Math.max(least, shape * scale));
}

function deciles(values: Int32Array): readonly number[] {
  const sorted = values.slice().sort();
  return MIDDLES.map((_, i) => {
    const from = Math.floor((i * sorted.length) / MIDDLES.length);
    const to = Math.max(from + 1, Math.floor(((i + 1) * sorted.length) / MIDDLES.length));
    let sum = 0;
    for (let at = from; at < to; at += 1) sum += sorted[at]!;
    return sum / (to - from);
  });
}
