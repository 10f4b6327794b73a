import type { Connector, DecoderModel, TowersModel, VisionTower, VitModel } from "../../spec/model.ts";
import { patchesOf } from "../embedding.ts";
import { connectedTokens } from "../vit.ts";
import type { Common, HuggingFaceOptions } from "./common.ts";
import { GPT_READERS } from "./gpt.ts";
import { KIN_READERS } from "./kin.ts";
import { LATENT_READERS } from "./latent.ts";
import { LLAMA_READERS } from "./llama.ts";
import { count, noteUnread, onlyIf, optionalCount, sectionOf, shown, valueOf, type ConfigReader } from "./reader.ts";
import { clipVisionTower, siglipVision } from "./vision.ts";

type Read = (reader: ConfigReader, common: Common, options: HuggingFaceOptions) => TowersModel;

const DECODERS = { ...LLAMA_READERS, ...KIN_READERS, ...LATENT_READERS, ...GPT_READERS };

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
  readonly connector: (reader: ConfigReader, vision: VisionTower, hidden: number) => Connector;
}

/**
 * An image tower, linear layers that make its patches the decoder's tokens, and the decoder. The prompt holds the tokens of one image;
 * where they are more than it, it is as much longer.
 */
function visionLanguage(family: Family): Read {
  return (reader, common, options) => {
    const textReader = withDefaults(reader, sectionOf(reader, "text_config"), family.text);
    const visionReader = sectionOf(reader, "vision_config");
    if (visionReader === undefined) reader.problems.push("vision_config is missing.");
    const plain = { ...reader, config: {}, asked: new Set<string>() };
    const tower = imageTower(visionReader ?? plain);
    const type = String(valueOf(textReader, ["model_type"]) ?? family.text);
    const hidden = count(textReader, ["hidden_size"]);
    const connector = family.connector(reader, tower, hidden);
    const image = connectedTokens(tower, connector);
    const prompt = options.tokens ?? (image < 512 ? 512 : image + 512);
    if (prompt < image) reader.problems.push(`${prompt} tokens were asked for, but one image alone is ${image}.`);
    reader.notes.push(`the prompt of ${prompt} tokens holds one image of ${image}.`);
    const part = (name: string): Common => ({ name, description: common.description, training: null });
    const text = readText(textReader, type, part("text"), { ...options, tokens: prompt });
    if (visionReader !== undefined) noteUnread(visionReader);
    noteUnread(textReader);
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
  if (Object.hasOwn(DECODERS, type)) {
    const config = Object.fromEntries(Object.entries(reader.config).filter(([key]) => key !== "architectures"));
    return DECODERS[type]!({ ...reader, config }, common, options);
  }
  reader.problems.push(
    `${reader.path}model_type is ${shown(type)}, which is not modelled. Known: ${Object.keys(DECODERS).join(", ")}.`,
  );
  return null;
}

function imageTower(reader: ConfigReader): VisionTower {
  const type = valueOf(reader, ["model_type"]);
  onlyIf(reader, "model_type", ["clip_vision_model", "siglip_vision_model"], "such an image tower");
  for (const name of [
    "projection_dim",
    "vocab_size",
    "vision_use_head",
    "projector_hidden_act",
    "vision_feature_layer",
    "vision_feature_select_strategy",
    "num_image_tokens",
    "num_positions",
  ])
    valueOf(reader, [name]);
  if (type === "siglip_vision_model") return { ...siglipVision(reader), pooling: "all", patchBias: true };
  return { ...clipVisionTower(reader), pooling: "all", patchBias: false, embeddingNorm: true };
}

const PLAIN: Omit<Connector, "widths"> = { merge: 1, bias: true, norm: "none", normMerged: false };

export const VISION_LANGUAGE_READERS: Readonly<Record<string, Read>> = {
  llava: visionLanguage({
    text: "llama",
    connector: (reader, _, hidden) => {
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
    connector: (reader, _, hidden) => {
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
    connector: (reader, vision, hidden) => {
      const tokens = optionalCount(reader, ["mm_tokens_per_image"]) ?? 256;
      if (tokens > patchesOf(vision))
        reader.problems.push(`mm_tokens_per_image is ${tokens}, more than the image's ${patchesOf(vision)} patches.`);
      for (const name of ["boi_token_index", "eoi_token_index", "image_token_index"]) valueOf(reader, [name]);
      return { ...PLAIN, bias: false, norm: "rmsnorm", widths: [hidden], tokens };
    },
  }),
};
