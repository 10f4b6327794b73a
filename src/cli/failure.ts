import { AccuracyRefusal, CommandFailure } from "../accuracy/index.ts";
import { CostError } from "../cost/index.ts";
import { EXIT_BUG, EXIT_INPUT, InputError, renderProblems, SpecError } from "../errors/index.ts";
import { SearchError } from "../search/index.ts";
import { CoreMemoryError, GemmProblemError, UnmodelledHardwareError } from "../sim/index.ts";
import { StoreError } from "../store/index.ts";
import { toStderr } from "./print.ts";

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

/** How a command ends that has failed, and what it says to a person. */
export interface Failure {
  readonly code: typeof EXIT_BUG | typeof EXIT_INPUT;
  readonly text: string;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof SpecError) return { code: EXIT_INPUT, text: renderProblems(error.problems) };
  const isOurs = error instanceof StoreError && error.code === "store/failed";
  if (!isOurs && error instanceof Error && INPUT_ERRORS.some((kind) => error instanceof kind)) {
    return { code: EXIT_INPUT, text: error.message };
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const text = `ecotile has met a bug of its own. Please report this with the command that you ran:\n${trace}`;
  return { code: EXIT_BUG, text };
}

/** Prints what went wrong for a person, on stderr; returns the exit code. */
export function reportFailure(error: unknown): number {
  const { code, text } = failureOf(error);
  toStderr(`${text}\n`);
  return code;
}
