import { footprintOf } from "../evaluate/index.ts";
import { memoryCapacity } from "../spec/memory.ts";
import type { DecoderModel } from "../spec/model.ts";
import { specSetOf, type SpecSet } from "../spec/settings.ts";
import { joulesOf } from "../units/index.ts";
import { clear, type Devices, type Step } from "./devices.ts";
import { layersOf, narrowModel } from "./divide.ts";
import { createPasses } from "./pieces.ts";
import { createTables, type Cost, type StepTables } from "./tables.ts";
import type { Members } from "./types.ts";

/** One of devices that differ, and what it has of the model. */
export interface Part {
  readonly specs: SpecSet;
  readonly model: DecoderModel;
  /** Numbers that it hands on for a token. */
  readonly width: number;
  /** Bytes of the embedding or head that the model of the part has and the device does not hold; negative: it holds more. */
  readonly elsewhere: number;
}

/** The parts of a model on devices that differ. */
export function partsOf(
  specs: SpecSet & { readonly model: DecoderModel },
  { members, split }: Members,
): readonly Part[] {
  const { model, deployment, technology } = specs;
  const ends = (bits: number): readonly [embedding: number, head: number] => {
    const bytes = (model.text.vocabulary * (model.text.embeddingSize ?? model.text.hidden) * bits) / 8;
    return [bytes, model.tiedEmbedding ? bytes : (model.text.vocabulary * model.text.hidden * bits) / 8];
  };
  let from = 0;
  return members.map(({ hardware, share }, i) => {
    const own = hardware === null ? specs : specSetOf({ hardware, model, deployment, technology });
    const [embedding, head] = ends(own.hardware.precision.weight);
    if (split === "width") {
      const narrow = narrowModel(model, share);
      // Each has an embedding as wide as itself; the first has the head of the whole.
      const ofNarrow = head * share;
      return {
        ...{ specs: own, model: narrow, width: narrow.text.hidden },
        elsewhere: (model.tiedEmbedding ? 0 : ofNarrow) - (i === 0 ? head : 0),
      };
    }
    const layers = layersOf(model, from, from + share);
    from += share;
    const [isFirst, isLast] = [i === 0, i === members.length - 1];
    const held = model.tiedEmbedding ? (isFirst || isLast ? head : 0) : (isFirst ? embedding : 0) + (isLast ? head : 0);
    const counted = model.tiedEmbedding ? head : embedding + head;
    return { ...{ specs: own, model: layers, width: model.text.hidden }, elsewhere: counted - held };
  });
}

/** Bytes of a token's number: where it is, and which one. */
const TOKEN_BYTES = 4;

/** A chunk that shows how attention of prompts is shared between devices. */
const USUAL_CHUNK = 512;

/**
 * A model on devices that differ, joined by links of `wire` each.
 *
 *   layers   a step goes through all parts, and t · hidden numbers over each link; as many batches as parts are under way (no more than
 *            sequences may run), so that it takes no less than their number times the longest part or link
 *   width    sub-models side by side, each as wide in hidden size, heads and FFN as its share; all features come to the first,
 *            which has the head:  step = max(parts) + latency + Σ rows · width · bytes / bandwidth + head
 *   both     the token that was made goes back in a message
 *
 * Side by side, what the sub-models answer is not what the whole model would: they are trained for it (CoFormer, arXiv 2508.20375).
 */
export function createMembers(
  specs: SpecSet & { readonly model: DecoderModel },
  { split, link }: Members,
  { parts, batches }: { readonly parts: readonly Part[]; readonly batches: number },
): Devices {
  const passes = parts.map((part) => createPasses(part.specs, part.model));
  const tables = passes.map((each) => createTables(each));
  const home =
    split === "width"
      ? createTables(
          createPasses(
            specs.hardware === parts[0]!.specs.hardware ? specs : { ...parts[0]!.specs, model: specs.model },
            specs.model,
          ),
        )
      : tables.at(-1)!;
  const shares = lazily(() => attentionShares(tables));
  const bytes = parts.map(({ width, specs: own }) => (width * own.hardware.precision.output) / 8);
  const work: Cost = { seconds: 0, joules: 0 };
  const ofParts = new Float64Array(parts.length);
  /** s of each part without head and links; J of all. */
  const run = (step: Step): number => {
    const { sequences, tokens, attention, context } = step;
    let joules = attention.joules;
    tables.forEach((table, i) => {
      clear(work);
      table.linear(work, Math.max(1, sequences + tokens));
      if (sequences > 0) table.decodeAttention(work, Math.max(1, sequences), context);
      ofParts[i] = work.seconds + (attention.seconds > 0 ? attention.seconds * shares()[i]! : 0);
      joules += work.joules;
    });
    return joules;
  };
  const joined = (
    tokens: number,
    rows: number,
  ): { readonly seconds: number; readonly bytes: number; readonly longest: number } => {
    const back = TOKEN_BYTES * rows;
    if (split === "layers") {
      const each = bytes.slice(0, -1).map((width) => tokens * width);
      const sent = each.reduce((sum, size) => sum + size, 0);
      const longest = each.reduce((most, size) => Math.max(most, size / link.bandwidth + link.latency), 0);
      return { seconds: (sent + back) / link.bandwidth + parts.length * link.latency, bytes: sent + back, longest };
    }
    const features = bytes.slice(1).reduce((sum, width) => sum + rows * width, 0);
    const told = back * (parts.length - 1);
    return { seconds: (features + told) / link.bandwidth + 2 * link.latency, bytes: features + told, longest: 0 };
  };
  return {
    step: (into, step) => {
      const rows = step.sequences + step.ended;
      const joules = run(step);
      clear(work);
      if (rows > 0) home.head(work, Math.max(1, rows));
      const wires = joined(step.sequences + step.tokens, rows);
      const longest = ofParts.reduce((most, seconds) => Math.max(most, seconds), 0);
      if (split === "width") into.seconds = longest + wires.seconds + work.seconds;
      else {
        const through = ofParts.reduce((sum, seconds) => sum + seconds, 0) + work.seconds + wires.seconds;
        const last = ofParts.at(-1)! + work.seconds;
        into.seconds = Math.max(through, batches * Math.max(longest, last, wires.longest));
      }
      into.joules = joules + work.joules + joulesOf(wires.bytes * link.energy);
    },
    addChunk: (into, tokens, past) => {
      for (const table of tables) table.chunkAttention(into, tokens, past);
    },
    explain: (sequences, context) => {
      const all = new Map<string, number>();
      run({ sequences, context, tokens: 0, attention: { seconds: 0, joules: 0 }, ended: 0 });
      parts.forEach(({ specs: own }, i) => {
        const name = own.hardware.name;
        all.set(name, (all.get(name) ?? 0) + ofParts[i]!);
      });
      return all.set("link", joined(sequences, sequences).seconds);
    },
    passes: passes[0]!,
  };
}

function attentionShares(tables: readonly StepTables[]): readonly number[] {
  const each = tables.map((table) => {
    const cost = { seconds: 0, joules: 0 };
    table.chunkAttention(cost, USUAL_CHUNK, 0);
    return cost.seconds;
  });
  const sum = each.reduce((total, seconds) => total + seconds, 0);
  return each.map((seconds) => seconds / sum);
}

function lazily<T>(make: () => T): () => T {
  let made: T | null = null;
  return () => (made ??= make());
}

/** Tokens that every part has room for beside its weights, for one of the batches; and bytes of one, all parts together. */
export function roomOfParts(
  parts: readonly Part[],
  { tokens, memory, batches }: { readonly tokens: number; readonly memory: number; readonly batches: number },
): { readonly tokens: number; readonly tokenBytes: number } | { readonly reason: string } {
  let [least, tokenBytes] = [Infinity, 0];
  for (const { specs, model, elsewhere } of parts) {
    const { hardware, schedule, deployment } = specs;
    const { needed } = footprintOf({
      ...{ hardware, schedule, deployment: { ...deployment, batch: 1 } },
      model: { ...model, contextTokens: 0, generatedTokens: 0, text: { ...model.text, tokens } },
    });
    const weights = needed.weights - elsewhere;
    const capacity = memoryCapacity(hardware) * memory;
    const free = capacity - weights - needed.activations;
    const gigabytes = (size: number): string => `${(size / 1e9).toFixed(1)} GB`;
    if (free <= 0)
      return {
        reason: `weights (${gigabytes(weights)}) and activations (${gigabytes(needed.activations)}) of the part on ${hardware.name} do not fit the ${gigabytes(capacity)} that the server fills (server.memory)`,
      };
    const perToken = needed.kvCache / tokens;
    tokenBytes += perToken;
    if (perToken > 0) least = Math.min(least, free / perToken);
  }
  return { tokens: Math.floor(least / batches), tokenBytes };
}
