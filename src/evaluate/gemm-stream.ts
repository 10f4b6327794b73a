import { chargedCounters, gemmEnergy } from "../cost/index.ts";
import {
  simulateGemms,
  type EnergyCoefficients,
  type GemmProblem,
  type GemmResult,
  type MappedGemm,
  type MappingEffort,
  type MappingObjective,
} from "../sim/portable.ts";
import { commonRoom, type Hardware } from "../spec/hardware.ts";
import type { Technology } from "../spec/technology.ts";
import { withKernelTime } from "./gemm-kernel.ts";
import { prefetchWait, withFetched, type FetchedBytes } from "./prefetch.ts";
import { valueOf } from "./residency.ts";

/** A product with nothing placed yet. */
export type StreamProblem = Omit<GemmProblem, "resident" | "reservedBytes">;

export interface StreamOptions {
  readonly technology: Technology;
  readonly objective: MappingObjective;
  readonly effort: MappingEffort;
  /** Null: not known, and only latency may be searched for. */
  readonly energy: EnergyCoefficients | null;
  /** Whether operands of the next product may come while the present one runs (`schedule.prefetch`). */
  readonly prefetch: boolean;
}

/** One product of a stream of equal ones. */
export interface StreamedGemm {
  readonly result: GemmResult;
  /** What came while the product before ran; part of the traffic. */
  readonly prefetched: FetchedBytes;
}

/** What may come ahead, the least first, so that ties fetch no more than they must. */
const AHEAD = [
  { input: false, weight: true },
  { input: true, weight: false },
  { input: true, weight: true },
] as const;
const NOTHING: FetchedBytes = { input: 0, weight: 0 };

/**
 * Products by themselves, or, with `prefetch`, each in a stream of equal ones with other data: inputs, weights, or both, of the next
 * one may come into the global buffer while the present one runs. A product of the stream takes, from its start to that of the next one,
 *
 *   max(cycles with those operands at hand, (own bytes + bytes that come for the next) over DRAM's port + latency of DRAM)
 *
 * and has 2 × the bytes less room for its tiles: those it works on, and those that come. What comes is counted with it: read from
 * DRAM, written into the buffer. Each way is mapped by itself; what is fetched ahead is what makes the objective best, and nothing where
 * that is as good. Limits of validity: whole operands or nothing; only for a global buffer that all operands share; see `prefetchWait`.
 *
 * @returns one result per problem, in order
 * @throws  as `simulateGemms`
 */
export function simulateStream(
  hardware: Hardware,
  problems: readonly StreamProblem[],
  { technology, prefetch, ...options }: StreamOptions,
): readonly StreamedGemm[] {
  const costing = { hardware, technology, ...options };
  const ways = problems.map((problem) => (prefetch ? waysAhead(problem, hardware) : []));
  const timed = (all: readonly GemmProblem[]): readonly GemmResult[] =>
    simulateGemms(hardware, all, options).map((result, i) => withKernelTime(result, all[i]!, hardware));
  const alone = timed(problems);
  const ahead = timed(ways.flatMap((each) => each.map(({ problem }) => problem)));
  let next = 0;
  return alone.map((result, i) => {
    const results = ways[i]!.map(({ prefetched }) => ({ prefetched, result: ahead[next++]! }));
    if (result.kind !== "mapped") return { result, prefetched: NOTHING };
    let best = { result, prefetched: NOTHING, value: objectiveOf(result, costing) };
    for (const { prefetched, result: placed } of results) {
      if (placed.kind !== "mapped") continue;
      const streamed = inStream(placed, prefetched, result, hardware);
      const value = objectiveOf(streamed, costing);
      if (value < best.value) best = { result: streamed, prefetched, value };
    }
    return { result: best.result, prefetched: best.prefetched };
  });
}

/** The ways to fetch ahead that leave room in the global buffer. */
function waysAhead(problem: StreamProblem, { dram, globalBuffer, precision }: Hardware) {
  const capacity = commonRoom(globalBuffer);
  if (dram === null || capacity === null) return [];
  const { batch, m, n, k, sharedB } = problem;
  const input = batch * Math.ceil((m * k * precision.input) / 8);
  const weight = (sharedB ? 1 : batch) * Math.ceil((n * k * precision.weight) / 8);
  return AHEAD.map((which) => {
    const prefetched = { input: which.input ? input : 0, weight: which.weight ? weight : 0 };
    const reservedBytes = 2 * (prefetched.input + prefetched.weight);
    return { prefetched, problem: { ...problem, resident: { ...which, output: false }, reservedBytes } };
  }).filter(({ problem: { reservedBytes } }) => reservedBytes <= capacity);
}

/** A product that was mapped with operands at hand, as it runs where those of the next one come meanwhile. */
function inStream(placed: MappedGemm, prefetched: FetchedBytes, alone: MappedGemm, hardware: Hardware): MappedGemm {
  const { mapping, timing } = placed;
  const counters = withFetched(placed.counters, prefetched);
  const { reads, writes } = counters.dram;
  const traffic = { read: reads.input + reads.weight + reads.output, written: writes.output };
  const wait = prefetchWait(hardware, traffic, timing.cycles);
  return {
    kind: "mapped",
    mapping,
    counters,
    gap: placed.gap,
    timing: {
      ...timing,
      cycles: timing.cycles + wait,
      stallCycles: { ...timing.stallCycles, dram: timing.stallCycles.dram + wait },
      firstFillCycles: timing.firstFillCycles + wait,
      utilisation: (timing.utilisation * timing.cycles) / (timing.cycles + wait),
      roofline: alone.timing.roofline,
    },
  };
}

function objectiveOf(
  { mapping, counters, timing: { cycles } }: MappedGemm,
  { hardware, technology, energy, objective }: Omit<StreamOptions, "prefetch"> & { readonly hardware: Hardware },
): number {
  const charged = chargedCounters(counters, mapping, hardware, technology);
  const run = { cycles, energy: energy === null ? {} : gemmEnergy(charged, cycles, energy).parts };
  return objective === "edp" ? cycles * valueOf(run, "carbon") : valueOf(run, objective);
}
