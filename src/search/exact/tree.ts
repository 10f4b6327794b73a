const LEAF = 8;

/**
 * Answers "does any of these points dominate that one?" for many points that do not change: a balanced tree over
 * medians, each node with the best value of every objective below it. Costs, lower is better.
 */
export interface DominanceTree {
  /** Whether some point is nowhere worse than `costs` and somewhere better. */
  dominates(costs: Float64Array): boolean;
}

/** @param points count × dimension costs, row by row; not changed, and not to be changed afterwards */
export function createDominanceTree(points: Float64Array, count: number, dimension: number): DominanceTree {
  const sorted = new Float64Array(count * dimension);
  const best: number[] = [];
  build(
    0,
    0,
    Int32Array.from({ length: count }, (_, i) => i),
    0,
  );

  /** Places `rows` from row `at` of `sorted` on, as node `node`. */
  function build(node: number, at: number, rows: Int32Array, depth: number): void {
    for (let k = 0; k < dimension; k += 1) {
      let least = Infinity;
      for (const row of rows) least = Math.min(least, points[row * dimension + k]!);
      best[node * dimension + k] = least;
    }
    if (rows.length <= LEAF) {
      rows.forEach((row, i) =>
        sorted.set(points.subarray(row * dimension, (row + 1) * dimension), (at + i) * dimension),
      );
      return;
    }
    const axis = depth % dimension;
    const half = rows.length >> 1;
    divide(rows, half, points, dimension, axis);
    build(2 * node + 1, at, rows.subarray(0, half), depth + 1);
    build(2 * node + 2, at + half, rows.subarray(half), depth + 1);
  }

  const corners = Float64Array.from(best);
  let last = 0;

  const beats = (row: number, costs: Float64Array): boolean => {
    let better = false;
    for (let k = 0; k < dimension; k += 1) {
      const mine = sorted[row * dimension + k]!;
      if (mine > costs[k]!) return false;
      if (mine < costs[k]!) better = true;
    }
    return better;
  };
  const search = (node: number, from: number, to: number, costs: Float64Array): boolean => {
    for (let k = 0; k < dimension; k += 1) if (corners[node * dimension + k]! > costs[k]!) return false;
    if (to - from <= LEAF) {
      for (let row = from; row < to; row += 1)
        if (beats(row, costs)) {
          last = row;
          return true;
        }
      return false;
    }
    const half = from + ((to - from) >> 1);
    return search(2 * node + 1, from, half, costs) || search(2 * node + 2, half, to, costs);
  };
  // Neighbouring questions often have the same answer: try the last dominator first.
  return { dominates: (costs) => count > 0 && (beats(last, costs) || search(0, 0, count, costs)) };
}

/** Reorders rows so that those before `middle` are at most, and those from there on at least, as large (Hoare's selection). */
function divide(rows: Int32Array, middle: number, points: Float64Array, dimension: number, axis: number): void {
  const value = (place: number): number => points[rows[place]! * dimension + axis]!;
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const pivot = value((low + high) >>> 1);
    let i = low;
    let j = high;
    while (i <= j) {
      while (value(i) < pivot) i += 1;
      while (value(j) > pivot) j -= 1;
      if (i > j) break;
      const row = rows[i]!;
      rows[i] = rows[j]!;
      rows[j] = row;
      i += 1;
      j -= 1;
    }
    if (middle <= j) high = j;
    else if (middle >= i) low = i;
    else return;
  }
}
