import { evaluatePass, footprintOf, type Design } from "../../evaluate/index.ts";
import { memoryCapacity } from "../../spec/memory.ts";
import type { ModelSpec, OperatorsModel } from "../../spec/model.ts";
import { NO_HOST } from "../../spec/runtime.ts";
import type { SpecSet } from "../../spec/settings.ts";
import { PassRefused } from "../pieces.ts";
import { withHost } from "../server.ts";
import type { Cost } from "../tables.ts";
import type { RetrievalSpec } from "./types.ts";

export const PARTS = ["encode", "search", "rerank"] as const;
export type Part = (typeof PARTS)[number];

/** s and J above idle of a group of queries, by part. */
export type Group = Readonly<Record<Part, Cost>>;

export interface Retriever {
  /** A group of j queries on one device, 1 ≤ j ≤ together. */
  group(queries: number): Group;
  /** s of it, host included. */
  seconds(queries: number): number;
  /** All vectors of the corpus, made once on one device. */
  readonly corpus: Cost;
  /** Numbers of a vector. */
  readonly width: number;
  /** Bytes of the vectors. */
  readonly corpusBytes: number;
}

/** Numbers of a vector that a model makes of an input, and the towers that queries and the corpus go through; null: it makes none. */
interface Sides {
  readonly width: number;
  readonly phase: "prefill" | null;
  readonly query: string | undefined;
  readonly corpus: string | undefined;
}

export function sidesOf(model: ModelSpec): Sides | null {
  const whole = { phase: null, query: undefined, corpus: undefined } as const;
  switch (model.family) {
    case "clip":
      return { width: model.embedding, phase: null, query: "text", corpus: "vision" };
    case "bert":
      return { ...whole, width: model.embedding ?? model.text.hidden };
    case "vit":
      return { ...whole, width: model.embedding ?? model.vision.hidden };
    case "decoder":
      return { ...whole, width: model.text.hidden, phase: "prefill" };
    default:
      return null;
  }
}

/** Whether a model gives a score to a query with a candidate in one pass, and its phase. */
export const rankerPhase = ({ family }: ModelSpec): "prefill" | null | "none" =>
  family === "decoder" ? "prefill" : family === "bert" || family === "vit" ? null : "none";

/** Items of the corpus that are encoded together. */
const CORPUS_BATCH = 64;

/**
 * Passes of a device that finds and ranks:
 *
 *   encode  the query side of the encoder      search  j x d x N, the vectors read as weights, and a compare for each score
 *   rerank  j · k inputs of the ranker         corpus  N/64 passes of 64 of its other side, once
 *
 * Groups are evaluated at powers of two, and linear between. Each part starts anew on the host (`runtime.host`).
 *
 * @throws PassRefused where an operator has no mapping, or memory holds not all
 */
export function createRetriever(specs: SpecSet, spec: RetrievalSpec): Retriever {
  const { encoder, corpus, ranker, together } = spec;
  const sides = sidesOf(encoder)!;
  const pass = (model: ModelSpec, batch: number, phase: "prefill" | null, tower?: string): Cost =>
    costOf({ ...specs, model: still(model), deployment: { ...specs.deployment, batch } }, phase, tower);
  const finder = searchModel(corpus, sides.width);
  checkMemory(specs, spec, finder);
  const nodes = new Map<number, Group>();
  const at = (queries: number): Group => {
    const known = nodes.get(queries);
    if (known !== undefined) return known;
    const made = {
      encode: pass(encoder, queries, sides.phase, sides.query),
      search: pass(finder, queries, null),
      rerank:
        ranker === null
          ? { seconds: 0, joules: 0 }
          : pass(ranker.model, queries * ranker.candidates, rankerPhase(ranker.model) === "prefill" ? "prefill" : null),
    };
    nodes.set(queries, made);
    return made;
  };
  const group = (queries: number): Group => {
    let low = 1;
    while (2 * low <= queries) low *= 2;
    const high = Math.min(together, 2 * low);
    if (low === queries || high === low) return at(low);
    const share = (queries - low) / (high - low);
    const [a, b] = [at(low), at(high)];
    const between = (part: Part): Cost => ({
      seconds: a[part].seconds * (1 - share) + b[part].seconds * share,
      joules: a[part].joules * (1 - share) + b[part].joules * share,
    });
    return { encode: between("encode"), search: between("search"), rerank: between("rerank") };
  };
  const host = specs.hardware.runtime?.host ?? NO_HOST;
  const starts = ranker === null ? 2 : 3;
  const items = Math.min(CORPUS_BATCH, corpus);
  const some = pass(encoder, items, sides.phase, sides.corpus);
  const bits = specs.hardware.precision.weight;
  return {
    group,
    seconds: (queries) => {
      const parts = group(queries);
      const device = parts.encode.seconds + parts.search.seconds + parts.rerank.seconds;
      return withHost(device, 0, queries, host) + (starts - 1) * host.perStep;
    },
    corpus: {
      seconds: (corpus / items) * withHost(some.seconds, 0, items, host),
      joules: (corpus / items) * some.joules,
    },
    width: sides.width,
    corpusBytes: (corpus * sides.width * bits) / 8,
  };
}

/** A decoder that reads its input and writes nothing. */
const still = (model: ModelSpec): ModelSpec =>
  model.family === "decoder" ? { ...model, contextTokens: 0, generatedTokens: 0 } : model;

function costOf(design: Omit<Design, "mapper">, phase: "prefill" | null, tower?: string): Cost {
  const parts = evaluatePass({ ...design, mapper: { objective: "latency", effort: "fast" } }, phase, tower);
  if ("constraint" in parts) throw new PassRefused(parts);
  return {
    seconds: parts.reduce((sum, part) => sum + part.seconds, 0),
    joules: parts.reduce((sum, { joules }) => sum + (joules ?? NaN), 0),
  };
}

function searchModel(corpus: number, width: number): OperatorsModel {
  const common = { tower: "model", phase: null, count: 1 } as const;
  return {
    ...{ name: "search", description: "", training: null, family: "operators" },
    ...{ otherParameters: 0, kvCacheElements: 0, kvElementsPerToken: 0 },
    operators: [
      {
        ...{ ...common, name: "similarity", kind: "product", batch: 1, m: 1, n: corpus, k: width, shared: true },
        ...{ classes: ["activation", "weight"], matrices: 1, sameWeightsAs: null },
      },
      {
        ...{ ...common, name: "best", kind: "vector", primitive: "relu", elements: corpus, rowLength: 1 },
        ...{ elementsRead: corpus, elementsWritten: 1, parameters: 0 },
      },
    ],
  };
}

/** Weights of all models with the vectors, and the largest activations, lie in the memory of every device. */
function checkMemory(specs: SpecSet, { encoder, ranker, together }: RetrievalSpec, finder: ModelSpec): void {
  const of = (model: ModelSpec, batch: number) =>
    footprintOf({ ...specs, model: still(model), deployment: { ...specs.deployment, batch } }).needed;
  const all = [of(encoder, together), of(finder, together)];
  if (ranker !== null) all.push(of(ranker.model, together * ranker.candidates));
  const weights = all.reduce((sum, each) => sum + each.weights, 0);
  const activations = all.reduce((most, each) => Math.max(most, each.activations), 0);
  const [needed, capacity] = [weights + activations, memoryCapacity(specs.hardware)];
  if (needed <= capacity) return;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  const detail = `models and vectors (${gigabytes(weights)}) and activations (${gigabytes(activations)}) do not fit the ${gigabytes(capacity)} of a device`;
  throw new PassRefused({ kind: "infeasible", constraint: "memory", by: needed - capacity, unit: "B", detail });
}
