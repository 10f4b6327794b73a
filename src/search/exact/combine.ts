import type { Archive } from "./archive.ts";
import { BLOCK, type Block } from "./blocks.ts";
import type { Bound } from "./bound.ts";
import type { Problem } from "./problem.ts";
import type { Ordering, Towers } from "./towers.ts";

/**
 * Visits every feasible pair of two towers that an archive does not dominate, with its costs, which are overwritten
 * after the call. The visitor may add to the archive; where it returns true, it has seen enough.
 */
export type Combiner = (
  towers: Towers,
  archive: Archive,
  visit: (a: number, b: number, costs: Float64Array) => boolean,
) => void;

/**
 * Branch and bound over blocks of options: a block of pairs whose best corner already breaks a limit or is dominated
 * holds nothing for the front.
 */
export function createCombiner(problem: Problem, ordering: Ordering, bound: Bound): Combiner {
  const { pairs } = problem;
  const countB = problem.decomposition.optionCounts[1];
  const blockAccuracy = createBlockAccuracy(problem, ordering);
  const { isOpen, costs } = bound;

  return ({ base, a, b }, archive, visit) => {
    const rowValues = (columnValues: readonly Float64Array[], row: number): Float64Array =>
      Float64Array.from(columnValues, (column) => column[row]!);
    const valuesB = new Map<number, Float64Array>();
    for (const row of b.all.rows) valuesB.set(row, rowValues(b.columns, row));
    if (!isOpen(base, a.all.best, b.all.best, blockAccuracy(a.all, b.all), archive)) return;
    for (const blockA of a.blocks) {
      if (!isOpen(base, blockA.best, b.all.best, blockAccuracy(blockA, b.all), archive)) continue;
      for (const blockB of b.blocks) {
        if (!isOpen(base, blockA.best, blockB.best, blockAccuracy(blockA, blockB), archive)) continue;
        for (const i of blockA.rows) {
          const own = rowValues(a.columns, i);
          if (!isOpen(base, own, blockB.best, blockAccuracy(blockA, blockB), archive)) continue;
          for (const j of blockB.rows) {
            const pair = i * countB + j;
            if (pairs !== null && pairs.isAllowed[pair] === 0) continue;
            if (!isOpen(base, own, valuesB.get(j)!, pairs === null ? 0 : pairs.values[pair]!, archive)) continue;
            if (visit(i, j, costs)) return;
          }
        }
      }
    }
  };
}

/** Highest accuracy of any pair of two blocks, by table. */
export function createBlockAccuracy(
  { decomposition, pairs }: Problem,
  { places }: Ordering,
): (a: Block, b: Block) => number {
  if (pairs === null) return () => 0;
  const [countA, countB] = decomposition.optionCounts;
  if (places === null) return (a, b) => pairs.values[a.mostAccurate * countB + b.mostAccurate]!;
  const width = Math.ceil(countB / BLOCK);
  const best = new Float64Array(Math.ceil(countA / BLOCK) * width).fill(-Infinity);
  for (let i = 0; i < countA; i += 1)
    for (let j = 0; j < countB; j += 1) {
      const at = places[0][i]! * width + places[1][j]!;
      best[at] = Math.max(best[at]!, pairs.values[i * countB + j]!);
    }
  return (a, b) => (a.place < 0 || b.place < 0 ? Infinity : best[a.place * width + b.place]!);
}
