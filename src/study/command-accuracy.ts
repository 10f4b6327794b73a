import { statSync } from "node:fs";
import * as z from "zod";
import {
  CommandFailure,
  createCommandEvaluator,
  modelKey,
  type AccuracyEstimate,
  type AsyncAccuracyEvaluator,
} from "../accuracy/index.ts";
import type { Point } from "../search/index.ts";
import type { AccuracySettings, ModelSpec, Study } from "../spec/index.ts";
import type { EstimateCache } from "../store/index.ts";
import { InputError } from "../errors/index.ts";

/** What the command says of a model: an estimate, or why there is none. */
export type Answer = AccuracyEstimate | { readonly refusal: string };

const fraction = z.number().min(0).max(1);
const answerSchema: z.ZodType<Answer> = z.union([
  z.object({ refusal: z.string() }),
  z.object({
    ...{ accuracy: fraction, low: fraction, high: fraction, metric: z.string() },
    ...{ extrapolation: z.array(z.string()), nearest: z.string() },
  }),
]);

/** What is stored of a model; undefined: it was not asked for, or the command failed. @throws StoreError where it is damaged */
export function storedAnswer(cache: Pick<EstimateCache, "get">, model: ModelSpec): Answer | undefined {
  return cache.get(modelKey(model), readAnswer);
}

/** An answer as text; null: the text is none. */
export function readAnswer(text: string): Answer | null {
  try {
    return answerSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Accuracies from the study's command, each model once, also across resumed runs. */
export interface CommandAccuracy {
  readonly origin: string;
  /**
   * @param point of the space, of which the model is
   * @throws CommandFailure where the command is no use at all; the reason of the run's signal
   */
  of(model: ModelSpec, point: Point): Promise<Answer>;
  /** The same at a lower fidelity. Where the command fails, that is its answer, so that a run that is resumed screens as before. */
  screened(model: ModelSpec, point: Point, fidelity: number): Promise<Answer>;
  close(): Promise<void>;
}

/** What a finished run has been told: nothing is asked. */
export function storedAccuracy(cache: Pick<EstimateCache, "get">): CommandAccuracy {
  const of = async (model: ModelSpec): Promise<Answer> =>
    storedAnswer(cache, model) ?? { refusal: "the run has stored no answer of the accuracy command for it" };
  return { origin: "stored answers", of, screened: of, close: () => Promise.resolve() };
}

/** A command that runs elsewhere. */
export interface RemoteAccuracy {
  /** @throws CommandFailure; InputError */
  evaluate(model: ModelSpec, point: Point, fidelity?: number): Promise<Answer>;
  /** What runs elsewhere runs on. */
  close(): Promise<void>;
}

/** Models that may fail one after the other, retries included, before the command itself counts as broken. */
const MOST_FAILED_IN_A_ROW = 5;
const GRACE_MS = 300;

/**
 * What the command answers, refusals included, is kept in the run's store at once. A model on which it crashes, hangs or
 * writes garbage again and again has no accuracy in this run, and is asked for anew in the next; where that happens to
 * several models without an answer in between, or the program cannot be started, the search stops.
 *
 * @param remote runs the command elsewhere; null: it runs here
 * @returns null where the study has no command
 * @throws  InputError where its folder is not there
 */
export function createCommandAccuracy(
  { accuracy }: Study,
  cache: EstimateCache,
  signal: AbortSignal,
  remote: RemoteAccuracy | null = null,
): CommandAccuracy | null {
  if (accuracy === null) return null;
  const evaluator = commandOf(accuracy);
  if (evaluator === null) return null;
  const answers = new Map<string, Promise<Answer>>();
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }),
  );
  aborted.catch(() => undefined);
  let failedInARow = 0;

  const ask = async (key: string, model: ModelSpec, point: Point, fidelity?: number): Promise<Answer> => {
    const stored = cache.get(key, readAnswer);
    if (stored !== undefined) return stored;
    try {
      const answer = await (remote === null
        ? answerOf(evaluator, model, fidelity)
        : remote.evaluate(model, point, fidelity));
      failedInARow = 0;
      cache.put(key, JSON.stringify(answer));
      return answer;
    } catch (error) {
      if (!(error instanceof CommandFailure) || !error.isWorthRetrying) throw error;
      failedInARow += 1;
      if (failedInARow >= MOST_FAILED_IN_A_ROW) throw error;
      const refusal: Answer = { refusal: error.message };
      if (fidelity !== undefined) cache.put(key, JSON.stringify(refusal));
      return refusal;
    }
  };
  const answered = async (key: string, make: () => Promise<Answer>): Promise<Answer> => {
    signal.throwIfAborted();
    const answer = answers.get(key) ?? make();
    answers.set(key, answer);
    return Promise.race([answer, aborted]);
  };
  return {
    origin: evaluator.origin,
    of: (model, point) => {
      const key = modelKey(model);
      return answered(key, () => ask(key, model, point));
    },
    screened: (model, point, fidelity) => {
      const key = `at ${fidelity}: ${modelKey(model)}`;
      return answered(key, () => ask(key, model, point, fidelity));
    },
    close: async () => {
      await Promise.all([evaluator.close(), remote?.close()]);
    },
  };
}

/**
 * The command that a study names; nothing runs before it is asked.
 *
 * @returns null where accuracy does not come from one
 * @throws  InputError where its folder is not there
 */
export function commandOf({
  evaluator: kind,
  command,
  folder,
  metric,
  parallel,
  timeout,
  retries,
  fidelity,
  repeats,
}: AccuracySettings): AsyncAccuracyEvaluator | null {
  if (kind !== "command" || command === null || folder === null) return null;
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new InputError(
      `accuracy.folder: the command of the study runs in ${folder}, which is no folder. A run that was moved away from its study goes on with that study's own file: ecotile search STUDY.yaml --out DIR --resume.`,
    );
  return createCommandEvaluator({
    ...{ argv: command, metric, cwd: folder, processes: parallel, retries, graceMs: GRACE_MS },
    timeoutMs: Math.max(1, Math.round(timeout * 1000)),
    ...(fidelity === undefined ? {} : { fidelity }),
    ...(repeats === undefined ? {} : { repeats }),
  });
}

/** A refusal is an answer. */
export async function answerOf(
  evaluator: AsyncAccuracyEvaluator,
  model: ModelSpec,
  fidelity?: number,
): Promise<Answer> {
  try {
    return await evaluator.evaluate(model, fidelity);
  } catch (error) {
    if (error instanceof CommandFailure && error.code === "accuracy/command-refused") return { refusal: error.message };
    throw error;
  }
}
