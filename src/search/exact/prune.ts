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
  const order = rows.slice().sort((i, j) => {
    for (const column of columns) if (column[i] !== column[j]) return column[i]! - column[j]!;
    return i - j;
  });
  const kept: number[] = [];
  for (const i of order) if (!kept.some((k) => covers(k, i))) kept.push(i);
  return Int32Array.from(kept);

  function covers(k: number, i: number): boolean {
    let isStrict = false;
    for (let c = 0; c < columns.length; c += 1) {
      const column = columns[c]!;
      if (column[k]! > column[i]!) return false;
      if (c < strictCount && column[i]! - column[k]! > margins[c]!) isStrict = true;
    }
    return isStrict;
  }
}

/** Twice and more the rounding of base + (a + b), for |a|, |b|, |base| up to the given ones. */
export function roundingMargin(base: number, a: number, b: number): number {
  return 8 * Number.EPSILON * (Math.abs(base) + Math.abs(a) + Math.abs(b));
}
