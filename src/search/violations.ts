import type { Assessment } from "./pareto/index.ts";

/** What one constraint did to a study. */
export interface ConstraintSummary {
  /** As the study wrote it, or the limit that the evaluator names. */
  readonly constraint: string;
  /** Trials that break it, whatever else they break. */
  readonly trialCount: number;
  /** Of those, the trials that break nothing else. */
  readonly aloneCount: number;
  /** By how much the nearest trial misses, in the constraint's unit. */
  readonly nearestAmount: number;
  /** The same relative to the limit; null where the evaluator gave no limit. */
  readonly nearestRelative: number | null;
  /** Unit of an amount that came with one; null: the metric's. */
  readonly unit: string | null;
  /** The nearest trial, the lowest number of equal ones. */
  readonly nearestTrial: number;
}

export interface ViolationTally {
  add(trialNumber: number, assessment: Assessment): void;
  /** Most trials first, then by name. */
  summary(): readonly ConstraintSummary[];
}

export function createViolationTally(): ViolationTally {
  const summaries = new Map<string, ConstraintSummary>();
  const count = (
    nearestTrial: number,
    constraint: string,
    amount: number,
    relative: number | null,
    unit: string | null,
    alone: boolean,
  ): void => {
    const key = JSON.stringify([constraint, unit]);
    const before = summaries.get(key);
    const nearest =
      before !== undefined && before.nearestAmount <= amount
        ? before
        : { nearestAmount: amount, nearestRelative: relative, nearestTrial };
    summaries.set(key, {
      constraint,
      trialCount: (before?.trialCount ?? 0) + 1,
      aloneCount: (before?.aloneCount ?? 0) + (alone ? 1 : 0),
      nearestAmount: nearest.nearestAmount,
      nearestRelative: nearest.nearestRelative,
      unit,
      nearestTrial: nearest.nearestTrial,
    });
  };
  return {
    add(trialNumber, assessment) {
      if (assessment.kind === "unusable") {
        const { constraint, by, unit } = assessment;
        count(trialNumber, constraint, by, null, unit, true);
      } else if (assessment.kind === "violating") {
        const alone = assessment.violations.length === 1;
        for (const { constraint, amount, relative } of assessment.violations)
          count(trialNumber, constraint, amount, relative, null, alone);
      }
    },
    summary: () =>
      [...summaries.values()].sort(
        (a, b) =>
          b.trialCount - a.trialCount || (a.constraint < b.constraint ? -1 : a.constraint > b.constraint ? 1 : 0),
      ),
  };
}
