import type { Hardware } from "../spec/hardware.ts";
import {
  hardwareKey,
  problemKey,
  simulateGemms,
  type EnergyCoefficients,
  type GemmProblem,
  type GemmResult,
} from "../sim/portable.ts";
import type { Design } from "./types.ts";

/** Results kept per thread: a few kilobytes each. The whole cache is dropped when it is full; nothing depends on it. */
const MOST_ENTRIES = 20_000;
const cache = new Map<string, GemmResult>();
const hardwareKeys = new WeakMap<Hardware, string>();
const energyKeys = new WeakMap<EnergyCoefficients, string>();
/** A short name for what products of one chip, its energies and the mapper's settings have in common. */
const contexts = new Map<string, number>();

/** What is frozen has its key made once. */
function known<Key extends object>(keys: WeakMap<Key, string>, of: Key, make: (of: Key) => string): string {
  const before = keys.get(of);
  if (before !== undefined) return before;
  const made = make(of);
  keys.set(of, made);
  return made;
}

function contextOf(
  hardware: Hardware,
  energy: EnergyCoefficients | null,
  { objective, effort }: Design["mapper"],
): number {
  const prices = energy === null ? "null" : known(energyKeys, energy, JSON.stringify);
  const key = `${known(hardwareKeys, hardware, hardwareKey)}|${prices}|${objective}|${effort}`;
  const before = contexts.get(key);
  if (before !== undefined) return before;
  contexts.set(key, contexts.size);
  return contexts.size - 1;
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
  const context = contextOf(hardware, energy, options);
  const keys = problems.map((problem) => `${context}|${problemKey(problem)}`);
  const missing = new Map<string, GemmProblem>();
  keys.forEach((key, i) => {
    if (!cache.has(key)) missing.set(key, problems[i]!);
  });
  if (missing.size > 0) {
    if (cache.size + missing.size > MOST_ENTRIES && cache.size > 0) {
      clearGemmCache();
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
  contexts.clear();
}
