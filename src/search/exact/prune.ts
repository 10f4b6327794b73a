/**
 * Options of one tower that can be part of a front design: all but those to which another option is nowhere worse in
 * any column, and better in one of the first `strictCount` columns by more than rounding can hide. The margin makes
 * pruning safe for ties: whatever the other tower adds, a design with the pruned option is strictly dominated.
 *
 * @param rows    options to choose from
 * @param columns lower is better; the first `strictCount` are objectives that are sums
 * @param margins least difference of each strict column that survives the additions to come
 */
export function pruneOptions(
  rows: Int32Array,
  columns: readonly Float64Array[],
  strictCount: number,
  margins: readonly number[],
): Int32Array {
  if (strictCount === 0) return rows;
  const width = columns.length;
  const first = columns[0]!;
  const order = rows.slice().sort((i, j) => first[i]! - first[j]! || i - j);
  // Kept options row by row, so that the inner loop stays in one array.
  const kept = new Float64Array(rows.length * width);
  const result: number[] = [];
  const own = new Float64Array(width);
  for (const i of order) {
    for (let c = 0; c < width; c += 1) own[c] = columns[c]![i]!;
    if (isCovered(kept, result.length, own, strictCount, margins)) continue;
    kept.set(own, result.length * width);
    result.push(i);
  }
  return Int32Array.from(result);
}

function isCovered(
  kept: Float64Array,
  count: number,
  own: Float64Array,
  strictCount: number,
  margins: readonly number[],
): boolean {
  const width = own.length;
  for (let k = 0; k < count; k += 1) {
    const at = k * width;
    let c = 0;
    while (c < width && kept[at + c]! <= own[c]!) c += 1;
    if (c < width) continue;
    for (let s = 0; s < strictCount; s += 1) if (own[s]! - kept[at + s]! > margins[s]!) return true;
  }
  return false;
}

/** Twice and more the rounding of base + (a + b), for |a|, |b|, |base| up to the given ones. */
export function roundingMargin(base: number, a: number, b: number): number {
  return 8 * Number.EPSILON * (Math.abs(base) + Math.abs(a) + Math.abs(b));
}
