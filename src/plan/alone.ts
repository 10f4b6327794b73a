import { bestUnits, unitsOf } from "./units.ts";
import { between, piecesOf, valueAt, type Piece, type Prices } from "./prices.ts";
import type { Series } from "../spec/series.ts";
import type { Interval, Job, Pause } from "./types.ts";

/*
 * One job alone on one grid. Within a slot the intensity is constant, so the carbon of an uninterrupted run is a piecewise linear
 * function of its start, and its least value lies where the start or the end meets the border of a slot, or at an end of the window:
 * a finite list, tried as a whole. A job that may pause for nothing takes the cleanest slots of its window.
 */

/** Sums that differ by less, relatively, are equal: the integrals of a year are rounded in their last digits. */
const SAME = 1e-11;

/** Where a job emits least under an intensity. */
export function bestAlone(job: Job, prices: Prices): readonly Interval[] {
  if (job.pause === null) return [uninterrupted(job, prices)];
  if (isFree(job.pause)) return cleanest(job, prices.series);
  return pausing(job, prices.series);
}

/** Whether any part of a slot may be used for nothing. */
export function isFree({ cost, least }: Pause): boolean {
  return cost === 0 && least === 0;
}

function uninterrupted({ from, deadline, duration }: Job, prices: Prices): Interval {
  const { start: origin, step } = prices.series;
  const latest = deadline - duration;
  const starts = [from, latest];
  for (let at = origin + Math.ceil((from - origin) / step) * step; at <= deadline; at += step) {
    if (at <= latest) starts.push(at);
    if (at - duration >= from) starts.push(at - duration);
  }
  starts.sort((a, b) => a - b);
  let [best, least] = [from, Infinity];
  for (const start of starts) {
    const cost = between(prices, start, start + duration);
    if (cost < least - SAME * Math.abs(least === Infinity ? 0 : least)) [best, least] = [start, cost];
  }
  return { start: best, end: best + duration };
}

function cleanest({ from, deadline, duration }: Job, series: Series): readonly Interval[] {
  const pieces = [...piecesOf(series, from, deadline)].sort((a, b) => a.value - b.value || a.start - b.start);
  const taken: Interval[] = [];
  let left = duration;
  for (const piece of pieces) {
    if (left <= 0) break;
    const length = Math.min(left, piece.end - piece.start);
    taken.push(partOf(piece, length, taken));
    left -= length;
  }
  return joined(taken);
}

/** A part of a slot, at the side on which the job runs anyway. */
function partOf({ start, end }: Piece, length: number, taken: readonly Interval[]): Interval {
  const goesOn = taken.some((each) => each.start === end);
  return goesOn ? { start: end - length, end } : { start, end: start + length };
}

/** Intervals in order, those that touch made one. */
export function joined(intervals: readonly Interval[]): readonly Interval[] {
  const result: Interval[] = [];
  for (const next of [...intervals].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last?.end === next.start) result[result.length - 1] = { start: last.start, end: next.end };
    else result.push(next);
  }
  return result;
}

/** By dynamic programming on the common divisor of all lengths: an optimum lies on it, since only whole multiples bound the runs. */
function pausing(job: Job, series: Series): readonly Interval[] {
  const units = unitsOf([job], [series]);
  const first = (job.from - units.origin) / units.length;
  const count = (job.deadline - job.from) / units.length;
  const at = (i: number): number => units.origin + (first + i) * units.length;
  const run = Float64Array.from({ length: count }, (_, i) => job.power * valueAt(series, at(i)) * units.length);
  const restart = Float64Array.from({ length: count }, (_, i) => job.pause!.cost * valueAt(series, at(i)) * 1000);
  const least = Math.min(job.pause!.least, job.duration) / units.length;
  const found = bestUnits({ run, restart, work: job.duration / units.length, least });
  return found!.runs.map(([a, b]) => ({ start: at(a), end: at(b) }));
}
