import { isFree, joined } from "./alone.ts";
import { KILOGRAMS, valueAt } from "./prices.ts";
import type { Interval, Job, Placement, PlanProblem, RegionTrace } from "./types.ts";
import { bestUnits, unitsOf, type UnitJob, type UnitRuns, type Units } from "./units.ts";

/*
 * Jobs that share a power limit or a supply of their own, on common units. What a unit u of region r costs is
 *
 *     CI(u) · max(0, load(u) − supply(u)),   load(u) ≤ capacity,
 *
 * so that jobs are no longer apart. With prices λ ≥ 0 for the limit and 0 ≤ μ ≤ CI for the grid's power they are again: every job takes
 * its cheapest run at the price μ + λ, and
 *
 *     bound(λ, μ) = Σ jobs − Σ μ · supply − Σ λ · capacity
 *
 * is below every plan (Lagrangian relaxation; Fisher, Management Science 1981). Subgradient steps raise it; plans are made by putting
 * jobs one by one where they cost least in what is left, and then each again until none moves.
 */

const STEPS = 200;
const PASSES = 20;
/** A plan so near to its bound is not improved any more. */
const CLOSE = 1e-9;

export interface SharedPlan {
  /** By job, in order; null: no plan of all jobs was found. */
  readonly placements: readonly Placement[] | null;
  /** Jobs without a place, where there is no plan. */
  readonly unplaced: readonly number[];
  /** kgCO2e by the intensity that was planned with. */
  readonly cost: number;
  readonly bound: number;
}

/** A region on units. */
export interface Site {
  readonly name: string;
  /** gCO2e/kWh by unit. */
  readonly intensity: Float64Array;
  /** W by unit. */
  readonly supply: Float64Array;
}

/** A job on units, as it could run in one of its regions. */
export interface Option {
  readonly site: number;
  /** First unit of the window, and how many it has. */
  readonly first: number;
  readonly count: number;
  /** kgCO2e for being moved there. */
  readonly transfer: number;
}

export interface UnitProblem {
  readonly units: Units;
  readonly sites: readonly Site[];
  readonly jobs: readonly Job[];
  readonly options: readonly (readonly Option[])[];
  /** W; Infinity: none. */
  readonly capacity: number;
}

export function unitProblemOf({ jobs, regions, capacity }: PlanProblem): UnitProblem {
  const used = [...regions].filter(([name]) => jobs.some((job) => job.regions.includes(name)));
  const traces = used.flatMap(([, { forecast, supply }]) => (supply === null ? [forecast] : [forecast, supply]));
  const units = unitsOf(jobs, traces);
  const begin = Math.min(...jobs.map(({ from }) => from));
  const count = Math.ceil((Math.max(...jobs.map(({ deadline }) => deadline)) - begin) / units.length);
  const grid: Units = { origin: begin, length: units.length };
  const sites = used.map(([name, trace]) => siteOf(name, trace, grid, count));
  const options = jobs.map((job) =>
    job.regions.map((region, i): Option => {
      const home = regions.get(job.regions[0]!)!.forecast;
      return {
        site: used.findIndex(([name]) => name === region),
        first: (job.from - begin) / units.length,
        count: (job.deadline - job.from) / units.length,
        transfer: i === 0 ? 0 : job.transfer * 1000 * valueAt(home, job.from) * KILOGRAMS,
      };
    }),
  );
  return { units: grid, sites, jobs, options, capacity: capacity ?? Infinity };
}

function siteOf(name: string, { forecast, supply }: RegionTrace, { origin, length }: Units, count: number): Site {
  const by = (read: (at: number) => number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => read(origin + i * length));
  return {
    name,
    intensity: by((at) => valueAt(forecast, at)),
    supply: by((at) => (supply === null ? 0 : valueAt(supply, at))),
  };
}

/** What a job does in one of its options. */
export interface Chosen {
  readonly option: number;
  readonly runs: UnitRuns["runs"];
}

/** Cost in kgCO2e of running and of going on, by unit of a window, into a {@link UnitJob}. */
function unitJob(problem: UnitProblem, job: Job, option: Option, priceOf: (unit: number) => number): UnitJob {
  const { units, sites } = problem;
  const site = sites[option.site]!;
  const run = new Float64Array(option.count);
  for (let i = 0; i < option.count; i += 1) run[i] = priceOf(option.first + i);
  const { pause, duration } = job;
  const work = duration / units.length;
  if (pause === null) return { run, restart: null, work, least: work };
  if (isFree(pause)) return { run, restart: "free", work, least: 1 };
  const restart = new Float64Array(option.count);
  for (let i = 0; i < option.count; i += 1)
    restart[i] = pause.cost * 1000 * site.intensity[option.first + i]! * KILOGRAMS;
  return { run, restart, work, least: Math.max(1, Math.min(pause.least, duration) / units.length) };
}

/** The cheapest option of a job at prices by site and unit, kgCO2e per W and unit, with its cost. Null: it fits nowhere. */
function cheapest(
  problem: UnitProblem,
  index: number,
  priceOf: (site: number, unit: number) => number,
): (Chosen & { readonly cost: number }) | null {
  const job = problem.jobs[index]!;
  let best: (Chosen & { readonly cost: number }) | null = null;
  problem.options[index]!.forEach((option, at) => {
    const found = bestUnits(unitJob(problem, job, option, (unit) => priceOf(option.site, unit)));
    if (found === null) return;
    const cost = found.cost + option.transfer;
    if (best === null || cost < best.cost) best = { option: at, runs: found.runs, cost };
  });
  return best;
}

/** Power that the placed jobs draw, W by site and unit. */
class Load {
  readonly power: readonly Float64Array[];

  constructor(readonly problem: UnitProblem) {
    this.power = problem.sites.map(({ intensity }) => new Float64Array(intensity.length));
  }

  add(index: number, { option, runs }: Chosen, sign: 1 | -1): void {
    const { site, first } = this.problem.options[index]![option]!;
    const { power } = this.problem.jobs[index]!;
    const load = this.power[site]!;
    for (const [a, b] of runs) for (let i = a; i < b; i += 1) load[first + i]! += sign * power;
  }

  /** kgCO2e for a job's power in a unit on top of what runs there; Infinity: over the limit. */
  price(site: number, unit: number, power: number): number {
    const { sites, capacity, units } = this.problem;
    const { intensity, supply } = sites[site]!;
    const load = this.power[site]![unit]!;
    // Sums of powers may be off in their last digit.
    if (load + power > capacity * (1 + 1e-12)) return Infinity;
    const own = supply[unit]!;
    const more = Math.max(0, load + power - own) - Math.max(0, load - own);
    return more * intensity[unit]! * units.length * KILOGRAMS;
  }
}

/** kgCO2e of a plan: grid power, pauses and transfers. */
export function costOf(problem: UnitProblem, chosen: readonly Chosen[]): number {
  const load = new Load(problem);
  chosen.forEach((each, i) => load.add(i, each, 1));
  let total = 0;
  problem.sites.forEach(({ intensity, supply }, s) => {
    for (let u = 0; u < intensity.length; u += 1)
      total += Math.max(0, load.power[s]![u]! - supply[u]!) * intensity[u]! * problem.units.length * KILOGRAMS;
  });
  chosen.forEach((each, i) => (total += extraOf(problem, i, each)));
  return total;
}

/** kgCO2e of a job's pauses and transfer. */
function extraOf({ jobs, options, sites }: UnitProblem, index: number, { option, runs }: Chosen): number {
  const { site, first, transfer } = options[index]![option]!;
  const cost = jobs[index]!.pause?.cost ?? 0;
  const restarts = runs.slice(1).map(([a]) => cost * 1000 * sites[site]!.intensity[first + a]! * KILOGRAMS);
  return restarts.reduce((a, b) => a + b, transfer);
}

/** A plan near the optimum, and a bound that no plan is below. */
export function planShared(problem: UnitProblem): SharedPlan {
  const orders = ordersOf(problem.jobs);
  let best: readonly Chosen[] | null = null;
  let cost = Infinity;
  let unplaced: readonly number[] = problem.jobs.map((_, i) => i);
  const take = (tried: Tried): void => {
    if (tried.missing.length > 0) {
      if (best === null && tried.missing.length < unplaced.length) unplaced = tried.missing;
      return;
    }
    const own = costOf(problem, tried.chosen);
    if (own < cost) [best, cost, unplaced] = [tried.chosen, own, []];
  };
  for (const order of orders) take(placedInOrder(problem, order, null));
  const { bound, prices } = raisedBound(problem, cost, (chosenAt) => {
    take(placedInOrder(problem, orders[0]!, chosenAt));
  });
  if (cost > bound * (1 + CLOSE)) for (const order of orders) take(placedInOrder(problem, order, prices));
  const placements = best === null ? null : (best as readonly Chosen[]).map((each, i) => placementOf(problem, i, each));
  return { placements, unplaced, cost, bound: Math.min(bound, cost) };
}

export function placementOf(
  { options, sites, units }: UnitProblem,
  index: number,
  { option, runs }: Chosen,
): Placement {
  const { site, first } = options[index]![option]!;
  const at = (unit: number): number => units.origin + (first + unit) * units.length;
  const intervals: readonly Interval[] = runs.map(([a, b]) => ({ start: at(a), end: at(b) }));
  return { region: sites[site]!.name, intervals: joined(intervals) };
}

/** Orders in which jobs are placed: those with the least slack, the most energy, the earliest first. */
function ordersOf(jobs: readonly Job[]): readonly (readonly number[])[] {
  const keys: readonly ((job: Job) => number)[] = [
    ({ deadline, from, duration }) => (deadline - from - duration) / duration,
    ({ power, duration }) => -power * duration,
    ({ deadline }) => deadline,
    ({ power }) => -power,
  ];
  return keys.map((key) => jobs.map((_, i) => i).sort((a, b) => key(jobs[a]!) - key(jobs[b]!) || a - b));
}

type PriceTable = readonly Float64Array[];

interface Tried {
  readonly chosen: readonly Chosen[];
  readonly missing: readonly number[];
}

/** @param prices what units are worth to the others, kgCO2e per W and unit: it steers the first round; null: the grid's cost alone does */
function placedInOrder(problem: UnitProblem, order: readonly number[], prices: PriceTable | null): Tried {
  const load = new Load(problem);
  const chosen: Chosen[] = [];
  const missing: number[] = [];
  const place = (index: number, guide: PriceTable | null): Chosen | null => {
    const { power } = problem.jobs[index]!;
    return cheapest(problem, index, (site, unit) => {
      const own = load.price(site, unit, power);
      return own === Infinity || guide === null ? own : Math.max(own, power * guide[site]![unit]!);
    });
  };
  for (const index of order) {
    const found = place(index, prices);
    if (found === null) missing.push(index);
    else {
      chosen[index] = found;
      load.add(index, found, 1);
    }
  }
  for (let pass = 0; pass < PASSES && missing.length === 0; pass += 1) {
    let hasMoved = false;
    for (const index of order) {
      const before = chosen[index]!;
      load.add(index, before, -1);
      const { power } = problem.jobs[index]!;
      const found = place(index, null)!;
      const was = priced(problem, index, before, (site, unit) => load.price(site, unit, power));
      const now = priced(problem, index, found, (site, unit) => load.price(site, unit, power));
      const isBetter = now < was - 1e-9 * was;
      if (isBetter) chosen[index] = found;
      load.add(index, isBetter ? found : before, 1);
      hasMoved ||= isBetter;
    }
    if (!hasMoved) break;
  }
  return { chosen, missing };
}

function priced(
  problem: UnitProblem,
  index: number,
  chosen: Chosen,
  priceOf: (site: number, unit: number) => number,
): number {
  const { site, first } = problem.options[index]![chosen.option]!;
  let total = extraOf(problem, index, chosen);
  for (const [a, b] of chosen.runs) for (let i = a; i < b; i += 1) total += priceOf(site, first + i);
  return total;
}

const square = (value: number): number => value * value;

/** Subgradient steps of Polyak's length towards the best plan known. */
function raisedBound(
  problem: UnitProblem,
  target: number,
  onPrices: (prices: PriceTable) => void,
): { readonly bound: number; readonly prices: PriceTable } {
  const { sites, capacity, units, jobs } = problem;
  const scale = units.length * KILOGRAMS;
  const hasSupply = sites.map(({ supply }) => supply.some((own) => own > 0));
  const grid = sites.map(({ intensity }) => Float64Array.from(intensity, (value) => value * scale));
  const limit = sites.map(({ intensity }) => new Float64Array(intensity.length));
  let bound = -Infinity;
  let best: PriceTable = grid;
  let stride = 1;
  let stale = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const prices = grid.map((own, s) => Float64Array.from(own, (value, u) => value + limit[s]![u]!));
    const load = new Load(problem);
    let value = 0;
    for (let index = 0; index < jobs.length; index += 1) {
      const { power } = jobs[index]!;
      const found = cheapest(problem, index, (site, unit) => power * prices[site]![unit]!)!;
      value += found.cost;
      load.add(index, found, 1);
    }
    let norm = 0;
    sites.forEach(({ supply }, s) => {
      for (let u = 0; u < supply.length; u += 1) {
        const used = load.power[s]![u]!;
        if (hasSupply[s]!) {
          value -= grid[s]![u]! * supply[u]!;
          norm += square(used - supply[u]!);
        }
        if (capacity !== Infinity) {
          value -= limit[s]![u]! * capacity;
          if (used > capacity || limit[s]![u]! > 0) norm += square(used - capacity);
        }
      }
    });
    if (value > bound + 1e-12 * Math.abs(value)) {
      [bound, best, stale] = [value, prices, 0];
    } else if ((stale += 1) >= 8) {
      stride /= 2;
      stale = 0;
    }
    if (norm === 0 || bound >= target * (1 - CLOSE) || stride < 1e-4) break;
    if (step % 40 === 20) onPrices(best);
    const aim = target === Infinity ? value * 1.05 : target;
    const length = (stride * Math.max(aim - value, 1e-6 * Math.abs(aim))) / norm;
    sites.forEach(({ supply, intensity }, s) => {
      for (let u = 0; u < supply.length; u += 1) {
        const used = load.power[s]![u]!;
        if (hasSupply[s]!)
          grid[s]![u] = Math.min(intensity[u]! * scale, Math.max(0, grid[s]![u]! + length * (used - supply[u]!)));
        if (capacity !== Infinity) limit[s]![u] = Math.max(0, limit[s]![u]! + length * (used - capacity));
      }
    });
  }
  return { bound, prices: best };
}
