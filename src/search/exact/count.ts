import type { Limit } from "./problem.ts";
import { breaks } from "./problem.ts";

/** Designs that break a limit, and the least amount by which one does; amount Infinity where none does. */
export interface Miss {
  readonly count: number;
  readonly amount: number;
}

export const NO_MISS: Miss = { count: 0, amount: Infinity };

/** Pairs of which base + (a + b) breaks the limit: one binary search for each a. */
export function countMisses(limit: Limit, base: number, a: Float64Array, b: Float64Array): Miss {
  const { sign, constraint } = limit;
  // Sorted from the best towards the limit and beyond, so that what breaks it is a tail.
  const sorted = b.slice().sort();
  if (sign < 0) sorted.reverse();
  let count = 0;
  let amount = Infinity;
  for (const own of a) {
    const low = firstWhere(sorted.length, (at) => breaks(limit, base + (own + sorted[at]!)));
    if (low === sorted.length) continue;
    count += sorted.length - low;
    amount = Math.min(amount, sign * (base + (own + sorted[low]!) - constraint.limit));
  }
  return { count, amount };
}

/** Least position in [0, count) at which a condition holds that holds from there on; `count` where it never does. */
export function firstWhere(count: number, holds: (at: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
