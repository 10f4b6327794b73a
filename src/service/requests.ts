import { exp, log, square } from "../math/index.ts";
import { createRandom, type Random } from "../random/index.ts";
import type { Lengths, ServiceSpec } from "./types.ts";

/** Requests of one batch, in order of arrival. */
export interface Requests {
  readonly count: number;
  /** s; of a closed loop filled in as requests end. */
  readonly arrivals: Float64Array;
  /** Tokens of the prompt, of them those that are found in the cache, and tokens of the answer. */
  readonly prompts: Int32Array;
  readonly cached: Int32Array;
  readonly outputs: Int32Array;
  /** Requests in flight; 0: they come at their times. */
  readonly concurrency: number;
}

/** A normal number by the polar method of Marsaglia: logarithm and root alone. */
function normal(random: Random): number {
  for (;;) {
    const [u, v] = [2 * random.float() - 1, 2 * random.float() - 1];
    const s = square(u) + square(v);
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * log(s)) / s);
  }
}

function drawer({ mean, cv, drawnFrom }: Lengths): (random: Random) => number {
  if (cv === 0) return () => Math.max(1, Math.round(mean));
  if (drawnFrom !== null) return (random) => drawnFrom[random.below(drawnFrom.length)]!;
  const variance = log(1 + square(cv));
  const [sigma, middle] = [Math.sqrt(variance), log(mean) - variance / 2];
  return (random) => Math.max(1, Math.round(exp(middle + sigma * normal(random))));
}

/**
 * Requests of a service as one of its batches sees them: equal seed and stream, equal requests.
 *
 * @param count  how many are drawn; of a trace all that it has, every `of`-th from `index` on
 */
export function drawRequests(
  spec: Pick<ServiceSpec, "prompt" | "output" | "isPaired" | "arrival"> & {
    readonly server: Pick<ServiceSpec["server"], "prefix">;
  },
  { seed, count, rate, concurrency, index, of }: DrawOptions,
): Requests {
  const random = createRandom(seed, index);
  const { arrival } = spec;
  const trace = arrival.kind === "trace" ? arrival.trace : null;
  const total = trace === null ? count : Math.max(0, Math.ceil((trace.arrivals.length - index) / of));
  const requests = {
    ...{ count: total, concurrency: concurrency ?? 0, arrivals: new Float64Array(total) },
    ...{ prompts: new Int32Array(total), cached: new Int32Array(total), outputs: new Int32Array(total) },
  };
  const [prompt, output] = [drawer(spec.prompt), drawer(spec.output)];
  const rows = spec.isPaired && spec.prompt.drawnFrom !== null ? spec.prompt.drawnFrom.length : 0;
  const { prefix } = spec.server;
  let time = 0;
  for (let i = 0; i < total; i += 1) {
    const place = i * of + index;
    if (trace !== null) requests.arrivals[i] = trace.arrivals[place]!;
    else if (rate !== null) {
      time += arrival.kind === "rate" && arrival.process === "constant" ? 1 / rate : -log(1 - random.float()) / rate;
      requests.arrivals[i] = time;
    }
    const row = rows > 0 && trace === null ? random.below(rows) : -1;
    requests.prompts[i] = lengthAt(trace?.prompts, place, spec.prompt, row) ?? prompt(random);
    requests.outputs[i] = lengthAt(trace?.outputs, place, spec.output, row) ?? output(random);
    if (prefix !== null && random.float() < prefix.hitRate)
      requests.cached[i] = Math.min(prefix.tokens, requests.prompts[i]! - 1);
  }
  return requests;
}

export interface DrawOptions {
  readonly seed: number;
  readonly count: number;
  /** Of this batch, 1/s; null: they come as others end, or by a trace. */
  readonly rate: number | null;
  readonly concurrency: number | null;
  /** Which of the batches, and how many there are. */
  readonly index: number;
  readonly of: number;
}

function lengthAt(ofTrace: Int32Array | undefined, place: number, lengths: Lengths, row: number): number | undefined {
  if (ofTrace !== undefined && ofTrace.length > 0) return ofTrace[place];
  return row >= 0 ? lengths.drawnFrom?.[row] : undefined;
}
