import type { Core } from "../../../src/sim/core.ts";

/** One call of the core: see jobs.mjs. */
export interface Job {
  readonly count: number;
  readonly hardware: Float64Array;
  readonly problems: Float64Array;
  readonly results: Float64Array;
}
export function jobOf(hardware: Float64Array, problems: Float64Array, results: Float64Array): Job;
export function lastCall(core: Core, count: number): Job;
export function runOnCore(
  core: Core,
  jobs: readonly Job[],
  call: "evaluate" | "scoreOnly",
  areWanted?: boolean,
): Buffer;
export function writeJobs(path: string, jobs: readonly Job[]): void;
export function runOnC(
  program: string,
  call: "evaluate" | "scoreOnly",
  path: string,
  repeats: number,
  folder: string,
): { readonly seconds: number; readonly results: Buffer };
export function sumOf(results: Buffer, field: number): number;
export function firstDifference(expected: Buffer, found: Buffer): string | undefined;
