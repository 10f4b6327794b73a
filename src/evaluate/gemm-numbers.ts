import { chargedCounters, energyCoefficients, gemmEnergy } from "../cost/index.ts";
import { InputError } from "../errors/index.ts";
import { known } from "../metrics/index.ts";
import { coreRecords, simulateGemms, traceMapping, type CoreRecords, type GemmTrace } from "../sim/portable.ts";
import type { GemmProblem, MappedGemm, MappingEffort, MappingObjective, PerOperand } from "../sim/portable.ts";
import type { Hardware, SpecSet } from "../spec/index.ts";
import { picojoulesOf } from "../units/index.ts";
import { simulateStream, type StreamedGemm } from "./gemm-stream.ts";
import { boardWorkOf, clockShare } from "./board.ts";
import { launchSeconds } from "./operator-latency.ts";

/** What of specs a product by itself depends on. */
export type Machine = Pick<SpecSet, "hardware" | "technology" | "schedule">;

export type GemmSimulator = (problems: readonly GemmProblem[]) => readonly StreamedGemm[];

/**
 * Maps and simulates products on one machine, each by itself or, with schedule.prefetch, in a stream.
 *
 * @throws InputError for an objective that needs energies which are not known
 */
export function gemmSimulator(
  specs: Machine,
  { objective, effort }: { readonly objective: MappingObjective; readonly effort: MappingEffort },
): GemmSimulator {
  const { hardware, technology } = specs;
  const coefficients = energyCoefficients(hardware, technology);
  const energy = "total" in coefficients ? null : coefficients;
  refuseUnpriced(coefficients, objective);
  const { prefetch } = specs.schedule;
  return (problems) => simulateStream(hardware, problems, { technology, objective, effort, energy, prefetch });
}

function refuseUnpriced(coefficients: ReturnType<typeof energyCoefficients>, objective: MappingObjective): void {
  if (objective !== "latency" && "total" in coefficients)
    throw new InputError(`--objective ${objective} needs energies: ${coefficients.reason}.`);
}

/** The core's records of products that are each by themselves; as {@link gemmSimulator}. */
export function gemmRecords(
  specs: Machine,
  problems: readonly GemmProblem[],
  settings: { readonly objective: MappingObjective; readonly effort: MappingEffort },
): CoreRecords {
  const { hardware, technology } = specs;
  const coefficients = energyCoefficients(hardware, technology);
  const energy = "total" in coefficients ? null : coefficients;
  refuseUnpriced(coefficients, settings.objective);
  return coreRecords(hardware, problems, { ...settings, energy });
}

/** A product by itself, mapped, and what happens in it. */
export interface TracedGemm extends GemmTrace {
  readonly mapped: MappedGemm;
}

/**
 * What happens in a product that is by itself, under the mapping that is chosen for it; as {@link gemmSimulator}.
 *
 * @param most  events at most
 * @returns     null where no mapping fits
 */
export function gemmTrace(
  specs: Machine,
  problem: GemmProblem,
  settings: { readonly objective: MappingObjective; readonly effort: MappingEffort },
  most: number,
): TracedGemm | null {
  const { hardware, technology } = specs;
  const coefficients = energyCoefficients(hardware, technology);
  const energy = "total" in coefficients ? null : coefficients;
  refuseUnpriced(coefficients, settings.objective);
  const mapped = simulateGemms(hardware, [problem], { ...settings, energy })[0]!;
  if (mapped.kind !== "mapped") return null;
  return { mapped, ...traceMapping(hardware, problem, mapped.mapping, most) };
}

/** Time of a product at the clock that the power limit of the board leaves it, s. */
export function gemmSeconds({ timing: { cycles }, counters }: MappedGemm, hardware: Hardware): number {
  return cycles / clockShare(boardWorkOf(counters), cycles, hardware) / hardware.clock;
}

/** Names of what is known of a product, in order. */
export const GEMM_RESULTS = [
  "status",
  "reason",
  "cycles",
  "compute_cycles",
  "stall_cycles",
  "first_fill_cycles",
  "last_drain_cycles",
  "latency_s",
  "utilisation",
  "macs",
  "energy_total_pJ",
  "gap",
  "dram_read_bytes",
  "dram_write_bytes",
  "glb_read_bytes",
  "glb_write_bytes",
  "array_input_reads",
  "array_weight_reads",
  "array_output_reads",
  "array_output_writes",
  "prefetched_bytes",
  "mapping",
] as const;

type ResultColumn = (typeof GEMM_RESULTS)[number];
export type GemmNumbers = Readonly<Record<ResultColumn, unknown>> & { readonly status: "ok" | "infeasible" };

/** One result under the names that files and JSON use; null where there is no number, and `reason` says why. */
export function gemmNumbers({ result, prefetched }: StreamedGemm, { hardware, technology }: Machine): GemmNumbers {
  if (result.kind === "unmappable") {
    const empty = Object.fromEntries(GEMM_RESULTS.map((name) => [name, null])) as Record<ResultColumn, unknown>;
    const reason = `${result.level} too small: the smallest tile needs ${result.neededBytes} B, there are ${result.availableBytes} B`;
    return { ...empty, status: "infeasible", reason };
  }
  const { timing, counters, mapping } = result;
  const coefficients = energyCoefficients(hardware, technology);
  const charged = chargedCounters(counters, mapping, hardware, technology);
  const energy =
    "total" in coefficients ? coefficients : known("energy", gemmEnergy(charged, timing.cycles, coefficients));
  return {
    status: "ok",
    reason: energy.total === null ? `energy unknown: ${energy.reason}` : null,
    cycles: timing.cycles,
    compute_cycles: timing.computeCycles,
    stall_cycles: timing.cycles - timing.computeCycles,
    first_fill_cycles: timing.firstFillCycles,
    last_drain_cycles: timing.lastDrainCycles,
    latency_s: gemmSeconds(result, hardware) + launchSeconds({ type: "gemm" }, hardware),
    utilisation: timing.utilisation,
    macs: counters.macs,
    energy_total_pJ: energy.total === null ? null : picojoulesOf(energy.total),
    gap: result.gap,
    dram_read_bytes: sum(counters.dram.reads),
    dram_write_bytes: sum(counters.dram.writes),
    glb_read_bytes: sum(counters.global.reads),
    glb_write_bytes: sum(counters.global.writes),
    array_input_reads: counters.array.inputReads,
    array_weight_reads: counters.array.weightReads,
    array_output_reads: counters.array.outputReads,
    array_output_writes: counters.array.outputWrites,
    prefetched_bytes: prefetched.input + prefetched.weight,
    mapping,
  };
}

function sum({ input, weight, output }: PerOperand): number {
  return input + weight + output;
}
