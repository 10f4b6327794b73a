import type {
  BertModel,
  ClipModel,
  DecoderModel,
  TextTower,
  Tower,
  VisionTower,
  VitModel,
} from "../../../src/spec/model.ts";

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

export function vit(vision: VisionTower, classes = 1000): VitModel {
  return { family: "vit", name: "vit", description: "", training: null, vision, classes };
}

/** BERT with the vocabulary of bert-*-uncased. */
export function bert(layers: number, hidden: number, heads: number, tokens: number): BertModel {
  const text = {
    ...tower(layers, hidden, heads, tokens, { normPosition: "post" }),
    vocabulary: 30522,
    segments: 2,
    maxPositions: 512,
  };
  return { family: "bert", name: "bert", description: "", training: null, text, pooler: true };
}

/** Llama-like decoder: RMSNorm, rotary positions, gated SiLU FFN, no biases. */
export function llama(shape: {
  readonly layers: number;
  readonly hidden: number;
  readonly ffn: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly vocabulary: number;
  readonly tiedEmbedding?: boolean;
  readonly tokens?: number;
  readonly contextTokens?: number;
  readonly generatedTokens?: number;
}): DecoderModel {
  const { layers } = shape;
  const text: TextTower = {
    ...tower(layers, shape.hidden, shape.heads, shape.tokens ?? 512, {
      ffn: Array.from({ length: layers }, () => shape.ffn),
      kvHeads: Array.from({ length: layers }, () => shape.kvHeads),
      activation: "silu",
      gated: true,
      normalisation: "rmsnorm",
      position: "rotary",
      causal: true,
      bias: false,
    }),
    vocabulary: shape.vocabulary,
  };
  return {
    family: "decoder",
    name: "llama",
    description: "",
    training: null,
    text,
    tiedEmbedding: shape.tiedEmbedding ?? false,
    contextTokens: shape.contextTokens ?? 0,
    generatedTokens: shape.generatedTokens ?? 0,
  };
}

/** Llama 3 8B: Grattafiori et al. 2024 (arXiv 2407.21783), table 3. */
export const llama3Of8B = { layers: 32, hidden: 4096, ffn: 14336, heads: 32, kvHeads: 8, vocabulary: 128256 } as const;
