import { firstWhere, type Miss } from "./count.ts";
import { breaks, type Limit } from "./problem.ts";
import type { Variant } from "./types.ts";

/**
 * The usual case of several variants: one limit, on a sum, and every option has a mapping. Designs that break it under
 * each variant; all others are feasible. The second tower is sorted by the first variant, so that the pairs to look
 * at lie side by side.
 */
export function countOneLimit(limit: Limit, variants: readonly Variant[], counts: readonly [number, number]): Miss {
  const { sign, column, constraint } = limit;
  const [countA, countB] = counts;
  const none = new Float64Array(Math.max(countA, countB));
  const first = variants[0]!.columns[column]!.b ?? none;
  const order = Int32Array.from({ length: countB }, (_, j) => j).sort((i, j) => sign * (first[i]! - first[j]!));
  const sums = variants.map(({ base, columns }) => {
    const b = columns[column]!.b ?? none;
    return { base: base[column]!, a: columns[column]!.a ?? none, b: Float64Array.from(order, (j) => b[j]!) };
  });
  const { base, a, b } = sums[0]!;
  const least = new Float64Array(countB);
  let count = 0;
  let amount = Infinity;
  for (let i = 0; i < countA; i += 1) {
    const own = a[i]!;
    const from = firstWhere(countB, (at) => breaks(limit, base + (own + b[at]!)));
    for (let at = from; at < countB; at += 1) least[at] = sign * (base + (own + b[at]!) - constraint.limit);
    for (let v = 1; v < sums.length; v += 1) lower(least, from, sums[v]!, i, sign, constraint.limit);
    for (let at = from; at < countB; at += 1) {
      const miss = least[at]!;
      if (miss <= 0) continue;
      count += 1;
      if (miss < amount) amount = miss;
    }
  }
  return { count, amount };
}

interface Sum {
  readonly base: number;
  readonly a: Float64Array;
  readonly b: Float64Array;
}

function lower(least: Float64Array, from: number, { base, a, b }: Sum, i: number, sign: number, limit: number): void {
  const own = a[i]!;
  for (let at = from; at < b.length; at += 1) {
    const miss = sign * (base + (own + b[at]!) - limit);
    if (miss < least[at]!) least[at] = miss;
  }
}
