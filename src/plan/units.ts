import { problemOf, SpecError } from "../errors/index.ts";
import type { Series } from "../spec/series.ts";
import type { Job } from "./types.ts";

/*
 * Time in units: the greatest common divisor of the slots and of every length and border of the jobs. Jobs that pause for a price, and
 * jobs that share power, are planned on it.
 */

export interface Units {
  /** ms of the epoch at which unit 0 begins. */
  readonly origin: number;
  /** ms. */
  readonly length: number;
}

/** Units of a window that a plan is looked for in, at most. */
const MOST_UNITS = 4_000_000;

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** @throws SpecError plan/too-fine where lengths have no common divisor that leaves a window of a size that can be planned */
export function unitsOf(jobs: readonly Job[], series: readonly Series[]): Units {
  const origin = series[0]!.start;
  let length = 0;
  for (const { start, step } of series) length = divisor(divisor(length, step), Math.abs(start - origin));
  let most = 0;
  for (const { from, deadline, duration, pause } of jobs) {
    for (const part of [Math.abs(from - origin), deadline - from, duration, pause?.least ?? 0])
      length = divisor(length, part);
    most = Math.max(most, deadline - from);
  }
  if (most / length <= MOST_UNITS) return { origin, length };
  const message = `Lengths and borders of the jobs have only ${length} ms in common, and a window has ${Math.round(most / length)} of that.`;
  throw new SpecError([
    problemOf("jobs", "plan/too-fine", message, "Round durations, `from`, `deadline` and `least` to whole minutes."),
  ]);
}

/** One job on the units of its window. */
export interface UnitJob {
  /** Cost of running in each unit; Infinity: it may not. */
  readonly run: Float64Array;
  /** Cost of going on after a pause at the start of a unit; "free": nothing; null: it may not pause. */
  readonly restart: Float64Array | "free" | null;
  /** Units to run, ≥ 1. */
  readonly work: number;
  /** Least units of a run. */
  readonly least: number;
}

export interface UnitRuns {
  readonly cost: number;
  /** First unit, and the one behind the last, of each run. */
  readonly runs: readonly (readonly [number, number])[];
}

/** Steps of the dynamic programme, at most. */
const MOST_STATES = 400_000_000;

/** The cheapest way to do the work within the window; the earliest of equally cheap ones. Null: there is none. */
export function bestUnits(job: UnitJob): UnitRuns | null {
  if (job.restart === null) return bestWindow(job);
  return job.restart === "free" ? cheapestUnits(job) : bestRuns({ ...job, restart: job.restart });
}

function bestWindow({ run, work }: UnitJob): UnitRuns | null {
  let [sum, blocked, best, at] = [0, 0, Infinity, -1];
  for (let i = 0; i < run.length; i += 1) {
    if (run[i] === Infinity) blocked = work;
    else {
      sum += run[i]!;
      blocked = Math.max(0, blocked - 1);
    }
    if (i >= work && run[i - work] !== Infinity) sum -= run[i - work]!;
    if (i < work - 1 || blocked > 0) continue;
    if (sum < best - 1e-12 * Math.abs(best === Infinity ? 0 : best)) [best, at] = [sum, i - work + 1];
  }
  if (at < 0) return null;
  let cost = 0;
  for (let i = at; i < at + work; i += 1) cost += run[i]!;
  return { cost, runs: [[at, at + work]] };
}

/** The cheapest units, wherever they are; of those that cost as much as the dearest one, the first. */
function cheapestUnits({ run, work }: UnitJob): UnitRuns | null {
  const limit = Float64Array.from(run).sort()[work - 1];
  if (limit === undefined || limit === Infinity) return null;
  let [left, cost] = [work, 0];
  for (const own of run) if (own < limit) [left, cost] = [left - 1, cost + own];
  cost += left * limit;
  const taken: number[] = [];
  run.forEach((own, i) => {
    if (own < limit || (own === limit && (left -= 1) >= 0)) taken.push(i);
  });
  return { cost, runs: runsOf(taken) };
}

/** Units in order, those that follow each other made one run. */
export function runsOf(units: readonly number[]): UnitRuns["runs"] {
  const runs: [number, number][] = [];
  for (const i of units) {
    const last = runs.at(-1);
    if (last?.[1] === i) last[1] = i + 1;
    else runs.push([i, i + 1]);
  }
  return runs;
}

/**
 * Least cost over (unit, work done, length of the present run up to `least`). A run that is at least as long as it must be may end;
 * another begins for the price of its first unit.
 */
function bestRuns({ run, restart, work, least }: UnitJob & { readonly restart: Float64Array }): UnitRuns | null {
  const states = Math.max(1, least) + 1;
  const row = (work + 1) * states;
  if (row * run.length > MOST_STATES) {
    const message = `A job with ${run.length} units in its window, ${work} of them to run in runs of at least ${least}, is too large to be planned exactly.`;
    throw new SpecError([
      problemOf("jobs", "plan/too-large", message, "Use coarser lengths, a shorter window, or pause: true."),
    ]);
  }
  // State 0 stands, state s has run s units, the last one that many or more.
  const full = states - 1;
  let now = new Float64Array(row).fill(Infinity);
  let next = new Float64Array(row);
  // Only two states have two that they can come from: one that stands may have run before, a full one may have been full.
  const hasRun = new Uint8Array((work + 1) * run.length);
  const wasFull = new Uint8Array((work + 1) * run.length);
  now[0] = 0;
  for (let i = 0; i < run.length; i += 1) {
    next.fill(Infinity);
    const place = i * (work + 1);
    for (let done = 0; done <= work; done += 1) {
      const at = done * states;
      const [stood, ran] = [now[at]!, now[at + full]!];
      hasRun[place + done] = ran < stood ? 1 : 0;
      next[at] = Math.min(stood, ran);
      if (done === work || run[i] === Infinity) continue;
      const to = at + states;
      const begun = stood + run[i]! + (done > 0 ? restart[i]! : 0);
      for (let state = 1; state < full; state += 1) next[to + state + 1] = now[at + state]! + run[i]!;
      next[to + 1] = begun;
      if (ran + run[i]! < next[to + full]!) {
        next[to + full] = ran + run[i]!;
        wasFull[place + done + 1] = 1;
      }
    }
    [now, next] = [next, now];
  }
  const [stood, ran] = [now[work * states]!, now[work * states + full]!];
  const cost = Math.min(stood, ran);
  if (cost === Infinity) return null;
  return { cost, runs: tracedRuns(hasRun, wasFull, work, full, ran < stood ? full : 0, run.length) };
}

/** Back from the last unit: the job ran in each unit behind which it did not stand. */
function tracedRuns(hasRun: Uint8Array, wasFull: Uint8Array, work: number, full: number, last: number, count: number) {
  const runs: [number, number][] = [];
  let [done, state] = [work, last];
  for (let i = count - 1; i >= 0; i -= 1) {
    const place = i * (work + 1) + done;
    if (state === 0) {
      state = hasRun[place] === 1 ? full : 0;
      continue;
    }
    const first = runs[0];
    if (first?.[0] === i + 1) first[0] = i;
    else runs.unshift([i, i + 1]);
    done -= 1;
    state = state === full && wasFull[place] === 1 ? full : state - 1;
  }
  return runs;
}
