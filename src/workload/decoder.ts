import type { DecoderModel } from "../spec/model.ts";
import type { Operator, Workload } from "./operator.ts";
import type { Span } from "./attention.ts";
import { decodeSpans } from "./decode-spans.ts";
import { addTable, tokenEmbedding } from "./embedding.ts";
import { finalNorm } from "./encoder.ts";
import { forEachLayer, layersOf } from "./layer-shape.ts";
import { linear, type Place } from "./make-operator.ts";
import { stackParameters, tokenEmbeddingParameters } from "./parameters.ts";
import { peakOfStack } from "./peak-activation.ts";
import { pickToken } from "./pooling.ts";
import { transformerLayer } from "./transformer-layer.ts";

/**
 * Decoder on `batch` sequences: one prefill of `text.tokens` prompt tokens, then `generatedTokens` decode steps.
 *
 * `contextTokens` of each sequence (a cached prefix, 0 if there is none) are in the KV cache before the prompt, which attends to them too.
 * Decoding starts with context = contextTokens + text.tokens; step i (1, 2, ...) reads one token a sequence, appends its K and V and
 * attends to context + i keys. The prefill's LM head sees the last token only, and yields the token that the first step reads.
 */
export function decoderWorkload(model: DecoderModel, batch: number): Workload {
  const { text, generatedTokens } = model;
  const context = contextOf(model);
  const cached = context + generatedTokens;
  return {
    model: model.name,
    operators: [...prefill(model, batch), ...decode(model, batch)],
    parameters: {
      text:
        tokenEmbeddingParameters(text, text.maxPositions ?? cached) +
        stackParameters(text) +
        (model.tiedEmbedding ? 0 : text.hidden * text.vocabulary),
    },
    kvCacheElements: batch * cached * keysAndValuesPerToken(model),
    peakActivationElements: peakOfDecoder(model, batch),
  };
}

/** Tokens in the cache when decoding starts. */
function contextOf(model: DecoderModel): number {
  return model.contextTokens + model.text.tokens;
}

/** Σ over layers of K and V elements of one token. */
function keysAndValuesPerToken(model: DecoderModel): number {
  return layersOf(model.text).reduce((sum, layer) => sum + 2 * layer.kvHeads * layer.headSize, 0);
}

export function prefill(model: DecoderModel, batch: number): readonly Operator[] {
  const { tokens } = model.text;
  const place: Place = { prefix: "text.prefill", tower: "text", layer: null, phase: "prefill", count: 1 };
  return pass(model, batch, [{ queries: tokens, keys: contextOf(model), count: 1 }], place);
}

/**
 * All decode steps. Work that does not depend on the context is listed once with its number of runs; attention is listed at one or two
 * context lengths that make its MACs, softmax elements and KV reads exact (see `decodeSpans`).
 */
export function decode(model: DecoderModel, batch: number): readonly Operator[] {
  const steps = model.generatedTokens;
  if (steps === 0) return [];
  const place: Place = { prefix: "text.decode", tower: "text", layer: null, phase: "decode", count: 1 };
  return pass(model, batch, decodeSpans(contextOf(model), steps), place);
}

/** Embedding, layers, LM head, once for each run of each span. */
function pass(model: DecoderModel, batch: number, spans: readonly Span[], place: Place): readonly Operator[] {
  const { text } = model;
  const { hidden } = text;
  const tokens = spans[0]!.queries;
  const whole = { ...place, count: spans.reduce((sum, span) => sum + span.count, 0) };
  const table = { batch, tokens, hidden, rows: tokens };
  return [
    tokenEmbedding(text, batch, tokens, whole),
    ...(text.position === "learned" ? [addTable("position-embedding", table, whole)] : []),
    ...forEachLayer(text, place, (shape, at) => transformerLayer(shape, batch, spans, at)),
    ...finalNorm(text, batch * tokens, whole),
    ...(tokens > 1 ? [pickToken(hidden, batch, whole)] : []),
    linear(whole, "head", "head", { rows: batch, k: hidden, n: text.vocabulary }),
  ];
}

/** The larger of the prefill's and the last decode step's layers, and of the LM head (last token in, logits out). */
function peakOfDecoder(model: DecoderModel, batch: number): number {
  const { text, generatedTokens } = model;
  const context = contextOf(model);
  return Math.max(
    peakOfStack(text, { batch, queries: text.tokens, keys: context, kvCache: true }),
    generatedTokens > 0 ? peakOfStack(text, { batch, queries: 1, keys: context + generatedTokens, kvCache: true }) : 0,
    batch * (text.hidden + text.vocabulary),
  );
}
