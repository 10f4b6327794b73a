import { footprintOf } from "../evaluate/index.ts";
import type { DecoderModel } from "../spec/model.ts";
import { NO_HOST, type HostTimes } from "../spec/runtime.ts";
import { memoryCapacity } from "../spec/memory.ts";
import type { SpecSet } from "../spec/settings.ts";
import { clear, createDevices, NO_ATTENTION, type Step } from "./devices.ts";
import { dividedModel, stageOf } from "./divide.ts";
import { createMembers, partsOf, roomOfParts } from "./members.ts";
import type { Passes } from "./pieces.ts";
import { speculativeStep } from "./speculation.ts";
import type { Cost } from "./tables.ts";
import type { Members, Parallel, ServerSettings } from "./types.ts";

export type { Step } from "./devices.ts";

/**
 * One batch that goes round on the devices of a replica, step after step. Without a pipeline it is all that a replica runs; of p stages a
 * replica runs p batches, each with its part of sequences, pages and requests.
 */
export interface Server {
  readonly maxSequences: number;
  readonly chunk: number;
  readonly page: number;
  /** Tokens whose keys and values its devices hold. */
  readonly kvTokens: number;
  /** Bytes of them and of one token, all devices together. */
  readonly kvTokenBytes: number;
  /** Batches of a replica. */
  readonly batches: number;
  /** s, host included, and J above idle of all devices of the replica. */
  step(into: Cost, step: Step): void;
  /** The same without prompts. */
  decode(into: Cost, sequences: number, context: number): void;
  /** Attention of a chunk on one device. */
  chunkAttention(into: Cost, tokens: number, past: number): void;
  /** s by what a step waits for: device by what bounds it, link, host. */
  explain(sequences: number, context: number): ReadonlyMap<string, number>;
  readonly passes: Passes;
}

/** A server that cannot be. */
export interface NoServer {
  readonly reason: string;
}

export interface ServerParts {
  readonly specs: SpecSet & { readonly model: DecoderModel };
  readonly settings: ServerSettings;
  readonly parallel: Parallel;
  /** Devices that differ; null: they are alike. */
  readonly members: Members | null;
}

/** @throws PassRefused where an operator has no mapping on the device */
export function createServer({ specs, settings, parallel, members }: ServerParts): Server | NoServer {
  const { model } = specs;
  const { speculative } = settings;
  const parts = members === null ? null : partsOf(specs, members);
  const { hardware } = parts === null ? specs : parts[0]!.specs;
  const stages = members?.split === "layers" ? members.members.length : 1;
  const batches = members === null ? parallel.pipeline : Math.min(stages, settings.maxSequences);
  const room =
    parts === null || members === null
      ? kvRoom({ specs, settings, parallel })
      : roomOfParts(parts, { tokens: chunkTokens(settings), memory: settings.memory, batches });
  if ("reason" in room) return room;
  const target =
    parts === null || members === null
      ? createDevices(specs, model, parallel)
      : createMembers(specs, members, { parts, batches });
  const draft = speculative === null ? null : createDevices(specs, speculative.draft, parallel);
  const host = hardware.runtime?.host ?? NO_HOST;
  const hosted = (device: number, of: Step): number => withHost(device, of.sequences, of.ended, host);
  const plain = (into: Cost, of: Step): void => {
    target.step(into, of);
    into.seconds = hosted(into.seconds, of);
  };
  const step =
    draft === null || speculative === null
      ? plain
      : speculativeStep({ target, draft, hosted, speculation: speculative });
  return {
    maxSequences: Math.max(1, Math.floor(settings.maxSequences / batches)),
    chunk: settings.chunk,
    page: settings.kvPage,
    ...{ kvTokens: room.tokens, kvTokenBytes: room.tokenBytes, batches },
    ...{ passes: target.passes, step },
    decode: (into, sequences, context) =>
      step(into, { sequences, context, tokens: 0, attention: NO_ATTENTION, ended: 0 }),
    chunkAttention: (into, tokens, past) => {
      clear(into);
      target.addChunk(into, tokens, past);
      draft?.addChunk(into, tokens, past);
    },
    explain: (sequences, context) => {
      const parts = target.explain(sequences, context);
      const device = [...parts.values()].reduce((sum, seconds) => sum + seconds, 0);
      const waiting = withHost(device, sequences, 0, host) - device;
      return waiting > 0 ? parts.set("host", waiting) : parts;
    },
  };
}

/**
 * A step with its host:
 *
 *   overlap    perStep + max(device, perSequence · n + perPrefill · ended)
 *   else       perStep + device + perSequence · n + perPrefill · ended
 *   at least   (n + ended) / tokensPerSecond and ended / requestsPerSecond, which the front end takes beside it
 */
export function withHost(device: number, sequences: number, ended: number, host: HostTimes): number {
  const own = host.perSequence * sequences + host.perPrefill * ended;
  const step = host.perStep + (host.overlap ? Math.max(device, own) : device + own);
  return Math.max(step, (sequences + ended) / host.tokensPerSecond, ended / host.requestsPerSecond);
}

interface Held {
  readonly weights: number;
  readonly activations: number;
  readonly perToken: number;
}

/** Bytes that a device holds of a model. */
function heldOf({ specs, settings, parallel }: Omit<ServerParts, "members">, model: DecoderModel): Held {
  const { hardware, deployment, schedule } = specs;
  const stage = stageOf(dividedModel(model, parallel), parallel.pipeline);
  const tokens = chunkTokens(settings);
  const { needed, kvPerToken_B } = footprintOf({
    ...{ hardware, schedule, deployment: { ...deployment, batch: 1 } },
    model: { ...stage, contextTokens: 0, generatedTokens: 0, text: { ...stage.text, tokens } },
  });
  const perToken = kvPerToken_B > 0 ? needed.kvCache / tokens : 0;
  return { weights: needed.weights, activations: needed.activations, perToken };
}

/** Bytes that a token of a prompt leaves in the caches of a whole model and its draft, as long as a chunk. */
export function bytesOfToken(specs: ServerParts["specs"], settings: ServerSettings): number {
  const parallel = { tensor: 1, pipeline: 1, expert: 1, data: 1 };
  return modelsOf(specs, settings).reduce(
    (sum, model) => sum + heldOf({ specs, settings, parallel }, model).perToken,
    0,
  );
}

const modelsOf = ({ model }: ServerParts["specs"], { speculative }: ServerSettings): readonly DecoderModel[] =>
  speculative === null ? [model] : [model, speculative.draft];

/** Tokens of a prompt that activations are kept for where prompts are not cut. */
const UNCUT_TOKENS = 8192;

/** Tokens of a step at most that activations are kept for. */
const chunkTokens = ({ chunk }: ServerSettings): number =>
  Math.min(Number.isFinite(chunk) ? chunk : UNCUT_TOKENS, 65_536);

/** Tokens that fit beside weights and activations on every device, for one of the batches. */
function kvRoom(
  parts: Omit<ServerParts, "members">,
): { readonly tokens: number; readonly tokenBytes: number } | NoServer {
  const { specs, settings, parallel } = parts;
  const all = modelsOf(specs, settings).map((model) => heldOf(parts, model));
  const capacity = memoryCapacity(specs.hardware) * settings.memory;
  const sum = (of: (held: Held) => number): number => all.reduce((total, held) => total + of(held), 0);
  const [weights, perToken] = [sum((held) => held.weights), sum((held) => held.perToken)];
  const activations = all.reduce((most, held) => Math.max(most, held.activations), 0);
  const free = capacity - weights - activations;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  if (free <= 0)
    return {
      reason: `weights (${gigabytes(weights)}) and activations (${gigabytes(activations)}) of a device do not fit the ${gigabytes(capacity)} that the server fills (server.memory)`,
    };
  const held = perToken === 0 ? Infinity : Math.floor((free / perToken) * parallel.expert) / parallel.pipeline;
  return { tokens: Math.floor(held), tokenBytes: perToken * parallel.tensor * parallel.pipeline };
}
