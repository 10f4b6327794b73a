import type { Archive } from "./archive.ts";
import { BLOCK, type Block } from "./blocks.ts";
import { ACCURACY, type Problem } from "./problem.ts";
import type { Column, Ordering, Towers } from "./towers.ts";

/** Adds every non-dominated feasible pair of two towers to an archive. */
export type Combiner = (towers: Towers, archive: Archive, hardware: number, variant: number) => void;

/**
 * Branch and bound over blocks of options: a block of pairs whose best corner already breaks a limit or is dominated
 * holds nothing for the front. Sums are rounded monotonically, so the corner bounds every pair bit for bit.
 */
export function createCombiner(problem: Problem, ordering: Ordering, columns: readonly Column[]): Combiner {
  const { objectives, limits, pairs } = problem;
  const countB = problem.decomposition.optionCounts[1];
  const dimension = objectives.length;
  const columnAt = objectives.map((metric) => columns.findIndex((c) => c.metric === metric && c.sign === 1));
  const bounds = limits
    .filter(({ column }) => column !== ACCURACY)
    .map(({ column, sign, constraint }) => ({
      at: columns.findIndex((c) => c.metric === column && c.sign === sign),
      limit: sign * constraint.limit,
    }));
  const blockAccuracy = createBlockAccuracy(problem, ordering);
  const costs = new Float64Array(dimension);

  /** Whether sums of the two rows of values may be on the front; leaves the corner in `costs`. */
  const isOpen = (
    base: readonly number[],
    a: Float64Array,
    b: Float64Array,
    accuracy: number,
    archive: Archive,
  ): boolean => {
    for (const { at, limit } of bounds) if (base[at]! + (a[at]! + b[at]!) > limit) return false;
    for (let k = 0; k < dimension; k += 1) {
      const at = columnAt[k]!;
      costs[k] = at < 0 ? 0 - accuracy : base[at]! + (a[at]! + b[at]!);
    }
    return !archive.dominates(costs);
  };

  return ({ base, a, b }, archive, hardware, variant) => {
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
            if (isOpen(base, own, valuesB.get(j)!, pairs === null ? 0 : pairs.values[pair]!, archive))
              archive.insert(costs, [hardware, variant, i, j]);
          }
        }
      }
    }
  };
}

/** Highest accuracy of any pair of two blocks, by table. */
function createBlockAccuracy({ decomposition, pairs }: Problem, { places }: Ordering): (a: Block, b: Block) => number {
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
