import { compareCosts, nonDominated } from "../pareto/index.ts";
import type { Objective } from "../types.ts";
import { createArchive } from "./archive.ts";
import { createBound } from "./bound.ts";
import { createCombiner } from "./combine.ts";
import { ACCURACY, createProblem, type Problem } from "./problem.ts";
import { createTally } from "./tally.ts";
import { columnsOf, createOrdering, createTowers } from "./towers.ts";
import type { Decomposition, ExactDesign, ExactOptions, ExactReason, ExactResult, Variant } from "./types.ts";

/**
 * The exact Pareto front of a decomposed space, and how many designs are ruled out by what. Deterministic; the result
 * of a range of hardware points can be joined with others by `mergeExact`.
 *
 * @throws SearchError for objectives or constraints that the decomposition does not know
 * @throws the signal's reason
 * Checked: test/property/search/exact.test.ts, against brute force.
 */
export async function enumerateExact(decomposition: Decomposition, options: ExactOptions): Promise<ExactResult> {
  const problem = createProblem(decomposition, options);
  const { optionCounts } = decomposition;
  const columns = columnsOf(problem);
  const ordering = createOrdering(problem);
  const bound = createBound(problem, columns);
  const combine = createCombiner(problem, ordering, bound);
  const archive = createArchive(problem.objectives.length);
  const tally = createTally(problem);
  const [from, to] = options.range ?? [0, decomposition.hardwareCount];
  for (let hardware = from; hardware < to; hardware += 1) {
    options.signal?.throwIfAborted();
    const answer = decomposition.tables(hardware);
    const tables = answer instanceof Promise ? await answer : answer;
    if (tables.kind === "ruled-out")
      tally.ruleOut(tables.constraint, optionCounts[0] * optionCounts[1], tables.by, tables.unit);
    else {
      const usable = tables.variants.map((variant) => usableOptions(problem, variant));
      tally.count(tables.variants, usable);
      tables.variants.forEach((variant, v) => {
        const towers = createTowers(problem, ordering, columns, bound, archive, variant, usable[v]!);
        if (towers !== null) combine(towers, archive, hardware, v);
      });
    }
    options.onProgress?.(hardware - from + 1, to - from, archive.size);
  }
  const front = archive.finish().map(({ costs, id }): ExactDesign => {
    const [hardware, variant, a, b] = id as [number, number, number, number];
    return {
      hardware,
      variant,
      a,
      b,
      values: costs.map((cost, k) => (problem.objectives[k] === ACCURACY ? 0 - cost : cost)),
    };
  });
  return finish(front, options.objectives, tally.coveredCount, tally.feasibleCount, tally.reasons());
}

/** Joins results over different hardware points of the same decomposition and study. */
export function mergeExact(results: readonly ExactResult[], objectives: readonly Objective[]): ExactResult {
  const designs = results.flatMap(({ front }) => front);
  const kept = nonDominated(designs.map((design) => costsOfDesign(design, objectives))).map((i) => designs[i]!);
  const reasons = new Map<string, ExactReason>();
  for (const reason of results.flatMap((result) => result.reasons)) {
    const key = JSON.stringify([reason.constraint, reason.unit]);
    const before = reasons.get(key);
    const nearest = before !== undefined && before.nearestAmount <= reason.nearestAmount ? before : reason;
    reasons.set(key, { ...nearest, designCount: (before?.designCount ?? 0) + reason.designCount });
  }
  const sum = (count: (result: ExactResult) => number): number =>
    results.reduce((total, result) => total + count(result), 0);
  return finish(
    kept,
    objectives,
    sum((r) => r.coveredCount),
    sum((r) => r.feasibleCount),
    [...reasons.values()],
  );
}

function finish(
  front: readonly ExactDesign[],
  objectives: readonly Objective[],
  coveredCount: number,
  feasibleCount: number,
  reasons: readonly ExactReason[],
): ExactResult {
  const onFront = new Set(front.map(({ hardware, a, b }) => `${hardware},${a},${b}`)).size;
  return {
    front: [...front].sort(
      (x, y) =>
        compareCosts(costsOfDesign(x, objectives), costsOfDesign(y, objectives)) ||
        x.hardware - y.hardware ||
        x.variant - y.variant ||
        x.a - y.a ||
        x.b - y.b,
    ),
    coveredCount,
    feasibleCount,
    dominatedCount: feasibleCount - onFront,
    reasons: [...reasons].sort((x, y) => y.designCount - x.designCount || (x.constraint < y.constraint ? -1 : 1)),
  };
}

function costsOfDesign({ values }: ExactDesign, objectives: readonly Objective[]): readonly number[] {
  return values.map((value, k) => (objectives[k]!.direction === "min" ? value : 0 - value));
}

/** Options whose columns of interest are all finite. */
function usableOptions(
  { decomposition, objectives, limits }: Problem,
  variant: Variant,
): readonly [Int32Array, Int32Array] {
  const asked = [...new Set([...objectives, ...limits.map(({ column }) => column)])].filter(
    (column) => column !== ACCURACY,
  );
  const rows = (["a", "b"] as const).map((side, t) => {
    const columns = asked.flatMap((column) => variant.columns[column]![side] ?? []);
    const usable: number[] = [];
    for (let row = 0; row < decomposition.optionCounts[t]!; row += 1)
      if (columns.every((column) => Number.isFinite(column[row]))) usable.push(row);
    return Int32Array.from(usable);
  });
  return rows as [Int32Array, Int32Array];
}
