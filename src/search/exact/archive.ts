import { createDominanceTree, type DominanceTree } from "./tree.ts";

/**
 * A front that takes millions of questions: trees of points, each at least twice as large as the next, and a short list
 * of the newest points. `ids` are rows of whole numbers that travel with the points.
 */
export interface Archive {
  dominates(costs: Float64Array): boolean;
  /** Only for points that are not dominated; points that the new one dominates may stay until `finish`. */
  insert(costs: Float64Array, id: readonly number[]): void;
  /** Exactly the non-dominated points of all that were inserted, equal ones included. */
  finish(): readonly { readonly costs: readonly number[]; readonly id: readonly number[] }[];
  /** Points held, dominated ones included. */
  readonly size: number;
  /** Another archive with the same points: what is added to one of them is not in the other. */
  fork(): Archive;
}

/** Points with a tree over them. */
interface Level {
  readonly points: Float64Array;
  readonly ids: readonly (readonly number[])[];
  readonly tree: DominanceTree;
}

const NEWEST = 64;

/** @param seed costs row by row of points to begin with, none of which dominates another; their ids are their rows */
export function createArchive(dimension: number, seed: Float64Array = new Float64Array(0)): Archive {
  const ids = Array.from({ length: seed.length / dimension }, (_, row) => [row]);
  return archiveOf(dimension, seed.length === 0 ? [] : [createLevel(dimension, seed, ids)], []);
}

/** @param newestRows points that are in no level yet, with their ids; fewer than NEWEST */
function archiveOf(
  dimension: number,
  firstLevels: readonly Level[],
  newestRows: readonly (readonly [Float64Array, readonly number[]])[],
): Archive {
  /** Largest first. */
  let levels = [...firstLevels];
  let newest = new Float64Array(NEWEST * dimension);
  let newestIds = newestRows.map(([, id]) => id);
  newestRows.forEach(([costs], row) => newest.set(costs, row * dimension));

  const dominates = (costs: Float64Array): boolean => {
    for (const { tree } of levels) if (tree.dominates(costs)) return true;
    for (let row = 0; row < newestIds.length; row += 1) if (rowDominates(newest, row * dimension, costs)) return true;
    return false;
  };
  /** One level of all points of several, without those that another of them dominates. */
  const join = (parts: readonly Level[]): Level => {
    const kept: number[] = [];
    const ids: (readonly number[])[] = [];
    for (const { points, ids: own } of parts)
      own.forEach((id, row) => {
        const costs = points.subarray(row * dimension, (row + 1) * dimension);
        if (parts.some(({ tree }) => tree.dominates(costs))) return;
        kept.push(...costs);
        ids.push(id);
      });
    return createLevel(dimension, Float64Array.from(kept), ids);
  };
  /** Makes the newest points a level, joined with as many smaller levels as keep sizes doubling. */
  const settle = (all: boolean): void => {
    const parts = [createLevel(dimension, newest.slice(0, newestIds.length * dimension), newestIds)];
    let size = newestIds.length;
    while (levels.length > 0 && (all || levels.at(-1)!.ids.length < 2 * size)) {
      const level = levels.pop()!;
      parts.push(level);
      size += level.ids.length;
    }
    levels = [...levels, join(parts)];
    newest = new Float64Array(NEWEST * dimension);
    newestIds = [];
  };
  return {
    dominates,
    insert(costs, id) {
      newest.set(costs, newestIds.length * dimension);
      newestIds.push(id);
      if (newestIds.length === NEWEST) settle(false);
    },
    finish() {
      settle(true);
      const { points, ids } = levels[0]!;
      return ids.map((id, row) => ({ costs: [...points.subarray(row * dimension, (row + 1) * dimension)], id }));
    },
    get size() {
      return levels.reduce((sum, { ids }) => sum + ids.length, newestIds.length);
    },
    fork: () =>
      archiveOf(
        dimension,
        levels,
        newestIds.map((id, row) => [newest.slice(row * dimension, (row + 1) * dimension), id]),
      ),
  };
}

function createLevel(dimension: number, points: Float64Array, ids: Level["ids"]): Level {
  return { points, ids, tree: createDominanceTree(points, ids.length, dimension) };
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
