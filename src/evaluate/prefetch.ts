import type { Hardware } from "../spec/hardware.ts";
import type { Operator } from "../workload/index.ts";
import { isSamePlace } from "./neighbours.ts";
import { cyclesOf } from "./ports.ts";
import type { Costing } from "./run-operator.ts";
import type { OperatorEvaluation } from "./types.ts";

/**
 * Bytes of weights that can come into the global buffer while the operator before runs; 0 where the next operator has none,
 * or does not follow each run of the one before.
 */
export function prefetchBetween(before: Operator, next: Operator, { precision, dram }: Hardware): number {
  if (next.type !== "gemm" || !next.weightsAreParameters || dram === null || !isSamePlace(before, next)) return 0;
  return Math.ceil((next.k * next.n * precision.weight) / 8);
}

/**
 * A slot that fetches `bytes` for the next one: they take the cycles in which its own transfers leave the DRAM port idle, and
 * where these do not suffice the next slot waits:
 *
 *   busy  = its own bytes over DRAM's port, reads alone where writes have a port of their own (bytes fetched for it before left out)
 *   fetch = bytes / read bandwidth + latency of DRAM
 *   wait  = max(0, busy + fetch − cycles),  added to the cycles of its last part
 *
 * Own transfers come first, so that they are as long as without. Unit: cycles. Limit of validity: a transfer that does not fill
 * its last cycle counts as the bytes it has, so that `busy` may be short by a cycle a transfer.
 */
export function withPrefetch(
  evaluations: readonly OperatorEvaluation[],
  bytes: number,
  { hardware, coefficients }: Costing,
): readonly OperatorEvaluation[] {
  const { dram } = hardware;
  const last = evaluations.at(-1);
  if (bytes === 0 || dram === null || last === undefined) return evaluations;
  const cycles = evaluations.reduce((sum, each) => sum + each.cycles, 0);
  const own = evaluations.reduce((sum, { traffic, prefetchedBytes }) => sum + traffic.dram.read - prefetchedBytes, 0);
  const written = dram.port.shared ? evaluations.reduce((sum, { traffic }) => sum + traffic.dram.written, 0) : 0;
  const wait = Math.max(0, cyclesOf(dram.port, own + bytes, written) + dram.port.latency - cycles);
  if (wait === 0) return evaluations;
  const energy =
    coefficients === null
      ? last.energy
      : { ...last.energy, static: (last.energy.static ?? 0) + (wait * coefficients.activePerCycle) / 1e12 };
  const bound_by = wait > last.cycles ? "dram" : last.bound_by;
  return [...evaluations.slice(0, -1), { ...last, cycles: last.cycles + wait, waitCycles: wait, energy, bound_by }];
}
