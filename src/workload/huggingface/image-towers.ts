import { square } from "../../math/index.ts";
import type { AttentionKind, Tower, VisionTower } from "../../spec/model.ts";
import { activation, count, countList, headSizeOf, layerCount, optionalCount, perLayer, valueOf } from "./reader.ts";
import type { ConfigReader } from "./reader.ts";
import { clipVisionTower, plainTower, siglipVision } from "./vision.ts";

/** Image towers of vision–language models: all patches go on, behind the norms that the tower has. */
export type ImageTower = (reader: ConfigReader) => VisionTower;

const clip: ImageTower = (reader) => ({
  ...clipVisionTower(reader),
  ...{ pooling: "all", patchBias: false, embeddingNorm: true },
});

const siglip: ImageTower = (reader) => ({ ...siglipVision(reader), pooling: "all", patchBias: true });

interface Sizes {
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly ffn: number;
}

function stack(reader: ConfigReader, { hidden, layers, heads, ffn }: Sizes, act: Tower["activation"]) {
  return {
    ...{ layers, hidden, causal: false, pooling: "all" as const },
    ffn: perLayer(layers, ffn),
    heads: perLayer(layers, heads),
    kvHeads: perLayer(layers, heads),
    headSize: headSizeOf(reader, hidden, heads),
    activation: act,
    normPosition: "pre" as const,
  };
}

/** An image as large as is said, or one that the configuration leaves to its reader. */
function imageOf(
  reader: ConfigReader,
  patchSize: number,
  { image, given, channels }: { readonly image: number; readonly given: boolean; readonly channels: number },
) {
  if (!given)
    reader.notes.push(
      `${reader.path.slice(0, -1)}: images may have any size: one of ${image} × ${image} pixels is taken.`,
    );
  return { imageSize: image, patchSize, channels, tokens: square(Math.floor(image / patchSize)) };
}

/** PixtralVisionConfig: a Llama's blocks without a mask, rotations by row and column, a norm in front. */
const pixtral: ImageTower = (reader) => {
  const sizes = {
    hidden: count(reader, ["hidden_size"], 1024),
    layers: layerCount(reader, ["num_hidden_layers"], 24),
    heads: count(reader, ["num_attention_heads"], 16),
    ffn: count(reader, ["intermediate_size"], 4096),
  };
  valueOf(reader, ["head_dim", "rope_parameters"]);
  const patchSize = count(reader, ["patch_size"], 16);
  const image = count(reader, ["image_size"], 1024);
  return {
    ...stack(reader, sizes, activation(reader, ["hidden_act"], "gelu")),
    ...{ gated: true, normalisation: "rmsnorm", position: "rotary", bias: false },
    ...imageOf(reader, patchSize, { image, given: true, channels: count(reader, ["num_channels"], 3) }),
    ...{ patchBias: false, embeddingNorm: true, finalNorm: false },
  };
};

/** Llama4VisionConfig: a class token behind the patches, norms at both ends; its rotations beside the table are left out. */
const llama4: ImageTower = (reader) => {
  const defaults = { hidden: 768, layers: 34, heads: 16, ffn: 5632, activation: "gelu" };
  const patchSize = count(reader, ["patch_size"], 14);
  const image = count(reader, ["image_size"], 448);
  for (const name of ["projector_input_dim", "pixel_shuffle_ratio", "vision_output_dim", "multi_modal_projector_bias"])
    valueOf(reader, [name]);
  const size = imageOf(reader, patchSize, { image, given: true, channels: count(reader, ["num_channels"], 3) });
  reader.notes.push(`${reader.path.slice(0, -1)}: rotations beside the table of positions are left out of the work.`);
  return {
    ...plainTower(reader, defaults),
    ...size,
    tokens: size.tokens + 1,
    ...{ causal: false, pooling: "all", patchBias: false, embeddingNorm: true },
  };
};

const QWEN_IMAGE = 448;

/** Channels of a patch: each image is two frames where patches reach over time. */
const framesOf = (reader: ConfigReader): number =>
  count(reader, ["in_channels", "in_chans"], 3) * count(reader, ["temporal_patch_size"], 2);

function qwenSizes(reader: ConfigReader, ffn: (hidden: number) => number): Sizes {
  const hidden = count(reader, ["embed_dim", "hidden_size"]);
  return {
    hidden,
    layers: layerCount(reader, ["depth"]),
    heads: count(reader, ["num_heads"], 16),
    ffn: ffn(hidden),
  };
}

/** Qwen2VLVisionConfig: LayerNorm, biases, rotations; its last norm is the merger's. */
const qwen2Vl: ImageTower = (reader) => {
  const sizes = qwenSizes(reader, (hidden) => hidden * count(reader, ["mlp_ratio"], 4));
  valueOf(reader, ["hidden_size", "spatial_patch_size"]);
  return {
    ...stack(reader, sizes, activation(reader, ["hidden_act"], "quick_gelu")),
    ...{ gated: false, normalisation: "layernorm", position: "rotary", bias: true, patchBias: false },
    ...imageOf(reader, count(reader, ["patch_size"], 14), {
      image: QWEN_IMAGE,
      given: false,
      channels: framesOf(reader),
    }),
    finalNorm: false,
  };
};

/** Qwen2_5_VLVisionConfig: RMSNorm, gated FFN with biases, windows but in a few layers. */
const qwen25Vl: ImageTower = (reader) => {
  const sizes = qwenSizes(reader, () => count(reader, ["intermediate_size"]));
  const patchSize = count(reader, ["patch_size"], 14);
  const window = square(Math.floor(count(reader, ["window_size"], 112) / patchSize));
  const full = countList(reader, "fullatt_block_indexes") ?? [7, 15, 23, 31];
  for (const name of ["tokens_per_second", "out_hidden_size", "spatial_patch_size"]) valueOf(reader, [name]);
  return {
    ...stack(reader, sizes, activation(reader, ["hidden_act"], "silu")),
    ...{ gated: true, normalisation: "rmsnorm", position: "rotary", bias: true, patchBias: false },
    ...imageOf(reader, patchSize, { image: QWEN_IMAGE, given: false, channels: framesOf(reader) }),
    finalNorm: false,
    attention: Array.from({ length: sizes.layers }, (_, layer): AttentionKind =>
      full.includes(layer) ? "full" : `chunk:${window}`,
    ),
  };
};

/** Qwen3VLVisionConfig: a stored table of positions, as many as the patches of the image that is taken. */
const qwen3Vl: ImageTower = (reader) => {
  const sizes = qwenSizes(reader, () => count(reader, ["intermediate_size"]));
  const patchSize = count(reader, ["patch_size"], 16);
  const rows = count(reader, ["num_position_embeddings"], 2304);
  let side = 1;
  while (side < 10_000 && square(side) < rows) side++;
  if (square(side) !== rows)
    reader.problems.push(`${reader.path}num_position_embeddings is ${rows}, which is no square.`);
  valueOf(reader, ["out_hidden_size"]);
  reader.notes.push(`${reader.path.slice(0, -1)}: rotations beside the table of positions are left out of the work.`);
  return {
    ...stack(reader, sizes, activation(reader, ["hidden_act"], "gelu_pytorch_tanh")),
    ...{ gated: false, normalisation: "layernorm", position: "learned", bias: true, patchBias: true },
    ...imageOf(reader, patchSize, { image: side * patchSize, given: false, channels: framesOf(reader) }),
    finalNorm: false,
  };
};

/** The tower of Kimi K2.5 (MoonViT), under its own names. */
export const moonVit: ImageTower = (reader) => {
  const sizes = {
    hidden: count(reader, ["vt_hidden_size"], 1152),
    layers: layerCount(reader, ["vt_num_hidden_layers"], 27),
    heads: count(reader, ["vt_num_attention_heads"], 16),
    ffn: count(reader, ["vt_intermediate_size"], 4304),
  };
  const side = count(reader, ["init_pos_emb_height"], 64);
  if (count(reader, ["init_pos_emb_width"], 64) !== side)
    reader.problems.push(`${reader.path}init_pos_emb_width: a table that is no square is not modelled.`);
  for (const name of ["mm_hidden_size", "text_hidden_size", "mm_projector_type", "init_pos_emb_time", "pos_emb_type"])
    valueOf(reader, [name]);
  for (const name of ["merge_type", "video_attn_type", "projector_hidden_act", "projector_ln_eps"])
    valueOf(reader, [name]);
  const patchSize = count(reader, ["patch_size"], 14);
  return {
    ...stack(reader, sizes, "gelu"),
    ...{ gated: false, normalisation: "layernorm", position: "learned", bias: true, patchBias: true },
    ...imageOf(reader, patchSize, { image: side * patchSize, given: false, channels: 3 }),
  };
};

/** By the section's `model_type`. */
export const IMAGE_TOWERS: Readonly<Record<string, ImageTower>> = {
  clip_vision_model: clip,
  siglip_vision_model: siglip,
  pixtral,
  llama4_vision_model: llama4,
  qwen2_vl: qwen2Vl,
  qwen2_5_vl: qwen25Vl,
  qwen3_vl: qwen3Vl,
  qwen3_vl_moe: qwen3Vl,
  qwen3_5: qwen3Vl,
  qwen3_5_moe: qwen3Vl,
};

/** `optionalCount` of the tower's merging: so many patches a side become one token. */
export function mergedSide(reader: ConfigReader, fallback = 2): number {
  return optionalCount(reader, ["spatial_merge_size"]) ?? fallback;
}
