import type { Limit } from "./problem.ts";
import { breaks } from "./problem.ts";

/** Designs that break a limit, and the least amount by which one does; amount Infinity where none does. */
export interface Miss {
  readonly count: number;
  readonly amount: number;
}

export const NO_MISS: Miss = { count: 0, amount: Infinity };

/** Values of some options, and how many designs each stands for; null: one each. */
export interface Counted {
  readonly values: Float64Array;
  readonly times: Float64Array | null;
}

/** Pairs of which base + (a + b) breaks the limit: one binary search for each a. */
export function countMisses(limit: Limit, base: number, a: Counted, b: Counted): Miss {
  const { sign, constraint } = limit;
  const { sorted, countFrom } = sortedTowards(sign, b);
  let count = 0;
  let amount = Infinity;
  a.values.forEach((own, i) => {
    const low = firstWhere(sorted.length, (at) => breaks(limit, base + (own + sorted[at]!)));
    if (low === sorted.length) return;
    count += countFrom(low) * (a.times?.[i] ?? 1);
    amount = Math.min(amount, sign * (base + (own + sorted[low]!) - constraint.limit));
  });
  return { count, amount };
}

/** Sorted from the best towards the limit and beyond, so that what breaks it is a tail. */
function sortedTowards(
  sign: 1 | -1,
  { values, times }: Counted,
): { readonly sorted: Float64Array; readonly countFrom: (at: number) => number } {
  if (times === null) {
    const sorted = values.slice().sort();
    if (sign < 0) sorted.reverse();
    return { sorted, countFrom: (at) => sorted.length - at };
  }
  const order = Int32Array.from(values, (_, i) => i).sort((i, j) => sign * (values[i]! - values[j]!));
  const tails = new Float64Array(order.length + 1);
  for (let at = order.length - 1; at >= 0; at -= 1) tails[at] = tails[at + 1]! + times[order[at]!]!;
  return { sorted: Float64Array.from(order, (i) => values[i]!), countFrom: (at) => tails[at]! };
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
