import type { Tower, VisionTower } from "../spec/model.ts";

/**
 * Parameters of the blocks of one tower, biases and norms left out:
 *
 *   sum over layers of  hidden · headSize · (2 · heads + 2 · kvHeads)  +  (gated ? 3 : 2) · hidden · ffn
 *
 * Of experts those that a token goes through count, the shared ones with them. Latent attention counts as heads of its size.
 * Rises with layers, hidden, ffn and heads, each taken alone. Embeddings are not in it.
 */
export function blockParameters(tower: Tower): number {
  let total = 0;
  for (let layer = 0; layer < tower.layers; layer++) total += layerParameters(tower, layer);
  return total;
}

/** The same of one layer, counted from 0. */
export function layerParameters(tower: Tower, layer: number): number {
  const ffnMatrices = tower.gated ? 3 : 2;
  const heads = 2 * tower.heads[layer]! + 2 * tower.kvHeads[layer]!;
  return tower.hidden * (tower.headSize * heads + ffnMatrices * activeWidth(tower, layer));
}

/** Inner values of one token in a layer, counted from 0. */
function activeWidth({ experts, ffn }: Tower, layer: number): number {
  if (experts === undefined || experts.denseLayers.includes(layer + 1)) return ffn[layer]!;
  return experts.active * experts.ffn + experts.shared;
}

/** Image patches, without a class token. */
export function patchCount(tower: VisionTower): number {
  const side = Math.floor(tower.imageSize / tower.patchSize);
  return side * side;
}

export function meanOf(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total / values.length;
}
