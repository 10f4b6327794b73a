import { join } from "node:path";
import { CommandFailure } from "../../accuracy/index.ts";
import { EXIT_DONE, EXIT_INFEASIBLE, EXIT_INTERRUPTED, InputError } from "../../errors/index.ts";
import { frontJson } from "../../report/front-files.ts";
import { failuresText } from "../../report/html-texts.ts";
import { grouped } from "../../report/metric-labels.ts";
import type { Space } from "../../search/index.ts";
import { isModelPath, type Study } from "../../spec/index.ts";
import {
  RUN_FILES,
  RunInterrupted,
  runStudy,
  writeReport,
  type RemoteAccuracy,
  type RunSoFar,
  type StudyRun,
} from "../../study/index.ts";
import { createRemoteAccuracy, type QueueServer } from "../../queue/index.ts";
import { dataToStdout, toldMeanwhile, toStderr, toStdout } from "../print.ts";
import { bestByAdding } from "../../study/adding.ts";
import { addingText } from "./adding-text.ts";
import { exactText } from "./exact-text.ts";
import { infeasibleText } from "./infeasible-text.ts";
import { cpuSeconds, ownFootprintText } from "./own-footprint.ts";
import { createRunDisplay } from "./progress.ts";
import { summaryText } from "./summary-text.ts";

export interface RunSettings {
  readonly folder: string;
  /** The study as the user named it, for messages. */
  readonly file: string;
  readonly workers: number;
  readonly isResumed: boolean;
  /** Ask again for what the accuracy command failed on. */
  readonly isRetried?: boolean;
  /** The result as a document on stdout, and nothing else there. */
  readonly isJson?: boolean;
  readonly signal: AbortSignal;
  /** Port on which the growing report is served, 0: any; left out: it is not. */
  readonly watch?: number;
  /** Groups of parameters: then the best design without them, and with one after the other, is printed too. */
  readonly adding?: readonly string[];
  /** Where workers on other machines take the models whose accuracy is asked for; left out: the command runs here. */
  readonly queue?: QueueServer;
}

/** News of how it goes, which nobody needs who wants the result alone. */
const say = (text: string): void => toldMeanwhile(`${text}\n`);
/** What must be known even so. */
const tell = (text: string): void => toStderr(`${text}\n`);

/** Runs a study in its folder, and says how it goes. @returns the exit code */
export async function runSearch(study: Study, space: Space, settings: RunSettings): Promise<number> {
  const { folder, workers, signal, isResumed, isRetried = false } = settings;
  const display = createRunDisplay();
  const onNote = (note: string): void => {
    display.stop();
    say(note);
  };
  const onStart = (): void => {
    for (const line of openingLines(study, space, workers)) say(line);
  };
  const onProgress = display.update;
  const remote = settings.queue === undefined ? null : await remoteOf(study, settings.queue, onNote);
  const server = await watchServerOf(settings).catch(async (cause: unknown) => {
    await remote?.close();
    throw cause;
  });
  try {
    const run = await runStudy(study, {
      ...{ folder, workers, signal, isResumed, isRetried, onNote, onProgress, onStart },
      onWatch: (soFar) => server?.show(study, soFar),
      ...(remote === null ? {} : { remote }),
    });
    display.stop();
    return await finish(run, settings);
  } catch (error) {
    display.stop();
    if (error instanceof RunInterrupted) {
      const done = error.trialCount === null ? "" : ` after ${error.trialCount} trials`;
      tell(`\nInterrupted${done}. Continue with: ${again(settings)}`);
      return EXIT_INTERRUPTED;
    }
    await remote?.close();
    if (error instanceof CommandFailure) tell(`\nWhat was found so far is stored. Continue with: ${again(settings)}`);
    throw error;
  } finally {
    server?.close();
  }
}

/** What serves the growing report, where it is wanted. Its code is loaded only then. */
async function watchServerOf({ watch, folder }: RunSettings) {
  if (watch === undefined) return null;
  const [{ startWatchServer }, { watchedSearch }] = await Promise.all([
    import("./watch/server.ts"),
    import("./watch/page.ts"),
  ]);
  const server = await startWatchServer(watch);
  const show = (study: Study, soFar: RunSoFar): void => {
    server.show(watchedSearch(study, soFar, join(folder, RUN_FILES.report)));
    tell(`Watch it: ${server.url}`);
  };
  return { show, close: server.close };
}

async function remoteOf(study: Study, server: QueueServer, onNote: (note: string) => void): Promise<RemoteAccuracy> {
  if (study.accuracy?.evaluator !== "command")
    throw new InputError(
      "--queue is for studies whose accuracy comes from a command; the rest is faster here than the way there.",
    );
  return createRemoteAccuracy(study, server, onNote);
}

function openingLines({ name, search, accuracy, space: parameters }: Study, space: Space, workers: number) {
  const size = `${grouped(space.size)} designs`;
  const how = search.strategy === "exact" ? "all of them" : `seed ${search.seed}, ${search.trials} trials`;
  const isUnjudged = accuracy === null && parameters.some(({ path }) => isModelPath(path));
  return [
    `${name}: ${size}, ${search.strategy}, ${how}, ${workers} workers`,
    ...(search.chosen === null ? [] : [`Strategy auto: ${search.strategy}, ${search.chosen}.`]),
    ...(isUnjudged
      ? [
          'The space varies the model, and nothing asks how accurate it is. With "accuracy: {}" in the study it is shown.',
        ]
      : []),
  ];
}

/** What the run's space would bring without some of its parameters; searched only now, when the run is stored. */
async function addedText(run: StudyRun, { adding = [], workers, signal }: RunSettings): Promise<string> {
  if (adding.length === 0) return "";
  const onStep = (place: number, count: number): void => say(`Smaller space ${place} of ${count} is searched.`);
  return `${addingText(run.record, await bestByAdding(run, adding, { workers, signal, onStep }))}\n`;
}

const again = ({ file, folder }: RunSettings, how = "--resume"): string =>
  `ecotile search ${file} --out ${folder} ${how}`;

async function finish(run: StudyRun, settings: RunSettings): Promise<number> {
  const { record, study } = run;
  const report = writeReport(run);
  if (record.exact !== undefined) say(exactText(record));
  const isFound = record.front.length > 0;
  const isJson = settings.isJson === true;
  if (isJson) dataToStdout(frontJson(record));
  else if (isFound) toStdout(`${summaryText(record)}\n${await addedText(run, settings)}Report: ${report}\n`);
  if (!isFound) tell(infeasibleText(record.violations, study.constraints, record.trialCount, record.exact));
  const failures = failuresText(record);
  if (failures !== null) tell(`${failures} Ask again: ${again(settings, "--retry-failed")}`);
  const { deployment } = study.specs;
  const hasCommand = study.accuracy?.evaluator === "command";
  say(ownFootprintText(cpuSeconds(), deployment.gridIntensity, hasCommand));
  return isFound ? EXIT_DONE : EXIT_INFEASIBLE;
}
