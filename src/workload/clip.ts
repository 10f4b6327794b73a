import { square } from "../math/index.ts";
import type { ClipModel, TextTower, VisionTower } from "../spec/model.ts";
import type { Operator, Workload } from "./operator.ts";
import { addTable, imageEmbedding, patchesOf, tokenEmbedding } from "./embedding.ts";
import { encoderLayers, finalNorm } from "./encoder.ts";
import { linear, normalisation, outsideLayers, product, vector, type Place } from "./make-operator.ts";
import { imageEmbeddingParameters, normParameters, stackParameters, tokenEmbeddingParameters } from "./parameters.ts";
import { peakOfStack } from "./peak-activation.ts";
import { pickToken, poolImage } from "./pooling.ts";

/**
 * CLIP: both towers on `batch` texts and `batch` images, and the batch × batch similarities.
 *
 * Structure: Radford et al. 2021, as in OpenCLIP and HuggingFace. Patch embedding and projections have no bias; the vision
 * tower has a normalisation before its first layer; the text tower's last normalisation covers all tokens, the vision
 * tower's only the pooled one. Shapes are per tower: see `clipText` and `clipVision`, which do not depend on each other.
 */
export function clipWorkload(model: ClipModel, batch: number): Workload {
  const { text, vision, embedding } = model;
  return {
    model: model.name,
    operators: [
      ...clipText(text, embedding, batch),
      ...clipVision(vision, embedding, batch),
      ...similarity(embedding, batch),
    ],
    parameters: {
      text: tokenEmbeddingParameters(text, text.tokens) + stackParameters(text) + text.hidden * embedding,
      vision:
        imageEmbeddingParameters(vision, false) +
        normParameters(vision) +
        stackParameters(vision) +
        vision.hidden * embedding,
      joint: 1,
    },
    kvCacheElements: 0,
    peakActivationElements: peakOfClip(model, batch),
  };
}

/** Text tower on `batch` texts of `tower.tokens` tokens; the end-of-text token is projected to `embedding` values. */
export function clipText(tower: TextTower, embedding: number, batch: number): readonly Operator[] {
  const place = outsideLayers("text");
  const { hidden, tokens } = tower;
  return [
    tokenEmbedding(tower, batch, tokens, place),
    ...(tower.position === "learned"
      ? [addTable("position-embedding", { batch, tokens, hidden, rows: tokens }, place)]
      : []),
    ...encoderLayers(tower, batch, place),
    ...finalNorm(tower, batch * tokens, place),
    pickToken(hidden, batch, place),
    ...embeddingOf(hidden, embedding, batch, place),
  ];
}

/** Vision tower on `batch` images; the class token (or the mean) is projected to `embedding` values. */
export function clipVision(tower: VisionTower, embedding: number, batch: number): readonly Operator[] {
  const place = outsideLayers("vision");
  return [
    ...imageEmbedding(tower, batch, place),
    normalisation(place, "embedding-norm", { ...tower, rows: batch * tower.tokens }),
    ...encoderLayers(tower, batch, place),
    poolImage(tower, batch, place),
    ...finalNorm(tower, batch, place),
    ...embeddingOf(tower.hidden, embedding, batch, place),
  ];
}

function embeddingOf(hidden: number, embedding: number, batch: number, place: Place): readonly Operator[] {
  return [
    linear(place, "projection", "projection", { rows: batch, k: hidden, n: embedding }),
    vector(place, "normalisation", "l2-normalise", {
      primitive: "l2-normalise",
      elements: batch * embedding,
      rowLength: embedding,
    }),
  ];
}

/** Images [batch, embedding] · texts [embedding, batch], times the learned temperature. */
function similarity(embedding: number, batch: number): readonly Operator[] {
  const place = outsideLayers("joint");
  return [
    product(place, "head", "similarity", { batch: 1, m: batch, k: embedding, n: batch }),
    vector(place, "head", "temperature", { primitive: "multiply", elements: square(batch), parametersRead: 1 }),
  ];
}

/** Towers run one after the other; the text embeddings wait while the vision tower runs. */
function peakOfClip(model: ClipModel, batch: number): number {
  const { text, vision } = clipPeaks(model, batch);
  return Math.max(text, vision);
}

/** Largest set of live activations while each tower runs, elements; neither depends on the other tower. */
export function clipPeaks(model: ClipModel, batch: number): { readonly text: number; readonly vision: number } {
  const { text, vision } = model;
  const whole = (tokens: number) => ({ batch, queries: tokens, keys: tokens, kvCache: false });
  const pixels = batch * vision.channels * square(vision.imageSize);
  return {
    text: peakOfStack(text, whole(text.tokens)),
    vision:
      batch * model.embedding +
      Math.max(peakOfStack(vision, whole(vision.tokens)), pixels + batch * patchesOf(vision) * vision.hidden),
  };
}
