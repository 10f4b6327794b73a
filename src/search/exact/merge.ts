import { compareCosts } from "../pareto/index.ts";
import type { Objective } from "../types.ts";
import { createArchive } from "./archive.ts";
import type { ExactCounts, ExactDesign, ExactReason, ExactResult, SecondLookResult } from "./types.ts";

/** Joins results over different hardware points of the same decomposition and study. */
export function mergeExact(results: readonly ExactResult[], objectives: readonly Objective[]): ExactResult {
  const [first, ...others] = results.map(({ front }) => front);
  const reasons = new Map<string, ExactReason>();
  for (const reason of results.flatMap((result) => result.reasons)) {
    const key = JSON.stringify([reason.constraint, reason.unit]);
    const before = reasons.get(key);
    const nearest = before !== undefined && before.nearestAmount <= reason.nearestAmount ? before : reason;
    reasons.set(key, { ...nearest, designCount: (before?.designCount ?? 0) + reason.designCount });
  }
  const sum = (count: (result: ExactResult) => number): number =>
    results.reduce((total, result) => total + count(result), 0);
  const counts = {
    coveredCount: sum((r) => r.coveredCount),
    feasibleCount: sum((r) => r.feasibleCount),
    boundedCount: sum((r) => r.boundedCount),
    points: {
      ruledOut: sum((r) => r.points.ruledOut),
      bounded: sum((r) => r.points.bounded),
      enumerated: sum((r) => r.points.enumerated),
    },
  };
  return finishExact(nonDominatedDesigns(first ?? [], others.flat(), objectives), objectives, counts, [
    ...reasons.values(),
  ]);
}

/**
 * Joins what second looks have found to a result. Counts stay those of the first look, so that `feasibleCount` says how
 * many designs are feasible without one.
 */
export function addSecondLooks(
  result: ExactResult,
  looks: readonly SecondLookResult[],
  objectives: readonly Objective[],
): ExactResult {
  const found = looks.flatMap((look) => look.found);
  if (found.length === 0) return result;
  const isFound = new Set(found);
  const front = nonDominatedDesigns(result.front, found, objectives);
  const first = front.filter((design) => !isFound.has(design));
  const { dominatedCount } = finishExact(first, objectives, result, result.reasons);
  return { ...finishExact(front, objectives, result, result.reasons), dominatedCount };
}

/** @param front designs of which none dominates another */
function nonDominatedDesigns(
  front: readonly ExactDesign[],
  others: readonly ExactDesign[],
  objectives: readonly Objective[],
): readonly ExactDesign[] {
  const designs = [...front, ...others];
  const seed = Float64Array.from(front.flatMap((design) => costsOfDesign(design, objectives)));
  const archive = createArchive(objectives.length, seed);
  others.forEach((design, i) => {
    const costs = Float64Array.from(costsOfDesign(design, objectives));
    if (!archive.dominates(costs)) archive.insert(costs, [front.length + i]);
  });
  return archive.finish().map(({ id }) => designs[id[0]!]!);
}

/** A result in its one order. */
export function finishExact(
  front: readonly ExactDesign[],
  objectives: readonly Objective[],
  { coveredCount, feasibleCount, boundedCount, points }: ExactCounts,
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
    ...{ coveredCount, feasibleCount, boundedCount, points },
    dominatedCount: feasibleCount - onFront,
    reasons: [...reasons].sort((x, y) => y.designCount - x.designCount || (x.constraint < y.constraint ? -1 : 1)),
  };
}

export function costsOfDesign({ values }: ExactDesign, objectives: readonly Objective[]): readonly number[] {
  return values.map((value, k) => (objectives[k]!.direction === "min" ? value : 0 - value));
}
