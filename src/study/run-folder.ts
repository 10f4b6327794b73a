import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { InputError } from "../errors/index.ts";

/** Names of the files of a run. */
export const RUN_FILES = {
  study: "study.yaml",
  trials: "trials.db",
  frontCsv: "front.csv",
  frontJson: "front.json",
  report: "report.html",
  /** There while a search writes to the folder, and after one that was killed. */
  lock: "run.lock",
} as const;

/** A shard of a run that was divided: it may lie in the folder of the whole. */
export const SHARD_FOLDER = /^shard-([1-9]\d*)-of-([1-9]\d*)$/;

/** `runs/<study name>`, whatever signs the name has. */
export function defaultRunFolder(studyName: string): string {
  const safe = studyName.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[.-]+|[.-]+$/g, "");
  return join("runs", safe === "" ? "study" : safe);
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw new InputError(`${folder} cannot be used as the folder of a run: ${messageOf(error)}`);
  }
}

/**
 * Makes the folder of a run, or finds it as it was left.
 *
 * @throws InputError where it holds anything and the run is not resumed, holds no run to resume, or cannot be made
 */
export function prepareRunFolder(folder: string, isResumed: boolean): void {
  const entries = entriesOf(folder).filter((entry) => entry !== RUN_FILES.lock && !SHARD_FOLDER.test(entry));
  if (entries.length > 0 && !isResumed) {
    throw new InputError(
      `${folder} is not empty. Continue the run in it with --resume, or name another folder with --out.`,
    );
  }
  const isRun = entries.includes(RUN_FILES.trials) || entries.includes(RUN_FILES.study);
  if (entries.length > 0 && !isRun) {
    throw new InputError(`${folder} holds no run to resume: there is no ${RUN_FILES.trials} in it.`);
  }
  ensureFolder(folder);
}

/** Makes a folder, and those that it lies in, where they are not there yet. @throws InputError */
export function ensureFolder(folder: string): void {
  try {
    makeFolder(resolve(folder));
  } catch (error) {
    throw new InputError(`${folder} cannot be made: ${messageOf(error)}`);
  }
}

/** One folder at a time: the recursive mode of Node never returns on file systems that answer ENOENT for a parent that is there. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been quicker.
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

const codeOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "code" in error ? error.code : undefined;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
