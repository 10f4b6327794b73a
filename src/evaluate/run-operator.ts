import { chargedCounters, gemmEnergy, vectorEnergy } from "../cost/index.ts";
import type { EnergyCoefficients, GemmCounters, GemmProblem, GemmResult, MappedGemm, Traffic } from "../sim/index.ts";
import { laneCyclesOf, macsOf, type GemmOperator, type Operator, type VectorOperator } from "../workload/index.ts";
import { boundWithLaunch, gemmBoundBy, gemmPorts } from "./bounds.ts";
import { simulateDistinct } from "./gemm-cache.ts";
import { launchSeconds } from "./operator-latency.ts";
import { withFetched } from "./prefetch.ts";
import type { Placement } from "./schedule.ts";
import type { Design, LevelTraffic, OperatorEvaluation } from "./types.ts";
import { bytesMoved, runVector } from "./vector-operator.ts";
import { joulesOf } from "../units/index.ts";

/** What all operators of one evaluation share. Coefficients null: energies are not known. */
export interface Costing extends Pick<Design, "hardware" | "technology" | "mapper"> {
  readonly coefficients: EnergyCoefficients | null;
}

export interface Job {
  readonly operator: Operator;
  readonly placement: Placement;
  /** False where it runs inside another's kernel. */
  readonly isLaunched: boolean;
}

/** A GEMM that has no legal mapping where its data are. */
export interface Unplaced {
  readonly operator: GemmOperator;
  readonly result: Extract<GemmResult, { kind: "unmappable" }>;
}

/** Evaluates each job; GEMMs together, equal ones once. In the order of the jobs. */
export function runOperators(jobs: readonly Job[], costing: Costing): readonly (OperatorEvaluation | Unplaced)[] {
  const gemms = jobs.filter((job): job is Job & { operator: GemmOperator } => job.operator.type === "gemm");
  const problems = gemms.map(({ operator, placement }) => problemOf(operator, placement));
  const results = simulateDistinct(costing.hardware, problems, costing.coefficients, costing.mapper);
  let next = 0;
  return jobs.map(({ operator, placement, isLaunched }) => {
    const launchCycles = isLaunched ? launchSeconds(operator, costing.hardware) * costing.hardware.clock : 0;
    if (operator.type === "vector") return evaluateVector(operator, placement, launchCycles, costing);
    const result = results[next++]!;
    return result.kind === "mapped"
      ? evaluateGemm(operator, result, placement, launchCycles, costing)
      : { operator, result };
  });
}

function problemOf(operator: GemmOperator, { resident, reservedBytes }: Placement): GemmProblem {
  const isPlain = reservedBytes === 0 && !resident.input && !resident.weight && !resident.output;
  if (isPlain) return operator;
  const { batch, m, n, k, sharedB } = operator;
  return { batch, m, n, k, sharedB, resident, reservedBytes };
}

function evaluateGemm(
  operator: GemmOperator,
  result: MappedGemm,
  { prefetchedBytes }: Placement,
  launchCycles: number,
  { hardware, technology, coefficients }: Costing,
): OperatorEvaluation {
  const { timing, mapping } = result;
  const counters = withFetched(result.counters, { input: 0, weight: prefetchedBytes });
  const charged = chargedCounters(counters, mapping, hardware, technology);
  const ports = gemmPorts(result, hardware);
  return {
    ...placeOf(operator),
    macs: counters.macs,
    cycles: timing.cycles,
    energy: coefficients === null ? {} : gemmEnergy(charged, timing.cycles, coefficients).parts,
    utilisation: timing.utilisation,
    bound_by: boundWithLaunch(gemmBoundBy(result, ports), timing.cycles, launchCycles),
    traffic: trafficOf(counters),
    portCycles: ports,
    prefetchedBytes,
    waitCycles: 0,
    launchCycles,
    gemm: prefetchedBytes === 0 ? result : { ...result, counters },
    vector: null,
  };
}

const placeOf = ({ name, kind, tower, layer, phase, count }: Operator) => ({ name, kind, tower, layer, phase, count });

function trafficOf({ dram, global, local }: GemmCounters): LevelTraffic {
  const both = ({ reads, writes }: Traffic) => ({
    read: reads.input + reads.weight + reads.output,
    written: writes.input + writes.weight + writes.output,
  });
  return { dram: both(dram), global: both(global), local: both(local) };
}

function evaluateVector(
  operator: VectorOperator,
  { kept }: Placement,
  launchCycles: number,
  { hardware, technology, coefficients }: Costing,
): OperatorEvaluation {
  const run = runVector(operator, hardware, kept);
  const energy = coefficients === null ? null : vectorEnergy(operator, hardware, technology, bytesMoved(run.traffic));
  const isKnown = energy !== null && energy.total !== null;
  return {
    ...placeOf(operator),
    macs: macsOf(operator),
    cycles: run.cycles,
    energy:
      isKnown && coefficients !== null
        ? { ...energy.parts, static: joulesOf(run.cycles * coefficients.activePerCycle) }
        : {},
    utilisation: 0,
    bound_by: boundWithLaunch(run.boundBy, run.cycles, launchCycles),
    traffic: run.traffic,
    portCycles: run.portCycles,
    prefetchedBytes: 0,
    waitCycles: 0,
    launchCycles,
    gemm: null,
    vector: { laneCycles: laneCyclesOf(operator, hardware.vector.cyclesPerElement), traffic: bytesMoved(run.traffic) },
  };
}
