import { memoryCapacity } from "../../spec/memory.ts";
import { gridCarbon, inferenceIntensity, inferencesOverLife, keepsUp, siteFactor } from "../../cost/index.ts";
import { dramBytes, liveUnder } from "./dram.ts";
import type { Fixed } from "./fixed.ts";
import type { SumFigures } from "../../metrics/index.ts";
import {
  ALL_LIVE,
  DUTY,
  FIRST_LIVE,
  largestPart,
  latencyLimitOf,
  longestWithin,
  metricBehind,
  SECOND_LIVE,
  worldOf,
} from "./metrics.ts";
import { variedSide, type KeptWeights } from "./kept-weights.ts";
import { sumOf, type OperatorCosts } from "./operator-costs.ts";
import type { OperatorTable, OptionOperators } from "./operator-table.ts";
import { largestOf, sumsOf } from "./option-runs.ts";
import type { Columns } from "./types.ts";

/**
 * Sums operators into columns, one value an option: cycles are whole numbers and exact; energies are added operator by operator, and
 * layer by layer where layers are apart, so that they differ from those of `evaluate`, which adds source by source, by rounding (1e-12 at most).
 *
 * @returns `beyond`: metrics that are no finite number where cycles and energy are
 */
export function columnsOf(
  metrics: readonly string[],
  table: OperatorTable,
  costs: OperatorCosts,
  fixed: Fixed,
  kept: KeptWeights | null = null,
): Columns & { readonly beyond: readonly string[] } {
  const joint = { cycles: sumOf(table.joint, costs.cycles), energy: sumOf(table.joint, costs.energy) };
  const [a, b] = table.towers.map((options, side): Sums => {
    const [cycles, energy] = sumsOf(table.runs[side as 0 | 1], costs.cycles, costs.energy);
    return { cycles, energy, carbon: new Float64Array(options.length), options };
  });
  if (kept !== null) {
    const isFirst = variedSide(table) === 0;
    keep(kept, isFirst ? a! : b!, isFirst ? b! : a!, joint);
  }
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
    const side = ({ cycles, energy, carbon, options }: Sums, isFirst: boolean): Float64Array | null => {
      if (scale.of === null) return null;
      const column = new Float64Array(options.length);
      let sum = 0;
      for (let i = 0; i < column.length; i += 1) {
        column[i] = scale.of(cycles[i]!, energy[i]!, options[i]!, isFirst, carbon[i]!);
        sum += column[i]!;
      }
      // Where the sum is finite all of them are, and that is nearly always.
      if (!Number.isFinite(sum)) column.forEach((value, i) => checked(metric, value, cycles[i]!, energy[i]!));
      return column;
    };
    return { a: side(a!, true), b: side(b!, false) };
  });
  return { base: bases, columns, beyond: [...beyond] };
}

/** Of each option of a tower cycles and J, and kgCO2e over the life that no inference makes. */
interface Sums {
  readonly cycles: Float64Array;
  readonly energy: Float64Array;
  readonly carbon: Float64Array;
  readonly options: readonly OptionOperators[];
}

/** Designs whose weights stay: the options that vary take what the whole design costs, less what the others are charged. */
function keep(
  kept: KeptWeights,
  varied: Sums,
  other: Sums,
  joint: { readonly cycles: number; readonly energy: number },
): void {
  for (let i = 0; i < varied.cycles.length; i += 1) {
    if (kept.cycles[i] === 0) continue;
    varied.cycles[i] = kept.cycles[i]! - other.cycles[0]! - joint.cycles;
    varied.energy[i] = kept.energy[i]! - other.energy[0]! - joint.energy;
    varied.carbon[i] = kept.carbon[i]!;
  }
}

/** Of each option of one tower, the largest over its operators and those beside the towers; added to the base of the chip. */
function largestColumns(side: 0 | 1, { runs, joint }: OperatorTable, values: Float64Array): Columns["columns"][number] {
  const beside = Array.from(joint.rows).reduce((largest, row) => Math.max(largest, values[row]!), 0);
  const column = largestOf(runs[side], values, beside);
  return side === 0 ? { a: column, b: null } : { a: null, b: column };
}

interface Scale {
  readonly base: (cycles: number, energy: number) => number;
  /** Null: the same for all options. */
  readonly of:
    ((cycles: number, energy: number, option: OptionOperators, isFirst: boolean, carbon: number) => number) | null;
}

function scaleOf(metric: string, fixed: Fixed, { joint }: OperatorTable): Scale {
  const world = worldOf(metric);
  const { hardware, technology, schedule } = fixed.specs;
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
  const latencyLimit = latencyLimitOf(metric);
  if (latencyLimit !== null) {
    const missing = latencyLimit - longestWithin(latencyLimit, hardware.clock);
    return { base: (cycles) => missing + cycles / hardware.clock, of: (cycles) => cycles / hardware.clock };
  }
  const separation = metricBehind(metric)?.separation;
  if (separation?.by === "sum")
    return {
      base: (cycles, energy) => separation.fixed(chip) + separation.of(cycles, energy, chip),
      of: (cycles, energy, _option, _isFirst, carbon) =>
        separation.of(cycles, energy, carbon === 0 ? chip : { ...chip, carbonOf: (j) => chip.carbonOf(j) + carbon }),
    };
  switch (metric) {
    case DUTY: {
      const duty = (cycles: number): number => keepsUp(cycles / hardware.clock, deployment).duty;
      return { base: duty, of: duty };
    }
    case FIRST_LIVE:
    case SECOND_LIVE:
    case ALL_LIVE: {
      const bytes = ({ parameters, live }: OptionOperators, isLive: boolean): number =>
        dramBytes(hardware, parameters, isLive ? liveUnder(live, schedule) : []);
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
