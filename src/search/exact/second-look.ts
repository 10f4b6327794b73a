import type { Archive } from "./archive.ts";
import type { Bound } from "./bound.ts";
import type { Combiner } from "./combine.ts";
import { breaks, type Problem } from "./problem.ts";
import { createTowers, type Column, type Ordering } from "./towers.ts";
import type { Variant } from "./types.ts";
import { usableOptions } from "./usable.ts";

/** What looking at pairs of options takes. */
export interface Workbench {
  readonly problem: Problem;
  readonly columns: readonly Column[];
  readonly ordering: Ordering;
  readonly bound: Bound;
  readonly combine: Combiner;
}

/**
 * Visits the pairs that break a limit of the second look's metrics under `first`, and that `costs` (a floor, or the
 * second way itself) leave feasible and not dominated by the archive.
 */
export function visitSlow(
  bench: Workbench,
  first: Variant,
  costs: Variant,
  archive: Archive,
  visit: (a: number, b: number, costs: Float64Array) => void,
): void {
  const { problem, ordering, columns, bound, combine } = bench;
  const isSlow = createIsSlow(problem, first);
  const usable = usableOptions(problem, costs);
  // Nothing is pruned: an option that covers another one may have no slow pairs.
  const towers = createTowers(problem, ordering, columns, bound, archive, costs, usable, false);
  if (towers === null) return;
  combine(towers, archive, (a, b, values) => {
    if (isSlow(a, b)) visit(a, b, values);
  });
}

function createIsSlow({ limits, decomposition }: Problem, first: Variant): (a: number, b: number) => boolean {
  const slow = new Set(decomposition.secondLook?.metrics ?? []);
  const none = new Float64Array(Math.max(...decomposition.optionCounts));
  const tables = limits
    .filter(({ constraint }) => slow.has(constraint.metric))
    .map((limit) => {
      const { a, b } = first.columns[limit.column]!;
      return { limit, base: first.base[limit.column]!, a: a ?? none, b: b ?? none };
    });
  return (i, j) => tables.some(({ limit, base, a, b }) => breaks(limit, base + (a[i]! + b[j]!)));
}
