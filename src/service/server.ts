import { footprintOf } from "../evaluate/index.ts";
import type { DecoderModel } from "../spec/model.ts";
import type { Link } from "../spec/link.ts";
import { NO_HOST, type HostTimes } from "../spec/runtime.ts";
import { memoryCapacity } from "../spec/memory.ts";
import type { SpecSet } from "../spec/settings.ts";
import { joulesOf } from "../units/index.ts";
import { collectiveBytes, collectiveSeconds, messageSeconds } from "./collectives.ts";
import { allReducesOf, dividedModel, routedLayers, stageOf } from "./divide.ts";
import { createPasses, type Passes } from "./pieces.ts";
import { createTables, type Cost } from "./tables.ts";
import { devicesOfReplica, type Parallel, type ServerSettings } from "./types.ts";

/** What a step works on. */
export interface Step {
  /** Decoding sequences, and their mean context. */
  readonly sequences: number;
  readonly context: number;
  /** Tokens of prompts, what their attention takes (of one device), and how many prompts end. */
  readonly tokens: number;
  readonly attention: Cost;
  readonly ended: number;
}

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
  /** Batches of a replica, and devices that it has. */
  readonly batches: number;
  readonly devices: number;
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
}

const NO_ATTENTION: Cost = Object.freeze({ seconds: 0, joules: 0 });

/** @throws PassRefused where an operator has no mapping on the device */
export function createServer({ specs, settings, parallel }: ServerParts): Server | NoServer {
  const { hardware, model } = specs;
  const divided = dividedModel(model, parallel);
  const room = kvRoom({ specs, settings, parallel }, divided);
  if ("reason" in room) return room;
  const passes = createPasses(specs, divided);
  const tables = createTables(passes);
  const wires = hardware.link === undefined ? null : linkWork(model, parallel, hardware);
  const host = hardware.runtime?.host ?? NO_HOST;
  const { pipeline, expert, tensor } = parallel;
  const devices = devicesOfReplica(parallel);
  // Stages of a batch work one after the other; each device of a stage does the same.
  const alike = tensor * expert;
  const stageShare = Math.ceil(model.text.layers / pipeline) / model.text.layers;
  const work: Cost = { seconds: 0, joules: 0 };
  const device = (into: Cost, step: Step): void => {
    const local = step.sequences / expert;
    const tokens = local + step.tokens / expert;
    const rows = local + step.ended / expert;
    clear(work);
    if (rows > 0) tables.head(work, Math.max(1, rows));
    const head = work.seconds;
    tables.linear(work, Math.max(1, tokens));
    if (step.sequences > 0) tables.decodeAttention(work, Math.max(1, local), step.context);
    work.seconds += step.attention.seconds / expert;
    work.joules += step.attention.joules / expert;
    const layers = work.seconds - head;
    const joined = wires === null ? NO_ATTENTION : wires(tokens, rows);
    const pass = work.seconds + joined.seconds;
    into.seconds = Math.max(pass, pipeline * (layers * stageShare + head + joined.seconds / pipeline));
    into.joules = alike * work.joules + joined.joules;
  };
  const step = (into: Cost, of: Step): void => {
    device(into, of);
    into.seconds = withHost(into.seconds, of.sequences, of.ended, host);
  };
  return {
    maxSequences: Math.max(1, Math.floor(settings.maxSequences / pipeline)),
    chunk: settings.chunk,
    page: settings.kvPage,
    ...{ kvTokens: room.tokens, kvTokenBytes: room.tokenBytes, batches: pipeline, devices, passes, step },
    decode: (into, sequences, context) =>
      step(into, { sequences, context, tokens: 0, attention: NO_ATTENTION, ended: 0 }),
    chunkAttention: (into, tokens, past) => {
      clear(into);
      tables.chunkAttention(into, tokens, past);
    },
    explain: (sequences, context) =>
      explained(passes, { sequences: Math.max(1, sequences / expert), context }, wires, host),
  };
}

function clear(cost: Cost): void {
  cost.seconds = 0;
  cost.joules = 0;
}

/**
 * A step with its host:
 *
 *   overlap    perStep + max(device, perSequence · n + perPrefill · ended)
 *   else       perStep + device + perSequence · n + perPrefill · ended
 *   at least   (n + ended) / tokensPerSecond and ended / requestsPerSecond, which the front end takes beside it
 */
function withHost(device: number, sequences: number, ended: number, host: HostTimes): number {
  const own = host.perSequence * sequences + host.perPrefill * ended;
  const step = host.perStep + (host.overlap ? Math.max(device, own) : device + own);
  return Math.max(step, (sequences + ended) / host.tokensPerSecond, ended / host.requestsPerSecond);
}

/** Tokens that fit beside weights and activations on every device, for one of the batches. */
function kvRoom(
  { specs, settings, parallel }: ServerParts,
  divided: DecoderModel,
): { readonly tokens: number; readonly tokenBytes: number } | NoServer {
  const { hardware, deployment, schedule } = specs;
  const stage = stageOf(divided, parallel.pipeline);
  const most = Number.isFinite(settings.chunk) ? settings.chunk : 8192;
  const tokens = Math.max(1, Math.min(most, 65_536));
  const footprint = footprintOf({
    ...{ hardware, schedule, deployment: { ...deployment, batch: 1 } },
    model: { ...stage, contextTokens: 0, generatedTokens: 0, text: { ...stage.text, tokens } },
  });
  const capacity = memoryCapacity(hardware) * settings.memory;
  const { weights, activations, kvCache } = footprint.needed;
  const free = capacity - weights - activations;
  const perToken = footprint.kvPerToken_B > 0 ? kvCache / tokens : 0;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  if (free <= 0)
    return {
      reason: `weights (${gigabytes(weights)}) and activations (${gigabytes(activations)}) of a device do not fit the ${gigabytes(capacity)} that the server fills (server.memory)`,
    };
  const held = perToken === 0 ? Infinity : Math.floor((free / perToken) * parallel.expert) / parallel.pipeline;
  return { tokens: Math.floor(held), tokenBytes: perToken * parallel.tensor * parallel.pipeline };
}

type Wires = (tokens: number, rows: number) => Cost;

/** What the devices of a replica send each other in one pass of a batch, `tokens` and `rows` of one group. */
function linkWork(
  model: DecoderModel,
  { tensor, pipeline, expert }: Parallel,
  { link, precision }: { readonly link?: Link; readonly precision: { readonly output: number } },
): Wires | null {
  if (link === undefined || tensor * pipeline * expert === 1) return null;
  const perToken = (model.text.hidden * precision.output) / 8;
  const [reduces, routed, active] = [allReducesOf(model), routedLayers(model), model.text.experts?.active ?? 0];
  const joined: Cost = { seconds: 0, joules: 0 };
  return (tokens, rows) => {
    const bytes = tokens * perToken;
    // Each device names its best token of each row: its value and where it is.
    const best = 8 * rows * tensor;
    joined.seconds =
      reduces * collectiveSeconds("all-reduce", tensor, bytes, link) +
      collectiveSeconds("all-gather", tensor, best, link) +
      2 * routed * collectiveSeconds("all-to-all", expert, bytes * active, link) +
      (pipeline - 1) * messageSeconds(bytes, link);
    const sent =
      expert * (reduces * collectiveBytes("all-reduce", tensor, bytes) + collectiveBytes("all-gather", tensor, best)) +
      2 * routed * collectiveBytes("all-to-all", expert, bytes * active) +
      (pipeline - 1) * tensor * expert * bytes;
    joined.joules = joulesOf(sent * link.energy);
    return joined;
  };
}

function explained(
  passes: Passes,
  { sequences, context }: { readonly sequences: number; readonly context: number },
  wires: Wires | null,
  host: HostTimes,
): ReadonlyMap<string, number> {
  const batch = Math.max(1, powerOfTwoBelow(sequences));
  const { linear, head, attention } = passes.decode(batch, Math.max(passes.usual, powerOfTwoBelow(context)));
  const parts = new Map<string, number>();
  const add = (what: string, seconds: number): void => void parts.set(what, (parts.get(what) ?? 0) + seconds);
  for (const { bounds } of [linear, head, attention]) for (const [what, seconds] of bounds) add(what, seconds);
  const device = [...parts.values()].reduce((sum, seconds) => sum + seconds, 0);
  const joined = wires?.(sequences, sequences).seconds ?? 0;
  if (joined > 0) add("link", joined);
  const waiting = withHost(device + joined, sequences, 0, host) - device - joined;
  if (waiting > 0) add("host", waiting);
  return parts;
}

/** The power of two at or below a number, 1 at least: nodes of all tables. */
function powerOfTwoBelow(value: number): number {
  let power = 1;
  while (2 * power <= value) power *= 2;
  return power;
}
