import type { Hardware } from "../spec/hardware.ts";
import {
  hardwareKey,
  problemKey,
  simulateGemms,
  type EnergyCoefficients,
  type GemmProblem,
  type GemmResult,
} from "../sim/index.ts";
import type { Design } from "./types.ts";

/** Results kept per thread: a few kilobytes each. The whole cache is dropped when it is full; nothing depends on it. */
const MOST_ENTRIES = 20_000;
const cache = new Map<string, GemmResult>();
const hardwareKeys = new WeakMap<Hardware, string>();

/** Hardware is frozen: its key is made once. */
function knownKey(hardware: Hardware): string {
  const known = hardwareKeys.get(hardware) ?? hardwareKey(hardware);
  hardwareKeys.set(hardware, known);
  return known;
}

/**
 * Simulates each GEMM once per distinct content (shape, residency, the hardware fields that it depends on,
 * energies, mapper settings), within a call and across calls of one thread. Results in the order of the problems.
 */
export function simulateDistinct(
  hardware: Hardware,
  problems: readonly GemmProblem[],
  energy: EnergyCoefficients | null,
  mapper: Design["mapper"],
): readonly GemmResult[] {
  const options = { ...mapper, objective: energy === null ? "latency" : mapper.objective } as const;
  const context = `${knownKey(hardware)}|${JSON.stringify([energy, options])}|`;
  const keys = problems.map((problem) => context + problemKey(problem));
  const missing = new Map<string, GemmProblem>();
  keys.forEach((key, i) => {
    if (!cache.has(key)) missing.set(key, problems[i]!);
  });
  if (missing.size > 0) {
    if (cache.size + missing.size > MOST_ENTRIES && cache.size > 0) {
      cache.clear();
      return simulateDistinct(hardware, problems, energy, mapper);
    }
    const results = simulateGemms(hardware, [...missing.values()], { ...options, energy });
    [...missing.keys()].forEach((key, i) => cache.set(key, results[i]!));
  }
  return keys.map((key) => cache.get(key)!);
}

/** Forgets every result: benches measure with an empty cache. */
export function clearGemmCache(): void {
  cache.clear();
}
