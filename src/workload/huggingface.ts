import type { ModelSpec } from "../spec/model.ts";
import { readClip } from "./huggingface/clip.ts";
import type { Common, HuggingFaceOptions } from "./huggingface/common.ts";
import { readBert, readVit } from "./huggingface/encoders.ts";
import { readGpt2, readOpt } from "./huggingface/gpt.ts";
import { readLlama } from "./huggingface/llama.ts";
import { isRecord, onlyIf, valueOf, type ConfigReader } from "./huggingface/reader.ts";

export type { HuggingFaceOptions } from "./huggingface/common.ts";

export type HuggingFaceImport =
  { readonly model: ModelSpec; readonly notes: readonly string[] } | { readonly problems: readonly string[] };

type Read = (reader: ConfigReader, common: Common, options: HuggingFaceOptions) => ModelSpec;

const READERS: Readonly<Record<string, Read>> = {
  clip: readClip,
  vit: readVit,
  bert: (reader, common, options) => readBert(reader, common, options, 0),
  roberta: (reader, common, options) => readBert(reader, common, options, 2),
  "xlm-roberta": (reader, common, options) => readBert(reader, common, options, 2),
  llama: (reader, common, options) => readLlama(reader, common, options, "llama"),
  mistral: (reader, common, options) => readLlama(reader, common, options, "mistral"),
  qwen2: (reader, common, options) => readLlama(reader, common, options, "qwen2"),
  gpt2: readGpt2,
  opt: readOpt,
};

const EXPERTS = [
  "num_local_experts",
  "num_experts",
  "n_routed_experts",
  "num_experts_per_tok",
  "moe_intermediate_size",
];

/**
 * A HuggingFace `config.json`, parsed, as a model. What the file leaves out is taken from the documented default of its configuration
 * class and said in `notes`; what is unknown or not modelled is refused, all problems at once.
 *
 * @param config   parsed JSON, not trusted
 * @param options  sequence lengths, which no configuration holds
 */
export function importHuggingFace(config: unknown, options: HuggingFaceOptions = {}): HuggingFaceImport {
  if (!isRecord(config)) return { problems: ["a config.json must hold one JSON object."] };
  const reader: ConfigReader = { config, path: "", problems: [], notes: [] };
  const type = valueOf(reader, ["model_type"]);
  if (type === undefined) return { problems: ["model_type is missing."] };
  if (typeof type !== "string" || !Object.hasOwn(READERS, type)) {
    const known = Object.keys(READERS).join(", ");
    return {
      problems: [`model_type is ${JSON.stringify(type).slice(0, 60)}, which is not modelled. Known: ${known}.`],
    };
  }
  refuseCommon(reader);
  refuseOptions(reader, options);
  const model = READERS[type]!(reader, commonOf(reader, type), options);
  return reader.problems.length > 0 ? { problems: reader.problems } : { model, notes: reader.notes };
}

/** What no family here has. */
function refuseCommon(reader: ConfigReader): void {
  for (const name of EXPERTS) onlyIf(reader, name, [0, 1], "a mixture of experts");
  onlyIf(reader, "is_encoder_decoder", [false], "an encoder with a decoder");
  onlyIf(reader, "add_cross_attention", [false], "cross-attention");
  if (valueOf(reader, ["quantization_config"]) !== undefined) {
    reader.problems.push(
      "quantization_config: weights with a width of their own are not modelled; widths are those of the hardware's precision. Import the configuration of the model before it was quantised.",
    );
  }
}

function refuseOptions(reader: ConfigReader, options: HuggingFaceOptions): void {
  const { tokens = 1, generatedTokens = 0 } = options;
  if (!Number.isSafeInteger(tokens) || tokens < 1)
    reader.problems.push(`tokens is ${tokens}, but must be a whole number ≥ 1.`);
  if (!Number.isSafeInteger(generatedTokens) || generatedTokens < 0) {
    reader.problems.push(`generatedTokens is ${generatedTokens}, but must be a whole number ≥ 0.`);
  }
}

/** Name from the last part of `_name_or_path`, else the model type. */
function commonOf(reader: ConfigReader, type: string): Common {
  const path = valueOf(reader, ["_name_or_path"]);
  const last = typeof path === "string" ? path.split("/").at(-1)! : "";
  const name =
    last
      .toLowerCase()
      .replace(/[^a-z0-9.-]+/g, "-")
      .slice(0, 80) || type;
  return { name, description: `Imported from a HuggingFace config.json of type ${type}.`, training: null };
}
