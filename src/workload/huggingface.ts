import type { ModelSpec } from "../spec/model.ts";
import { readClip, readSiglip } from "./huggingface/clip.ts";
import type { Common, HuggingFaceOptions } from "./huggingface/common.ts";
import { ENCODER_DECODER_READERS } from "./huggingface/encoder-decoder.ts";
import { ENCODER_READERS } from "./huggingface/encoders.ts";
import { GPT_READERS } from "./huggingface/gpt.ts";
import { HYBRID_READERS } from "./huggingface/hybrid.ts";
import { KIN_READERS } from "./huggingface/kin.ts";
import { LATENT_READERS } from "./huggingface/latent.ts";
import { LLAMA_READERS } from "./huggingface/llama.ts";
import { importProblems } from "./import-check.ts";
import { isRecord, noteUnread, onlyIf, readerOf, valueOf, type ConfigReader } from "./huggingface/reader.ts";
import { readQuantisation, withQuantisation } from "./huggingface/quantised.ts";
import { readSwin } from "./huggingface/swin.ts";
import { readClipText, VISION_READERS } from "./huggingface/vision.ts";
import { VISION_LANGUAGE_READERS } from "./huggingface/vision-language.ts";

export type { HuggingFaceOptions } from "./huggingface/common.ts";

export type HuggingFaceImport =
  { readonly model: ModelSpec; readonly notes: readonly string[] } | { readonly problems: readonly string[] };

type Read = (reader: ConfigReader, common: Common, options: HuggingFaceOptions) => ModelSpec;

const READERS: Readonly<Record<string, Read>> = {
  clip: readClip,
  siglip: readSiglip,
  clip_text_model: readClipText,
  ...VISION_READERS,
  swin: readSwin,
  ...ENCODER_READERS,
  ...LLAMA_READERS,
  ...KIN_READERS,
  ...HYBRID_READERS,
  ...LATENT_READERS,
  ...GPT_READERS,
  ...ENCODER_DECODER_READERS,
  ...VISION_LANGUAGE_READERS,
};

/** Types that `ecotile import huggingface` knows, in the order in which they are told. */
export const HUGGING_FACE_TYPES: readonly string[] = Object.keys(READERS);

const EXPERTS = [
  "num_local_experts",
  "num_experts",
  "n_routed_experts",
  "num_experts_per_tok",
  "moe_intermediate_size",
];

/**
 * A HuggingFace `config.json`, parsed, as a model. What the file leaves out is taken from the documented default of its configuration
 * class and said in `notes`; what is unknown or not modelled is refused, all problems at once. A key that nobody read and that is not
 * known to be harmless is a note.
 *
 * @param config   parsed JSON, not trusted
 * @param options  sequence lengths, which no configuration holds, and a name
 */
export function importHuggingFace(config: unknown, options: HuggingFaceOptions = {}): HuggingFaceImport {
  if (!isRecord(config)) return { problems: ["a config.json must hold one JSON object."] };
  const reader = readerOf(config);
  const type = valueOf(reader, ["model_type"]);
  if (type === undefined) return { problems: ["model_type is missing."] };
  if (typeof type !== "string" || !Object.hasOwn(READERS, type)) {
    const known = HUGGING_FACE_TYPES.join(", ");
    return {
      problems: [`model_type is ${JSON.stringify(type).slice(0, 60)}, which is not modelled. Known: ${known}.`],
    };
  }
  refuseOptions(reader, options);
  const model = READERS[type]!(reader, commonOf(reader, type, options), options);
  refuseUnread(reader, type);
  noteWidths(reader);
  const stored = quantised(reader, model);
  noteUnread(reader);
  const problems = reader.problems.length > 0 ? reader.problems : importProblems(stored, config);
  return problems.length > 0 ? { problems } : { model: stored, notes: reader.notes };
}

/** What a family that does not read it does not have. */
function refuseUnread(reader: ConfigReader, type: string): void {
  const refuse = (name: string, allowed: readonly unknown[], what: string) => {
    if (!reader.asked.has(name)) onlyIf(reader, name, allowed, what);
  };
  for (const name of EXPERTS) refuse(name, [0, 1], "a mixture of experts");
  if (!Object.hasOwn(ENCODER_DECODER_READERS, type)) refuse("is_encoder_decoder", [false], "an encoder with a decoder");
  refuse("add_cross_attention", [false], "cross-attention");
}

/** Widths that nobody states are those of the machine. */
function noteWidths(reader: ConfigReader): void {
  const dtype = valueOf(reader, ["torch_dtype", "dtype"]);
  if (dtype !== undefined && !/^(bfloat16|float16)$/.test(String(dtype)))
    reader.notes.push(`torch_dtype is ${JSON.stringify(dtype)}: widths are those of the hardware's precision.`);
}

/** What the file says of storage. */
function quantised(reader: ConfigReader, model: ModelSpec): ModelSpec {
  const config = valueOf(reader, ["quantization_config"]);
  if (config === undefined) return model;
  const read = isRecord(config) ? readQuantisation(config) : null;
  if (read !== null) {
    reader.notes.push(...read.notes);
    return withQuantisation(model, read.quantisation);
  }
  const method = isRecord(config) ? config["quant_method"] : config;
  reader.notes.push(
    `quantization_config (${String(JSON.stringify(method)).slice(0, 60)}) is not known: parameters are counted as before ` +
      "quantisation, at the widths of the hardware's precision; for example --set quantisation.weights=int4:128.",
  );
  return model;
}

function refuseOptions(reader: ConfigReader, options: HuggingFaceOptions): void {
  const { tokens = 1, generatedTokens = 0 } = options;
  if (!Number.isSafeInteger(tokens) || tokens < 1)
    reader.problems.push(`tokens is ${tokens}, but must be a whole number ≥ 1.`);
  if (!Number.isSafeInteger(generatedTokens) || generatedTokens < 0) {
    reader.problems.push(`generatedTokens is ${generatedTokens}, but must be a whole number ≥ 0.`);
  }
}

/** Name as asked for, else the last part of `_name_or_path`, else that of the file or its folder, else the model type. */
function commonOf(reader: ConfigReader, type: string, { name, path }: HuggingFaceOptions): Common {
  const given = valueOf(reader, ["_name_or_path"]);
  const own = typeof given === "string" ? plainName(given.split("/").at(-1)!) : "";
  return {
    name: name ?? (own || placeName(path) || type),
    description: `Imported from a HuggingFace config.json of type ${type}.`,
    training: null,
  };
}

/** The file's name without its ending; of a `config.json` that of its folder. */
function placeName(path: string | undefined): string {
  if (path === undefined) return "";
  const parts = path.split(/[/\\]/).filter((part) => part !== "" && part !== ".");
  const file = (parts.at(-1) ?? "").replace(/\.json$/i, "");
  const place = /^config$/i.test(file) ? (parts.at(-2) ?? "") : file;
  return place === ".." ? "" : plainName(place);
}

function plainName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, "-")
    .slice(0, 80);
}
