import { createDominanceTree, type DominanceTree } from "./tree.ts";

/**
 * A front that takes millions of questions: a tree of what it held at the last rebuild, and the newest points in a
 * list. `ids` are rows of whole numbers that travel with the points.
 */
export interface Archive {
  dominates(costs: Float64Array): boolean;
  /** Only for points that are not dominated; may leave points behind that the new one dominates until `finish`. */
  insert(costs: Float64Array, id: readonly number[]): void;
  /** Exactly the non-dominated points of all that were inserted, equal ones included. */
  finish(): readonly { readonly costs: readonly number[]; readonly id: readonly number[] }[];
  /** Points held, dominated ones that wait for the next rebuild included. */
  readonly size: number;
}

export function createArchive(dimension: number): Archive {
  let points = new Float64Array(1024 * dimension);
  let ids: (readonly number[])[] = [];
  let settled = 0;
  let tree: DominanceTree = createDominanceTree(points, 0, dimension);

  const dominates = (costs: Float64Array): boolean => {
    for (let row = ids.length - 1; row >= settled; row -= 1)
      if (rowDominates(points, row * dimension, costs)) return true;
    return tree.dominates(costs);
  };
  const rebuild = (): void => {
    const all = createDominanceTree(points, ids.length, dimension);
    const kept = ids
      .map((_, row) => row)
      .filter((row) => !all.dominates(points.subarray(row * dimension, (row + 1) * dimension)));
    const packed = new Float64Array(Math.max(1024, 2 * kept.length) * dimension);
    kept.forEach((row, i) => packed.set(points.subarray(row * dimension, (row + 1) * dimension), i * dimension));
    ids = kept.map((row) => ids[row]!);
    points = packed;
    settled = ids.length;
    tree = createDominanceTree(points.slice(0, settled * dimension), settled, dimension);
  };
  return {
    dominates,
    insert(costs, id) {
      const at = ids.length * dimension;
      if (at + dimension > points.length) {
        const grown = new Float64Array(points.length * 2);
        grown.set(points);
        points = grown;
      }
      points.set(costs, at);
      ids.push(id);
      if (ids.length - settled >= Math.max(64, settled >> 5)) rebuild();
    },
    finish() {
      rebuild();
      return ids.map((id, row) => ({ costs: [...points.subarray(row * dimension, (row + 1) * dimension)], id }));
    },
    get size() {
      return ids.length;
    },
  };
}

function rowDominates(points: Float64Array, at: number, costs: Float64Array): boolean {
  let better = false;
  for (let k = 0; k < costs.length; k += 1) {
    const mine = points[at + k]!;
    if (mine > costs[k]!) return false;
    if (mine < costs[k]!) better = true;
  }
  return better;
}
