import { square } from "../../math/index.ts";
import type { BertModel, TextTower, Tower, VisionTower, VitModel } from "../../spec/model.ts";
import { architectureOf, classesOf } from "./architecture.ts";
import type { Common, HuggingFaceOptions } from "./common.ts";
import { defined } from "./decoder.ts";
import {
  activation,
  count,
  flag,
  headSizeOf,
  layerCount,
  onlyIf,
  optionalCount,
  perLayer,
  shown,
  side,
  valueOf,
  type ConfigReader,
} from "./reader.ts";

type Read = (reader: ConfigReader, common: Common, options: HuggingFaceOptions) => VitModel;

/** Sizes that a class has where the file leaves them out. */
export interface TowerDefaults {
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly ffn: number;
  readonly activation: string;
}

const VIT_BASE: TowerDefaults = { hidden: 768, layers: 12, heads: 12, ffn: 3072, activation: "gelu" };

/** LayerNorm before the halves, plain FFN, biases everywhere, learned positions. */
export function plainTower(
  reader: ConfigReader,
  defaults: TowerDefaults,
  ffn?: number,
): Omit<Tower, "tokens" | "causal"> {
  const hidden = count(reader, ["hidden_size"], defaults.hidden);
  const layers = layerCount(reader, ["num_hidden_layers"], defaults.layers);
  const heads = count(reader, ["num_attention_heads"], defaults.heads);
  return {
    layers,
    hidden,
    ffn: perLayer(layers, ffn ?? count(reader, ["intermediate_size"], defaults.ffn)),
    heads: perLayer(layers, heads),
    kvHeads: perLayer(layers, heads),
    headSize: headSizeOf(reader, hidden, heads),
    activation: activation(reader, ["hidden_act"], defaults.activation),
    gated: false,
    normalisation: "layernorm",
    normPosition: "pre",
    position: "learned",
    bias: true,
  };
}

/** Image and patches, and `extra` tokens that are no patches. */
export function imageOf(
  reader: ConfigReader,
  defaults: { readonly image: number; readonly patch: number },
  extra: number,
): Pick<VisionTower, "tokens" | "causal" | "imageSize" | "patchSize" | "channels"> {
  const imageSize = side(reader, "image_size", defaults.image);
  const patchSize = side(reader, "patch_size", defaults.patch);
  return {
    tokens: square(Math.floor(imageSize / patchSize)) + extra,
    causal: false,
    imageSize,
    patchSize,
    channels: count(reader, ["num_channels"], 3),
  };
}

/** What an image model's class puts behind its layers. */
function imageHead(reader: ConfigReader): "classifier" | "none" {
  const name = architectureOf(reader);
  if (name === undefined || /ForImageClassification(WithTeacher)?$/.test(name)) return "classifier";
  if (name.endsWith("Model") || name.endsWith("Backbone")) return "none";
  reader.problems.push(
    `${reader.path}architectures is ${shown(name)}: the head of that class is not modelled. Known: ...ForImageClassification, ...Model.`,
  );
  return "none";
}

/** Biases where QKV have them only if `qkv_bias`. */
function qkvBias(reader: ConfigReader, withBias: Tower["bias"] = true): Pick<VisionTower, "bias" | "patchBias"> {
  return flag(reader, "qkv_bias", true)
    ? withBias === true
      ? { bias: true }
      : { bias: withBias, patchBias: true }
    : { bias: "no-qkv", patchBias: true };
}

/** ViTConfig and DeiTConfig, which has one class token more and a classifier on it (`...WithTeacher`). */
function vitLike(extra: number): Read {
  return (reader, common) => {
    const image = imageOf(reader, { image: 224, patch: 16 }, extra);
    const hasHead = imageHead(reader) === "classifier";
    valueOf(reader, ["pooler_act", "pooler_output_size"]);
    return {
      ...common,
      family: "vit",
      vision: { ...plainTower(reader, VIT_BASE), ...qkvBias(reader), ...image },
      classes: hasHead ? classesOf(reader) : 0,
      ...(architectureOf(reader)?.endsWith("WithTeacher") === true ? { heads: 2 } : {}),
      ...(hasHead ? {} : { pooler: true }),
    };
  };
}

/** Dinov2Config: scales on the halves, a stored mask token; the classifier reads class token and mean of the patches. */
const dinov2: Read = (reader, common) => {
  const isGated = flag(reader, "use_swiglu_ffn", false);
  const hidden = count(reader, ["hidden_size"], 768);
  const ratio = count(reader, ["mlp_ratio"], 4);
  // SwiGLU's inner size: two thirds, rounded up to a multiple of 8.
  const inner = isGated ? Math.ceil(Math.floor((hidden * ratio * 2) / 3) / 8) * 8 : hidden * ratio;
  const hasHead = imageHead(reader) === "classifier";
  const tower = plainTower(reader, VIT_BASE, inner);
  for (const name of [
    "out_features",
    "out_indices",
    "stage_names",
    "reshape_hidden_states",
    "apply_layernorm",
    "layerscale_value",
  ])
    valueOf(reader, [name]);
  return {
    ...common,
    family: "vit",
    vision: {
      ...tower,
      ...(isGated ? { gated: true, activation: "silu" as const } : {}),
      ...qkvBias(reader),
      ...imageOf(reader, { image: 224, patch: 14 }, 1),
      layerScale: true,
      ...(flag(reader, "use_mask_token", true) ? { maskToken: true } : {}),
      ...(hasHead ? { pooling: "first+mean" as const } : {}),
    },
    classes: hasHead ? classesOf(reader) : 0,
  };
};

/** BeitConfig: keys without bias, tables of relative positions in each layer, scales on the halves, mean of the patches. */
const beit: Read = (reader, common) => {
  const image = imageOf(reader, { image: 224, patch: 16 }, 1);
  const side = Math.floor(image.imageSize / image.patchSize);
  const hasTable = flag(reader, "use_relative_position_bias", false);
  const isShared = flag(reader, "use_shared_relative_position_bias", false);
  const isAbsolute = flag(reader, "use_absolute_position_embeddings", false);
  if (isAbsolute && (hasTable || isShared))
    reader.problems.push("absolute and relative positions together are not modelled.");
  const scale = valueOf(reader, ["layer_scale_init_value"]) ?? 0.1;
  const isMean = flag(reader, "use_mean_pooling", true);
  const hasHead = imageHead(reader) === "classifier";
  for (const name of [
    "out_indices",
    "out_features",
    "stage_names",
    "pool_scales",
    "use_auxiliary_head",
    "auxiliary_channels",
    "auxiliary_num_convs",
    "auxiliary_concat_input",
    "auxiliary_loss_weight",
    "semantic_loss_ignore_index",
    "add_fpn",
    "vocab_size",
    "reshape_hidden_states",
    "segmentation_indices",
  ])
    valueOf(reader, [name]);
  return {
    ...common,
    family: "vit",
    vision: {
      ...plainTower(reader, VIT_BASE),
      ...qkvBias(reader, "no-key"),
      ...image,
      position: hasTable || isShared ? "relative" : isAbsolute ? "learned" : "none",
      ...defined({
        relative: hasTable || isShared ? { rows: square(2 * side - 1) + 3, shared: isShared } : undefined,
        layerScale: typeof scale === "number" && scale > 0 ? true : undefined,
        maskToken: flag(reader, "use_mask_token", false) ? true : undefined,
        pooling: isMean ? ("mean" as const) : undefined,
      }),
    },
    classes: hasHead ? classesOf(reader) : 0,
    ...(isMean ? { normPooled: true } : {}),
  };
};

export const SIGLIP_VISION = { ...VIT_BASE, activation: "gelu_pytorch_tanh" };

/** SiglipVisionConfig: no class token; a learned query pools by attention. */
export function siglipVision(reader: ConfigReader): VisionTower {
  const hasHead = flag(reader, "vision_use_head", true);
  return {
    ...plainTower(reader, SIGLIP_VISION),
    ...imageOf(reader, { image: 224, patch: 16 }, 0),
    pooling: hasHead ? "attention" : "all",
  };
}

export const CLIP_VISION: TowerDefaults = { ...VIT_BASE, activation: "quick_gelu" };
export const CLIP_TEXT: TowerDefaults = { hidden: 512, layers: 12, heads: 8, ffn: 2048, activation: "quick_gelu" };

/** CLIPVisionConfig: a norm in front of the layers, no bias in the patch product. */
export function clipVisionTower(reader: ConfigReader): VisionTower {
  return { ...plainTower(reader, CLIP_VISION), ...imageOf(reader, { image: 224, patch: 32 }, 1) };
}

/** CLIPTextConfig. */
export function clipTextTower(reader: ConfigReader): TextTower {
  return {
    ...plainTower(reader, CLIP_TEXT),
    tokens: count(reader, ["max_position_embeddings"], 77),
    causal: true,
    vocabulary: count(reader, ["vocab_size"], 49408),
  };
}

/** A CLIP vision tower by itself; `...WithProjection` projects the class token. */
const clipVision: Read = (reader, common) => {
  const isProjected = towerArchitecture(reader);
  const size = optionalCount(reader, ["projection_dim"]) ?? 512;
  return {
    ...common,
    family: "vit",
    vision: { ...clipVisionTower(reader), patchBias: false, embeddingNorm: true },
    classes: 0,
    normPooled: true,
    ...(isProjected ? { embedding: size } : {}),
  };
};

const siglipVisionModel: Read = (reader, common) => {
  towerArchitecture(reader);
  return { ...common, family: "vit", vision: siglipVision(reader), classes: 0 };
};

/** Whether a tower by itself ends with its projection. */
function towerArchitecture(reader: ConfigReader): boolean {
  const name = architectureOf(reader);
  if (name === undefined || name.endsWith("Model") || name.endsWith("WithProjection"))
    return name?.endsWith("WithProjection") ?? false;
  reader.problems.push(
    `${reader.path}architectures is ${shown(name)}: the head of that class is not modelled. Known: ...Model, ...ModelWithProjection.`,
  );
  return false;
}

/** A CLIP text tower by itself: the last token's values, projected where the class says so. */
export function readClipText(reader: ConfigReader, common: Common, options: HuggingFaceOptions): BertModel {
  const isProjected = towerArchitecture(reader);
  const size = optionalCount(reader, ["projection_dim"]) ?? 512;
  const tower = clipTextTower(reader);
  const tokens = options.tokens ?? tower.tokens;
  if (tokens > tower.tokens)
    reader.problems.push(`${tokens} tokens were asked for, but max_position_embeddings allows ${tower.tokens}.`);
  return {
    ...common,
    family: "bert",
    text: {
      ...tower,
      tokens,
      embeddingNorm: false,
      pooling: "last",
      segments: 0,
      maxPositions: tower.tokens,
    },
    pooler: false,
    ...(isProjected ? { embedding: size } : {}),
  };
}

export const VISION_READERS: Readonly<Record<string, Read>> = {
  vit: vitLike(1),
  deit: vitLike(2),
  dinov2,
  beit,
  clip_vision_model: clipVision,
  siglip_vision_model: siglipVisionModel,
  siglip2_vision_model: (reader, common, options) => {
    onlyIf(reader, "num_patches", [], "an image whose shape is not fixed");
    return siglipVisionModel(reader, common, options);
  },
};
