import type { BatchLaw } from "./batch-law.ts";
import { decodeOf, eachChunk, mean, roomOf, stepOf } from "./prompts.ts";

/** Steady state of one batch. */
export interface Steady {
  /** s, means over requests. */
  readonly ttft: number;
  readonly tpot: number;
  readonly latency: number;
  readonly requestsPerSecond: number;
  /** Decoding sequences, in the mean over time. */
  readonly batch: number;
  /** Share of the time in which steps run. */
  readonly utilisation: number;
  /** J above idle of a request, all devices: its part of decoding, and its prompt. */
  readonly decodeJoules: number;
  readonly promptJoules: number;
  /** Shares of the time: what decoding alone would take, and nothing. */
  readonly decodeShare: number;
  readonly idleShare: number;
  /** Share of the time in which devices of their own work on prompts, and tokens of a request that leave them; 0: they have none. */
  readonly prefillShare: number;
  readonly movedTokens: number;
}

/** J above idle that a prompt adds to the steps of n decoding sequences. */
export function marginalPrompt({ server, load, context }: BatchLaw, sequences: number): number {
  const room = roomOf(server, sequences);
  const before = sequences > 0 ? decodeOf(server, sequences, context).joules : 0;
  const attention = { seconds: 0, joules: 0 };
  return mean(load.prompts, (slice) => {
    let joules = 0;
    eachChunk(slice, room, (tokens, past, isLast) => {
      server.chunkAttention(attention, tokens, past);
      joules += stepOf(server, { sequences, context, tokens, attention, ended: isLast ? 1 : 0 }).joules - before;
    });
    return Math.max(0, joules);
  });
}
