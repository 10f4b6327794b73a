import { square } from "../math/index.ts";
import type { ClipModel, VisionTower } from "../spec/model.ts";
import { tokensLeft } from "../spec/token-reduction.ts";
import type { Operator, Workload } from "./operator.ts";
import { imageEmbedding, patchesOf, textEmbedding, textEmbeddingParameters, type TextStem } from "./embedding.ts";
import { encoderLayers, finalNorm } from "./encoder.ts";
import { normalisation, outsideLayers, product, vector, type Place } from "./make-operator.ts";
import { hasFinalNorm, imageEmbeddingParameters, normParameters, stackParameters, type Extent } from "./parameters.ts";
import { peakOfStack } from "./peak-activation.ts";
import { pooledWidth, poolImage, poolingParameters, poolText, projectionParameters, projectPooled } from "./pooling.ts";

/**
 * CLIP: both towers on `batch` texts and `batch` images, and the batch × batch similarities.
 *
 * Structure: Radford et al. 2021, as in OpenCLIP and HuggingFace. Patch embedding and projections have no bias; the vision
 * tower has a normalisation before its first layer; the text tower's last normalisation covers all tokens, the vision
 * tower's only the pooled one. What a tower says otherwise is so. Shapes are per tower: see `clipText` and `clipVision`, which do not
 * depend on each other.
 */
export function clipWorkload(model: ClipModel, batch: number): Workload {
  const { text, vision, embedding } = model;
  const joint = model.similarityBias === true ? 2 : 1;
  return {
    model: model.name,
    operators: [
      ...clipText(text, embedding, batch),
      ...clipVision(vision, embedding, batch),
      ...similarity(model, batch),
    ],
    parameters: {
      text: clipTextParameters(text, embedding, "stored"),
      vision: clipVisionParameters(vision, embedding, "stored"),
      joint,
    },
    activeParameters:
      clipTextParameters(text, embedding, "active") + clipVisionParameters(vision, embedding, "active") + joint,
    kvCacheElements: 0,
    kvElementsPerToken: 0,
    peakActivationElements: peakOfClip(model, batch, false),
    peakFusedElements: peakOfClip(model, batch, true),
  };
}

export function clipStem({ tokens, maxPositions = tokens, segments = 0 }: ClipModel["text"]): TextStem {
  return { positions: maxPositions, segments, hasNorm: false };
}

function clipTextParameters(text: ClipModel["text"], embedding: number, extent: Extent): number {
  return (
    textEmbeddingParameters(text, clipStem(text)) +
    stackParameters(text, extent) +
    projectionParameters(text.projection, text.hidden, embedding)
  );
}

function clipVisionParameters(vision: VisionTower, embedding: number, extent: Extent): number {
  return (
    imageEmbeddingParameters(vision, false) +
    (vision.embeddingNorm === false ? 0 : normParameters(vision)) +
    stackParameters({ ...vision, finalNorm: false }, extent) +
    (hasFinalNorm(vision) ? normParameters({ ...vision, hidden: lastNormWidth(vision) }) : 0) +
    poolingParameters(vision) +
    projectionParameters(vision.projection, pooledWidth(vision), embedding)
  );
}

/** Text tower on `batch` texts of `tower.tokens` tokens; the end-of-text token is projected to `embedding` values. */
export function clipText(tower: ClipModel["text"], embedding: number, batch: number): readonly Operator[] {
  const place = outsideLayers("text", tower);
  const { hidden, tokens } = tower;
  return [
    ...textEmbedding(tower, clipStem(tower), batch, tokens, place),
    ...encoderLayers(tower, batch, place),
    ...finalNorm(tower, batch * tokens, place),
    ...poolText(tower, batch, place),
    ...projectPooled(tower.projection, hidden, embedding, batch, place),
    normaliseEmbedding(embedding, batch, place),
  ];
}

/** Vision tower on `batch` images; the class token (or what the tower pools) is projected to `embedding` values. */
export function clipVision(tower: VisionTower, embedding: number, batch: number): readonly Operator[] {
  const place = outsideLayers("vision", tower);
  // A pooling by attention reads normalised tokens; elsewhere the pooled token alone is normalised.
  const isBefore = tower.pooling === "attention" && tower.attentionPool === undefined;
  const rows = isBefore ? batch * tokensLeft(tower) : batch * (tower.attentionPool?.queries ?? 1);
  const norm = finalNorm({ ...tower, hidden: lastNormWidth(tower) }, rows, place);
  const pooled = poolImage(tower, batch, place);
  return [
    ...imageEmbedding(tower, batch, place),
    ...(tower.embeddingNorm === false
      ? []
      : [normalisation(place, "embedding-norm", { ...tower, rows: batch * tower.tokens })]),
    ...encoderLayers(tower, batch, place),
    ...(isBefore ? [...norm, ...pooled] : [...pooled, ...norm]),
    ...projectPooled(tower.projection, pooledWidth(tower), embedding, batch, place),
    normaliseEmbedding(embedding, batch, place),
  ];
}

/** Width of the vision tower's last norm: that of what an attention pools, where it stands behind it. */
function lastNormWidth({ hidden, pooling, attentionPool }: VisionTower): number {
  return pooling === "attention" ? (attentionPool?.width ?? hidden) : hidden;
}

function normaliseEmbedding(embedding: number, batch: number, place: Place): Operator {
  return vector(place, "normalisation", "l2-normalise", {
    primitive: "l2-normalise",
    elements: batch * embedding,
    rowLength: embedding,
  });
}

/** Images [batch, embedding] · texts [embedding, batch], times the learned temperature, and an offset where there is one. */
function similarity({ embedding, similarityBias }: ClipModel, batch: number): readonly Operator[] {
  const place = outsideLayers("joint");
  const elements = square(batch);
  return [
    product(place, "head", "similarity", { batch: 1, m: batch, k: embedding, n: batch }),
    vector(place, "head", "temperature", { primitive: "multiply", elements, parametersRead: 1 }),
    ...(similarityBias === true
      ? [vector(place, "head", "similarity-offset", { primitive: "add", elements, parametersRead: 1 })]
      : []),
  ];
}

/** Towers run one after the other; the text embeddings wait while the vision tower runs. */
function peakOfClip(model: ClipModel, batch: number, isFused: boolean): number {
  const { text, vision } = clipPeaks(model, batch, isFused);
  return Math.max(text, vision);
}

/** Largest set of live activations while each tower runs, elements; neither depends on the other tower. */
export function clipPeaks(
  model: ClipModel,
  batch: number,
  isFused: boolean,
): { readonly text: number; readonly vision: number } {
  const { text, vision } = model;
  const whole = (tokens: number) => ({ batch, queries: tokens, keys: tokens, kvCache: false, isFused });
  const pixels = batch * vision.channels * square(vision.imageSize);
  return {
    text: peakOfStack(text, whole(text.tokens)),
    vision:
      batch * model.embedding +
      Math.max(peakOfStack(vision, whole(vision.tokens)), pixels + batch * patchesOf(vision) * vision.hidden),
  };
}
