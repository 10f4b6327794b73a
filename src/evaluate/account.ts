import {
  energyCoefficients,
  gridCarbon,
  linkBytes,
  staticPower,
  vectorCoefficients,
  type VectorTraffic,
} from "../cost/index.ts";
import type { EnergyCoefficients, PerOperand } from "../sim/index.ts";
import { countedOf } from "./counted.ts";
import { macEnergyOf } from "./gemm-cost.ts";
import type { Evaluation, OperatorEvaluation } from "./types.ts";
import { joulesOf, picojoulesOf } from "../units/index.ts";

/** One line of the bill: events that were counted, what one costs, and what that makes over the life. */
export interface EnergyLine {
  readonly level: string;
  /** Operand and direction, or what the events are. */
  readonly what: string;
  readonly count: number;
  /** Of the count: MACs, bytes, lane-cycles, cycles. */
  readonly unit: string;
  /** pJ of one event. */
  readonly each_pJ: number;
  /** Of one inference. */
  readonly energy_J: number;
  /** Over the life; null where that is not known. */
  readonly carbon_kgCO2e: number | null;
}

/** An operator's part of the bill, all its runs together, without the time to start them. */
export interface OperatorLine {
  readonly operator: OperatorEvaluation;
  readonly energy_J: number;
  readonly carbon_kgCO2e: number | null;
}

/**
 * The bill of one inference, by level and operand and by operator: Σ energy of the lines is the energy of the inference, and
 * Σ carbon is the operational part `inference`, both but for rounding. The operators' energies and what starting them takes
 * (`nonOperatorEnergy`) sum to the same. Empty where energies are unknown.
 */
export function accountOf(evaluation: Evaluation): {
  readonly lines: readonly EnergyLine[];
  readonly operators: readonly OperatorLine[];
} {
  const { design, operational, operators } = evaluation;
  const { hardware, technology } = design;
  const cost = energyCoefficients(hardware, technology);
  const lanes = vectorCoefficients(hardware, technology);
  if ("total" in cost || "total" in lanes) return { lines: [], operators: [] };
  const carbonOf = (joules: number): number | null =>
    operational.total === null
      ? null
      : gridCarbon(joules * operational.inferences, operational.inferenceIntensity ?? operational.gridIntensity);
  const line: MakeLine = (level, what, count, unit, each) => {
    const joules = joulesOf(count * each);
    if (joules === 0) return [];
    return [{ level, what, count, unit, each_pJ: each, energy_J: joules, carbon_kgCO2e: carbonOf(joules) }];
  };
  const { gemm, narrow, vector, cycles } = countedOf(evaluation);
  const moved = (level: string, direction: "read" | "written", bytes: PerOperand, each: PerOperand) =>
    (["input", "weight", "output"] as const).flatMap((operand) =>
      line(level, `${operand} ${direction}`, bytes[operand], "bytes", each[operand]),
    );
  const alike = (each: number): PerOperand => ({ input: each, weight: each, output: each });
  const { register: held, accumulator } = cost;
  const lines = [
    ...line("mac", "multiply-accumulate", gemm.macs, "MACs", cost.mac),
    ...narrow.flatMap(({ precision, macs }) => {
      const what = `multiply-accumulate, ${precision.input} by ${precision.weight} bits`;
      return line("mac", what, macs, "MACs", macEnergyOf(precision, hardware, technology, cost.mac));
    }),
    ...moved("register", "read", gemm.register.reads, { ...alike(held.read), output: accumulator.read }),
    ...moved("register", "written", gemm.register.writes, { ...alike(held.write), output: accumulator.write }),
    ...(["local", "global", "dram"] as const).flatMap((level) => [
      ...moved(level, "read", gemm[level].reads, alike(cost[level].read)),
      ...moved(level, "written", gemm[level].writes, alike(cost[level].write)),
    ]),
    ...linkLines(gemm, cost.links, line),
    ...line("vector", "lanes", vector.laneCycles, "lane-cycles", lanes.operation),
    ...(["local", "global", "dram"] satisfies readonly (keyof VectorTraffic)[]).flatMap((level) =>
      line(level, "vector work", vector.traffic[level], "bytes", lanes[level]),
    ),
    ...staticLines(evaluation, cycles, cost.activePerCycle, line),
  ];
  return {
    lines,
    operators: operators.map((operator) => {
      const joules = operator.count * Object.values(operator.energy).reduce((sum, part) => sum + part, 0);
      return { operator, energy_J: joules, carbon_kgCO2e: carbonOf(joules) };
    }),
  };
}

type MakeLine = (level: string, what: string, count: number, unit: string, each: number) => readonly EnergyLine[];

/** What crosses between dies; that of vector work is with its levels. */
function linkLines(
  counters: Parameters<typeof linkBytes>[0],
  links: EnergyCoefficients["links"],
  line: MakeLine,
): readonly EnergyLine[] {
  if (links === undefined) return [];
  const bytes = linkBytes(counters);
  return (["global", "dram"] as const).flatMap((level) => [
    ...line("link", `from ${level}`, bytes[level].read, "bytes", links[level].read),
    ...line("link", `to ${level}`, bytes[level].write, "bytes", links[level].write),
  ]);
}

/** What running adds to the idle power: leakage of the die, and background of the DRAM. */
function staticLines(
  { design: { hardware, technology } }: Evaluation,
  cycles: number,
  activePerCycle: number,
  line: MakeLine,
): readonly EnergyLine[] {
  const power = staticPower(hardware, technology);
  if ("total" in power || activePerCycle === 0) return [];
  const dram = picojoulesOf(power.dramActive - power.dramStandby) / hardware.clock;
  return [
    ...line("leakage", "die active above idle", cycles, "cycles", activePerCycle - dram),
    ...line("DRAM background", "rows open above standby", cycles, "cycles", dram),
  ];
}
