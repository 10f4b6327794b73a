import { compareCosts, type Costs } from "../pareto/index.ts";
import type { Objective } from "../types.ts";
import { createArchive } from "./archive.ts";
import type { ExactCounts, ExactDesign, ExactReason, ExactResult, SecondLookResult } from "./types.ts";

/** Joins results over different hardware points of the same decomposition and study, as they come, in any order. */
export interface ExactMerger {
  add(result: ExactResult): void;
  /** Counts stay those of the first look, so that `feasibleCount` says how many designs are feasible without a second. */
  addSecondLook(look: SecondLookResult): void;
  /** Everything so far. More may be added afterwards. */
  result(): ExactResult;
}

type Times = (a: number, b: number) => number;

const once: Times = () => 1;

const NOTHING: ExactCounts = {
  ...{ coveredCount: 0, feasibleCount: 0, boundedCount: 0 },
  points: { ruledOut: 0, bounded: 0, enumerated: 0 },
};

/** @param times how many designs of the space two options stand for, which counts of designs count */
export function createExactMerger(objectives: readonly Objective[], times: Times = once): ExactMerger {
  const archive = createArchive(objectives.length);
  const reasons = new Map<string, ExactReason>();
  const isSecond = new Set<ExactDesign>();
  const designs: ExactDesign[] = [];
  let counts = NOTHING;

  const insert = (design: ExactDesign): void => {
    const costs = Float64Array.from(costsOfDesign(design, objectives));
    if (!archive.dominates(costs)) archive.insert(costs, [designs.push(design) - 1]);
  };
  return {
    add(result) {
      result.front.forEach(insert);
      counts = sumOf(counts, result);
      for (const reason of result.reasons) {
        const key = JSON.stringify([reason.constraint, reason.unit]);
        const before = reasons.get(key);
        const nearest = before !== undefined && before.nearestAmount <= reason.nearestAmount ? before : reason;
        reasons.set(key, { ...nearest, designCount: (before?.designCount ?? 0) + reason.designCount });
      }
    },
    addSecondLook({ found }) {
      for (const design of found) {
        isSecond.add(design);
        insert(design);
      }
    },
    result() {
      const front = archive.finish().map(({ id }) => designs[id[0]!]!);
      return finishExact(front, objectives, counts, [...reasons.values()], isSecond, times);
    },
  };
}

function sumOf(a: ExactCounts, b: ExactCounts): ExactCounts {
  return {
    coveredCount: a.coveredCount + b.coveredCount,
    feasibleCount: a.feasibleCount + b.feasibleCount,
    boundedCount: a.boundedCount + b.boundedCount,
    points: {
      ruledOut: a.points.ruledOut + b.points.ruledOut,
      bounded: a.points.bounded + b.points.bounded,
      enumerated: a.points.enumerated + b.points.enumerated,
    },
  };
}

/**
 * A result in its one order.
 *
 * @param isSecond designs that a second look has brought, which `feasibleCount` leaves out
 */
export function finishExact(
  front: readonly ExactDesign[],
  objectives: readonly Objective[],
  { coveredCount, feasibleCount, boundedCount, points }: ExactCounts,
  reasons: readonly ExactReason[],
  isSecond: ReadonlySet<ExactDesign> = new Set(),
  times: Times = once,
): ExactResult {
  const ordered = front
    .map((design) => ({ design, costs: costsOfDesign(design, objectives) }))
    .sort((x, y) => compareCosts(x.costs, y.costs) || compareDesigns(x.design, y.design))
    .map(({ design }) => design);
  const firsts = isSecond.size === 0 ? front : front.filter((design) => !isSecond.has(design));
  return {
    front: ordered,
    ...{ coveredCount, feasibleCount, boundedCount, points },
    dominatedCount: feasibleCount - designCountOf(firsts, times),
    reasons: [...reasons].sort((x, y) => y.designCount - x.designCount || (x.constraint < y.constraint ? -1 : 1)),
  };
}

function compareDesigns(x: ExactDesign, y: ExactDesign): number {
  return x.hardware - y.hardware || x.variant - y.variant || x.a - y.a || x.b - y.b;
}

/** A design that runs in several ways is one. */
function designCountOf(front: readonly ExactDesign[], times: Times): number {
  const seen = new Set<string>();
  const isOne = front.every(({ variant }) => variant === 0);
  return front.reduce((sum, { hardware, a, b }) => {
    if (isOne) return sum + times(a, b);
    const key = `${hardware},${a},${b}`;
    if (seen.has(key)) return sum;
    seen.add(key);
    return sum + times(a, b);
  }, 0);
}

function costsOfDesign({ values }: ExactDesign, objectives: readonly Objective[]): Costs {
  return values.map((value, k) => (objectives[k]!.direction === "min" ? value : 0 - value));
}
