import type { DecoderModel } from "../spec/model.ts";
import type { Link } from "../spec/link.ts";
import type { SpecSet } from "../spec/settings.ts";
import { joulesOf } from "../units/index.ts";
import { collectiveBytes, collectiveSeconds, messageSeconds } from "./collectives.ts";
import { allReducesOf, dividedModel, routedLayers } from "./divide.ts";
import { createPasses, type Passes } from "./pieces.ts";
import { createTables, type Cost } from "./tables.ts";
import type { Parallel } from "./types.ts";

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

/** A model on the devices of a replica, without its host. */
export interface Devices {
  /** s, and J above idle of all of them. */
  step(into: Cost, step: Step): void;
  /** Adds the attention of a chunk on one device. */
  addChunk(into: Cost, tokens: number, past: number): void;
  /** s of a decode step by what bounds it: parts of the device, link. */
  explain(sequences: number, context: number): Map<string, number>;
  readonly passes: Passes;
}

export const NO_ATTENTION: Cost = Object.freeze({ seconds: 0, joules: 0 });

/** @throws PassRefused, at the first step that needs it, where an operator has no mapping on the device */
export function createDevices(specs: SpecSet, model: DecoderModel, parallel: Parallel): Devices {
  const { hardware } = specs;
  const { pipeline, expert, tensor } = parallel;
  const passes = createPasses(specs, dividedModel(model, parallel));
  const tables = createTables(passes);
  const wires = linkWork(model, parallel, hardware);
  // Stages of a batch work one after the other; each device of a stage does the same.
  const alike = tensor * expert;
  const stageShare = Math.ceil(model.text.layers / pipeline) / model.text.layers;
  const work: Cost = { seconds: 0, joules: 0 };
  return {
    step: (into, step) => {
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
    },
    addChunk: tables.chunkAttention,
    explain: (sequences, context) => explained(passes, Math.max(1, sequences / expert), context, wires),
    passes,
  };
}

export function clear(cost: Cost): void {
  cost.seconds = 0;
  cost.joules = 0;
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

function explained(passes: Passes, sequences: number, context: number, wires: Wires | null): Map<string, number> {
  const batch = powerOfTwoBelow(sequences);
  const { linear, head, attention } = passes.decode(batch, Math.max(passes.usual, powerOfTwoBelow(context)));
  const parts = new Map<string, number>();
  for (const { bounds } of [linear, head, attention])
    for (const [what, seconds] of bounds) parts.set(what, (parts.get(what) ?? 0) + seconds);
  const joined = wires?.(sequences, sequences).seconds ?? 0;
  if (joined > 0) parts.set("link", joined);
  return parts;
}

/** The power of two at or below a number, 1 at least: nodes of all tables. */
function powerOfTwoBelow(value: number): number {
  let power = 1;
  while (2 * power <= value) power *= 2;
  return power;
}
