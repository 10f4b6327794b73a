import { EXIT_INTERRUPTED } from "../errors/index.ts";

/**
 * Does work that a signal (SIGINT, SIGTERM) ends: the first asks it to end, and the process ends with the code of an interruption once it
 * has; a second ends the process at once.
 *
 * @param work ends soon after its signal is aborted; whatever it throws then is the interruption
 */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const stop = new AbortController();
  const interrupt = (): void => {
    if (stop.signal.aborted) process.exit(EXIT_INTERRUPTED);
    stop.abort(new Error("interrupted"));
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await work(stop.signal);
  } catch (error) {
    if (stop.signal.aborted) process.exit(EXIT_INTERRUPTED);
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
