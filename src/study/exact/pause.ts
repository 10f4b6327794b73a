import { setImmediate } from "node:timers/promises";

/** Lets signals and messages through between two pieces of work on the main thread. @throws the signal's reason */
export function pauseUntil(signal: AbortSignal): () => Promise<void> {
  return async () => {
    await setImmediate();
    signal.throwIfAborted();
  };
}
