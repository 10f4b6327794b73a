import {
  dieArea,
  embodiedCarbon,
  energyCoefficients,
  gemmEnergy,
  operationalCarbon,
  staticPower,
  vectorEnergy,
  type Breakdown,
  type StaticPower,
  type Unknown,
} from "../cost/index.ts";
import type { EnergyCoefficients, GemmResult, MappedGemm, Unmappable } from "../sim/index.ts";
import {
  buildWorkload,
  macsOf,
  totalParameters,
  type GemmOperator,
  type Operator,
  type Workload,
} from "../workload/index.ts";
import { simulateDistinct } from "./gemm-cache.ts";
import { launchSeconds } from "./operator-latency.ts";
import { runVector } from "./vector-operator.ts";
import type { Design, Evaluation, Infeasible, OperatorEvaluation } from "./types.ts";

/**
 * Evaluates one design: model → operators → mapping and simulation of each distinct one → energy, area, carbon.
 * Pure and seedless: equal designs give equal results on any platform.
 *
 * @returns Infeasible where an operator has no legal mapping, or DRAM is too small for weights, KV cache and activations
 * @throws  CostError where technology or hardware name something that the tables do not have
 */
export function evaluate(design: Design): Evaluation | Infeasible {
  const { hardware, technology, deployment } = design;
  const workload = buildWorkload(design.model, deployment.batch);
  const dramNeeded = dramNeededBytes(workload, design);
  const tooLarge = checkDram(dramNeeded, design);
  if (tooLarge !== null) return tooLarge;

  const coefficients = energyCoefficients(hardware, technology);
  const known = "total" in coefficients ? null : coefficients;
  const gemms = workload.operators.filter((operator): operator is GemmOperator => operator.type === "gemm");
  const results = new Map<Operator, GemmResult>();
  simulateDistinct(hardware, gemms, known, design.mapper).forEach((result, i) => results.set(gemms[i]!, result));
  for (const gemm of gemms) {
    const result = results.get(gemm)!;
    if (result.kind === "unmappable") return unmappable(gemm, result);
  }

  const operators = workload.operators.map((operator) =>
    operator.type === "gemm"
      ? evaluateGemm(operator, results.get(operator) as MappedGemm, known)
      : evaluateVector(operator, design, known),
  );
  const launch = launchCycles(workload, design);
  const cycles = operators.reduce((sum, each) => sum + each.count * each.cycles, 0) + launch;
  const macs = operators.reduce((sum, each) => sum + each.count * each.macs, 0);
  const pes = hardware.cores * hardware.arraysPerCore * hardware.array.rows * hardware.array.cols;
  const latency = cycles / hardware.clock;

  const energy = known === null ? (coefficients as Unknown) : totalEnergy(operators, launch, known);
  const area = dieArea(hardware, technology);
  const embodied = embodiedCarbon(area, hardware, technology);
  const power = staticPower(hardware, technology);
  const operational = operationalOf(energy, power, latency, design);
  const isCarbonKnown = embodied.total !== null && operational.total !== null;
  return {
    kind: "evaluated",
    design,
    operators,
    cycles,
    nonOperatorCycles: { launch },
    latency_s: latency,
    macs,
    utilisation: macs / (cycles * pes),
    peak_TOPS: (2 * pes * hardware.clock) / 1e12,
    energy,
    area,
    embodied,
    operational,
    carbon_total_kgCO2e: isCarbonKnown ? embodied.total + operational.total : null,
    parameters: totalParameters(workload),
    dramNeeded_B: dramNeeded,
  };
}

/** Bytes that DRAM holds at once: weights, the KV cache at its longest, and the largest set of live activations. */
function dramNeededBytes(workload: Workload, { hardware }: Design): number {
  const { weight, output } = hardware.precision;
  const activations = workload.kvCacheElements + workload.peakActivationElements;
  return Math.ceil((totalParameters(workload) * weight + activations * output) / 8);
}

function checkDram(needed: number, { hardware }: Design): Infeasible | null {
  if (hardware.dram === null || needed <= hardware.dram.capacity) return null;
  const by = needed - hardware.dram.capacity;
  const detail = `weights, KV cache and activations need ${needed} bytes, DRAM has ${hardware.dram.capacity}`;
  return { kind: "infeasible", constraint: "dram.capacity", by, unit: "B", detail };
}

function unmappable(operator: GemmOperator, { level, neededBytes, availableBytes }: Unmappable): Infeasible {
  const field = level === "global-buffer" ? "globalBuffer.size" : level === "local-buffer" ? "localBuffer.size" : level;
  const detail = `${operator.name}: the smallest tile needs ${neededBytes} bytes, ${level} has ${availableBytes}`;
  return { kind: "infeasible", constraint: field, by: neededBytes - availableBytes, unit: "B", detail };
}

function evaluateGemm(
  operator: GemmOperator,
  result: MappedGemm,
  coefficients: EnergyCoefficients | null,
): OperatorEvaluation {
  const { timing, counters } = result;
  return {
    name: operator.name,
    kind: operator.kind,
    tower: operator.tower,
    layer: operator.layer,
    count: operator.count,
    macs: counters.macs,
    cycles: timing.cycles,
    energy: coefficients === null ? {} : gemmEnergy(counters, timing.cycles, coefficients).parts,
    utilisation: timing.utilisation,
    bound_by: gemmBoundBy(result),
    gemm: result,
  };
}

/** The array where it works most of the time, else the level that it waited longest for. */
function gemmBoundBy({ timing }: MappedGemm): string {
  const { stallCycles, computeCycles, cycles } = timing;
  if (computeCycles * 2 >= cycles) return "compute";
  const [level] = Object.entries(stallCycles).reduce((most, each) => (each[1] > most[1] ? each : most));
  return level;
}

function evaluateVector(
  operator: Exclude<Operator, GemmOperator>,
  { hardware, technology }: Design,
  coefficients: EnergyCoefficients | null,
): OperatorEvaluation {
  const run = runVector(operator, hardware);
  const energy = coefficients === null ? null : vectorEnergy(operator, hardware, technology, run.traffic);
  const isKnown = energy !== null && energy.total !== null;
  return {
    name: operator.name,
    kind: operator.kind,
    tower: operator.tower,
    layer: operator.layer,
    count: operator.count,
    macs: macsOf(operator),
    cycles: run.cycles,
    energy:
      isKnown && coefficients !== null
        ? { ...energy.parts, static: (run.cycles * coefficients.activePerCycle) / 1e12 }
        : {},
    utilisation: 0,
    bound_by: run.boundBy,
    gemm: null,
  };
}

/** Cycles spent starting operators, on targets that launch kernels. */
function launchCycles({ operators }: Workload, { hardware }: Design): number {
  const seconds = operators.reduce((sum, operator) => sum + operator.count * launchSeconds(operator, hardware), 0);
  return Math.ceil(seconds * hardware.clock);
}

/** J of one inference by source, all operators together. */
function totalEnergy(
  operators: readonly OperatorEvaluation[],
  launchCyclesCount: number,
  coefficients: EnergyCoefficients,
): Breakdown {
  const parts: Record<string, number> = {};
  for (const { energy, count } of operators) {
    for (const [source, joules] of Object.entries(energy)) parts[source] = (parts[source] ?? 0) + count * joules;
  }
  parts.static = (parts.static ?? 0) + (launchCyclesCount * coefficients.activePerCycle) / 1e12;
  const total = Object.values(parts).reduce((sum, joules) => sum + joules, 0);
  return { total, parts };
}

function operationalOf(
  energy: Breakdown | Unknown,
  power: StaticPower | Unknown,
  latency: number,
  { deployment, technology }: Design,
): Evaluation["operational"] {
  if (energy.total === null) return energy;
  if ("total" in power) return power;
  return operationalCarbon({
    energyPerInference: energy.total,
    latency,
    staticPower: power,
    deployment,
    technology,
  });
}
