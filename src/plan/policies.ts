import { joined } from "./alone.ts";
import { meanBetween, piecesOf, pricesOf, type Piece } from "./prices.ts";
import type { Series } from "../spec/series.ts";
import type { Interval, Job, Policy } from "./types.ts";

/*
 * What is done without a planner, for comparison. `now` begins at once. `mean` and `threshold` run while the intensity is at or below
 * the mean, or a quantile, of the job's window; one that may not pause begins at the first such moment; all begin or go on when no
 * time is left to wait. `wait` begins in the cleanest slot of its window, and runs through. The quantile form is that of Wiesner et
 * al., "Let's Wait Awhile" (Middleware 2021), and of Souza et al., "Ecovisor" (ASPLOS 2023); `wait` is the lowest-slot policy of Hanafy
 * et al., "Going Green for Less Green" (GAIA, ASPLOS 2024).
 */

/** Where a policy lets a job run, alone on a grid whose intensity it foresees. */
export function ruledBy(
  policy: Exclude<Policy, "optimal">,
  job: Job,
  series: Series,
  quantile: number,
): readonly Interval[] {
  const pieces = piecesOf(series, job.from, job.deadline);
  switch (policy) {
    case "now":
      return [{ start: job.from, end: job.from + job.duration }];
    case "wait":
      return [waited(job, pieces)];
    case "mean":
      return below(job, pieces, meanBetween(pricesOf(series), job.from, job.deadline));
    case "threshold":
      return below(job, pieces, quantileOf(pieces, quantile));
  }
}

function waited({ deadline, duration }: Job, pieces: readonly Piece[]): Interval {
  const latest = deadline - duration;
  const open = pieces.filter(({ start }) => start <= latest);
  const best = open.reduce((a, b) => (b.value < a.value ? b : a));
  return { start: best.start, end: best.start + duration };
}

/** The least value of a window that a share of its time is at or below. */
export function quantileOf(pieces: readonly Piece[], share: number): number {
  const sorted = [...pieces].sort((a, b) => a.value - b.value);
  const total = pieces.reduce((sum, { start, end }) => sum + end - start, 0);
  let time = 0;
  for (const { start, end, value } of sorted) {
    time += end - start;
    if (time >= share * total) return value;
  }
  return sorted.at(-1)!.value;
}

function below(job: Job, pieces: readonly Piece[], limit: number): readonly Interval[] {
  const { duration, deadline, pause } = job;
  // What may not pause runs through once it has begun.
  const least = pause === null ? duration : Math.min(pause.least, duration);
  const intervals: Interval[] = [];
  let left = duration;
  let ran = 0;
  for (const { start, end, value } of pieces) {
    let at = start;
    const mustGoOn = ran > 0 && ran < least;
    if (value > limit && !mustGoOn) {
      // It waits as long as the rest can still be done.
      at = Math.min(end, Math.max(start, deadline - left));
      if (at > start) ran = 0;
    }
    const length = Math.min(left, end - at);
    if (length > 0) {
      intervals.push({ start: at, end: at + length });
      left -= length;
      ran += length;
    }
    if (left === 0) break;
  }
  return joined(intervals);
}
