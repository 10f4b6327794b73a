import { setImmediate } from "node:timers/promises";
import { createConvergence, type Progress } from "./convergence.ts";
import { createEvaluations, type EvaluateBatch, type Evaluated } from "./evaluations.ts";
import { assess, frontHypervolume, valuesOf, type FrontEntry } from "./pareto/index.ts";
import type { TrialStore } from "./trial-store.ts";
import type { Constraint, Measurement, Objective, Point, Strategy, Trial } from "./types.ts";
import { createViolationTally, type ConstraintSummary } from "./violations.ts";

export interface StudyOptions {
  readonly objectives: readonly Objective[];
  readonly constraints: readonly Constraint[];
  readonly strategy: Strategy;
  readonly evaluateBatch: EvaluateBatch;
  /** Measures points at a lower fidelity, for strategies that screen; null: there is no value. */
  readonly screen?: Screen;
  readonly store: TrialStore;
  /** Points suggested at a time, ≥ 1: part of the study, never of the machine. */
  readonly batchSize: number;
  readonly maxTrials: number;
  /** Stop after `batches` batches in a row that each raise the hypervolume by less than `minimumGain` of it. */
  readonly stall?: { readonly batches: number; readonly minimumGain: number };
  /** Reference point of the hypervolume in the objectives' own units and directions. Default: see convergence.ts. */
  readonly referencePoint?: readonly number[];
  readonly signal?: AbortSignal;
  /** Called after each batch; `replayedCount` and `evaluatedCount` tell stored from new trials. */
  readonly onProgress?: (progress: StudyProgress) => void;
}

export interface StudyProgress extends Progress {
  readonly maxTrials: number;
  readonly evaluatedCount: number;
  readonly replayedCount: number;
  /** The result as an abort would leave it now. */
  readonly soFar: () => StudyResult;
}

export interface StudyResult {
  readonly stopped: "max-trials" | "stalled" | "exhausted" | "aborted";
  readonly trialCount: number;
  readonly feasibleCount: number;
  /** Non-dominated feasible trials, by objectives best first, then by number; a design only once, equal ones all. */
  readonly front: readonly Trial[];
  /** In the objectives' own units and directions; null: nothing was feasible. */
  readonly referencePoint: readonly number[] | null;
  readonly hypervolume: number;
  /** State after each batch. */
  readonly convergence: readonly Progress[];
  readonly violations: readonly ConstraintSummary[];
  readonly evaluatedCount: number;
  readonly replayedCount: number;
}

/** Measurements of points at a fidelity, in the points' order. Equal points have equal ones, also in a run that is resumed. */
export type Screen = (
  points: readonly Point[],
  fidelity: number,
  signal: AbortSignal,
) => Promise<readonly (Measurement | null)[]>;

/** A batch of points that have been screened where the strategy does; fewer where there are no more, or once the signal has aborted. */
async function nextBatch(
  strategy: Strategy,
  count: number,
  screen: Screen | undefined,
  signal: AbortSignal,
): Promise<readonly Point[]> {
  const { screening } = strategy;
  if (screening === undefined || screen === undefined) return suggested(strategy, count, signal);
  const { fidelities, factor } = screening;
  let wanted = fidelities.reduce((product) => product * factor, count);
  let points = await suggested(strategy, wanted, signal);
  for (const fidelity of fidelities) {
    if (signal.aborted) break;
    const measured = await screen(points, fidelity, signal);
    wanted /= factor;
    points = screening.keep(points, measured, fidelity, wanted);
  }
  return points;
}

/** Points of a strategy, one by one where it is slow. */
async function suggested(strategy: Strategy, count: number, signal: AbortSignal): Promise<readonly Point[]> {
  if (strategy.isSlow !== true) return strategy.suggest(count);
  const points: Point[] = [];
  while (points.length < count) {
    await setImmediate();
    if (signal.aborted) break;
    const [point] = strategy.suggest(1);
    if (point === undefined) break;
    points.push(point);
  }
  return points;
}

/**
 * Runs a study to its end. Trials in the store are replayed through the strategy first, so a run that was killed gives
 * the same result as one that was not: everything but `evaluatedCount` and `replayedCount` is a function of the study.
 *
 * When `signal` aborts, the batch under way is given up (what it has reported stays stored) and the result covers the
 * batches before.
 *
 * @throws SearchError `search/replay-mismatch` when the store belongs to another study, `search/unknown-metric`
 * @throws whatever `evaluateBatch` and the store throw
 */
export async function runStrategy(options: StudyOptions): Promise<StudyResult> {
  const { objectives, constraints, strategy, batchSize, maxTrials, stall } = options;
  for (const count of [batchSize, maxTrials])
    if (!Number.isSafeInteger(count) || count < 1)
      throw new RangeError(`batchSize and maxTrials: ${count} is not a whole number ≥ 1`);
  const signal = options.signal ?? new AbortController().signal;
  const toCosts = (values: readonly number[]): readonly number[] =>
    values.map((value, i) => (objectives[i]!.direction === "min" ? value : 0 - value));
  const tracker = createConvergence(options.referencePoint === undefined ? null : toCosts(options.referencePoint));
  const evaluations = await createEvaluations(options.evaluateBatch, options.store);
  const tally = createViolationTally();
  const feasible = new Map<number, Trial>();
  const convergence: Progress[] = [];
  let trialCount = 0;
  let feasibleCount = 0;
  let stalledCount = 0;

  const digest = ({ trials, isNew }: Evaluated): void => {
    const added: FrontEntry[] = [];
    for (const [i, trial] of trials.entries()) {
      const assessment = assess(trial.outcome, objectives, constraints);
      tally.add(trial.number, assessment);
      if (assessment.kind !== "feasible") continue;
      feasibleCount += 1;
      if (!isNew[i]) continue;
      feasible.set(trial.number, trial);
      added.push({ number: trial.number, costs: assessment.costs });
    }
    const before = tracker.hypervolume;
    tracker.add(added);
    trialCount += trials.length;
    const gain = tracker.hypervolume - before;
    const isStalled = stall !== undefined && tracker.front.size > 0 && gain <= stall.minimumGain * before;
    stalledCount = isStalled ? stalledCount + 1 : 0;
    const progress = { trialCount, feasibleCount, frontSize: tracker.front.size, hypervolume: tracker.hypervolume };
    convergence.push(progress);
    const { evaluatedCount, replayedCount } = evaluations;
    options.onProgress?.({ ...progress, maxTrials, evaluatedCount, replayedCount, soFar: () => resultOf("aborted") });
  };

  const resultOf = (stopped: StudyResult["stopped"]): StudyResult => {
    const { reference, front } = tracker;
    const entries = front.entries();
    return {
      stopped,
      trialCount,
      feasibleCount,
      front: entries.map(({ number }) => feasible.get(number)!),
      referencePoint: reference === null ? null : valuesOf(reference, objectives),
      hypervolume:
        reference === null
          ? 0
          : frontHypervolume(
              entries.map(({ costs }) => costs),
              reference,
            ),
      convergence: [...convergence],
      violations: tally.summary(),
      evaluatedCount: evaluations.evaluatedCount,
      replayedCount: evaluations.replayedCount,
    };
  };
  const batch = async (count: number): Promise<readonly Point[]> => {
    try {
      return await nextBatch(strategy, count, options.screen, signal);
    } catch (error) {
      if (signal.aborted) return [];
      throw error;
    }
  };
  const loop = async (): Promise<StudyResult["stopped"]> => {
    while (trialCount < maxTrials) {
      if (signal.aborted) return "aborted";
      const points = await batch(Math.min(batchSize, maxTrials - trialCount));
      if (signal.aborted) return "aborted";
      if (points.length === 0) return "exhausted";
      let evaluated: Evaluated;
      try {
        evaluated = await evaluations.run(points, trialCount, signal);
      } catch (error) {
        if (signal.aborted) return "aborted";
        throw error;
      }
      strategy.update(evaluated.trials);
      digest(evaluated);
      if (stall !== undefined && stalledCount >= stall.batches) return "stalled";
    }
    return "max-trials";
  };

  return resultOf(await loop());
}
