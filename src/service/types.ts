import type { DecoderModel } from "../spec/model.ts";

/** A law of lengths in tokens: its mean, standard deviation over mean, and where it comes from a trace the lengths themselves. */
export interface Lengths {
  readonly mean: number;
  readonly cv: number;
  /** null: a number (cv 0), or lognormal. */
  readonly drawnFrom: Int32Array | null;
}

/** Requests whose times of arrival, and perhaps lengths, are given; in order of arrival. */
export interface Trace {
  /** s from the first. */
  readonly arrivals: Float64Array;
  readonly prompts: Int32Array;
  readonly outputs: Int32Array;
}

export type Arrival =
  | { readonly kind: "concurrency"; readonly concurrency: number }
  | { readonly kind: "rate"; readonly rate: number; readonly process: "poisson" | "constant" }
  | { readonly kind: "trace"; readonly trace: Trace };

/** Limits that requests must keep, s; of the mean where percentile is null. */
export interface ServiceLevel {
  readonly ttft: number | null;
  readonly tpot: number | null;
  readonly latency: number | null;
  readonly percentile: number | null;
}

export interface ServerSettings {
  readonly maxSequences: number;
  /** Most tokens of one step; Infinity: prompts are not cut. */
  readonly chunk: number;
  /** Tokens of one page of the KV cache. */
  readonly kvPage: number;
  /** Share of the device's memory that the server may fill. */
  readonly memory: number;
  /** Leading tokens that requests may share, and the share of requests that find them computed. */
  readonly speculative: Speculation | null;
  readonly prefix: { readonly tokens: number; readonly hitRate: number } | null;
}

/** A draft model on the same devices that proposes tokens for a step. */
export interface Speculation {
  readonly draft: DecoderModel;
  readonly tokens: number;
  /** Chance that a proposed token is taken where all before it were. */
  readonly acceptance: number;
}

export interface Parallel {
  readonly tensor: number;
  readonly pipeline: number;
  readonly expert: number;
  readonly data: number;
}

/** SERVICE.yaml, read and checked. */
export interface ServiceSpec {
  readonly name: string;
  readonly prompt: Lengths;
  readonly output: Lengths;
  /** Whether prompt and output are drawn together, from rows of one trace. */
  readonly isPaired: boolean;
  readonly arrival: Arrival;
  readonly level: ServiceLevel | null;
  readonly server: ServerSettings;
  readonly parallel: Parallel;
  /** Score by length of the answer, linear between lengths; null: not asked for. */
  readonly quality: { readonly outputTokens: readonly number[]; readonly score: readonly number[] } | null;
  readonly network: { readonly energy: number; readonly bytesPerToken: number } | null;
}

export const devicesOfReplica = ({ tensor, pipeline, expert }: Parallel): number => tensor * pipeline * expert;
