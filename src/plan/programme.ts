import { KILOGRAMS } from "./prices.ts";
import { costOf, type Chosen, type UnitProblem } from "./shared.ts";
import { solve, type Row, type Variable } from "./solver.ts";
import { runsOf } from "./units.ts";

/*
 * Jobs that share power as an integer programme over units. Of a job that runs through, one variable for each start; of one that may
 * pause, one for each unit that it runs in, and one for each start of a run.
 */

/** Variables and entries of a programme that is still solved as a whole; larger ones are planned with prices. */
const MOST_VARIABLES = 4_000;
const MOST_ENTRIES = 60_000;

export type ExactPlan =
  | { readonly kind: "plan"; readonly chosen: readonly Chosen[]; readonly cost: number; readonly isProved: boolean }
  | { readonly kind: "infeasible" }
  | { readonly kind: "too-large" };

/** The optimum of a small problem. */
export async function planExactly(problem: UnitProblem): Promise<ExactPlan> {
  if (sizeOf(problem) > MOST_VARIABLES || entriesOf(problem) > MOST_ENTRIES) return { kind: "too-large" };
  const model = new Model(problem);
  const solution = await solve(model);
  if (solution === "infeasible") return { kind: "infeasible" };
  if (solution === null) return { kind: "too-large" };
  const chosen = model.chosenIn(solution.values);
  return { kind: "plan", chosen, cost: costOf(problem, chosen), isProved: solution.isProved };
}

function sizeOf({ options, jobs, sites }: UnitProblem): number {
  const own = options.flatMap((each, j) => each.map(({ count }) => (jobs[j]!.pause === null ? count : 2 * count)));
  return own.reduce(
    (a, b) => a + b,
    sites.reduce((sum, { intensity }) => sum + intensity.length, 0),
  );
}

function entriesOf({ options, jobs, units }: UnitProblem): number {
  const own = options.flatMap((each, j) => {
    const { pause, duration } = jobs[j]!;
    const work = duration / units.length;
    const least = pause === null ? 0 : Math.max(1, pause.least / units.length);
    return each.map(({ count }) => (pause === null ? count * work : count * (4 + least)));
  });
  return own.reduce((a, b) => a + b, 0);
}

/** What a job has in one of its options. */
interface Columns {
  /** By start (a job that runs through) or by unit. */
  readonly run: readonly number[];
  /** By unit, whether a run starts there; empty: it cannot pause. */
  readonly starts: readonly number[];
  /** Whether the option is taken; null: the runs say so. */
  readonly taken: number | null;
}

class Model {
  readonly variables: Variable[] = [];
  readonly rows: Row[] = [];
  readonly #columns: readonly (readonly Columns[])[];
  /** Terms of the load, W by site and unit. */
  readonly #load: (readonly [number, number])[][][];

  constructor(readonly problem: UnitProblem) {
    const { sites, capacity, units, jobs } = problem;
    this.#load = sites.map(({ intensity }) => Array.from(intensity, () => []));
    this.#columns = jobs.map((_, j) => this.#addJob(j));
    sites.forEach(({ intensity, supply }, s) =>
      this.#load[s]!.forEach((terms, u) => {
        if (terms.length === 0) return;
        if (capacity !== Infinity) this.rows.push({ terms, sense: "<=", value: capacity });
        if (supply[u]! === 0) return;
        // What the own supply does not cover comes from the grid.
        const grid = this.#add(intensity[u]! * units.length * KILOGRAMS, Infinity, false);
        this.rows.push({ terms: [...terms, [grid, -1]], sense: "<=", value: supply[u]! });
      }),
    );
  }

  #add(cost: number, upper = 1, isWhole = true): number {
    return this.variables.push({ cost, upper, isWhole }) - 1;
  }

  /** kgCO2e of a unit of a job where no supply of the site's own changes it. */
  #gridCost(site: number, unit: number, power: number): number {
    const { sites, units } = this.problem;
    const { intensity, supply } = sites[site]!;
    return supply[unit]! > 0 ? 0 : power * intensity[unit]! * units.length * KILOGRAMS;
  }

  #addJob(index: number): readonly Columns[] {
    const { jobs, options, units } = this.problem;
    const job = jobs[index]!;
    const work = job.duration / units.length;
    const columns = options[index]!.map((option) =>
      job.pause === null ? this.#through(option, job.power, work) : this.#pausing(option, index, work),
    );
    const terms = columns.flatMap(({ run, taken }) =>
      (taken === null ? run : [taken]).map((each) => [each, 1] as const),
    );
    this.rows.push({ terms, sense: "=", value: 1 });
    return columns;
  }

  #through(option: UnitProblem["options"][number][number], power: number, work: number): Columns {
    const { site, first, count, transfer } = option;
    const run = Array.from({ length: count - work + 1 }, (_, start) => {
      let cost = transfer;
      for (let i = start; i < start + work; i += 1) cost += this.#gridCost(site, first + i, power);
      const variable = this.#add(cost);
      for (let i = start; i < start + work; i += 1) this.#load[site]![first + i]!.push([variable, power]);
      return variable;
    });
    return { run, starts: [], taken: null };
  }

  #pausing(
    { site, first, count, transfer }: UnitProblem["options"][number][number],
    index: number,
    work: number,
  ): Columns {
    const { jobs, units, sites } = this.problem;
    const { power, pause, duration } = jobs[index]!;
    const least = Math.max(1, Math.min(pause!.least, duration) / units.length);
    const taken = this.#add(transfer);
    const run = Array.from({ length: count }, (_, i) => this.#add(this.#gridCost(site, first + i, power)));
    run.forEach((variable, i) => this.#load[site]![first + i]!.push([variable, power]));
    this.rows.push({ terms: [...run.map((each) => [each, 1] as const), [taken, -work]], sense: "=", value: 0 });
    if (pause!.cost === 0 && least === 1) return { run, starts: [], taken };
    const restart = (i: number): number => pause!.cost * 1000 * sites[site]!.intensity[first + i]! * KILOGRAMS;
    const starts = run.map((_, i) => this.#add(restart(i)));
    // The first start of all is none after a pause: its cost is given back.
    const opening = run.map((_, i) => this.#add(-restart(i)));
    this.rows.push({ terms: [...opening.map((each) => [each, 1] as const), [taken, -1]], sense: "=", value: 0 });
    run.forEach((variable, i) => {
      const before = i === 0 ? [] : [[run[i - 1]!, 1] as const];
      this.rows.push({ terms: [[starts[i]!, 1], [variable, -1], ...before], sense: ">=", value: 0 });
      // Nothing runs before the opening.
      this.rows.push({
        terms: [
          [opening[i]!, 1],
          [starts[i]!, -1],
        ],
        sense: "<=",
        value: 0,
      });
      const earlier = opening.slice(0, i + 1).map((each) => [each, -1] as const);
      this.rows.push({ terms: [[variable, 1], ...earlier], sense: "<=", value: 0 });
      if (least === 1) return;
      const inside = run.slice(i, i + least).map((each) => [each, 1] as const);
      this.rows.push({ terms: [...inside, [starts[i]!, -least]], sense: ">=", value: 0 });
    });
    return { run, starts, taken };
  }

  chosenIn(values: readonly number[]): readonly Chosen[] {
    const { jobs, units } = this.problem;
    const isSet = (variable: number): boolean => values[variable]! > 0.5;
    return this.#columns.map((columns, j) => {
      const option = columns.findIndex(({ run, taken }) => (taken === null ? run.some(isSet) : isSet(taken)));
      const { run, taken } = columns[option]!;
      const work = jobs[j]!.duration / units.length;
      const on = run.flatMap((variable, i) => (isSet(variable) ? [i] : []));
      return { option, runs: taken === null ? [[on[0]!, on[0]! + work] as const] : runsOf(on) };
    });
  }
}
