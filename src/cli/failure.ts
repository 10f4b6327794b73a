import { AccuracyRefusal, CommandFailure } from "../accuracy/index.ts";
import { CostError } from "../cost/index.ts";
import { EXIT_BUG, EXIT_INPUT, renderProblems, SpecError } from "../errors/index.ts";
import { SearchError } from "../search/index.ts";
import { CoreMemoryError, GemmProblemError, UnmodelledHardwareError } from "../sim/index.ts";
import { StoreError } from "../store/index.ts";
import { toStderr } from "./print.ts";

/** Wrong input that a command itself finds: one message, exit code 2. */
export class InputError extends Error {
  override readonly name = "InputError";
}

const INPUT_ERRORS = [
  InputError,
  CostError,
  StoreError,
  SearchError,
  GemmProblemError,
  UnmodelledHardwareError,
  CoreMemoryError,
  AccuracyRefusal,
  CommandFailure,
];

/** Prints what went wrong for a person, on stderr; returns the exit code. */
export function reportFailure(error: unknown): number {
  if (error instanceof SpecError) {
    toStderr(`${renderProblems(error.problems)}\n`);
    return EXIT_INPUT;
  }
  const isOurs = error instanceof StoreError && error.code === "store/failed";
  if (!isOurs && error instanceof Error && INPUT_ERRORS.some((kind) => error instanceof kind)) {
    toStderr(`${error.message}\n`);
    return EXIT_INPUT;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  toStderr(`ecotile has met a bug of its own. Please report this with the command that you ran:\n${text}\n`);
  return EXIT_BUG;
}
