import type { Connector, DecoderModel, TowersModel, VisionTower, VitModel } from "../../spec/model.ts";
import { patchesOf } from "../embedding.ts";
import { connectedTokens } from "../vit.ts";
import { square } from "../../math/index.ts";
import type { Common, HuggingFaceOptions } from "./common.ts";
import { IMAGE_TOWERS, mergedSide, moonVit, type ImageTower } from "./image-towers.ts";
import { GPT_READERS } from "./gpt.ts";
import { HYBRID_READERS } from "./hybrid.ts";
import { KIN_READERS } from "./kin.ts";
import { LATENT_READERS } from "./latent.ts";
import { LLAMA_READERS } from "./llama.ts";
import {
  count,
  countList,
  noteUnread,
  onlyIf,
  optionalCount,
  sectionOf,
  share,
  shown,
  valueOf,
  type ConfigReader,
} from "./reader.ts";

type Read = (reader: ConfigReader, common: Common, options: HuggingFaceOptions) => TowersModel;

const DECODERS = { ...LLAMA_READERS, ...KIN_READERS, ...HYBRID_READERS, ...LATENT_READERS, ...GPT_READERS };

/** What LlamaConfig and MistralConfig have where a section leaves it out: the sizes of their first models. */
const SECTION_DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  llama: {
    ...{ hidden_size: 4096, intermediate_size: 11008, num_hidden_layers: 32, num_attention_heads: 32 },
    ...{ max_position_embeddings: 2048, vocab_size: 32000, hidden_act: "silu" },
  },
  mistral: {
    ...{ hidden_size: 4096, intermediate_size: 14336, num_hidden_layers: 32, num_attention_heads: 32 },
    ...{ num_key_value_heads: 8, max_position_embeddings: 131072, vocab_size: 32000, hidden_act: "silu" },
  },
  gemma: {
    ...{ hidden_size: 3072, intermediate_size: 24576, num_hidden_layers: 28, num_attention_heads: 16 },
    ...{ num_key_value_heads: 16, max_position_embeddings: 8192, vocab_size: 256000 },
  },
  gemma3_text: {
    ...{ hidden_size: 2304, intermediate_size: 9216, num_hidden_layers: 26, num_attention_heads: 8 },
    ...{ num_key_value_heads: 4, max_position_embeddings: 131072, vocab_size: 262208 },
  },
};

interface Family {
  /** Type of the text section where it does not say its own. */
  readonly text: string;
  /** The decoder's fields may stand at the top of the file, where there is no text section. */
  readonly isFlat?: boolean;
  /** Type of the image section where it does not say its own, or its reader where it never does. */
  readonly image: string | ImageTower;
  /** The image section where the class has one image tower and the file none. */
  readonly fixedImage?: Readonly<Record<string, unknown>>;
  readonly connector: (
    reader: ConfigReader,
    parts: { readonly tower: VisionTower; readonly image: ConfigReader; readonly hidden: number },
  ) => Connector;
}

/**
 * An image tower, linear layers that make its patches the decoder's tokens, and the decoder. The prompt holds the tokens of one image;
 * where they are more than it, it is as much longer.
 */
function visionLanguage(family: Family): Read {
  return (reader, common, options) => {
    const section = sectionOf(reader, "text_config");
    const isFlat = section === undefined && family.isFlat === true;
    const textReader = isFlat ? reader : withDefaults(reader, section, family.text);
    const image = imageSection(reader, family);
    const tower = imageTower(image, family.image);
    const type = isFlat ? family.text : String(valueOf(textReader, ["model_type"]) ?? family.text);
    const hidden = count(textReader, ["hidden_size"]);
    const connector = family.connector(reader, { tower, image, hidden });
    const tokens = connectedTokens(tower, connector);
    const prompt = options.tokens ?? (tokens < 512 ? 512 : tokens + 512);
    if (prompt < tokens) reader.problems.push(`${prompt} tokens were asked for, but one image alone is ${tokens}.`);
    reader.notes.push(`the prompt of ${prompt} tokens holds one image of ${tokens}.`);
    const part = (name: string): Common => ({ name, description: common.description, training: null });
    const tied = valueOf(reader, ["tie_word_embeddings"]);
    const isTiedAbove = tied !== undefined && !isFlat && textReader.config["tie_word_embeddings"] === undefined;
    const own = isTiedAbove
      ? { ...textReader, config: { ...textReader.config, tie_word_embeddings: tied } }
      : textReader;
    const text = readText(own, type, part("text"), { ...options, tokens: prompt });
    if (family.fixedImage === undefined) noteUnread(image);
    if (!isFlat) noteUnread(textReader);
    const vision: VitModel = {
      ...part("vision"),
      family: "vit",
      vision: tower,
      classes: 0,
      normPooled: false,
      connector,
    };
    return { ...common, family: "towers", towers: text === null ? [vision] : [vision, text] };
  };
}

function imageSection(reader: ConfigReader, { fixedImage }: Family): ConfigReader {
  const section =
    fixedImage === undefined
      ? sectionOf(reader, "vision_config")
      : { ...reader, config: fixedImage, path: "vision.", asked: new Set<string>() };
  if (section !== undefined) return section;
  reader.problems.push("vision_config is missing.");
  return { ...reader, config: {}, path: "vision_config.", asked: new Set<string>() };
}

function withDefaults(reader: ConfigReader, section: ConfigReader | undefined, fallback: string): ConfigReader {
  if (section === undefined) {
    reader.problems.push("text_config is missing.");
    return { ...reader, config: {}, path: "text_config.", asked: new Set() };
  }
  const type = String(section.config["model_type"] ?? fallback);
  const defaults = Object.hasOwn(SECTION_DEFAULTS, type) ? SECTION_DEFAULTS[type]! : {};
  const absent = Object.entries(defaults).filter(([key]) => (section.config[key] ?? null) === null);
  for (const [key, value] of absent)
    section.notes.push(`${section.path}${key} is absent: ${shown(value)}, the default of its configuration class.`);
  return { ...section, config: { ...section.config, ...Object.fromEntries(absent) } };
}

/** The decoder of the whole: its head is there whatever the section's own `architectures` says. */
function readText(
  reader: ConfigReader,
  type: string,
  common: Common,
  options: HuggingFaceOptions,
): DecoderModel | null {
  const known = Object.hasOwn(TEXT_TYPES, type) ? TEXT_TYPES[type]! : type;
  if (Object.hasOwn(DECODERS, known)) {
    const config = Object.fromEntries(Object.entries(reader.config).filter(([key]) => key !== "architectures"));
    return DECODERS[known]!({ ...reader, config }, common, options);
  }
  reader.problems.push(
    `${reader.path}model_type is ${shown(type)}, which is not modelled. Known: ${Object.keys(DECODERS).join(", ")}.`,
  );
  return null;
}

function imageTower(reader: ConfigReader, fallback: string | ImageTower): VisionTower {
  for (const name of [
    "projection_dim",
    "vocab_size",
    "vision_use_head",
    "projector_hidden_act",
    "vision_feature_layer",
    "vision_feature_select_strategy",
    "num_image_tokens",
    "num_positions",
    "dtype",
    "torch_dtype",
  ])
    valueOf(reader, [name]);
  const type = valueOf(reader, ["model_type"]);
  if (typeof fallback !== "string") return fallback(reader);
  const name = typeof type === "string" ? type : fallback;
  if (Object.hasOwn(IMAGE_TOWERS, name)) return IMAGE_TOWERS[name]!(reader);
  const known = Object.keys(IMAGE_TOWERS).join(", ");
  reader.problems.push(
    `${reader.path}model_type is ${shown(type)}: such an image tower is not modelled. Known: ${known}.`,
  );
  return IMAGE_TOWERS[fallback]!(reader);
}

const PLAIN: Omit<Connector, "widths"> = { merge: 1, bias: true, norm: "none", normMerged: false };

/** Names of special tokens and of what a projector does without trained numbers. */
function ignore(reader: ConfigReader, ...more: readonly string[]): void {
  for (const name of [
    ...["projector_hidden_act", "vision_feature_layer", "vision_feature_select_strategy", "image_token_index"],
    ...["boi_token_index", "eoi_token_index", "ignore_index", "vocab_size", "video_token_index"],
    ...more,
  ])
    valueOf(reader, [name]);
}

/** Qwen's merger: a norm, the patches of a square side by side, two matrices with biases. */
function qwenMerger(
  reader: ConfigReader,
  { tower, image, hidden }: { readonly tower: VisionTower; readonly image: ConfigReader; readonly hidden: number },
): Connector {
  ignore(reader, "vision_start_token_id", "vision_end_token_id", "vision_token_id");
  const merge = square(mergedSide(image));
  const taps = countList(image, "deepstack_visual_indexes")?.length ?? 0;
  return {
    ...{ merge, bias: true, normMerged: false, widths: [merge * tower.hidden, hidden] },
    norm: tower.normalisation === "rmsnorm" ? "rmsnorm" : "layernorm",
    ...(taps > 0 ? { taps } : {}),
  };
}

/** Text types of vision–language files that are decoders of another name. */
const TEXT_TYPES: Readonly<Record<string, string>> = {
  qwen2_vl: "qwen2",
  qwen2_vl_text: "qwen2",
  qwen2_5_vl: "qwen2",
  qwen2_5_vl_text: "qwen2",
  qwen3_vl_text: "qwen3",
  qwen3_vl_moe_text: "qwen3_moe",
};

export const VISION_LANGUAGE_READERS: Readonly<Record<string, Read>> = {
  llava: visionLanguage({
    text: "llama",
    image: "clip_vision_model",
    connector: (reader, { hidden }) => {
      for (const name of [
        "projector_hidden_act",
        "vision_feature_layer",
        "vision_feature_select_strategy",
        "image_seq_length",
        "image_token_index",
      ])
        valueOf(reader, [name]);
      valueOf(reader, ["vocab_size", "ignore_index"]);
      const bias = reader.config["multimodal_projector_bias"] !== false;
      valueOf(reader, ["multimodal_projector_bias"]);
      return { ...PLAIN, bias, widths: [hidden, hidden] };
    },
  }),
  paligemma: visionLanguage({
    text: "gemma",
    image: "siglip_vision_model",
    connector: (reader, { hidden }) => {
      for (const name of [
        "projection_dim",
        "vocab_size",
        "ignore_index",
        "image_token_index",
        "hidden_size",
        "num_image_tokens",
      ])
        valueOf(reader, [name]);
      return { ...PLAIN, widths: [hidden] };
    },
  }),
  gemma3: visionLanguage({
    text: "gemma3_text",
    image: "siglip_vision_model",
    connector: (reader, { tower: vision, hidden }) => {
      const tokens = optionalCount(reader, ["mm_tokens_per_image"]) ?? 256;
      if (tokens > patchesOf(vision))
        reader.problems.push(`mm_tokens_per_image is ${tokens}, more than the image's ${patchesOf(vision)} patches.`);
      for (const name of ["boi_token_index", "eoi_token_index", "image_token_index"]) valueOf(reader, [name]);
      return { ...PLAIN, bias: false, norm: "rmsnorm", widths: [hidden], tokens };
    },
  }),
  mistral3: visionLanguage({
    text: "mistral",
    image: "pixtral",
    connector: (reader, { tower, hidden }) => {
      ignore(reader);
      onlyIf(reader, "multimodal_projector_bias", [false], "a projector with biases in this family");
      const merge = square(mergedSide(reader));
      return { ...PLAIN, merge, bias: false, norm: "rmsnorm", widths: [tower.hidden, hidden, hidden] };
    },
  }),
  llama4: visionLanguage({
    text: "llama4_text",
    image: "llama4_vision_model",
    connector: (reader, { image, hidden }) => {
      ignore(reader);
      const side = 1 / share(image, ["pixel_shuffle_ratio"], 0.5);
      if (!Number.isInteger(side))
        image.problems.push("vision_config.pixel_shuffle_ratio must be one over a whole number.");
      onlyIf(image, "multi_modal_projector_bias", [false], "a projector with biases in this family");
      const widths = [
        count(image, ["projector_input_dim"], 4096),
        count(image, ["projector_output_dim"], 4096),
        hidden,
      ];
      return { ...PLAIN, merge: square(Math.round(side)), bias: false, widths };
    },
  }),
  phi3_v: visionLanguage({
    text: "phi3",
    isFlat: true,
    image: "clip_vision_model",
    // The class has one image tower: CLIP ViT-L/14 at 336 pixels.
    fixedImage: {
      ...{ hidden_size: 1024, intermediate_size: 4096, num_hidden_layers: 24, num_attention_heads: 16 },
      ...{ image_size: 336, patch_size: 14, num_channels: 3, hidden_act: "quick_gelu" },
    },
    connector: (reader, { hidden }) => {
      ignore(reader, "embd_layer", "full_attn_mod", "interpolate_factor");
      reader.notes.push("one crop of 336 × 336 pixels is taken; larger images are cut into several.");
      return { ...PLAIN, merge: 4, widths: [hidden, hidden], separators: 2 };
    },
  }),
  qwen2_vl: visionLanguage({ text: "qwen2", isFlat: true, image: "qwen2_vl", connector: qwenMerger }),
  qwen2_5_vl: visionLanguage({ text: "qwen2", isFlat: true, image: "qwen2_5_vl", connector: qwenMerger }),
  qwen3_vl: visionLanguage({ text: "qwen3", image: "qwen3_vl", connector: qwenMerger }),
  qwen3_vl_moe: visionLanguage({ text: "qwen3_moe", image: "qwen3_vl", connector: qwenMerger }),
  qwen3_5: visionLanguage({ text: "qwen3_5_text", image: "qwen3_5", connector: qwenMerger }),
  qwen3_5_moe: visionLanguage({ text: "qwen3_5_moe_text", image: "qwen3_5", connector: qwenMerger }),
  kimi_k25: visionLanguage({
    text: "kimi_k2",
    isFlat: true,
    image: moonVit,
    connector: (reader, { tower, image, hidden }) => {
      ignore(reader, "media_placeholder_token_id");
      const [rows = 2, columns = 2] = countList(image, "merge_kernel_size") ?? [];
      const merge = rows * columns;
      return { ...PLAIN, merge, norm: "layernorm", widths: [merge * tower.hidden, hidden] };
    },
  }),
};
