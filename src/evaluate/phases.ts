import { cacheWritesOf } from "../workload/index.ts";
import type { Evaluation } from "./types.ts";

/** Time and key-value traffic of one phase of a decoder, all sequences of the batch together. */
export interface PhaseSummary {
  readonly phase: "prefill" | "decode";
  /** s, launches and the host included. */
  readonly latency: number;
  /** Runs of the whole stack: 1 prefill, or the decode steps. */
  readonly steps: number;
  /** Bytes of keys and values that scores and context read from DRAM, and that QKV projections leave in the cache. */
  readonly kvReadBytes: number;
  readonly kvWriteBytes: number;
}

/** The phases of a model with a decoder, in order; empty for other models. */
export function summarisePhases(evaluation: Evaluation): readonly PhaseSummary[] {
  const { operators, design } = evaluation;
  const { model, hardware, deployment } = design;
  const writes = cacheWritesOf(model);
  if (writes === null) return [];
  const perToken = evaluation.kvPerToken_B;
  return (["prefill", "decode"] as const).flatMap((phase) => {
    const own = operators.filter((each) => each.phase === phase);
    if (own.length === 0) return [];
    const steps = phase === "prefill" ? 1 : writes.decodeTokens;
    const cycles = own.reduce(
      (sum, each) => sum + each.count * (each.cycles + each.launchCycles),
      evaluation.hostCycles[phase],
    );
    const kvReadBytes = own.reduce((sum, { kind, gemm, count }) => {
      const isRead = gemm?.kind === "mapped" && (kind === "scores" || kind === "context");
      return isRead ? sum + count * gemm.counters.dram.reads.weight : sum;
    }, 0);
    const tokens = deployment.batch * (phase === "prefill" ? writes.prefillTokens : writes.decodeTokens);
    return [{ phase, latency: cycles / hardware.clock, steps, kvReadBytes, kvWriteBytes: tokens * perToken }];
  });
}
