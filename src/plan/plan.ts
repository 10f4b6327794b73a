import { bestAlone, joined } from "./alone.ts";
import { problemOf, SpecError } from "../errors/index.ts";
import { ruledBy } from "./policies.ts";
import { between, carbonOf, carbonOverTime, meanBetween, pricesOf, valueAt, type Prices } from "./prices.ts";
import { planExactly } from "./programme.ts";
import { planShared, placementOf, unitProblemOf, type SharedPlan } from "./shared.ts";
import type { Series } from "../spec/series.ts";
import type {
  Job,
  Placement,
  PlannedJob,
  PlanInfeasible,
  PlanProblem,
  PlanResult,
  Policy,
  RegionTrace,
} from "./types.ts";

export interface PlanSettings {
  readonly policy: Policy;
  /** Share of a window's time that `threshold` runs in when it can, 0 to 1. */
  readonly quantile: number;
}

/** Relative distance at which a plan counts as its bound. */
const PROVED = 1e-9;

/**
 * Where and when jobs run.
 *
 * Jobs are apart where they share neither a power limit nor a supply, and `optimal` is then exact in continuous time. Otherwise small
 * problems are solved as integer programmes and others by prices, with a bound that no plan is below. Other policies know no other job;
 * under a power limit they are refused.
 *
 * @throws SpecError plan/policy, plan/too-fine, plan/too-large
 */
export async function plan(
  problem: PlanProblem,
  { policy, quantile }: PlanSettings,
): Promise<PlanResult | PlanInfeasible> {
  const isShared = problem.capacity !== null || [...problem.regions.values()].some(({ supply }) => supply !== null);
  if (policy !== "optimal") {
    if (problem.capacity !== null)
      throw new SpecError([
        problemOf(
          "policy",
          "plan/policy",
          `Policy ${policy} knows no other job, and so no power limit.`,
          "Use policy optimal, or leave out capacity.",
        ),
      ]);
    const placements = problem.jobs.map((job) => ruledIn(job, problem, policy, quantile));
    const bound = isShared ? (await sharedPlan(withTruth(problem))).bound : null;
    return resultOf(problem, policy, placements, bound);
  }
  if (!isShared)
    return resultOf(
      problem,
      policy,
      problem.jobs.map((job) => bestIn(job, problem.regions, "forecast")),
      null,
    );
  const found = await sharedPlan(problem);
  if (found.placements === null) return infeasible(problem, found);
  const isForecast = [...problem.regions.values()].every(({ truth, forecast }) => truth === forecast);
  const bound = isForecast ? found.bound : (await sharedPlan(withTruth(problem))).bound;
  return resultOf(problem, policy, found.placements, bound);
}

/** The same, with a planner that knows what comes. */
function withTruth(problem: PlanProblem): PlanProblem {
  const regions = [...problem.regions].map(([name, trace]) => [name, { ...trace, forecast: trace.truth }] as const);
  return { ...problem, regions: new Map(regions) };
}

type Shared = Omit<SharedPlan, "unplaced"> & { readonly unplaced: readonly number[]; readonly isProved: boolean };

async function sharedPlan(problem: PlanProblem): Promise<Shared> {
  const units = unitProblemOf(problem);
  const near = planShared(units);
  if (near.placements !== null && near.cost <= near.bound * (1 + PROVED)) return { ...near, isProved: true };
  const exact = await planExactly(units);
  if (exact.kind === "infeasible") return { ...near, placements: null, isProved: true };
  if (exact.kind === "too-large" || (!exact.isProved && exact.cost > near.cost)) return { ...near, isProved: false };
  const placements = exact.chosen.map((each, i) => placementOf(units, i, each));
  const bound = exact.isProved ? exact.cost : Math.min(near.bound, exact.cost);
  return { placements, unplaced: [], cost: exact.cost, bound, isProved: exact.isProved };
}

function infeasible({ jobs, capacity }: PlanProblem, { unplaced, isProved }: Shared): PlanInfeasible {
  const names = unplaced.map((index) => jobs[index]!.id);
  const found = isProved ? "Not all jobs fit" : "No plan of all jobs was found";
  const reason = `${found} under the power limit of ${capacity} W: ${names.slice(0, 10).join(", ")}${names.length > 10 ? `, and ${names.length - 10} more` : ""} had no room left.`;
  return { kind: "infeasible", unplaced: names, isProved, reason };
}

function ruledIn(job: Job, { regions }: PlanProblem, policy: Exclude<Policy, "optimal">, quantile: number): Placement {
  // These policies stay at home.
  const region = job.regions[0]!;
  return { region, intervals: ruledBy(policy, job, regions.get(region)!.forecast, quantile) };
}

const cache = new WeakMap<Series, Prices>();

function pricesFor(series: Series): Prices {
  const known = cache.get(series) ?? pricesOf(series);
  cache.set(series, known);
  return known;
}

/** The best of a job's regions for it alone. */
function bestIn(job: Job, regions: PlanProblem["regions"], by: "truth" | "forecast"): Placement {
  let best: Placement | null = null;
  let least = Infinity;
  for (const region of job.regions) {
    const intervals = bestAlone(job, pricesFor(regions.get(region)![by]));
    const carbon = carbonAlone(job, { region, intervals }, regions, by);
    if (carbon < least) [best, least] = [{ region, intervals }, carbon];
  }
  return best!;
}

/** kgCO2e of a placed job that has its grid for itself. */
function carbonAlone(
  job: Job,
  { region, intervals }: Placement,
  regions: PlanProblem["regions"],
  by: "truth" | "forecast",
): number {
  const prices = pricesFor(regions.get(region)![by]);
  const running = intervals.reduce((sum, { start, end }) => sum + between(prices, start, end), 0);
  return carbonOverTime(job.power, running) + besides(job, { region, intervals }, regions, by);
}

/** kgCO2e of a job's pauses and transfer. */
function besides(
  job: Job,
  { region, intervals }: Placement,
  regions: PlanProblem["regions"],
  by: "truth" | "forecast",
): number {
  const { series } = pricesFor(regions.get(region)![by]);
  const home = job.regions[0]!;
  const moved = region === home ? 0 : carbonOf(job.transfer, valueAt(regions.get(home)![by], job.from));
  const cost = job.pause?.cost ?? 0;
  return intervals.slice(1).reduce((sum, { start }) => sum + carbonOf(cost, valueAt(series, start)), moved);
}

function resultOf(
  problem: PlanProblem,
  policy: Policy,
  placements: readonly Placement[],
  known: number | null,
): PlanResult {
  const { jobs, regions } = problem;
  const shares = supplyShares(problem, placements);
  const planned = jobs.map((job, i): PlannedJob => {
    const { region, intervals } = placements[i]!;
    const home = pricesFor(regions.get(job.regions[0]!)!.truth);
    const energy = (job.power * job.duration) / 1000;
    const pauses = (job.pause?.cost ?? 0) * (intervals.length - 1);
    const now = carbonOverTime(job.power, between(home, job.from, job.from + job.duration));
    return {
      ...{ id: job.id, region, intervals: joined(intervals) },
      energy: energy + pauses + (region === job.regions[0] ? 0 : job.transfer),
      carbon:
        shares === null
          ? carbonAlone(job, placements[i]!, regions, "truth")
          : shares[i]! + besides(job, placements[i]!, regions, "truth"),
      carbonNow: now,
      carbonMean: carbonOf(energy, meanBetween(home, job.from, job.deadline)),
      carbonBest: carbonAlone(job, bestIn(job, regions, "truth"), regions, "truth"),
    };
  });
  const carbonTotal = planned.reduce((sum, { carbon }) => sum + carbon, 0);
  const alone = planned.reduce((sum, { carbonBest }) => sum + carbonBest, 0);
  const bound = Math.min(carbonTotal, known ?? alone);
  return {
    kind: "planned",
    policy,
    jobs: planned,
    carbonTotal,
    bound,
    isProved: carbonTotal - bound <= PROVED * carbonTotal,
  };
}

/** kgCO2e of running by job where a region has a supply of its own, which all that run share by their power; null: none has. */
function supplyShares({ jobs, regions }: PlanProblem, placements: readonly Placement[]): readonly number[] | null {
  const shares = jobs.map(() => 0);
  let hasAny = false;
  for (const [region, trace] of regions) {
    const own = placements.flatMap((each, i) =>
      each.region === region ? each.intervals.map((span) => ({ i, ...span })) : [],
    );
    if (trace.supply !== null) hasAny = true;
    for (const { start, end, running } of spansOf(own, trace)) {
      const load = running.reduce((sum, i) => sum + jobs[i]!.power, 0);
      const supply = trace.supply === null ? 0 : valueAt(trace.supply, start);
      const share = Math.max(0, load - supply) / load;
      const time = (end - start) * valueAt(trace.truth, start);
      for (const i of running) shares[i]! += carbonOverTime(jobs[i]!.power, time) * share;
    }
  }
  return hasAny ? shares : null;
}

interface Span {
  readonly start: number;
  readonly end: number;
  readonly running: readonly number[];
}

/** Times within which neither the grid, the supply nor what runs changes. */
function* spansOf(
  own: readonly { readonly i: number; readonly start: number; readonly end: number }[],
  { truth, supply }: RegionTrace,
): Generator<Span> {
  const borders = new Set<number>();
  for (const { start, end } of own) {
    borders.add(start).add(end);
    for (const series of supply === null ? [truth] : [truth, supply]) {
      const { start: origin, step } = series;
      for (let at = origin + Math.ceil((start - origin) / step) * step; at < end; at += step) borders.add(at);
    }
  }
  const sorted = [...borders].sort((a, b) => a - b);
  const begins = byInstant(own, "start");
  const ends = byInstant(own, "end");
  const running = new Set<number>();
  for (let k = 0; k + 1 < sorted.length; k += 1) {
    const start = sorted[k]!;
    for (const i of ends.get(start) ?? []) running.delete(i);
    for (const i of begins.get(start) ?? []) running.add(i);
    if (running.size > 0) yield { start, end: sorted[k + 1]!, running: [...running] };
  }
}

/** Jobs by the instant at which they start or end. */
function byInstant(
  own: readonly { readonly i: number; readonly start: number; readonly end: number }[],
  side: "start" | "end",
): ReadonlyMap<number, readonly number[]> {
  const result = new Map<number, number[]>();
  for (const each of own) {
    const list = result.get(each[side]);
    if (list === undefined) result.set(each[side], [each.i]);
    else list.push(each.i);
  }
  return result;
}
