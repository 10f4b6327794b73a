import type { GemmCounters, PerOperand } from "../sim/index.ts";
import { portsOf } from "../spec/die-links.ts";
import type { Hardware } from "../spec/hardware.ts";
import type { Operator } from "../workload/index.ts";
import { machineOf } from "./machine.ts";
import { isSamePlace } from "./neighbours.ts";
import { cyclesOf } from "./ports.ts";
import type { Costing } from "./run-operator.ts";
import type { OperatorEvaluation } from "./types.ts";
import { joulesOf } from "../units/index.ts";

/**
 * Bytes of weights that can come into the global buffer while the operator before runs; 0 where the next operator has none,
 * or does not follow each run of the one before.
 */
export function prefetchBetween(before: Operator, next: Operator, hardware: Hardware): number {
  const { dram } = hardware;
  if (next.type !== "gemm" || !next.weightsAreParameters || dram === null || !isSamePlace(before, next)) return 0;
  return Math.ceil((next.k * next.n * machineOf(next, hardware).hardware.precision.weight) / 8);
}

/** Bytes of each operand that came ahead. */
export interface FetchedBytes {
  readonly input: number;
  readonly weight: number;
}

/** Counters with operands that came ahead: read from DRAM and written into the global buffer once. */
export function withFetched(counters: GemmCounters, { input, weight }: FetchedBytes): GemmCounters {
  if (input === 0 && weight === 0) return counters;
  const { dram, global } = counters;
  const more = (operands: PerOperand): PerOperand => ({
    ...operands,
    input: operands.input + input,
    weight: operands.weight + weight,
  });
  return {
    ...counters,
    dram: { ...dram, reads: more(dram.reads) },
    global: { ...global, writes: more(global.writes) },
  };
}

/**
 * How much longer than its own `cycles` work takes during which DRAM also brings what comes next:
 *
 *   busy = all its bytes and those that come over DRAM's port, reads alone where writes have a port of their own
 *   wait = max(0, busy + latency of DRAM − cycles)
 *
 * Own transfers come first, so that they are as long as without. Unit: cycles. Limit of validity: a transfer that does not fill
 * its last cycle counts as the bytes it has, so that `busy` may be short by a cycle a transfer.
 */
export function prefetchWait(
  hardware: Hardware,
  { read, written }: { readonly read: number; readonly written: number },
  cycles: number,
): number {
  const { dram: port } = portsOf(hardware);
  if (port === null) return 0;
  return Math.max(0, cyclesOf(port, read, port.shared ? written : 0) + port.latency - cycles);
}

/**
 * A slot that fetches `bytes` for the next one: they take the cycles in which its own transfers (without what was fetched for it
 * before) leave the DRAM port idle. Where these do not suffice the next slot waits, which counts as cycles of its last part.
 */
export function withPrefetch(
  evaluations: readonly OperatorEvaluation[],
  bytes: number,
  { hardware, coefficients }: Costing,
): readonly OperatorEvaluation[] {
  const last = evaluations.at(-1);
  if (bytes === 0 || last === undefined) return evaluations;
  const cycles = evaluations.reduce((sum, each) => sum + each.cycles, 0);
  const own = evaluations.reduce((sum, { traffic, prefetchedBytes }) => sum + traffic.dram.read - prefetchedBytes, 0);
  const written = evaluations.reduce((sum, { traffic }) => sum + traffic.dram.written, 0);
  const wait = prefetchWait(hardware, { read: own + bytes, written }, cycles);
  if (wait === 0) return evaluations;
  const energy =
    coefficients === null
      ? last.energy
      : { ...last.energy, static: (last.energy.static ?? 0) + joulesOf(wait * coefficients.activePerCycle) };
  const bound_by = wait > last.cycles ? "dram" : last.bound_by;
  return [...evaluations.slice(0, -1), { ...last, cycles: last.cycles + wait, waitCycles: wait, energy, bound_by }];
}
