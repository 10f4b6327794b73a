import { assess, type Constraint, type ConstraintSummary, type Objective, type Trial } from "../search/index.ts";
import type { DesignEvaluator } from "../worker/index.ts";

/** One constraint that one trial breaks. */
interface Break {
  readonly constraint: string;
  readonly amount: number;
  readonly relative: number | null;
  readonly unit: string | null;
}

/**
 * What each constraint did to a study, counted in full: a trial that was ruled out before its simulation stores the first
 * limit that it breaks, and here all of those that need no simulation are counted beside it.
 */
export function constraintSummaries(
  trials: readonly Trial[],
  objectives: readonly Objective[],
  constraints: readonly Constraint[],
  evaluator: Pick<DesignEvaluator, "brokenCheap">,
): readonly ConstraintSummary[] {
  const summaries = new Map<string, ConstraintSummary>();
  for (const trial of trials) {
    const breaks = breaksOf(trial, objectives, constraints, evaluator);
    for (const each of breaks) {
      const before = summaries.get(each.constraint);
      summaries.set(each.constraint, merged(before, each, trial.number, breaks.length === 1));
    }
  }
  return [...summaries.values()].sort(
    (a, b) => b.trialCount - a.trialCount || (a.constraint < b.constraint ? -1 : a.constraint > b.constraint ? 1 : 0),
  );
}

function breaksOf(
  { point, outcome }: Trial,
  objectives: readonly Objective[],
  constraints: readonly Constraint[],
  evaluator: Pick<DesignEvaluator, "brokenCheap">,
): readonly Break[] {
  const assessment = assess(outcome, objectives, constraints);
  if (assessment.kind === "feasible") return [];
  if (assessment.kind === "violating")
    return assessment.violations.map(({ constraint, amount, relative }) => ({
      constraint,
      amount,
      relative,
      unit: null,
    }));
  const { constraint, by, unit } = assessment;
  const limit = constraints.find(({ text }) => text === constraint);
  if (limit === undefined) return [{ constraint, amount: by, relative: null, unit }];
  const cheap = evaluator.brokenCheap(point);
  const all = cheap.some((broken) => broken.limit.text === constraint) ? cheap : [...cheap, { limit, by }];
  return all.map((broken) => ({
    constraint: broken.limit.text,
    amount: broken.by,
    relative: broken.limit.limit === 0 ? broken.by : broken.by / Math.abs(broken.limit.limit),
    unit: null,
  }));
}

function merged(
  before: ConstraintSummary | undefined,
  { constraint, amount, relative, unit }: Break,
  trial: number,
  isAlone: boolean,
): ConstraintSummary {
  const isNearer = before === undefined || amount < before.nearestAmount;
  return {
    constraint,
    trialCount: (before?.trialCount ?? 0) + 1,
    aloneCount: (before?.aloneCount ?? 0) + (isAlone ? 1 : 0),
    nearestAmount: isNearer ? amount : before.nearestAmount,
    nearestRelative: isNearer ? relative : before.nearestRelative,
    unit,
    nearestTrial: isNearer ? trial : before.nearestTrial,
  };
}
