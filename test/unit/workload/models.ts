import type { ClipModel, TextTower, Tower, VisionTower } from "../../../src/spec/model.ts";

/** Homogeneous tower with the values of a GPT-like encoder; `changes` win. */
export function tower(
  layers: number,
  hidden: number,
  heads: number,
  tokens: number,
  changes: Partial<Tower> = {},
): Tower {
  return {
    layers,
    hidden,
    ffn: Array.from({ length: layers }, () => 4 * hidden),
    heads: Array.from({ length: layers }, () => heads),
    kvHeads: Array.from({ length: layers }, () => heads),
    headSize: hidden / heads,
    tokens,
    activation: "gelu",
    gated: false,
    normalisation: "layernorm",
    normPosition: "pre",
    position: "learned",
    causal: false,
    bias: true,
    ...changes,
  };
}

export function clipTextTower(
  layers: number,
  hidden: number,
  heads: number,
  changes: Partial<TextTower> = {},
): TextTower {
  return { ...tower(layers, hidden, heads, 77, { causal: true }), vocabulary: 49408, ...changes };
}

export function visionTower(
  layers: number,
  hidden: number,
  heads: number,
  patchSize: number,
  changes: Partial<VisionTower> = {},
): VisionTower {
  const imageSize = changes.imageSize ?? 224;
  const tokens = Math.floor(imageSize / patchSize) ** 2 + 1;
  return { ...tower(layers, hidden, heads, tokens), imageSize, patchSize, channels: 3, ...changes };
}

export function clip(text: TextTower, vision: VisionTower, embedding: number, name = "clip"): ClipModel {
  return { family: "clip", name, description: "", training: null, text, vision, embedding };
}

/** CLIP ViT-B/16: Radford et al. 2021, table 20. */
export const clipVitB16: ClipModel = clip(
  clipTextTower(12, 512, 8, { activation: "quick-gelu" }),
  visionTower(12, 768, 12, 16, { activation: "quick-gelu" }),
  512,
  "clip-vit-b16",
);
