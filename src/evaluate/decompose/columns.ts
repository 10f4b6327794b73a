import { memoryCapacity } from "../../spec/memory.ts";
import { gridCarbon, inferenceIntensity, inferencesOverLife, keepsUp, siteFactor } from "../../cost/index.ts";
import { dramBytes } from "./dram.ts";
import type { Fixed } from "./fixed.ts";
import type { SumFigures } from "../../metrics/index.ts";
import { ALL_LIVE, DUTY, FIRST_LIVE, largestPart, metricBehind, SECOND_LIVE, worldOf } from "./metrics.ts";
import type { OperatorCosts } from "./operator-costs.ts";
import type { OperatorTable, OptionOperators } from "./operator-table.ts";
import type { Columns } from "./types.ts";

/**
 * Sums operators into columns, one value an option: cycles are whole numbers and exact; energies are added operator by
 * operator, so that they differ from those of `evaluate`, which adds source by source, by rounding (1e-12 at most).
 *
 * @returns `beyond`: metrics that are no finite number where cycles and energy are
 */
export function columnsOf(
  metrics: readonly string[],
  table: OperatorTable,
  costs: OperatorCosts,
  fixed: Fixed,
): Columns & { readonly beyond: readonly string[] } {
  const [a, b] = table.towers.map((options) => ({
    cycles: sums(options, costs.cycles),
    energy: sums(options, costs.energy),
    options,
  }));
  const joint = { cycles: sumOf(table.joint, costs.cycles), energy: sumOf(table.joint, costs.energy) };
  const bases: number[] = [];
  const beyond = new Set<string>();
  const checked = (metric: string, value: number, cycles: number, energy: number): number => {
    if (!Number.isFinite(value) && Number.isFinite(cycles) && Number.isFinite(energy)) beyond.add(metric);
    return value;
  };
  const columns = metrics.map((metric) => {
    const part = largestPart(metric);
    if (part !== null) {
      bases.push(fixed.idlePower);
      return largestColumns(part.side, table, costs.power());
    }
    const scale = scaleOf(metric, fixed, table);
    bases.push(checked(metric, scale.base(joint.cycles, joint.energy), joint.cycles, joint.energy));
    const side = ({ cycles, energy, options }: NonNullable<typeof a>, isFirst: boolean): Float64Array | null => {
      if (scale.of === null) return null;
      const column = new Float64Array(options.length);
      for (let i = 0; i < column.length; i += 1)
        column[i] = checked(metric, scale.of(cycles[i]!, energy[i]!, options[i]!, isFirst), cycles[i]!, energy[i]!);
      return column;
    };
    return { a: side(a!, true), b: side(b!, false) };
  });
  return { base: bases, columns, beyond: [...beyond] };
}

/** Of each option of one tower, the largest over its operators and those beside the towers; added to the base of the chip. */
function largestColumns(
  side: 0 | 1,
  { towers, joint }: OperatorTable,
  values: Float64Array,
): Columns["columns"][number] {
  const most = ({ rows }: OptionOperators, start: number): number =>
    rows.reduce((largest, row) => Math.max(largest, values[row]!), start);
  const beside = most(joint, 0);
  const column = Float64Array.from(towers[side], (option) => most(option, beside));
  return side === 0 ? { a: column, b: null } : { a: null, b: column };
}

interface Scale {
  readonly base: (cycles: number, energy: number) => number;
  /** Null: the same for all options. */
  readonly of: ((cycles: number, energy: number, option: OptionOperators, isFirst: boolean) => number) | null;
}

function scaleOf(metric: string, fixed: Fixed, { joint }: OperatorTable): Scale {
  const world = worldOf(metric);
  const { hardware, technology } = fixed.specs;
  const { deployment, idleCarbon } =
    world === null ? { deployment: fixed.specs.deployment, idleCarbon: fixed.idleCarbon } : fixed.worlds[world]!;
  const inferences = inferencesOverLife(deployment);
  // Where work waits, the least that it can be: what latency adds to it is no sum, and comes in when the front of its terms is known.
  const intensity = inferenceIntensity(0, deployment, technology);
  const site = siteFactor(deployment, technology);
  const chip: SumFigures = {
    clock: hardware.clock,
    // Where it is unknown and a metric needs it, the point is ruled out before.
    embodied: fixed.values["carbon_embodied_kgCO2e"] ?? fixed.values["carbon_embodied_at_least_kgCO2e"] ?? 0,
    idleCarbon,
    carbonOf: (energy) => gridCarbon(inferences * energy, intensity) * site,
    carbonPrice: deployment.carbonPrice?.perKilogram ?? null,
  };
  const linear = (of: (cycles: number, energy: number) => number, base = 0): Scale => ({
    base: (cycles, energy) => base + of(cycles, energy),
    of,
  });
  const separation = metricBehind(metric)?.separation;
  if (separation?.by === "sum")
    return linear((cycles, energy) => separation.of(cycles, energy, chip), separation.fixed(chip));
  switch (metric) {
    case DUTY:
      return linear((cycles) => keepsUp(cycles / hardware.clock, deployment).duty);
    case FIRST_LIVE:
    case SECOND_LIVE:
    case ALL_LIVE: {
      const bytes = ({ parameters, live }: OptionOperators, isLive: boolean): number =>
        dramBytes(hardware, parameters, isLive ? live : []);
      const isLive = (isFirst: boolean): boolean => metric === ALL_LIVE || isFirst === (metric === FIRST_LIVE);
      return {
        base: () => bytes(joint, true) - memoryCapacity(hardware),
        of: (_cycles, _energy, option, isFirst) => bytes(option, isLive(isFirst)),
      };
    }
    default: {
      const value = fixed.values[metric];
      if (value === undefined || value === null) throw new Error(`${metric} is no column`);
      return { base: () => value, of: null };
    }
  }
}

function sums(options: readonly OptionOperators[], values: Float64Array): Float64Array {
  const all = new Float64Array(options.length);
  for (let i = 0; i < all.length; i += 1) all[i] = sumOf(options[i]!, values);
  return all;
}

function sumOf({ rows, counts }: OptionOperators, values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < rows.length; i += 1) sum += counts[i]! * values[rows[i]!]!;
  return sum;
}
