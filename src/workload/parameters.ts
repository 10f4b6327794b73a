import { square } from "../math/index.ts";
import type { TextTower, Tower, VisionTower } from "../spec/model.ts";
import { extraTokensOf } from "./embedding.ts";
import { layersOf, type LayerShape } from "./layer-shape.ts";

/** Trained numbers of one LayerNorm (gain, offset) or RMSNorm (gain). */
export function normParameters(tower: Pick<Tower, "hidden" | "normalisation">): number {
  return (tower.normalisation === "layernorm" ? 2 : 1) * tower.hidden;
}

/** QKV, output projection, FFN, their biases, and two normalisations. */
export function layerParameters(shape: LayerShape): number {
  const { hidden, ffn, heads, kvHeads, headSize } = shape;
  const qkvWidth = (heads + 2 * kvHeads) * headSize;
  const wideCount = shape.gated ? 2 : 1;
  const weights = hidden * qkvWidth + heads * headSize * hidden + (wideCount + 1) * hidden * ffn;
  return weights + layerBiases(shape, qkvWidth) + 2 * normParameters(shape);
}

function layerBiases({ bias, hidden, ffn, gated }: LayerShape, qkvWidth: number): number {
  const attention = bias === false ? 0 : bias === "qkv" ? qkvWidth : qkvWidth + hidden;
  return attention + (bias === true ? (gated ? 2 : 1) * ffn + hidden : 0);
}

/** All layers, and the normalisation that ends a pre-norm stack. */
export function stackParameters(tower: Tower): number {
  const layers = layersOf(tower).reduce((sum, shape) => sum + layerParameters(shape), 0);
  return layers + (tower.normPosition === "pre" ? normParameters(tower) : 0);
}

/** Patch embedding (with or without bias), class tokens, positions. */
export function imageEmbeddingParameters(tower: VisionTower, bias: boolean): number {
  const { hidden, channels, patchSize, tokens } = tower;
  const positions = tower.position === "learned" ? tokens : 0;
  return hidden * (channels * square(patchSize) + (bias ? 1 : 0) + extraTokensOf(tower) + positions);
}

/** Vocabulary table and, if learned, a table of `positions` rows. */
export function tokenEmbeddingParameters(tower: TextTower, positions: number): number {
  return tower.hidden * (tower.vocabulary + (tower.position === "learned" ? positions : 0));
}
