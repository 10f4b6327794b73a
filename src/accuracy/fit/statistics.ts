/** Rank of each value, equal values sharing their mean rank. */
function ranks(values: readonly number[]): readonly number[] {
  const order = values.map((_, index) => index).sort((a, b) => values[a]! - values[b]! || a - b);
  const rank = new Array<number>(values.length);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let k = start; k < end; k++) rank[order[k]!] = (start + end - 1) / 2;
    start = end;
  }
  return rank;
}

/** Spearman's rank correlation, −1 to 1; 0 where one side is constant. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (a.length - 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  x.forEach((rank, index) => {
    const [dx, dy] = [rank - middle, y[index]! - middle];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  });
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Half width that covers 90 % of new models, from absolute errors on models held out (split conformal: the ⌈0.9 (n + 1)⌉-th smallest).
 * Under nine errors that order statistic does not exist: then the largest, times 1 + 4 / n. Both times `SAFETY`.
 */
export function conformalHalfWidth(errors: readonly number[]): number {
  const sorted = [...errors].sort((a, b) => a - b);
  const rank = Math.ceil(0.9 * (sorted.length + 1));
  return SAFETY * (rank <= sorted.length ? sorted[rank - 1]! : sorted.at(-1)! * (1 + 4 / sorted.length));
}

/** Intervals made from the errors alone held 89 to 90 % of the models in nested cross-validation; with this factor 90 % and more. */
const SAFETY = 1.15;

/** Positions of the items by key, keys in order of first appearance. */
export function indicesBy<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  items.forEach((item, index) => {
    const group = groups.get(keyOf(item));
    if (group) group.push(index);
    else groups.set(keyOf(item), [index]);
  });
  return groups;
}
