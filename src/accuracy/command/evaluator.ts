import type { ModelSpec } from "../../spec/model.ts";
import type { AccuracyEstimate, AsyncAccuracyEvaluator } from "../types.ts";
import { CommandFailure } from "./failure.ts";
import { roundAccuracy } from "../log-odds.ts";
import { modelKey } from "./model-key.ts";
import { noisyMean } from "./noise.ts";
import type { RequestExtras } from "./protocol.ts";
import { CommandSlot } from "./slot.ts";

export interface CommandOptions {
  /** Program and arguments; run as they are, never through a shell. */
  readonly argv: readonly string[];
  readonly metric: string;
  /** Working directory of the program; default: that of this process. */
  readonly cwd?: string | undefined;
  /** Programs that run side by side, 1 to 1024; default 1. */
  readonly processes?: number;
  /** Further tries after a crash, a timeout or a broken reply; default 2. */
  readonly retries?: number;
  /** Share of the whole effort that answers are worth, above 0 to 1, handed to the program; left out: not said. */
  readonly fidelity?: number | undefined;
  /** Answers for one model, of which the mean and its interval are taken; default 1. */
  readonly repeats?: number;
  /** Longest wait for one reply, ms; default one hour. */
  readonly timeoutMs?: number;
  /** Longest line that a program may write, bytes; default 1 MiB. */
  readonly maxLineBytes?: number;
  /** How much of the end of stderr is kept for messages, bytes; default 8 KiB. */
  readonly maxStderrBytes?: number;
  /** Time between SIGTERM and SIGKILL, ms; default 2000. */
  readonly graceMs?: number;
}

/**
 * Accuracy from an external program: JSON lines over stdin and stdout, see `protocol.ts`.
 *
 * Equal models (name and description apart) are asked for once at a fidelity, also while the first is under way; failures are not remembered.
 *
 * @throws RangeError on an empty argv, an argument with a NUL or a limit that is not positive
 */
export function createCommandEvaluator(options: CommandOptions): AsyncAccuracyEvaluator {
  const settings = {
    processes: 1,
    retries: 2,
    repeats: 1,
    fidelity: undefined,
    timeoutMs: 3_600_000,
    maxLineBytes: 1 << 20,
    maxStderrBytes: 8 << 10,
    graceMs: 2000,
    cwd: undefined,
    ...options,
  };
  checkOptions(settings);
  const slots = Array.from({ length: settings.processes }, () => new CommandSlot(settings));
  const free = [...slots];
  const queue: ((slot: CommandSlot) => void)[] = [];
  const known = new Map<string, Promise<AccuracyEstimate>>();
  const closed = new CommandFailure("accuracy/command-closed", "the evaluator was closed");
  let isClosed = false;

  const take = (): Promise<CommandSlot> => {
    const slot = free.pop();
    return slot ? Promise.resolve(slot) : new Promise((resolve) => queue.push(resolve));
  };
  const giveBack = (slot: CommandSlot): void => {
    const next = queue.shift();
    if (next) next(slot);
    else free.push(slot);
  };
  const once = async (model: ModelSpec, extras: RequestExtras): Promise<AccuracyEstimate> => {
    const slot = await take();
    try {
      if (isClosed) throw closed;
      return await slot.ask(model, extras);
    } finally {
      giveBack(slot);
    }
  };
  const withRetries = async (model: ModelSpec, extras: RequestExtras): Promise<AccuracyEstimate> => {
    for (let left = settings.retries; ; left--) {
      try {
        return await once(model, extras);
      } catch (error) {
        if (left <= 0 || !(error instanceof CommandFailure) || !error.isWorthRetrying) throw error;
      }
    }
  };

  const repeated = async (model: ModelSpec, fidelity: number | undefined): Promise<AccuracyEstimate> => {
    const extras = fidelity === undefined ? {} : { fidelity };
    if (settings.repeats === 1) return withRetries(model, extras);
    const numbers = Array.from({ length: settings.repeats }, (_, i) => i + 1);
    const answers = await Promise.all(numbers.map((repeat) => withRetries(model, { ...extras, repeat })));
    const { accuracy, low, high } = noisyMean(
      answers.map((each) => each.accuracy),
      answers.map((each) => (each.high - each.low) / 2),
    );
    const [mean, least, most] = [accuracy, low, high].map(roundAccuracy);
    return { ...answers[0]!, accuracy: mean!, low: least!, high: most! };
  };
  const told = [
    ...(settings.fidelity === undefined ? [] : [`fidelity ${settings.fidelity}`]),
    ...(settings.repeats === 1 ? [] : [`mean of ${settings.repeats} answers`]),
  ];

  return {
    origin: [`command, ${settings.metric}, ${settings.argv.join(" ")}`, ...told].join(", "),
    isMonotoneInTowerScores: false,
    evaluate(model, fidelity = settings.fidelity) {
      const key = `${fidelity} ${modelKey(model)}`;
      const running = known.get(key) ?? repeated(model, fidelity);
      known.set(key, running);
      running.catch(() => known.get(key) === running && known.delete(key));
      return running;
    },
    async close() {
      isClosed = true;
      await Promise.all(slots.map((slot) => slot.stop(closed)));
    },
  };
}

function checkOptions(settings: Required<CommandOptions>): void {
  const { argv, processes, retries, repeats, fidelity } = settings;
  if (argv.length === 0 || argv[0] === "" || argv.some((one) => one.includes("\0"))) {
    throw new RangeError("argv must name a program, and no argument may hold a NUL");
  }
  const isCount = (value: number, low: number, high: number): boolean =>
    Number.isInteger(value) && value >= low && value <= high;
  if (!isCount(processes, 1, 1024)) throw new RangeError("processes must be a whole number from 1 to 1024");
  if (!isCount(repeats, 1, 1000)) throw new RangeError("repeats must be a whole number from 1 to 1000");
  if (fidelity !== undefined && !(fidelity > 0 && fidelity <= 1))
    throw new RangeError("fidelity must be above 0 and at most 1");
  if (!isCount(retries, 0, 100)) throw new RangeError("retries must be a whole number from 0 to 100");
  for (const name of ["timeoutMs", "maxLineBytes", "maxStderrBytes", "graceMs"] as const) {
    if (!isCount(settings[name], 1, 2 ** 31 - 1))
      throw new RangeError(`${name} must be a whole number from 1 to 2147483647`);
  }
}
