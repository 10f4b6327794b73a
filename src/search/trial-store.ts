import type { Trial } from "./types.ts";

/** Now or later: a store may be a file, or a server. */
export type Awaitable<Value> = Value | Promise<Value>;

/**
 * Where a study keeps its trials. Trials need not come in order of number: those that finish first may be stored first.
 *
 * - `append` is atomic: all of the trials are stored, or it throws and none is. When it is done, they survive the
 *   death of the process. Calls may overlap.
 * - Storing a trial again unchanged does nothing; storing another trial under a used number is an error.
 * - `trials` gives everything stored, by number ascending, equal to what was handed in.
 */
export interface TrialStore {
  append(trials: readonly Trial[]): Awaitable<void>;
  trials(): Awaitable<readonly Trial[]>;
  close(): Awaitable<void>;
}

/** A store that answers at once: what it cannot do it throws in the call. */
export interface LocalTrialStore extends TrialStore {
  append(trials: readonly Trial[]): void;
  trials(): readonly Trial[];
  close(): void;
}
