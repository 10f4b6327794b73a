import type { Hardware } from "../spec/hardware.ts";
import { simulateGemms, type EnergyCoefficients, type GemmProblem, type GemmResult } from "../sim/index.ts";
import type { Design } from "./types.ts";

/** Results kept per thread: a few kilobytes each. The whole cache is dropped when it is full; nothing depends on it. */
const MOST_ENTRIES = 20_000;
const cache = new Map<string, GemmResult>();
const hardwareKeys = new WeakMap<Hardware, string>();

/** Everything of a hardware that a GEMM's result depends on. */
function hardwareKey(hardware: Hardware): string {
  const known = hardwareKeys.get(hardware);
  if (known !== undefined) return known;
  const { cores, arraysPerCore, multicast, precision, array, localBuffer, globalBuffer } = hardware;
  const dram = hardware.dram === null ? null : { ...hardware.dram, capacity: 0, type: null };
  const key = JSON.stringify(
    [cores, arraysPerCore, multicast, precision, array, localBuffer, globalBuffer, dram],
    (_, value: unknown) => (value === Infinity ? "unlimited" : value),
  );
  hardwareKeys.set(hardware, key);
  return key;
}

function problemKey({ batch, m, n, k, sharedB, resident, reservedBytes = 0 }: GemmProblem): string {
  const shape = sharedB ? `1,${batch * m},${n},${k}` : `${batch},${m},${n},${k}`;
  if (resident === undefined && reservedBytes === 0) return shape;
  const { input = false, weight = false, output = false } = resident ?? {};
  return `${shape},${input ? "i" : ""}${weight ? "w" : ""}${output ? "o" : ""},${reservedBytes}`;
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
  const objective = energy === null ? "latency" : mapper.objective;
  const context = `${hardwareKey(hardware)}|${JSON.stringify(energy)}|${objective}|${mapper.effort}|`;
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
    const results = simulateGemms(hardware, [...missing.values()], { objective, effort: mapper.effort, energy });
    [...missing.keys()].forEach((key, i) => cache.set(key, results[i]!));
  }
  return keys.map((key) => cache.get(key)!);
}

/** Forgets every result: benches measure with an empty cache. */
export function clearGemmCache(): void {
  cache.clear();
}
