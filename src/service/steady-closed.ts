import type { BatchLaw } from "./batch-law.ts";
import { decodeOf, meanAttention, roomOf, stepOf, times } from "./prompts.ts";
import { marginalPrompt, type Steady } from "./steady-energy.ts";

const TURNS = 300;

/**
 * Steady state with c requests in flight, a new one where one ends:
 *
 *   q = N/(o − 1) prompts start a step      f = min(1, q · chunks of a prompt) of the steps have some
 *   s = (1 − f) · decode(N) + f · mixed(N)      TTFT = s/2 + own steps      N = c · (o − 1) s / (TTFT + (o − 1) s)
 *
 * N is at most what runs at once, and what full chunks keep up with; then the others wait, and TTFT follows from Little's law.
 * Checked against the events: test/property/service/agreement.test.ts.
 */
export function steadyClosed(law: BatchLaw, concurrency: number): Steady {
  const { load, steps, most } = law;
  const chunk = Math.min(law.server.chunk, 1e9);
  const full = (chunk * steps) / (load.computed + steps);
  const limit = Math.min(most, full);
  let batch = Math.min(concurrency, limit);
  let at = mixOf(law, batch);
  for (let i = 0; i < TURNS; i += 1) {
    at = mixOf(law, batch);
    const decoding = steps * at.seconds;
    const next = Math.min(limit, (concurrency * decoding) / (at.ttft + decoding));
    const isDone = Math.abs(next - batch) < 1e-6;
    batch = isDone ? next : (batch + next) / 2;
    if (isDone) break;
  }
  const rate = batch / (steps * at.seconds);
  const ttft = Math.max(at.ttft, concurrency / rate - steps * at.seconds);
  const decode = decodeOf(law.server, batch, law.context);
  return {
    ...{ ttft, tpot: at.seconds, latency: ttft + steps * at.seconds, requestsPerSecond: rate, batch },
    utilisation: 1,
    decodeJoules: decode.joules / at.seconds / rate,
    promptJoules: marginalPrompt(law, batch),
    decodeShare: Math.min(1, decode.seconds / at.seconds),
    idleShare: 0,
    ...{ prefillShare: 0, movedTokens: 0 },
  };
}

/** Mean step of N sequences, and the first token of a request that comes within one. */
function mixOf(
  { server, load, steps, context }: BatchLaw,
  batch: number,
): { readonly seconds: number; readonly ttft: number } {
  const room = roomOf(server, batch);
  const started = batch / steps;
  const chunks = Math.max(1, load.computed / room);
  const share = Math.min(1, started * chunks);
  const inMixed = started / share;
  const attention = times(meanAttention(server, load.prompts, room), inMixed);
  const pure = decodeOf(server, batch, context).seconds;
  const mixed = stepOf(server, {
    ...{ sequences: batch, context, tokens: inMixed * load.computed, ended: inMixed },
    attention,
  }).seconds;
  const seconds = (1 - share) * pure + share * mixed;
  return { seconds, ttft: seconds / 2 + chunks * mixed };
}
