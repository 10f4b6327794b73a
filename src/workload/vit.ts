import { square } from "../math/index.ts";
import type { Connector, VisionTower, VitModel } from "../spec/model.ts";
import { tokensLeft } from "../spec/token-reduction.ts";
import type { Operator, Workload } from "./operator.ts";
import { imageEmbedding, patchesOf } from "./embedding.ts";
import { encoderLayers, finalNorm } from "./encoder.ts";
import { normSize } from "./layer-shape.ts";
import { linear, normalisation, outsideLayers, vector, type Place } from "./make-operator.ts";
import { imageEmbeddingParameters, normParameters, stackParameters, type Extent } from "./parameters.ts";
import { peakOfStack } from "./peak-activation.ts";
import { pooledWidth, poolImage, poolingParameters, projectionParameters, projectPooled } from "./pooling.ts";

/**
 * Vision transformer with a classifier of `classes` outputs (0: none) on `batch` images. Structure: Dosovitskiy et al. 2020, and what
 * the tower says beside it.
 */
export function vitWorkload(model: VitModel, batch: number): Workload {
  const { vision } = model;
  const { tokens, hidden } = vision;
  const pixels = batch * vision.channels * square(vision.imageSize);
  const peak = (isFused: boolean) =>
    Math.max(
      pixels + batch * patchesOf(vision) * hidden,
      peakOfStack(vision, { batch, queries: tokens, keys: tokens, kvCache: false, isFused }),
    );
  return {
    model: model.name,
    operators: vitOperators(model, batch),
    parameters: { vision: vitParameters(model, "stored") },
    activeParameters: vitParameters(model, "active"),
    kvCacheElements: 0,
    kvElementsPerToken: 0,
    peakActivationElements: peak(false),
    peakFusedElements: peak(true),
  };
}

function vitParameters(model: VitModel, extent: Extent): number {
  const { vision, classes, heads = 1, embedding = 0 } = model;
  const { hidden } = vision;
  const width = pooledWidth(vision);
  return (
    imageEmbeddingParameters(vision, vision.bias === true) +
    (vision.embeddingNorm === true ? normParameters(vision) : 0) +
    stackParameters(vision, extent) +
    poolingParameters(vision) +
    (model.pooler === true ? hidden * hidden + hidden : 0) +
    (embedding > 0 ? projectionParameters(vision.projection, width, embedding) : 0) +
    // The classifier has a bias, whether or not the layers have.
    heads * classes * (width + 1) +
    (model.connector === undefined ? 0 : connectorParameters(vision, model.connector))
  );
}

/** The last normalisation covers all tokens, or the pooled ones; those are classified, projected or handed on. */
function vitOperators(model: VitModel, batch: number): readonly Operator[] {
  const { vision, classes, heads = 1, embedding = 0, normPooled = false } = model;
  const place = outsideLayers("vision", vision);
  const { hidden, tokens } = vision;
  const width = pooledWidth(vision);
  const pooled = poolImage(vision, batch, place);
  const elements = batch * hidden;
  return [
    ...imageEmbedding(vision, batch, place),
    ...(vision.embeddingNorm === true
      ? [normalisation(place, "embedding-norm", { ...vision, rows: batch * tokens })]
      : []),
    ...encoderLayers(vision, batch, place),
    ...(normPooled
      ? [...pooled, ...finalNorm(vision, batch, place)]
      : [...finalNorm(vision, batch * tokensLeft(vision), place), ...pooled]),
    ...(model.pooler === true
      ? [
          linear(place, "pooling", "pooler", { rows: batch, k: hidden, n: hidden }),
          vector(place, "activation", "pooler-activation", { primitive: "tanh", elements }),
        ]
      : []),
    ...(embedding > 0 ? projectPooled(vision.projection, width, embedding, batch, place) : []),
    ...(classes > 0
      ? Array.from({ length: heads }, (_, at) =>
          linear(place, "head", at === 0 ? "head" : `head-${at + 1}`, { rows: batch, k: width, n: classes }),
        )
      : []),
    ...(model.connector === undefined ? [] : connectorsOf(vision, model.connector, batch, place)),
  ];
}

/** Tokens that a vision tower hands to another one: its patches, averaged down and put side by side. */
export function connectedTokens(vision: VisionTower, { merge, tokens = patchesOf(vision) }: Connector): number {
  return Math.floor(tokens / merge);
}

/** The connector, and what of it stands behind inner layers, whose norms are over merged tokens. */
function connectorsOf(vision: VisionTower, connector: Connector, batch: number, place: Place): readonly Operator[] {
  const { taps = 0 } = connector;
  const own = connectorOperators(vision, connector, batch, place);
  if (taps === 0) return own;
  const tapped = connectorOperators(vision, { ...connector, normMerged: true }, batch, {
    ...place,
    prefix: `${place.prefix}.taps`,
    count: place.count * taps,
  });
  return [...own, ...tapped];
}

function connectorOperators(
  vision: VisionTower,
  connector: Connector,
  batch: number,
  place: Place,
): readonly Operator[] {
  const { hidden } = vision;
  const { widths, norm, merge, tokens } = connector;
  const rows = batch * connectedTokens(vision, connector);
  const wide = merge * hidden;
  const patches = batch * patchesOf(vision);
  const whole = connector.normMerged ? { rows, hidden: wide } : { rows: rows * merge, hidden };
  return [
    ...(tokens === undefined
      ? []
      : [
          vector(place, "pooling", "connector-pooling", {
            primitive: "mean",
            elements: batch * tokens * hidden,
            rowLength: Math.ceil(patchesOf(vision) / tokens),
            elementsRead: patches * hidden,
          }),
        ]),
    ...(norm === "none" ? [] : [normalisation(place, "connector-norm", { ...whole, normalisation: norm })]),
    ...widths.flatMap((n, at) => [
      linear(place, "projection", `connector-${at + 1}`, { rows, k: at === 0 ? wide : widths[at - 1]!, n }),
      ...(at < widths.length - 1
        ? [vector(place, "activation", `connector-activation-${at + 1}`, { primitive: "gelu", elements: rows * n })]
        : []),
    ]),
  ];
}

function connectorParameters(vision: VisionTower, connector: Connector): number {
  const { hidden } = vision;
  const { merge, widths, bias, norm, normMerged, taps = 0, separators = 0 } = connector;
  const biases = bias ? (1 + taps) * widths.reduce((sum, n) => sum + n, 0) : 0;
  const normOf = (size: number) => (norm === "none" ? 0 : normSize(norm, size));
  const norms = normOf(normMerged ? merge * hidden : hidden) + taps * normOf(merge * hidden);
  return connectorMatrices(vision, connector) + biases + norms + separators * merge * hidden;
}

/** Of these the elements of matrices. */
export function connectorMatrices({ hidden }: VisionTower, { merge, widths, taps = 0 }: Connector): number {
  return (1 + taps) * widths.reduce((sum, n, at) => sum + (at === 0 ? merge * hidden : widths[at - 1]!) * n, 0);
}
