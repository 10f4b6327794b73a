import { chargedCounters, gemmEnergy, vectorEnergy } from "../cost/index.ts";
import type { EnergyCoefficients, GemmProblem, GemmResult, MappedGemm } from "../sim/index.ts";
import { laneCyclesOf, macsOf, type GemmOperator, type Operator, type VectorOperator } from "../workload/index.ts";
import { simulateDistinct } from "./gemm-cache.ts";
import { PLAIN_PLACEMENT, type Placement } from "./schedule.ts";
import type { Design, OperatorEvaluation } from "./types.ts";
import { runVector } from "./vector-operator.ts";

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
  return jobs.map(({ operator, placement }) => {
    if (operator.type === "vector") return evaluateVector(operator, placement, costing);
    const result = results[next++]!;
    return result.kind === "mapped" ? evaluateGemm(operator, result, costing) : { operator, result };
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
  { hardware, technology, coefficients }: Costing,
): OperatorEvaluation {
  const { timing, counters, mapping } = result;
  const charged = chargedCounters(counters, mapping, hardware, technology);
  return {
    name: operator.name,
    kind: operator.kind,
    tower: operator.tower,
    layer: operator.layer,
    count: operator.count,
    macs: counters.macs,
    cycles: timing.cycles,
    energy: coefficients === null ? {} : gemmEnergy(charged, timing.cycles, coefficients).parts,
    utilisation: timing.utilisation,
    bound_by: gemmBoundBy(result),
    gemm: result,
    vector: null,
  };
}

/** The array where it works most of the time, else the level that it waited longest for. */
function gemmBoundBy({ timing }: MappedGemm): string {
  const { stallCycles, computeCycles, cycles } = timing;
  if (computeCycles * 2 >= cycles) return "compute";
  const [level] = Object.entries(stallCycles).reduce((most, each) => (each[1] > most[1] ? each : most));
  return level;
}

export function evaluateVector(
  operator: VectorOperator,
  { kept }: Placement = PLAIN_PLACEMENT,
  { hardware, technology, coefficients }: Costing,
): OperatorEvaluation {
  const run = runVector(operator, hardware, kept);
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
    vector: { laneCycles: laneCyclesOf(operator), traffic: run.traffic },
  };
}
