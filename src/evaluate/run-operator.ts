import { vectorEnergy } from "../cost/index.ts";
import { problemKey } from "../sim/portable.ts";
import type { EnergyCoefficients, GemmCounters, GemmResult, MappedGemm, Traffic } from "../sim/index.ts";
import {
  laneCyclesOf,
  macsOf,
  storageKey,
  type GemmOperator,
  type Operator,
  type VectorOperator,
} from "../workload/index.ts";
import { boundWithLaunch, gemmBoundBy, gemmPorts } from "./bounds.ts";
import { simulateDistinct } from "./gemm-cache.ts";
import { coefficientsOf, costOfGemm } from "./gemm-cost.ts";
import { withKernelTime } from "./gemm-kernel.ts";
import { machineOf, packedProblem, unpacked, type GemmMachine, type StoredProduct } from "./machine.ts";
import { kernelSeconds } from "./operator-latency.ts";
import { withFetched } from "./prefetch.ts";
import type { KernelClass } from "../spec/runtime.ts";
import type { Placement } from "./schedule.ts";
import type { Design, LevelTraffic, OperatorEvaluation } from "./types.ts";
import { bytesMoved, runVector } from "./vector-operator.ts";
import { joulesOf } from "../units/index.ts";

/** What all operators of one evaluation share. Coefficients null: energies are not known. */
export interface Costing extends Pick<Design, "hardware" | "technology" | "mapper"> {
  readonly coefficients: EnergyCoefficients | null;
  /** Takes a key of each distinct product that is looked at, for whoever counts them. */
  readonly products?: Set<string>;
}

export interface Job {
  readonly operator: Operator;
  readonly placement: Placement;
  /** The kernel that starts with it; null where it runs inside another's. */
  readonly starts: KernelClass | null;
}

/** A GEMM that has no legal mapping where its data are. */
export interface Unplaced {
  readonly operator: GemmOperator;
  readonly result: Extract<GemmResult, { kind: "unmappable" }>;
}

/*
 * Records of operators are made for every operator of every trial: their fields are written out, since a spread at the head of a
 * literal of this size costs some engines more than all the rest of a trial.
 */

/** Evaluates each job; GEMMs together, equal ones once. In the order of the jobs. */
export function runOperators(jobs: readonly Job[], costing: Costing): readonly (OperatorEvaluation | Unplaced)[] {
  const gemms = jobs.filter((job): job is Job & { operator: GemmOperator } => job.operator.type === "gemm");
  const problems = gemms.map(({ operator, placement }) => problemOf(operator, placement));
  const results = simulateStored(problems, costing);
  let next = 0;
  return jobs.map(({ operator, placement, starts }) => {
    const launchCycles = starts === null ? 0 : kernelSeconds(starts, costing.hardware) * costing.hardware.clock;
    if (operator.type === "vector") return evaluateVector(operator, placement, launchCycles, costing);
    const result = results[next++]!;
    return result.kind === "mapped"
      ? evaluateGemm(operator, result, placement, launchCycles, costing)
      : { operator, result };
  });
}

/** Simulates products, each on the machine that its operands make of the chip; in the order of the problems. */
function simulateStored(problems: readonly StoredProduct[], costing: Costing): readonly GemmResult[] {
  const { hardware, mapper } = costing;
  const groups = new Map<GemmMachine, number[]>();
  problems.forEach((problem, at) => {
    const machine = machineOf(problem, hardware);
    const own = groups.get(machine);
    if (own === undefined) groups.set(machine, [at]);
    else own.push(at);
  });
  const results: GemmResult[] = [];
  for (const [machine, places] of groups) {
    const packed = places.map((at) => packedProblem(problems[at]!, machine));
    if (costing.products !== undefined)
      for (const [i, at] of places.entries())
        costing.products.add(`${storageKey(problems[at]!)}|${problemKey(packed[i]!)}`);
    simulateDistinct(machine.core, packed, coefficientsOf(machine, costing), mapper).forEach((result, i) => {
      results[places[i]!] = withKernelTime(result, packed[i]!, machine.core);
    });
  }
  return results;
}

function problemOf(operator: GemmOperator, { resident, reservedBytes }: Placement): StoredProduct {
  const isPlain = reservedBytes === 0 && !resident.input && !resident.weight && !resident.output;
  return isPlain ? operator : { ...operator, resident, reservedBytes };
}

function evaluateGemm(
  operator: GemmOperator,
  result: MappedGemm,
  { prefetchedBytes }: Placement,
  launchCycles: number,
  costing: Costing,
): OperatorEvaluation {
  const { hardware, coefficients } = costing;
  const machine = machineOf(operator, hardware);
  const whole = unpacked(result, operator, machine);
  const counters = withFetched(whole.counters, { input: 0, weight: prefetchedBytes });
  const ports = gemmPorts(result, machine.core);
  const { cycles, converted, charged, energy } = costOfGemm(operator, result, machine, costing, prefetchedBytes);
  const { cycles: own } = result.timing;
  const isConverting = cycles > own;
  return {
    name: operator.name,
    kind: operator.kind,
    tower: operator.tower,
    layer: operator.layer,
    phase: operator.phase,
    count: operator.count,
    macs: counters.macs,
    cycles,
    energy: coefficients === null ? {} : energy,
    utilisation: isConverting ? (whole.timing.utilisation * own) / cycles : whole.timing.utilisation,
    bound_by: boundWithLaunch(isConverting ? "vector" : gemmBoundBy(result, ports), cycles, launchCycles),
    traffic: trafficOf(counters),
    portCycles: ports,
    prefetchedBytes,
    waitCycles: 0,
    besideCycles: 0,
    launchCycles,
    gemm: prefetchedBytes === 0 ? whole : { ...whole, counters },
    charged,
    format: { rate: machine.rate, computed: machine.computed },
    vector: converted === 0 ? null : { laneCycles: converted, traffic: { local: 0, global: 0, dram: 0 } },
  };
}

const NATIVE: OperatorEvaluation["format"] = { rate: 1, computed: null };

/** Energies by source, and what a chip takes above idle meanwhile. */
function withStatic(parts: Readonly<Record<string, number>>, joules: number): Readonly<Record<string, number>> {
  const energy: Record<string, number> = {};
  for (const source in parts) energy[source] = parts[source]!;
  energy["static"] = joules;
  return energy;
}

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
    name: operator.name,
    kind: operator.kind,
    tower: operator.tower,
    layer: operator.layer,
    phase: operator.phase,
    count: operator.count,
    macs: macsOf(operator),
    cycles: run.cycles,
    energy:
      isKnown && coefficients !== null
        ? withStatic(energy.parts, joulesOf(run.cycles * coefficients.activePerCycle))
        : {},
    utilisation: 0,
    bound_by: boundWithLaunch(run.boundBy, run.cycles, launchCycles),
    traffic: run.traffic,
    portCycles: run.portCycles,
    prefetchedBytes: 0,
    waitCycles: 0,
    besideCycles: 0,
    launchCycles,
    gemm: null,
    charged: null,
    format: NATIVE,
    vector: { laneCycles: laneCyclesOf(operator, hardware.vector.cyclesPerElement), traffic: bytesMoved(run.traffic) },
  };
}
