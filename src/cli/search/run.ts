import { join } from "node:path";
import { CommandFailure, createPredictor, modelKey } from "../../accuracy/index.ts";
import { EXIT_DONE, EXIT_INFEASIBLE, EXIT_INTERRUPTED } from "../../errors/index.ts";
import { frontCsv, frontJson } from "../../report/front-files.ts";
import { grouped } from "../../report/metric-labels.ts";
import { reportHtml } from "../../report/html.ts";
import { failuresText } from "../../report/html-texts.ts";
import type { RunRecord } from "../../report/types.ts";
import {
  createStrategy,
  runStudy,
  type GreyBox,
  type Point,
  type Space,
  type StudyResult,
  type Trial,
  type TrialStore,
} from "../../search/index.ts";
import type { ModelSpec, Study } from "../../spec/index.ts";
import { acquireLock, openSqliteStore, type SqliteStore } from "../../store/index.ts";
import { createDesignEvaluator, designContext, type DesignDetail } from "../../worker/index.ts";
import { InputError } from "../failure.ts";
import { writeFileWhole } from "../output-file.ts";
import { toldMeanwhile, toStderr, toStdout } from "../print.ts";
import { createCommandAccuracy, storedAnswer } from "./command-accuracy.ts";
import { greyBoxOf } from "./exact/grey-box.ts";
import { exactRecord, storeFront, withWhole } from "./exact/record.ts";
import { runExact } from "./exact/run.ts";
import { decompositionRequest } from "./exact/split-space.ts";
import { exactText } from "./exact/text.ts";
import { createDesignFarm, type DesignFarm } from "./evaluations.ts";
import { failedTrials, failuresOf } from "./failed-accuracy.ts";
import { identityOf, sourcesInUse, type Sources } from "./identity.ts";
import { infeasibleText } from "./infeasible-text.ts";
import { startProgress } from "./progress.ts";
import { recordOf } from "./record.ts";
import { prepareRunFolder, RUN_FILES } from "./run-folder.ts";
import { startingPoint } from "./starting-point.ts";
import { studyTextIn } from "./study-text.ts";
import { summaryText } from "./summary-text.ts";

export interface RunSettings {
  readonly folder: string;
  /** The study as the user named it, for messages. */
  readonly file: string;
  readonly workers: number;
  readonly isResumed: boolean;
  /** Ask again for what the accuracy command failed on. */
  readonly isRetried?: boolean;
  readonly signal: AbortSignal;
}

/** News of how it goes, which nobody needs who wants the result alone. */
const say = (text: string): void => toldMeanwhile(`${text}\n`);
/** What must be known even so. */
const tell = (text: string): void => toStderr(`${text}\n`);

/** How soon it is noticed that a run's folder is gone, where nothing is stored. */
const LOOK_MS = 500;

/** Runs a study in its folder to the end, or until the signal aborts. @returns the exit code */
export async function runSearch(study: Study, space: Space, settings: RunSettings): Promise<number> {
  const { folder } = settings;
  prepareRunFolder(folder, settings.isResumed);
  const lock = acquireLock(join(folder, RUN_FILES.lock));
  try {
    return await searchIn(study, space, settings);
  } finally {
    lock.release();
  }
}

async function searchIn(study: Study, space: Space, settings: RunSettings): Promise<number> {
  const { folder } = settings;
  const sources = sourcesInUse();
  const identity = identityOf(study, sources);
  const store = openSqliteStore(join(folder, RUN_FILES.trials), identity);
  const presence = watchPresence(store);
  const signal = AbortSignal.any([settings.signal, presence.signal]);
  try {
    writeFileWhole(join(folder, RUN_FILES.study), studyTextIn(folder, study));
    return await searchWith({ study, space, settings, store, signal, sources, studyHash: identity.studyHash });
  } catch (error) {
    if (presence.signal.aborted) throw presence.signal.reason;
    if (!settings.signal.aborted) {
      if (error instanceof CommandFailure) tell(`\nWhat was found so far is stored. Continue with: ${again(settings)}`);
      throw error;
    }
    const done = error instanceof Interruption ? ` after ${error.trialCount} trials` : "";
    tell(`\nInterrupted${done}. Continue with: ${again(settings)}`);
    return EXIT_INTERRUPTED;
  } finally {
    presence.stop();
    store.close();
  }
}

interface OpenRun {
  readonly study: Study;
  readonly space: Space;
  readonly settings: RunSettings;
  readonly store: SqliteStore;
  /** Aborts where the user stops the search, or its folder is gone. */
  readonly signal: AbortSignal;
  readonly sources: Sources;
  readonly studyHash: string;
}

async function searchWith({ study, space, settings, store, signal, sources, studyHash }: OpenRun): Promise<number> {
  const { folder, workers } = settings;
  const context = designContext(study);
  const accuracy = createCommandAccuracy(study, store.estimates, signal);
  const evaluator = createDesignEvaluator(context);
  const modelOf = (point: Point): ModelSpec => evaluator.specsOf(point).model;
  const farm = createDesignFarm(context, workers, accuracy === null ? null : { accuracy, modelOf });
  try {
    const { name, search } = study;
    const size = `${grouped(space.size)} designs`;
    const how = search.strategy === "exact" ? "all of them" : `seed ${search.seed}, ${search.trials} trials`;
    say(`${name}: ${size}, ${search.strategy}, ${how}, ${workers} workers`);
    if (study.accuracy === null && study.space.some(({ path }) => path.startsWith("model.")))
      say(
        'The space varies the model, and nothing asks how accurate it is. With "accuracy: {}" in the study it is shown.',
      );
    const failedOf = (trials: readonly Trial[]): readonly Trial[] =>
      accuracy === null ? [] : failedTrials(trials, (point) => storedAnswer(store.estimates, modelOf(point)));
    if (settings.isRetried === true) forget(failedOf(store.trials()), store);
    const [baseline] = await farm.details([{}], signal);
    checkMetrics(study, baseline ?? null);
    const exact = search.strategy === "exact" ? await runExact(study, workers, signal, accuracy, store.blocks) : null;
    const result = exact?.result ?? (await runTrials(study, space, store, farm, signal));
    if (result.stopped === "aborted") throw new Interruption(result.trialCount);
    const points = result.front.map(({ point }) => point);
    const [details] = await Promise.all([
      farm.details(points, signal),
      exact === null ? undefined : storeFront(exact, store),
    ]);
    const trials = exact === null ? store.trials().filter(({ number }) => number < result.trialCount) : [];
    const record = recordOf({
      ...{ study, spaceSize: space.size, result, trials, details, evaluator, sources, studyHash },
      baseline: baseline ?? null,
      accuracyOrigin: accuracy?.origin ?? predictedOrigin(study),
      accuracyFailures: failuresOf(failedOf(trials), (point) => modelKey(modelOf(point))),
    });
    store.checkPresence();
    const code =
      exact === null ? finish(record, study, folder) : finish(exactRecord(record, exact), study, folder, exact.front);
    const failures = failuresText(record);
    if (failures !== null) tell(`${failures} Ask again: ${again(settings, "--retry-failed")}`);
    return code;
  } finally {
    await accuracy?.close();
    // After an interruption the process ends at once, and its threads with it.
    if (!settings.signal.aborted) await farm.destroy();
  }
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

function predictedOrigin({ accuracy }: Study): string | null {
  return accuracy === null ? null : createPredictor(accuracy.metric).origin;
}

const again = ({ file, folder }: RunSettings, how = "--resume"): string =>
  `ecotile search ${file} --out ${folder} ${how}`;

/**
 * Takes out the trials from the first on that has failed: what a strategy has proposed after it may be another proposal now.
 * Answers of the command stay, so that it is asked for what it has failed on, and for models that come up anew.
 */
function forget(failed: readonly Trial[], store: SqliteStore): void {
  const [first] = failed;
  if (first === undefined) return say("The accuracy command has failed for no design; the run goes on.");
  say(
    `The accuracy command is asked again, from trial ${first.number} on (${failed.length} designs without accuracy).`,
  );
  store.forgetFrom(first.number);
}

class Interruption extends Error {
  constructor(readonly trialCount: number) {
    super("interrupted");
  }
}

/** An objective or limit over something that is not modelled is found before the search. */
function checkMetrics({ objectives, constraints }: Study, baseline: DesignDetail | null): void {
  if (baseline === null) {
    say("The starting design has no evaluation of its own; there is no baseline beside the front.");
    return;
  }
  if (baseline.unusable !== null) {
    say(`The starting design cannot be used as the study asks: ${baseline.unusable}.`);
    return;
  }
  for (const { metric } of [...objectives, ...constraints]) {
    if (typeof baseline.metrics[metric] === "number") continue;
    const { energy, area, embodied, operational } = baseline;
    const reasons = [energy, area, embodied, operational].flatMap((each) => (each.total === null ? [each.reason] : []));
    throw new InputError(
      `The study asks for ${metric}, which is not modelled for its starting design: ${[...new Set(reasons)].join("; ")}.`,
    );
  }
}

async function runTrials(
  study: Study,
  space: Space,
  store: TrialStore,
  farm: DesignFarm,
  signal: AbortSignal,
): Promise<StudyResult> {
  const { objectives, constraints, search } = study;
  const start = startingPoint(study);
  const strategy = createStrategy(search.strategy, {
    ...{ space, seed: search.seed, objectives, constraints },
    ...(search.strategy === "bayesian" ? await knownCosts(study, signal) : {}),
    ...(start === null ? {} : { initial: [start] }),
    ...(search.population === null ? {} : { populationSize: search.population }),
  });
  const { patience, reference } = search;
  const display = startProgress(search.trials);
  try {
    return await runStudy({
      ...{ objectives, constraints, strategy, store, signal },
      evaluateBatch: farm.evaluateBatch,
      batchSize: search.batch,
      maxTrials: search.trials,
      ...(patience === null ? {} : { stall: { batches: Math.ceil(patience / search.batch), minimumGain: 0 } }),
      ...(reference === null ? {} : { referencePoint: objectives.map(({ metric }) => reference[metric]!) }),
      onProgress: display.update,
    });
  } finally {
    display.stop();
    const counts = farm.trialCounts();
    if (counts.length > 0 && !signal.aborted) say(`Trials by worker: ${counts.join(", ")}`);
  }
}

/** What `bayesian` knows of a study that is a sum over parts; of another one it learns everything. */
async function knownCosts(study: Study, signal: AbortSignal): Promise<{ readonly greyBox?: GreyBox }> {
  if (!study.objectives.some(({ metric }) => metric === "accuracy") || study.objectives.length < 2) return {};
  try {
    decompositionRequest(study);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    say(`Every objective is learnt, since the study is no sum over parts. ${error.message}`);
    return {};
  }
  say("Finding the best hardware of every model.");
  return { greyBox: await greyBoxOf(study, signal) };
}

function finish(record: RunRecord, study: Study, folder: string, whole?: readonly Trial[]): number {
  writeFileWhole(join(folder, RUN_FILES.frontCsv), frontCsv(whole === undefined ? record : withWhole(record, whole)));
  writeFileWhole(join(folder, RUN_FILES.frontJson), frontJson(record));
  const report = join(folder, RUN_FILES.report);
  writeFileWhole(report, reportHtml(record));
  if (record.exact !== undefined) say(exactText(record));
  if (record.front.length === 0) {
    tell(infeasibleText(record.violations, study.constraints, record.trialCount, record.exact));
    return EXIT_INFEASIBLE;
  }
  toStdout(`${summaryText(record)}\nReport: ${report}\n`);
  return EXIT_DONE;
}
