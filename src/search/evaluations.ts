import { SearchError } from "./errors.ts";
import { pointKey } from "./space/index.ts";
import type { Awaitable, TrialStore } from "./trial-store.ts";
import type { Outcome, Point, Trial } from "./types.ts";

export interface BatchContext {
  readonly signal: AbortSignal;
  /**
   * May be called for any point of the batch as soon as it is done: the trial is stored at once, with others that are reported in the same
   * go, so that it survives a crash in the middle of the batch. What the store cannot do ends the batch. For evaluators that take long.
   */
  readonly report: (position: number, outcome: Outcome) => void;
}

/**
 * Evaluates points; outcomes in the order of the points. `firstTrialNumber` is that of the first point. Points that
 * are stored or known already are left out, so later numbers may have gaps.
 */
export type EvaluateBatch = (
  points: readonly Point[],
  firstTrialNumber: number,
  context: BatchContext,
) => Promise<readonly Outcome[]>;

/** The trials of a batch, and which of them have a point that no trial before has. */
export interface Evaluated {
  readonly trials: readonly Trial[];
  readonly isNew: readonly boolean[];
}

/** Turns suggested points into trials: stored ones are replayed, known points looked up, the rest evaluated, once each. */
export interface Evaluations {
  run(points: readonly Point[], firstTrialNumber: number, signal: AbortSignal): Promise<Evaluated>;
  /** Points that the evaluator has been handed in this process. */
  readonly evaluatedCount: number;
  /** Trials that came from the store. */
  readonly replayedCount: number;
}

export async function createEvaluations(evaluate: EvaluateBatch, store: TrialStore): Promise<Evaluations> {
  const stored = new Map((await store.trials()).map((trial) => [trial.number, trial]));
  const known = new Map<string, Outcome>();
  for (const { point, outcome } of stored.values()) known.set(pointKey(point), outcome);
  /** Keys of the points that have been trials so far, in this process. */
  const tried = new Set<string>();
  let evaluatedCount = 0;
  let replayedCount = 0;

  const run = async (points: readonly Point[], firstTrialNumber: number, signal: AbortSignal): Promise<Evaluated> => {
    const keys = points.map(pointKey);
    keys.forEach((key, i) => checkReplay(stored.get(firstTrialNumber + i), key));
    const isNew = keys.map((key) => {
      const before = tried.size;
      return tried.add(key).size > before;
    });
    const wanted = keys.flatMap((key, i) => (isNew[i] && !known.has(key) ? [i] : []));
    const durable = new Set<number>();
    const pending: Promise<void>[] = [];
    /** Reported, and not stored yet: what is reported in one go is stored in one transaction, as soon as that is over. */
    let reported: Trial[] = [];
    const storeReported = (): Awaitable<void> => {
      const trials = reported;
      reported = [];
      return store.append(trials);
    };
    const report = (position: number, outcome: Outcome): void => {
      const i = wanted[position];
      if (i === undefined) throw new RangeError(`report: no point ${position} in a batch of ${wanted.length}`);
      if (durable.has(i)) return;
      durable.add(i);
      known.set(keys[i]!, outcome);
      const count = reported.push({ number: firstTrialNumber + i, point: points[i]!, outcome });
      if (count === 1) pending.push(awaited(Promise.resolve().then(storeReported)));
    };
    if (wanted.length > 0) {
      evaluatedCount += wanted.length;
      const outcomes = await evaluate(
        wanted.map((i) => points[i]!),
        firstTrialNumber + wanted[0]!,
        { signal, report },
      ).finally(() => Promise.all(pending));
      if (outcomes.length !== wanted.length)
        throw new SearchError("search/bad-evaluator", `${outcomes.length} outcomes for ${wanted.length} points`);
      wanted.forEach((i, position) => known.set(keys[i]!, outcomes[position]!));
    }
    const trials = points.map((point, i) => ({ number: firstTrialNumber + i, point, outcome: known.get(keys[i]!)! }));
    const unstored = trials.filter(({ number }, i) => !stored.has(number) && !durable.has(i));
    if (unstored.length > 0) await store.append(unstored);
    replayedCount += trials.filter(({ number }) => stored.has(number)).length;
    return { trials, isNew };
  };
  return {
    run,
    get evaluatedCount() {
      return evaluatedCount;
    },
    get replayedCount() {
      return replayedCount;
    },
  };
}

/** A promise that is waited for later: until then its failure is no unhandled one. */
export function awaited(done: Promise<void>): Promise<void> {
  done.catch(() => undefined);
  return done;
}

function checkReplay(trial: Trial | undefined, key: string): void {
  if (trial === undefined || pointKey(trial.point) === key) return;
  throw new SearchError(
    "search/replay-mismatch",
    `stored trial ${trial.number} is not the point that the strategy suggests now: the study, its seed or the strategy has changed`,
  );
}
