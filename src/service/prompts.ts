import type { Server, Step } from "./server.ts";
import type { Cost } from "./tables.ts";

/** Prompts of one kind: tokens to compute on top of `past` ones in the cache, and their share of all prompts. */
export interface PromptSlice {
  readonly weight: number;
  readonly tokens: number;
  readonly past: number;
}

/** Fewest tokens of prompts in a step, however many sequences decode. */
export const LEAST_ROOM = 16;

/** Tokens of prompts that fit into a step beside `sequences` decoding ones. */
export const roomOf = (server: Pick<Server, "chunk">, sequences: number): number =>
  Math.max(LEAST_ROOM, server.chunk - sequences);

/** Mean over the slices. */
export function mean(slices: readonly PromptSlice[], of: (slice: PromptSlice) => number): number {
  let sum = 0;
  for (const slice of slices) sum += slice.weight * of(slice);
  return sum;
}

/** Calls for each chunk of a prompt: its tokens, what is in the cache before it, and whether it is the last. */
export function eachChunk(
  { tokens, past }: PromptSlice,
  room: number,
  visit: (tokens: number, past: number, isLast: boolean) => void,
): void {
  let [left, before] = [tokens, past];
  while (left > 0.5) {
    const own = Math.min(left, room);
    left -= own;
    visit(own, before, left <= 0.5);
    before += own;
  }
}

/** What attention of all chunks of a prompt takes on one device. */
export function attentionOf(server: Server, slice: PromptSlice, room: number): Cost {
  const sum: Cost = { seconds: 0, joules: 0 };
  const one: Cost = { seconds: 0, joules: 0 };
  eachChunk(slice, room, (tokens, past) => {
    server.chunkAttention(one, tokens, past);
    sum.seconds += one.seconds;
    sum.joules += one.joules;
  });
  return sum;
}

/** The mean of it over the slices. */
export function meanAttention(server: Server, slices: readonly PromptSlice[], room: number): Cost {
  const all = slices.map((slice) => ({ slice, cost: attentionOf(server, slice, room) }));
  return {
    seconds: all.reduce((sum, { slice, cost }) => sum + slice.weight * cost.seconds, 0),
    joules: all.reduce((sum, { slice, cost }) => sum + slice.weight * cost.joules, 0),
  };
}

export const times = ({ seconds, joules }: Cost, by: number): Cost => ({ seconds: seconds * by, joules: joules * by });

/** s and J of a step, as a new record. */
export function stepOf(server: Server, step: Step): Cost {
  const cost: Cost = { seconds: 0, joules: 0 };
  server.step(cost, step);
  return cost;
}

export function decodeOf(server: Server, sequences: number, context: number): Cost {
  const cost: Cost = { seconds: 0, joules: 0 };
  server.decode(cost, sequences, context);
  return cost;
}
