import { availableParallelism } from "node:os";
import { join } from "node:path";
import { boundOfMetric, metricOfKey, nameOfMetric } from "../metrics/index.ts";
import { createPredictor, methodText, modelKey } from "../accuracy/index.ts";
import { InputError } from "../errors/index.ts";
import { frontCsv, frontJson } from "../report/front-files.ts";
import { studyPageHtml } from "../live/index.ts";
import { thinned } from "../report/front-table.ts";
import type { RunRecord } from "../report/types.ts";
import {
  createSpace,
  runStrategy,
  type Point,
  type Screen,
  type Space,
  type StudyProgress,
  type StudyResult,
  type Trial,
} from "../search/index.ts";
import type { ModelSpec, Study } from "../spec/index.ts";
import { acquireLock, openSqliteStore, type SqliteStore } from "../store/index.ts";
import { createDesignEvaluator, designContext, type DesignDetail } from "../worker/index.ts";
import { createCommandAccuracy, storedAnswer, type CommandAccuracy, type RemoteAccuracy } from "./command-accuracy.ts";
import { namedStrategy } from "./auto.ts";
import { isMemoryUnknown, memoryParameter } from "./bounds.ts";
import { createDetailKeeper } from "./detail-keeper.ts";
import { createDesignFarm, type DesignFarm } from "./evaluations.ts";
import { runExact, type ExactOutcome, type ExactProgress } from "./exact/run.ts";
import { exactRecord, storeFront, withFront, withWhole } from "./exact/whole-front.ts";
import { failedTrials, failuresOf } from "./failed-accuracy.ts";
import { identityOf, sourcesInUse, type Sources } from "./identity.ts";
import { checkOwnMetrics, type OwnMetrics } from "./own-metrics.ts";
import { writeFileWhole } from "./output-file.ts";
import { publishedDesigns } from "./published.ts";
import { recordOf } from "./record.ts";
import { prepareRunFolder, RUN_FILES } from "./run-folder.ts";
import { comparison, confidentFront, stepsOf, type Interval, type ProbabilityAbove } from "./steps.ts";
import { screenOf } from "./screening.ts";
import { loopOf, strategyOf } from "./strategy.ts";
import { studyTextIn } from "./study-text.ts";

/** How far a run is: trials of a strategy, or chips of the exact one. */
export type RunProgress =
  | ({ readonly kind: "trials" } & Omit<StudyProgress, "soFar">)
  | ({ readonly kind: "chips" } & Omit<ExactProgress, "soFar">);

/** What a run has found while it goes on. Looking at it changes nothing of the run. */
export interface RunSoFar {
  /** Rises as more is found: trials, or chips that are done. */
  readonly foundCount: number;
  /**
   * The record as if the run had ended here, with an evenly spread part of a long front; null: nothing is feasible yet.
   *
   * @throws what the run throws, once it has ended
   */
  record(): Promise<RunRecord | null>;
}

export interface RunOptions {
  /** Folder of the run: it is made, or, where the run is resumed, holds what was found before. */
  readonly folder: string;
  /** Threads, ≥ 1; no result depends on it. Default: all cores. */
  readonly workers?: number;
  readonly isResumed?: boolean;
  /** Resumes, and asks again for what the accuracy command failed on. */
  readonly isRetried?: boolean;
  /** Metrics of one's own, which the study's objectives and constraints may name. */
  readonly metrics?: OwnMetrics;
  /** Runs the study's accuracy command elsewhere; it is closed with the run. */
  readonly remote?: RemoteAccuracy;
  /** Called when the folder is ready, before the first design is evaluated. */
  readonly onStart?: () => void;
  /** Called once before the first trial or chip, and then after each batch or block. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Called once, before the first design is evaluated, with what there is to see meanwhile. */
  readonly onWatch?: (soFar: RunSoFar) => void;
  /** What a person should know, a sentence or two. */
  readonly onNote?: (note: string) => void;
  /** Ends the run: what was found is stored, and a run that is resumed goes on from there. */
  readonly signal?: AbortSignal;
}

/** A run that has ended, as its folder holds it. */
export interface StudyRun {
  readonly folder: string;
  readonly study: Study;
  readonly record: RunRecord;
  /** The whole front, best first: that of an exact search may be longer than what the record shows in detail. */
  readonly front: readonly Trial[];
  /** Designs that each of its trials stands for, by number, where they are equal but for the order of layers; left out: one each. */
  readonly designCounts?: readonly number[];
}

/** A run that its signal has ended. */
export class RunInterrupted extends Error {
  override readonly name = "RunInterrupted";
  /** Null: it is not known how many trials were stored. */
  readonly trialCount: number | null;

  constructor(trialCount: number | null) {
    super("the run was interrupted");
    this.trialCount = trialCount;
  }
}

/** How soon it is noticed that a run's folder is gone, where nothing is stored. */
const LOOK_MS = 500;

/** Designs of a front that are shown in detail while the run goes on. */
const MOST_WATCHED = 200;

const ignore = (): void => undefined;

/**
 * Runs a study by its strategy, `exact` included, and stores every finished trial or block in the folder at once. Equal studies give
 * equal records for any number of workers, interrupted or not. Reports are made of it by {@link writeReport}.
 *
 * @throws InputError for a folder that cannot be used, and for what the strategy cannot search; StoreError; CommandFailure
 * @throws RunInterrupted where the signal has ended it
 */
export function runStudy(study: Study, options: RunOptions): Promise<StudyRun> {
  return runFilled(study, options, ignore);
}

/**
 * The same with what others have found: it is put into the store, and what is there is not worked out again.
 *
 * @param fill called once, before the study is run
 */
export async function runFilled(
  study: Study,
  options: RunOptions,
  fill: (store: SqliteStore) => void,
): Promise<StudyRun> {
  checkOwnMetrics(options.metrics ?? {});
  const { folder } = options;
  const named = namedStrategy(study);
  prepareRunFolder(folder, options.isResumed === true || options.isRetried === true);
  const lock = acquireLock(join(folder, RUN_FILES.lock));
  try {
    return await runLocked(named, options, fill);
  } finally {
    lock.release();
  }
}

async function runLocked(study: Study, options: RunOptions, fill: (store: SqliteStore) => void): Promise<StudyRun> {
  const { folder } = options;
  const sources = sourcesInUse();
  const identity = identityOf(study, sources, options.metrics);
  const store = openSqliteStore(join(folder, RUN_FILES.trials), identity);
  const presence = watchPresence(store);
  const stop = options.signal ?? new AbortController().signal;
  const signal = AbortSignal.any([stop, presence.signal]);
  try {
    writeFileWhole(join(folder, RUN_FILES.study), studyTextIn(folder, study));
    fill(store);
    return await runIn({ study, options, store, signal, sources, studyHash: identity.studyHash });
  } catch (error) {
    if (presence.signal.aborted) throw presence.signal.reason;
    if (stop.aborted && !(error instanceof RunInterrupted)) throw new RunInterrupted(null);
    throw error;
  } finally {
    presence.stop();
    store.close();
  }
}

interface OpenRun {
  readonly study: Study;
  readonly options: RunOptions;
  readonly store: SqliteStore;
  /** Aborts where the user stops the search, or its folder is gone. */
  readonly signal: AbortSignal;
  readonly sources: Sources;
  readonly studyHash: string;
}

/** What a run has found, so far or in the end. */
interface Found {
  readonly plain: StudyResult;
  readonly exact: ExactOutcome | null;
}

const foundBy = (exact: ExactOutcome): Found => ({ plain: exact.result, exact });

async function runIn(run: OpenRun): Promise<StudyRun> {
  const { study, options, store, signal, sources, studyHash } = run;
  const { folder, workers = availableParallelism(), metrics = {}, onProgress = ignore, onNote = ignore } = options;
  const seen: { foundCount: number; soFar: (() => Found) | null } = { foundCount: 0, soFar: null };
  const { objectives, constraints, search } = study;
  const space = createSpace(study.space);
  const context = designContext(study);
  const accuracy = createCommandAccuracy(study, store.estimates, signal, options.remote ?? null);
  const evaluator = createDesignEvaluator(context);
  const modelOf = (point: Point): ModelSpec => evaluator.specsOf(point).model;
  const farm = createDesignFarm(context, workers, accuracy === null ? null : { accuracy, modelOf }, {
    ...{ metrics, keeper: createDetailKeeper(objectives, constraints) },
  });
  try {
    options.onStart?.();
    const failedOf = (trials: readonly Trial[]): readonly Trial[] =>
      accuracy === null ? [] : failedTrials(trials, (point) => storedAnswer(store.estimates, modelOf(point)));
    if (options.isRetried === true) forget(failedOf(store.trials()), store, onNote);
    const [baseline = null] = await farm.details([{}], signal);
    checkMetrics(study, baseline, onNote);
    const recordFor = async ({ plain, exact }: Found, most = Infinity) => {
      const intervalOf = ({ point }: Trial): Interval | null => {
        const answer = storedAnswer(store.estimates, modelOf(point));
        return answer === undefined || "refusal" in answer ? null : answer;
      };
      const above = comparison(study, evaluator.specsOf, intervalOf);
      const whole = thinnedFront(study, exact?.front ?? plain.front, above);
      const isKept = new Set(whole.map(({ number }) => number));
      const kept = plain.front.filter(({ number }) => isKept.has(number));
      const result = { ...plain, front: thinned(kept, most) };
      const points = result.front.map(({ point }) => point);
      const details = await farm.details(points, signal);
      const trials = exact === null ? store.trials().filter(({ number }) => number < result.trialCount) : [];
      const record = recordOf({
        ...{ study, spaceSize: space.size, result, trials, details, evaluator, sources, studyHash, baseline },
        accuracyOrigin: accuracyOriginOf(study, accuracy),
        steps: stepsOf(study, whole, above),
        accuracyFailures: failuresOf(failedOf(trials), (point) => modelKey(modelOf(point))),
        published: publishedDesigns(study),
      });
      return {
        record: exact === null ? record : exactRecord(record, withFront(exact, whole, result.front)),
        whole,
        result,
      };
    };
    options.onWatch?.({
      get foundCount() {
        return seen.foundCount;
      },
      record: async () => {
        const found = seen.soFar?.();
        if (found === undefined || found.plain.front.length === 0) return null;
        const { record } = await recordFor(found, MOST_WATCHED);
        return { ...record, stopped: "still running" };
      },
    });
    const exact =
      search.strategy === "exact"
        ? await runExact(study, workers, signal, accuracy, store.blocks, ({ soFar, ...progress }) => {
            seen.foundCount = progress.chipCount;
            seen.soFar = soFar && (() => foundBy(soFar()));
            onProgress({ kind: "chips", ...progress });
          })
        : null;
    const screen = accuracy === null ? null : screenOf(accuracy, modelOf);
    const plain =
      exact?.result ??
      (await runTrials(run, space, farm, screen, (trialCount, soFar) => {
        seen.foundCount = trialCount;
        seen.soFar = () => ({ plain: soFar(), exact: null });
      }));
    if (plain.stopped === "aborted") throw new RunInterrupted(plain.trialCount);
    const [{ record, whole, result }] = await Promise.all([
      recordFor({ plain, exact }),
      exact === null ? undefined : storeFront(exact, store),
    ]);
    store.checkPresence();
    return exact === null
      ? { folder, study, record, front: result.front }
      : {
          ...{ folder, study, record, front: whole },
          ...(exact.designCounts === undefined ? {} : { designCounts: exact.designCounts }),
        };
  } finally {
    await accuracy?.close();
    // After an interruption the process mostly ends at once, and its threads with it: nobody waits for what they do.
    const end = farm.destroy();
    if (options.signal?.aborted !== true) await end;
    else end.catch(ignore);
  }
}

/** Writes what is made of a run into its folder: `front.csv` (the whole front), `front.json` and the report. @returns its path */
export function writeReport({ folder, study, record, front, designCounts }: StudyRun): string {
  const table = record.exact === undefined ? record : withWhole(record, front, designCounts);
  writeFileWhole(join(folder, RUN_FILES.frontCsv), frontCsv(table));
  writeFileWhole(join(folder, RUN_FILES.frontJson), frontJson(record));
  const report = join(folder, RUN_FILES.report);
  writeFileWhole(report, studyPageHtml(study, record));
  return report;
}

/** Aborts once the file of a store is gone: a search that stores nothing for a while would go on for nothing. */
function watchPresence(store: SqliteStore): { readonly signal: AbortSignal; stop(): void } {
  const gone = new AbortController();
  const timer = setInterval(() => {
    try {
      store.checkPresence();
    } catch (error) {
      gone.abort(error);
    }
  }, LOOK_MS);
  return { signal: gone.signal, stop: () => clearInterval(timer) };
}

/** The front by the study's own confidence; by estimates where it has none. */
function thinnedFront(study: Study, front: readonly Trial[], above: ProbabilityAbove | null): readonly Trial[] {
  const confidence = study.accuracy?.confidence;
  const isJudged = study.objectives.some(({ metric }) => metric === "accuracy");
  return above === null || confidence === undefined || !isJudged
    ? front
    : confidentFront(study, front, above, confidence);
}

/** What accuracies are, and what they do not see. */
function accuracyOriginOf(study: Study, command: CommandAccuracy | null): string | null {
  const { accuracy, specs } = study;
  if (accuracy === null) return null;
  const { seenFormats: seen } = designContext(study);
  const priced = seen ? `; precision priced: ${methodText(specs.model)}` : "";
  const { screening } = accuracy;
  const screened =
    screening === undefined || study.search.strategy !== "bayesian" ? "" : `, screened at ${screening.join(", ")}`;
  const origin = `${command?.origin ?? createPredictor(accuracy.metric).origin}${screened}${priced}`;
  return accuracy.ignore === undefined ? origin : `${origin}; ignores ${accuracy.ignore.join(", ")}`;
}

/**
 * Takes out the trials from the first on that has failed: what a strategy has proposed after it may be another proposal now.
 * Answers of the command stay, so that it is asked for what it has failed on, and for models that come up anew.
 */
function forget(failed: readonly Trial[], store: SqliteStore, onNote: (note: string) => void): void {
  const [first] = failed;
  if (first === undefined) return onNote("The accuracy command has failed for no design; the run goes on.");
  onNote(
    `The accuracy command is asked again, from trial ${first.number} on (${failed.length} designs without accuracy).`,
  );
  store.forgetFrom(first.number);
}

/** An objective or limit over something that is not modelled is found before the search. */
function checkMetrics(study: Study, baseline: DesignDetail | null, onNote: (note: string) => void): void {
  const { objectives, constraints } = study;
  const bounds = objectives.flatMap(({ metric }) => (metricOfKey(metric)?.isWithoutMemory === true ? [metric] : []));
  if (bounds.length > 0)
    onNote(
      `The carbon of the memory is unknown, and the same in every design: designs are compared without it, by ${bounds.join(" and ")}.`,
    );
  if (baseline === null)
    return onNote("The starting design has no evaluation of its own; there is no baseline beside the front.");
  if (baseline.unusable !== null)
    return onNote(`The starting design cannot be used as the study asks: ${baseline.unusable}.`);
  for (const { metric } of [...objectives, ...constraints]) {
    if (typeof baseline.metrics[metric] === "number") continue;
    const { energy, area, embodied, operational } = baseline;
    const reasons = [energy, area, embodied, operational].flatMap((each) => (each.total === null ? [each.reason] : []));
    throw new InputError(
      `The study asks for ${metric}, which is not modelled for its starting design: ${[...new Set(reasons)].join("; ")}.${unboundedText(study, metric)}`,
    );
  }
}

/** Why designs cannot be compared without the memory; empty: it is not the memory. */
function unboundedText(study: Study, metric: string): string {
  if (!isMemoryUnknown(study)) return "";
  const path = memoryParameter(study);
  if (path !== null) return ` Without the memory designs do not compare, since space.${path} may change it.`;
  return boundOfMetric(metric) === null
    ? ` Without the memory ${nameOfMetric(metric)} does not compare: the memory's part grows with the latency.`
    : " Without the memory it is a lower bound, which no limit can be held against.";
}

async function runTrials(
  { study, options, store, signal }: OpenRun,
  space: Space,
  farm: DesignFarm,
  screen: Screen | null,
  onFound: (trialCount: number, soFar: () => StudyResult) => void,
): Promise<StudyResult> {
  const { onProgress = ignore, onNote = ignore } = options;
  const strategy = await strategyOf(study, space, signal, onNote);
  const counts = { trialCount: 0, feasibleCount: 0, frontSize: 0, hypervolume: 0, evaluatedCount: 0, replayedCount: 0 };
  onProgress({ kind: "trials", ...counts, maxTrials: study.search.trials });
  try {
    return await runStrategy({
      ...{ ...loopOf(study), strategy, store, signal },
      evaluateBatch: farm.evaluateBatch,
      ...(screen === null ? {} : { screen }),
      onProgress: ({ soFar, ...progress }) => {
        onFound(progress.trialCount, soFar);
        onProgress({ kind: "trials", ...progress });
      },
    });
  } finally {
    const byWorker = farm.trialCounts();
    if (byWorker.length > 0 && !signal.aborted) onNote(`Trials by worker: ${byWorker.join(", ")}`);
  }
}
