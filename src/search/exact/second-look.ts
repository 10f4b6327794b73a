import { createArchive, type Archive } from "./archive.ts";
import { firstWhere } from "./count.ts";
import { breaks, type Limit, type Problem } from "./problem.ts";
import type { Workbench } from "./towers.ts";
import type { Variant } from "./types.ts";
import { usableOptions } from "./usable.ts";

/** Called with a pair and its costs, which are overwritten afterwards. True: that is enough. */
export type PairVisitor = (a: number, b: number, costs: Float64Array) => boolean;

/**
 * Visits the pairs that break a limit of the second look's metrics under `first`, and that `costs` (a floor, or the
 * second way itself) leave feasible and not dominated by the archive.
 */
export function visitSlow(
  { problem, ordering, columns, bound }: Workbench,
  first: Variant,
  costs: Variant,
  archive: Archive,
  visit: PairVisitor,
): void {
  const { decomposition, pairs } = problem;
  const [countA, countB] = decomposition.optionCounts;
  const none = new Float64Array(Math.max(countA, countB));
  const base = columns.map(({ metric, sign }) => sign * costs.base[metric]!);
  const rowOf = (side: "a" | "b", row: number, out = new Float64Array(columns.length)): Float64Array => {
    for (let c = 0; c < columns.length; c += 1) {
      const { metric, sign } = columns[c]!;
      out[c] = sign * (costs.columns[metric]![side] ?? none)[row]!;
    }
    return out;
  };
  const [rowsA, rowsB] = usableOptions(problem, costs);
  const partnersB = new Map<number, Float64Array>();
  const bands = slowLimits(problem).map((limit) => createBand(limit, first, costs, none, rowsB));
  const bestB = Float64Array.from(columns, ({ metric, sign }) => {
    const column = costs.columns[metric]!.b ?? none;
    return rowsB.reduce((least, row) => Math.min(least, sign * column[row]!), Infinity);
  });
  const own = new Float64Array(columns.length);
  const seenWith = new Int32Array(countB).fill(-1);
  for (const i of rowsA) {
    rowOf("a", i, own);
    // Most options are out of the question with the best partner that there could be.
    if (!bound.isOpen(base, own, bestB, ordering.bestAccuracy[0][i]!, archive)) continue;
    for (const band of bands)
      for (const j of band(i)) {
        const pair = i * countB + j;
        if (seenWith[j] === i || (pairs !== null && pairs.isAllowed[pair] === 0)) continue;
        seenWith[j] = i;
        const partner = partnersB.get(j) ?? rowOf("b", j);
        partnersB.set(j, partner);
        if (!bound.isOpen(base, own, partner, pairs === null ? 0 : pairs.values[pair]!, archive)) continue;
        if (visit(i, j, bound.costs)) return;
      }
  }
}

/** Visits those of some pairs (a · countB + b), each given once, that are feasible, whatever else there is. */
export function visitFeasible(
  { problem, columns, bound }: Workbench,
  costs: Variant,
  pairs: readonly number[],
  visit: (a: number, b: number, costs: Float64Array) => void,
): void {
  const countB = problem.decomposition.optionCounts[1];
  const base = columns.map(({ metric, sign }) => sign * costs.base[metric]!);
  const [usableA, usableB] = usableOptions(problem, costs).map((rows, t) => {
    const flags = new Uint8Array(problem.decomposition.optionCounts[t]!);
    for (const row of rows) flags[row] = 1;
    return flags;
  });
  const valueOf = (side: "a" | "b", row: number, out: Float64Array): Float64Array => {
    for (let c = 0; c < columns.length; c += 1) {
      const { metric, sign } = columns[c]!;
      out[c] = sign * (costs.columns[metric]![side]?.[row] ?? 0);
    }
    return out;
  };
  const [own, partner] = [new Float64Array(columns.length), new Float64Array(columns.length)];
  const nothing = createArchive(problem.objectives.length);
  for (const pair of pairs) {
    const [i, j] = [Math.floor(pair / countB), pair % countB];
    if (usableA![i] === 0 || usableB![j] === 0) continue;
    const accuracy = problem.pairs === null ? 0 : problem.pairs.values[pair]!;
    if (bound.isOpen(base, valueOf("a", i, own), valueOf("b", j, partner), accuracy, nothing)) visit(i, j, bound.costs);
  }
}

function slowLimits({ limits, decomposition }: Problem): readonly Limit[] {
  const slow = new Set(decomposition.secondLook?.metrics ?? []);
  return limits.filter(({ constraint, sign }) => sign === 1 && slow.has(constraint.metric));
}

/** For an option of tower A, the partners with which it breaks the limit at first and need not in the second way. */
function createBand(
  limit: Limit,
  first: Variant,
  costs: Variant,
  none: Float64Array,
  rowsB: Int32Array,
): (i: number) => readonly number[] {
  const slow = { base: first.base[limit.column]!, ...first.columns[limit.column]! };
  const fast = { base: costs.base[limit.column]!, ...costs.columns[limit.column]! };
  const [slowA, slowB, fastA, fastB] = [slow.a ?? none, slow.b ?? none, fast.a ?? none, fast.b ?? none];
  const order = rowsB.slice().sort((i, j) => slowB[i]! - slowB[j]!);
  const leastB = rowsB.reduce((least, row) => Math.min(least, fastB[row]!), Infinity);
  return (i) => {
    if (breaks(limit, fast.base + (fastA[i]! + leastB))) return [];
    const from = firstWhere(order.length, (at) => breaks(limit, slow.base + (slowA[i]! + slowB[order[at]!]!)));
    const found: number[] = [];
    for (let at = from; at < order.length; at += 1) {
      const j = order[at]!;
      if (!breaks(limit, fast.base + (fastA[i]! + fastB[j]!))) found.push(j);
    }
    return found;
  };
}
