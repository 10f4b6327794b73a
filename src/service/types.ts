import type { Hardware } from "../spec/hardware.ts";
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
  /** Devices that prompts are worked on; null: those that decode. */
  readonly prefill: PrefillSettings | null;
  readonly speculative: Speculation | null;
  /** Leading tokens that requests may share, and the share of requests that find them computed. */
  readonly prefix: { readonly tokens: number; readonly hitRate: number } | null;
}

/** What joins devices that may differ, as one of them sees it. */
export interface Wire {
  /** B/s in one direction, what is kept of it. */
  readonly bandwidth: number;
  /** s of a message. */
  readonly latency: number;
  /** pJ for each byte. */
  readonly energy: number;
}

/** Devices of a replica that work on its prompts alone. */
export interface PrefillSettings {
  /** null: as those that decode. */
  readonly hardware: Hardware | null;
  readonly devices: number;
  /** Devices that share every layer: so many work on one prompt. */
  readonly tensor: number;
  /** To those that decode; null: the slower of the links of both. */
  readonly link: Wire | null;
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

/** Devices that differ, each with a part of the model. */
export interface Members {
  /** layers: one behind the other; width: narrower models side by side, joined before the head. */
  readonly split: "layers" | "width";
  /** hardware null: that of the service. share: layers, or of the width, (0, 1]. */
  readonly members: readonly { readonly hardware: Hardware | null; readonly share: number }[];
  readonly link: Wire;
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
  /** Devices of a replica that differ; null: they are alike. */
  readonly members: Members | null;
  /** Score by length of the answer, linear between lengths; null: not asked for. */
  readonly quality: { readonly outputTokens: readonly number[]; readonly score: readonly number[] } | null;
  readonly network: { readonly energy: number; readonly bytesPerToken: number } | null;
}

/** Devices that decode. */
export const decodingDevices = ({ tensor, pipeline, expert }: Parallel): number => tensor * pipeline * expert;

export const devicesOfReplica = ({
  parallel,
  server,
  members,
}: {
  readonly parallel: Parallel;
  readonly server: Pick<ServerSettings, "prefill">;
  readonly members: Members | null;
}): number => (members?.members.length ?? decodingDevices(parallel)) + (server.prefill?.devices ?? 0);
