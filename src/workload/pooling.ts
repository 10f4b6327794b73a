import { square } from "../math/index.ts";
import type { Projection, TextTower, VisionTower } from "../spec/model.ts";
import { tokensLeft } from "../spec/token-reduction.ts";
import type { Operator } from "./operator.ts";
import { extraTokensOf } from "./embedding.ts";
import { layersOf } from "./layer-shape.ts";
import { linear, normalisation, product, vector, type Place } from "./make-operator.ts";
import { normParameters } from "./parameters.ts";

/** Picks one token of each input: [batch, tokens, hidden] → [batch, hidden]. */
export function pickToken(hidden: number, batch: number, place: Place): Operator {
  return vector(place, "pooling", "pooling", { primitive: "gather", elements: batch * hidden });
}

function meanOfTokens(hidden: number, tokens: number, batch: number, place: Place, name = "pooling"): Operator {
  return vector(place, "pooling", name, {
    primitive: "mean",
    elements: batch * hidden,
    rowLength: tokens,
    elementsRead: batch * tokens * hidden,
  });
}

/** One token of a text, or the mean of all. */
export function poolText({ hidden, tokens, pooling }: TextTower, batch: number, place: Place): readonly Operator[] {
  if (pooling === "all") return [];
  return [pooling === "mean" ? meanOfTokens(hidden, tokens, batch, place) : pickToken(hidden, batch, place)];
}

/** What an image becomes: as the tower says, else its class token where there is one, else the mean over the patches. */
export function poolImage(tower: VisionTower, batch: number, place: Place): readonly Operator[] {
  const { hidden } = tower;
  const tokens = tokensLeft(tower);
  const { pooling = extraTokensOf(tower) > 0 ? "first" : "mean" } = tower;
  switch (pooling) {
    case "all":
      return [];
    case "attention":
      return attentionPooling(tower, batch, place);
    case "mean":
      return [meanOfTokens(hidden, tokens, batch, place)];
    case "first+mean":
      return [
        pickToken(hidden, batch, place),
        meanOfTokens(hidden, tokens - extraTokensOf(tower), batch, place, "mean-pooling"),
      ];
    default:
      return [pickToken(hidden, batch, place)];
  }
}

/** Width of a pooled image. */
export function pooledWidth({ hidden, pooling, attentionPool }: VisionTower): number {
  if (pooling === "first+mean") return 2 * hidden;
  return pooling === "attention" ? (attentionPool?.width ?? hidden) : hidden;
}

/**
 * Learned queries attend to all tokens.
 *
 *   plain   one query; its result, normalised, goes through an FFN as wide as the layers' (SigLIP, Zhai et al. 2023)
 *   wider   `attentionPool.queries` of another width, norms on queries and tokens, no FFN (CoCa, Yu et al. 2022)
 */
function attentionPooling(tower: VisionTower, batch: number, place: Place): readonly Operator[] {
  const { hidden, attentionPool } = tower;
  const tokens = tokensLeft(tower);
  const { queries, heads, width } = attentionPool ?? { queries: 1, heads: tower.heads[0]!, width: hidden };
  const rows = batch * queries;
  const headSize = width / heads;
  const group = { batch: batch * heads, m: queries };
  const norm = (name: string, size: number, count: number) =>
    normalisation(place, name, { rows: count, hidden: size, normalisation: tower.normalisation });
  return [
    ...(attentionPool === undefined
      ? []
      : [norm("pooling-query-norm", width, rows), norm("pooling-key-norm", hidden, batch * tokens)]),
    linear(place, "pooling", "pooling-query", { rows, k: width, n: width }),
    linear(place, "pooling", "pooling-keys-values", { rows: batch * tokens, k: hidden, n: 2 * width }),
    product(place, "scores", "pooling-scores", { ...group, k: headSize, n: tokens }),
    vector(place, "softmax", "pooling-softmax", {
      primitive: "softmax",
      elements: group.batch * queries * tokens,
      rowLength: tokens,
    }),
    product(place, "context", "pooling-context", { ...group, k: tokens, n: headSize }),
    linear(place, "pooling", "pooling-output", { rows, k: width, n: width }),
    ...(attentionPool === undefined ? poolingFfn(tower, batch, place) : []),
  ];
}

function poolingFfn(tower: VisionTower, batch: number, place: Place): readonly Operator[] {
  const { hidden, normalisation: kind, activation } = tower;
  const ffn = poolingFfnSize(tower);
  const elements = batch * hidden;
  return [
    normalisation(place, "pooling-norm", { rows: batch, hidden, normalisation: kind }),
    linear(place, "ffn-up", "pooling-ffn-up", { rows: batch, k: hidden, n: ffn }),
    vector(place, "activation", "pooling-activation", { primitive: activation, elements: batch * ffn }),
    linear(place, "ffn-down", "pooling-ffn-down", { rows: batch, k: ffn, n: hidden }),
    vector(place, "residual", "pooling-residual", { primitive: "add", elements, elementsRead: 2 * elements }),
  ];
}

function poolingFfnSize(tower: VisionTower): number {
  return layersOf(tower).at(-1)?.ffn ?? tower.hidden;
}

/** Trained numbers of the pooling; 0 unless it is an attention. */
export function poolingParameters(tower: VisionTower): number {
  if (tower.pooling !== "attention") return 0;
  const { hidden, attentionPool } = tower;
  if (attentionPool === undefined) {
    const ffn = poolingFfnSize(tower);
    return hidden + 4 * square(hidden) + 4 * hidden + normParameters(tower) + 2 * hidden * ffn + ffn + hidden;
  }
  const { queries, width } = attentionPool;
  return queries * width + 2 * square(width) + 2 * hidden * width + 4 * width + 2 * width + 2 * hidden;
}

/** Of these the elements of matrices. */
export function poolingMatrices(tower: VisionTower): number {
  if (tower.pooling !== "attention") return 0;
  const { hidden, attentionPool } = tower;
  if (attentionPool === undefined) return 4 * square(hidden) + 2 * hidden * poolingFfnSize(tower);
  const { width } = attentionPool;
  return 2 * square(width) + 2 * hidden * width;
}

/** Pooled vectors [batch, hidden] → [batch, embedding]. */
export function projectPooled(
  projection: Projection | undefined,
  hidden: number,
  embedding: number,
  batch: number,
  place: Place,
): readonly Operator[] {
  if (projection === "none") return [];
  if (projection !== "mlp")
    return [linear(place, "projection", "projection", { rows: batch, k: hidden, n: embedding })];
  const between = betweenOf(hidden, embedding);
  return [
    linear(place, "projection", "projection-in", { rows: batch, k: hidden, n: between }),
    vector(place, "activation", "projection-activation", { primitive: "gelu", elements: batch * between }),
    linear(place, "projection", "projection", { rows: batch, k: between, n: embedding }),
  ];
}

/** Inner width of the projection with two matrices, as OpenCLIP's text towers from HuggingFace have it. */
function betweenOf(hidden: number, embedding: number): number {
  return Math.floor((hidden + embedding) / 2);
}

export function projectionParameters(projection: Projection | undefined, hidden: number, embedding: number): number {
  switch (projection) {
    case "none":
      return 0;
    case "bias":
      return hidden * embedding + embedding;
    case "mlp":
      return betweenOf(hidden, embedding) * (hidden + embedding);
    default:
      return hidden * embedding;
  }
}

/** Of these the elements of matrices. */
export function projectionMatrices(projection: Projection | undefined, hidden: number, embedding: number): number {
  return projectionParameters(projection, hidden, embedding) - (projection === "bias" ? embedding : 0);
}
