import { square } from "../math/index.ts";
import type { Tower, VisionTower } from "../spec/model.ts";
import { gateWidth, queryKeyNormParameters } from "./attention.ts";
import { extraTokensOf } from "./embedding.ts";
import { expertMatrices, expertParameters } from "./experts.ts";
import { latentMatrices, latentParameters } from "./latent-attention.ts";
import { hasFfn, layersOf, normSize, recurrentOf, type LayerShape } from "./layer-shape.ts";
import { recurrentMatrices, recurrentParameters } from "./recurrent.ts";

/** Which parameters are meant: all that are stored, or those that one token goes through. */
export type Extent = "stored" | "active";

/** Trained numbers of one LayerNorm (gain, offset) or RMSNorm (gain). */
export function normParameters(tower: Pick<Tower, "hidden" | "normalisation">): number {
  return normSize(tower.normalisation, tower.hidden);
}

/** Norms of one layer, by where they stand. */
const NORMS: Readonly<Record<Tower["normPosition"], number>> = {
  pre: 2,
  post: 2,
  both: 4,
  output: 2,
  parallel: 2,
  "parallel-shared": 1,
};

/** QKV, output projection, FFN or experts, their biases, and the layer's norms and scales. */
export function layerParameters(shape: LayerShape, extent: Extent = "stored"): number {
  const isAttending = shape.attentionKind !== "none";
  const parts = (isAttending ? 1 : 0) + (hasFfn(shape) ? 1 : 0);
  const all = shape.normPosition === "parallel-shared" ? Math.min(1, parts) : (NORMS[shape.normPosition] / 2) * parts;
  const norms = all - (isAttending && !shape.hasFirstNorm ? 1 : 0);
  const scales = shape.layerScale === true ? parts * shape.hidden : 0;
  return (
    (isAttending ? mixerParameters(shape) : 0) +
    (hasFfn(shape) ? ffnParameters(shape, extent) : 0) +
    norms * normParameters(shape) +
    scales
  );
}

/** Elements of a layer's matrices: what is left of its parameters are norms, biases, scales and small tables. */
export function layerMatrices(shape: LayerShape): number {
  const { hidden, heads, kvHeads, headSize, latent, attentionKind, routed, gated, ffn } = shape;
  const attention =
    attentionKind === "none"
      ? 0
      : attentionKind === "recurrent"
        ? recurrentMatrices(shape, recurrentOf(shape))
        : latent === undefined
          ? hidden * ((heads + 2 * kvHeads) * headSize + gateWidth(shape)) + heads * headSize * hidden
          : latentMatrices(shape, latent);
  const inner = routed === null ? (gated ? 3 : 2) * hidden * ffn : expertMatrices(shape, routed, routed.count);
  return attention + inner;
}

/** Elements of the matrices of a cross-attention. */
export function crossMatrices({ hidden, heads, kvHeads, headSize }: LayerShape): number {
  return hidden * (heads + 2 * kvHeads) * headSize + heads * headSize * hidden;
}

function mixerParameters(shape: LayerShape): number {
  return shape.attentionKind === "recurrent"
    ? recurrentParameters(shape, recurrentOf(shape))
    : attentionParameters(shape);
}

function attentionParameters(shape: LayerShape): number {
  const { hidden, heads, kvHeads, headSize, latent, relative, sinks } = shape;
  const qkvWidth = (heads + 2 * kvHeads) * headSize + gateWidth(shape);
  const matrices =
    latent === undefined
      ? hidden * qkvWidth + heads * headSize * hidden + attentionBiases(shape, qkvWidth)
      : latentParameters(shape, latent);
  return (
    matrices +
    queryKeyNormParameters(shape, heads) +
    queryKeyNormParameters(shape, kvHeads) +
    (relative?.shared === false ? relative.rows * heads : 0) +
    (sinks === true ? heads : 0)
  );
}

function attentionBiases({ bias, hidden, kvHeads, headSize }: LayerShape, qkvWidth: number): number {
  switch (bias) {
    case true:
    case "attention":
      return qkvWidth + hidden;
    case "qkv":
      return qkvWidth;
    case "no-key":
      return qkvWidth - kvHeads * headSize + hidden;
    case "no-qkv":
      return hidden;
    default:
      return 0;
  }
}

function ffnParameters(shape: LayerShape, extent: Extent): number {
  const { hidden, ffn, gated, routed, bias } = shape;
  if (routed !== null) return expertParameters(shape, routed, extent === "active" ? routed.active : routed.count);
  const wideCount = gated ? 2 : 1;
  const hasBias = bias === true || bias === "ffn" || bias === "no-key" || bias === "no-qkv";
  const inner = shape.innerNorm === true ? normSize(shape.normalisation, ffn) : 0;
  return (wideCount + 1) * hidden * ffn + (hasBias ? wideCount * ffn + hidden : 0) + inner;
}

/** A cross-attention of as many heads as the layer's own, with its norm. */
export function crossParameters(shape: LayerShape): number {
  const { heads, kvHeads, headSize } = shape;
  const qkvWidth = (heads + 2 * kvHeads) * headSize;
  return crossMatrices(shape) + attentionBiases(shape, qkvWidth) + normParameters(shape);
}

/** All layers, what they share, and the normalisation that ends the stack. */
export function stackParameters(tower: Tower, extent: Extent = "stored"): number {
  const shapes = layersOf(tower);
  const own = tower.sharedLayers === true ? shapes.slice(0, 1) : shapes;
  const layers = own.reduce((sum, shape) => sum + layerParameters(shape, extent), 0);
  const { relative, disentangled, hidden } = tower;
  return (
    layers +
    (relative?.shared === true ? relative.rows * (tower.heads[0] ?? 0) : 0) +
    // The table of disentangled attention has a norm of its own.
    (disentangled === undefined ? 0 : disentangled * hidden + normParameters(tower)) +
    (hasFinalNorm(tower) ? normParameters(tower) : 0)
  );
}

/** A post-norm stack ends with the norm of its last layer, every other with one of its own. */
export function hasFinalNorm({ finalNorm, normPosition }: Pick<Tower, "finalNorm" | "normPosition">): boolean {
  return finalNorm ?? normPosition !== "post";
}

/** Patch embedding (with or without bias), class tokens, positions, a stored mask token. */
export function imageEmbeddingParameters(tower: VisionTower, bias: boolean): number {
  const { hidden, patchBias = bias } = tower;
  return imageTables(tower) + (patchBias ? hidden : 0);
}

/** Of these all but the bias. */
export function imageTables(tower: VisionTower): number {
  const { hidden, channels, patchSize, tokens } = tower;
  const positions = tower.position === "learned" ? tokens : 0;
  const mask = tower.maskToken === true ? 1 : 0;
  return hidden * (channels * square(patchSize) + extraTokensOf(tower) + positions + mask);
}
