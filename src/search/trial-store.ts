import type { Trial } from "./types.ts";

/**
 * Where a study keeps its trials. Trials need not come in order of number: those that finish first may be stored first.
 *
 * - `append` is atomic: all of the trials are stored, or it throws and none is. When it returns, they survive the
 *   death of the process.
 * - Storing a trial again unchanged does nothing; storing another trial under a used number is an error.
 * - `trials` gives everything stored, by number ascending, equal to what was handed in.
 */
export interface TrialStore {
  append(trials: readonly Trial[]): void;
  trials(): readonly Trial[];
  close(): void;
}
