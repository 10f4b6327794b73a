import type { DecoderModel, Tower } from "../spec/model.ts";
import type { Operator, Workload } from "./operator.ts";
import { cachedTokens, queriesOf, runsOf, type Pass } from "./attention-pattern.ts";
import { textEmbedding, textEmbeddingParameters, type TextStem } from "./embedding.ts";
import { finalNorm } from "./encoder.ts";
import { forEachLayer, layersOf, recurrentOf, type LayerShape } from "./layer-shape.ts";
import { linear, stored, type Place } from "./make-operator.ts";
import { stackParameters, type Extent } from "./parameters.ts";
import { peakOfStack } from "./peak-activation.ts";
import { pickToken } from "./pooling.ts";
import { stateElements } from "./recurrent.ts";
import { transformerLayer } from "./transformer-layer.ts";

/**
 * Decoder on `batch` sequences: one prefill of `text.tokens` prompt tokens, then `generatedTokens` decode steps.
 *
 * `contextTokens` of each sequence (a cached prefix, 0 if there is none) are in the KV cache before the prompt, which attends to them too.
 * Decoding starts with context = contextTokens + text.tokens; step i (1, 2, ...) reads one token a sequence, appends its K and V and
 * attends to context + i keys. The prefill's LM head sees the last token only, and yields the token that the first step reads.
 */
export function decoderWorkload(model: DecoderModel, batch: number): Workload {
  const cached = contextOf(model) + model.generatedTokens;
  return {
    model: model.name,
    operators: [...prefill(model, batch), ...decode(model, batch)],
    parameters: { text: decoderParameters(model, "stored") },
    activeParameters: decoderParameters(model, "active"),
    kvCacheElements: batch * cachedElements(model.text, cached),
    kvElementsPerToken: keysAndValuesPerToken(model.text),
    peakActivationElements: peakOfDecoder(model, batch, false),
    peakFusedElements: peakOfDecoder(model, batch, true),
  };
}

function decoderParameters(model: DecoderModel, extent: Extent): number {
  const { text } = model;
  return textEmbeddingParameters(text, decoderStem(model)) + stackParameters(text, extent) + headParameters(model);
}

/** The head, and the way from `hidden` back to the width of a narrower table that it shares. */
function headParameters({ text, tiedEmbedding, head, headBias, classes }: DecoderModel): number {
  const { hidden, vocabulary, embeddingSize } = text;
  if (classes !== undefined) return hidden * classes;
  if (head === "none") return 0;
  const width = embeddingSize ?? hidden;
  return (
    (embeddingSize === undefined ? 0 : hidden * embeddingSize) +
    (tiedEmbedding ? 0 : width * vocabulary) +
    (headBias === true ? vocabulary : 0)
  );
}

export function decoderStem(model: DecoderModel): TextStem {
  const positions = model.text.maxPositions ?? contextOf(model) + model.generatedTokens;
  return { positions, segments: 0, hasNorm: false };
}

/** Tokens in the cache when decoding starts. */
export function contextOf(model: DecoderModel): number {
  return model.contextTokens + model.text.tokens;
}

/** K and V elements of one token in one layer: of all KV heads, or the latent vector and the rotary key of all heads. */
export function elementsPerToken({ attentionKind, kvHeads, headSize, latent }: LayerShape): number {
  if (attentionKind === "none" || attentionKind === "recurrent") return 0;
  return latent === undefined ? 2 * kvHeads * headSize : latent.keyValueRank + latent.rope;
}

/** Σ over layers of K and V elements of one token. */
export function keysAndValuesPerToken(tower: Tower): number {
  return layersOf(tower).reduce((sum, layer) => sum + elementsPerToken(layer), 0);
}

/** K and V elements of a sequence of `tokens` tokens; a layer with a window keeps no more than that, one with a state that. */
export function cachedElements(tower: Tower, tokens: number): number {
  return layersOf(tower).reduce((sum, layer) => sum + cachedInLayer(layer, tokens), 0);
}

/** What one sequence leaves in the cache of a layer. */
export function cachedInLayer(layer: LayerShape, tokens: number): number {
  if (layer.attentionKind === "recurrent") return stateElements(recurrentOf(layer));
  return cachedTokens(layer.attentionKind, tokens) * elementsPerToken(layer);
}

export function prefill(model: DecoderModel, batch: number): readonly Operator[] {
  const { tokens } = model.text;
  const place = placeOf(model, "prefill");
  return run(model, batch, { queries: tokens, keys: contextOf(model) }, place);
}

/**
 * All decode steps. Work that does not depend on the context is listed once with its number of runs; attention is listed at a few
 * context lengths that make its MACs, softmax elements and KV reads exact (see `spansOf`).
 */
export function decode(model: DecoderModel, batch: number): readonly Operator[] {
  const steps = model.generatedTokens;
  if (steps === 0) return [];
  const place = placeOf(model, "decode");
  return run(model, batch, { context: contextOf(model), steps }, place);
}

function placeOf({ text }: DecoderModel, phase: "prefill" | "decode"): Place {
  const place = { prefix: `text.${phase}`, tower: "text", layer: null, phase, count: 1, hasCache: true };
  return stored(place, text);
}

/** Embedding, layers, head, once for each run. */
function run(model: DecoderModel, batch: number, pass: Pass, place: Place): readonly Operator[] {
  const { text } = model;
  const tokens = queriesOf(pass);
  const whole = { ...place, count: runsOf(pass) };
  return [
    ...textEmbedding(text, decoderStem(model), batch, tokens, whole),
    ...forEachLayer(text, place, (shape, at) => transformerLayer(shape, batch, pass, at)),
    ...finalNorm(text, batch * tokens, whole),
    ...(tokens > 1 && text.pooling !== "all" ? [pickToken(text.hidden, batch, whole)] : []),
    ...headOperators(model, batch, whole),
  ];
}

function headOperators(model: DecoderModel, rows: number, place: Place): readonly Operator[] {
  const { text, head, classes, tiedEmbedding } = model;
  const { hidden, vocabulary, embeddingSize } = text;
  if (classes !== undefined) return [linear(place, "head", "head", { rows, k: hidden, n: classes })];
  if (head === "none") return [];
  return [
    ...(embeddingSize === undefined
      ? []
      : [linear(place, "projection", "head-projection", { rows, k: hidden, n: embeddingSize })]),
    linear(
      place,
      "head",
      "head",
      { rows, k: embeddingSize ?? hidden, n: vocabulary },
      tiedEmbedding ? "embedding" : "head",
    ),
  ];
}

/** The larger of the prefill's and the last decode step's layers, and of the head (last token in, logits out). */
function peakOfDecoder(model: DecoderModel, batch: number, isFused: boolean): number {
  const { text, generatedTokens, classes } = model;
  const context = contextOf(model);
  const outputs = classes ?? (model.head === "none" ? 0 : text.vocabulary);
  return Math.max(
    peakOfStack(text, { batch, queries: text.tokens, keys: context, kvCache: true, isFused }),
    generatedTokens > 0
      ? peakOfStack(text, { batch, queries: 1, keys: context + generatedTokens, kvCache: true, isFused })
      : 0,
    batch * (text.hidden + outputs),
  );
}
