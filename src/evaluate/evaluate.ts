import { deploymentAt, energyCoefficients, staticPower, vectorCoefficients } from "../cost/index.ts";
import { known, type Breakdown, type Unknown } from "../metrics/index.ts";
import { pesOf } from "../spec/hardware.ts";
import { memoryCapacity } from "../spec/memory.ts";
import { isCountable, MOST_SIZE, type EnergyCoefficients, type Unmappable } from "../sim/portable.ts";
import { scheduleOf } from "../spec/schedule.ts";
import { joulesOf } from "../units/index.ts";
import { buildWorkload, type GemmOperator, type Workload } from "../workload/index.ts";
import { besideProducts } from "./beside-products.ts";
import { boardJoules, underLimit } from "./board.ts";
import { peakOf } from "./chip.ts";
import { footprintOfWorkload } from "./footprint.ts";
import { hostCycles } from "./host.ts";
import { pricedWith } from "./price.ts";
import { retentionJoules } from "./retention.ts";
import { runSchedule } from "./run-schedule.ts";
import type { ScheduleOutcome } from "./schedule.ts";
import type { Design, Evaluation, Infeasible, OperatorEvaluation } from "./types.ts";

/**
 * Evaluates one design: model → operators → mapping and simulation of each distinct one → energy, area, carbon.
 * Pure and seedless: equal designs give equal results on any platform.
 *
 * @returns Infeasible where an operator has no legal mapping or is larger than what is counted, or DRAM is too small for weights, KV cache and activations
 * @throws  CostError where technology or hardware name something that the tables do not have
 */
export function evaluate(design: Design): Evaluation | Infeasible {
  const { hardware, deployment } = design;
  const workload = buildWorkload(design.model, deployment.batch);
  const footprint = footprintOfWorkload(workload, hardware, scheduleOf(design));
  const tooLarge = checkDram(footprint.dramNeeded_B, design);
  if (tooLarge !== null) return tooLarge;
  const ran = runWorkload(design, workload);
  if ("kind" in ran) return ran;
  const { operators, launchCycles: launch, outcome, events, coefficients } = ran;
  const host = hostCycles(design, operators);
  const waiting = host.prefill + host.decode;
  const cycles = operators.reduce((sum, each) => sum + each.count * each.cycles, 0) + launch + waiting;
  const macsExecuted = operators.reduce((sum, each) => sum + each.count * each.macs, 0);
  const inOwnFormat = operators.reduce((sum, each) => sum + (each.count * each.macs) / each.format.rate, 0);
  const pes = pesOf(hardware);
  const latency = cycles / hardware.clock;
  const beside = { launch, ...(waiting === 0 ? {} : { host: waiting }) };
  const besideEnergy = events === null ? {} : mapValues(beside, (each) => joulesOf(each * events.activePerCycle));
  const gap = [coefficients, vectorCoefficients(hardware, design.technology)].find((each) => "total" in each);
  const energy = gap === undefined ? totalEnergy(operators, besideEnergy) : (gap as Unknown);
  const used = deployment.duty === undefined ? design : { ...design, deployment: deploymentAt(deployment, latency) };
  const priced = pricedWith(
    energy,
    { design: used, latency_s: latency, keepsWeights: outcome.weightBytes > 0 },
    design.technology,
  );
  const { embodied, operational } = priced;
  const isCarbonKnown = embodied.total !== null && operational.total !== null;
  return {
    ...footprint,
    kind: "evaluated",
    design: used,
    operators,
    cycles,
    nonOperatorCycles: beside,
    nonOperatorEnergy: energy.total === null ? {} : besideEnergy,
    hostCycles: host,
    latency_s: latency,
    macsExecuted,
    utilisation: inOwnFormat / (cycles * pes),
    peak_TOPS: peakOf(hardware),
    ...priced,
    carbon_total_kgCO2e: isCarbonKnown ? embodied.total + operational.total : null,
    kvCache_B: footprint.needed.kvCache,
    mappedFor: events === null ? "latency" : design.mapper.objective,
    schedule: outcome,
  };
}

interface Ran {
  readonly operators: readonly OperatorEvaluation[];
  readonly launchCycles: number;
  readonly outcome: ScheduleOutcome;
  readonly coefficients: ReturnType<typeof energyCoefficients>;
  /** Null: energies are not known. */
  readonly events: EnergyCoefficients | null;
}

/** The operators of a workload at the clock that the board's limit leaves them, whether or not DRAM holds it all. */
function runWorkload(design: Design, workload: Workload): Ran | Infeasible {
  const { hardware, technology, deployment } = design;
  const uncounted = workload.operators.find((operator) => operator.type === "gemm" && !isCountable(operator));
  if (uncounted !== undefined) return uncountable(uncounted as GemmOperator);
  const coefficients = energyCoefficients(hardware, technology);
  const events = "total" in coefficients ? null : coefficients;
  const costing = { hardware, technology, mapper: design.mapper, coefficients: events };
  const power = staticPower(hardware, technology);
  const retention = (seconds: number) => retentionJoules(power, seconds, deploymentAt(deployment, seconds));
  const run = runSchedule(workload, costing, scheduleOf(design), retention);
  if ("result" in run) return unmappable(run.operator, run.result);
  const perCycle = events?.activePerCycle ?? null;
  const overlapped = besideProducts(run.evaluations, hardware, perCycle);
  const operators = underLimit(overlapped, new Set(run.outcome.fused), hardware, perCycle);
  return { operators, launchCycles: run.launchCycles, outcome: run.outcome, coefficients, events };
}

/** Time and energy of an operator in one pass through a model, all its runs together. */
export interface PassPart extends Pick<OperatorEvaluation, "name" | "kind" | "bound_by"> {
  /** Time to start it included. */
  readonly seconds: number;
  /** J above idle power: of the board where its file has coefficients, else of the events that are counted; null: unknown. */
  readonly joules: number | null;
}

/**
 * One phase of a decoder, or a pass of another model or one of its towers, part by part, without its host; times are those of {@link evaluate}, and memory is not asked whether it holds
 * it all: what holds keys and values is a matter of whoever puts passes together.
 */
export function evaluatePass(
  design: Design,
  phase: "prefill" | "decode" | null,
  tower?: string,
): readonly PassPart[] | Infeasible {
  const workload = buildWorkload(design.model, design.deployment.batch);
  const operators = workload.operators.filter(
    (operator) => operator.phase === phase && (tower === undefined || operator.tower === tower),
  );
  const ran = runWorkload(design, { ...workload, operators });
  if ("kind" in ran) return ran;
  const { hardware } = design;
  const lanes = vectorCoefficients(hardware, design.technology);
  const isKnown = ran.events !== null && !("total" in lanes);
  return ran.operators.map((operator) => {
    const { name, kind, bound_by, count, cycles, launchCycles } = operator;
    const counted = Object.values(operator.energy).reduce((sum, part) => sum + part, 0);
    const started = joulesOf(launchCycles * (ran.events?.activePerCycle ?? 0));
    const joules = boardJoules(operator, hardware) ?? (isKnown ? counted + started : null);
    return {
      ...{ name, kind, bound_by },
      seconds: (count * (cycles + launchCycles)) / hardware.clock,
      joules: joules === null ? null : count * joules,
    };
  });
}

function checkDram(needed: number, { hardware }: Design): Infeasible | null {
  const capacity = memoryCapacity(hardware);
  if (needed <= capacity) return null;
  const [constraint, place] =
    hardware.dram === null ? ["globalBuffer.size", "the global buffer"] : ["dram.capacity", "DRAM"];
  const detail = `weights, KV cache and activations need ${needed} bytes, ${place} has ${capacity}`;
  return { kind: "infeasible", constraint, by: needed - capacity, unit: "B", detail };
}

function uncountable({ name, batch, m, n, k }: GemmOperator): Infeasible {
  const limits = `sizes up to ${MOST_SIZE} and 2^53 multiplications`;
  const detail = `${name} is a product of ${batch} × ${m} × ${n} × ${k}; products of ${limits} are counted`;
  return { kind: "infeasible", constraint: "size of an operator", by: 0, unit: "", detail };
}

function unmappable(operator: GemmOperator, { level, neededBytes, availableBytes }: Unmappable): Infeasible {
  const field = level === "global-buffer" ? "globalBuffer.size" : level === "local-buffer" ? "localBuffer.size" : level;
  const detail = `${operator.name}: the smallest tile needs ${neededBytes} bytes, ${level} has ${availableBytes}`;
  return { kind: "infeasible", constraint: field, by: neededBytes - availableBytes, unit: "B", detail };
}

const mapValues = (of: Readonly<Record<string, number>>, to: (value: number) => number): Record<string, number> =>
  Object.fromEntries(Object.entries(of).map(([key, value]) => [key, to(value)]));

/** J of one inference by source, all operators together, and what starting them and waiting for the host takes. */
function totalEnergy(
  operators: readonly OperatorEvaluation[],
  beside: Readonly<Record<string, number>>,
): Breakdown | Unknown {
  const parts: Record<string, number> = {};
  for (const { energy, count } of operators) {
    for (const [source, joules] of Object.entries(energy)) parts[source] = (parts[source] ?? 0) + count * joules;
  }
  parts.static = Object.values(beside).reduce((sum, joules) => sum + joules, parts.static ?? 0);
  const total = Object.values(parts).reduce((sum, joules) => sum + joules, 0);
  return known("the energy of an inference", { total, parts });
}
