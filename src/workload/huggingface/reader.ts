import type { Tower } from "../../spec/model.ts";

/**
 * One object of a config.json under reading. Problems and notes are collected, so that all of them are told at once;
 * after a problem the value returned is a placeholder that nobody sees.
 */
export interface ConfigReader {
  readonly config: Readonly<Record<string, unknown>>;
  /** Where it stands in the file, for example "text_config."; empty at the top. */
  readonly path: string;
  readonly problems: string[];
  /** What was not in the file and taken from the documented defaults of its configuration class, or is left out of the model. */
  readonly notes: string[];
  /** Keys that somebody asked for. */
  readonly asked: Set<string>;
}

export function readerOf(config: Readonly<Record<string, unknown>>): ConfigReader {
  return { config, path: "", problems: [], notes: [], asked: new Set() };
}

/** The same file where some keys have other names: each of `names` stands for the first of its list that is there. */
export function renamed(reader: ConfigReader, names: Readonly<Record<string, readonly string[]>>): ConfigReader {
  const found = Object.entries(names).flatMap(([name, others]) => {
    const value = valueOf(reader, others);
    const isThere = (reader.config[name] ?? null) !== null;
    return isThere || value === undefined ? [] : [[name, value] as const];
  });
  return { ...reader, config: { ...reader.config, ...Object.fromEntries(found) } };
}

/** The reader of a section of the file; its problems and notes are those of the whole. Undefined: there is no such section. */
export function sectionOf(reader: ConfigReader, name: string): ConfigReader | undefined {
  const value = valueOf(reader, [name]);
  if (value === undefined) return undefined;
  if (!isRecord(value)) {
    reader.problems.push(`${reader.path}${name} is ${shown(value)}, but must be an object.`);
    return undefined;
  }
  return { ...reader, config: value, path: `${reader.path}${name}.`, asked: new Set() };
}

/**
 * Keys that change no shape and no count of work: names of tokens, training, sampling, numerics, and what another program writes
 * down for itself.
 */
const HARMLESS =
  /^_|_token_ids?$|_token$|^(bos|eos|pad|sep|cls|unk)_|drop(out|path)?(_|$)|pdrop$|_eps$|_epsilon$|^initializer|^init_|_init(ializer)?(_|$)|_init_value$|^id2label$|^label2id$|^rope_theta$|^rotary_emb_(base|scale|interleaved)|^rope_(interleaved?|ratio|local_base_freq)$|^rotary_base$|scale_attn|scale_embedding|_scale(_|$)|^scoring_func$|router_(aux|z)|^output_(hidden|attentions|router)|^(norm_topk_prob|topk_group|n_group|seq_aux|routed_scaling_factor|moe_aux|ep_size|num_experts_per_group)|^use_cache$|^pretraining_tp$|^transformers|^tokenizer|^torch(script)?$|^return_dict|^problem_type$|^architectures$|^model_type$|^auto_map$|^finetuning_task$|^task_specific|^gradient|^summary_|^classifier_|^forced_|^begin_|^suppress_|^no_repeat|^num_beams|^length_penalty|^early_stopping|^max_length$|^min_length$|^do_sample$|^temperature$|^top_[kp]$|^repetition|^chunk_size_feed|^prune|^(layer_norm|rms_norm|norm)_eps|^attn_implementation$|^unk_index$|^fused_|^flash_|^use_(flash|fast|bfloat16|memory_efficient)|^attention_softmax_in_fp32$|^runner_|^hidden_activation$|^query_pre_attn_scalar$|^initial_context_length$|^model_version$|^quantization$|^cache_implementation$|^(is_)?gated_act$|^apply_spec|^mask_time|^mask_feature|^median|^alignment|^use_weighted|^apply_residual|^slow_but_exact|^masked_softmax|^skip_bias|^bias_dropout|^unet|^is_(composition|encoder_decoder|decoder)$|^add_cross_attention$|^encoder_layerdrop$|^decoder_layerdrop$|^classif|^max_(source|target)_positions$|^norm_rel|^encoder_stride$|^logit_scale|^img_processor$|^name$|^license$|^original_max_position_embeddings$|^rms_norm$/;

/** Says each key that nobody read and that may change the model. */
export function noteUnread({ config, asked, path, notes }: ConfigReader): void {
  for (const [key, value] of Object.entries(config)) {
    if (asked.has(key) || HARMLESS.test(key) || value === null || value === false) continue;
    notes.push(`${path}${key} is ${shown(value)}: not read, the model is as if it were not there.`);
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Value of the first of several names that is there; null counts as absent. */
export function valueOf(reader: ConfigReader, names: readonly string[]): unknown {
  for (const name of names) reader.asked.add(name);
  return names
    .filter((name) => Object.hasOwn(reader.config, name))
    .map((name) => reader.config[name])
    .find((value) => value !== undefined && value !== null);
}

export function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 60);
}

/** Says that a value is absent: a note with the documented default, or a problem where there is none. */
function absent<T>(reader: ConfigReader, name: string, fallback: T | undefined, placeholder: T): T {
  if (fallback === undefined) {
    reader.problems.push(`${reader.path}${name} is missing.`);
    return placeholder;
  }
  reader.notes.push(`${reader.path}${name} is absent: ${String(fallback)}, the default of its configuration class.`);
  return fallback;
}

/** Whole number ≥ 1. `names`: the name and its aliases. */
export function count(reader: ConfigReader, names: readonly string[], fallback?: number): number {
  const value = valueOf(reader, names);
  const name = names.find((each) => Object.hasOwn(reader.config, each)) ?? names[0]!;
  if (value === undefined) return absent(reader, name, fallback, 1);
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value;
  reader.problems.push(`${reader.path}${name} is ${shown(value)}, but must be a whole number ≥ 1.`);
  return 1;
}

/** A whole number ≥ `least` that may be missing. */
export function optionalCount(reader: ConfigReader, names: readonly string[], least = 1): number | undefined {
  const value = valueOf(reader, names);
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
  const name = names.find((each) => Object.hasOwn(reader.config, each)) ?? names[0]!;
  reader.problems.push(`${reader.path}${name} is ${shown(value)}, but must be a whole number ≥ ${least}.`);
  return undefined;
}

/** A number from above 0 to 1. */
export function share(reader: ConfigReader, names: readonly string[], fallback: number): number {
  const value = valueOf(reader, names);
  if (value === undefined) return fallback;
  if (typeof value === "number" && value > 0 && value <= 1) return value;
  reader.problems.push(`${reader.path}${names[0]!} is ${shown(value)}, but must be a number above 0 and up to 1.`);
  return fallback;
}

/** A list of whole numbers ≥ 0 that may be missing. */
export function countList(reader: ConfigReader, name: string): readonly number[] | undefined {
  const value = valueOf(reader, [name]);
  if (value === undefined) return undefined;
  if (
    Array.isArray(value) &&
    value.length <= MOST_LAYERS &&
    value.every((each) => Number.isSafeInteger(each) && each >= 0)
  )
    return value as number[];
  reader.problems.push(`${reader.path}${name} is ${shown(value)}, but must be a list of whole numbers.`);
  return undefined;
}

/** Image or patch size: a number, or two equal ones. */
export function side(reader: ConfigReader, name: string, fallback?: number): number {
  const value = valueOf(reader, [name]);
  if (Array.isArray(value) && value.length === 2 && value[0] === value[1])
    return count({ ...reader, config: { [name]: value[0] as unknown } }, [name], fallback);
  if (Array.isArray(value)) {
    reader.problems.push(
      `${reader.path}${name} is ${shown(value)}: images and patches that are no squares are not modelled.`,
    );
    return 1;
  }
  return count(reader, [name], fallback);
}

/** As many layers as a model file may have: a list of a value per layer is made. */
const MOST_LAYERS = 1000;

export function layerCount(reader: ConfigReader, names: readonly string[], fallback?: number): number {
  const layers = count(reader, names, fallback);
  if (layers <= MOST_LAYERS) return layers;
  reader.problems.push(`${reader.path}${names[0]!} is ${layers}, but more than ${MOST_LAYERS} layers are not read.`);
  return 1;
}

export function flag(reader: ConfigReader, name: string, fallback: boolean): boolean {
  const value = valueOf(reader, [name]);
  // Python writes its booleans as numbers now and then.
  if (value === 0 || value === 1) return value === 1;
  if (value === undefined) return fallback;
  if (typeof value === "boolean") return value;
  reader.problems.push(`${reader.path}${name} is ${shown(value)}, but must be true or false.`);
  return fallback;
}

const ACTIVATIONS: Readonly<Record<string, Tower["activation"]>> = {
  gelu: "gelu",
  gelu_new: "gelu",
  gelu_fast: "gelu",
  gelu_python: "gelu",
  gelu_pytorch_tanh: "gelu",
  "gelu-approximate": "gelu",
  geglu: "gelu",
  swiglu: "silu",
  quick_gelu: "quick-gelu",
  relu: "relu",
  relu2: "relu-squared",
  squared_relu: "relu-squared",
  silu: "silu",
  swish: "silu",
};

/** Activation by its HuggingFace name; the variants of GELU differ in their rounding and not in their work. */
export function activation(reader: ConfigReader, names: readonly string[], fallback: string): Tower["activation"] {
  const value = valueOf(reader, names) ?? absent(reader, names[0]!, fallback, fallback);
  if (typeof value === "string" && Object.hasOwn(ACTIVATIONS, value)) return ACTIVATIONS[value]!;
  const known = Object.keys(ACTIVATIONS).join(", ");
  reader.problems.push(`${reader.path}${names[0]!} is ${shown(value)}, which is not modelled. Known: ${known}.`);
  return "gelu";
}

/** hidden / heads, which must be whole. */
export function headSizeOf(reader: ConfigReader, hidden: number, heads: number): number {
  if (hidden % heads === 0) return hidden / heads;
  reader.problems.push(
    `${reader.path}hidden size ${hidden} is not a multiple of ${heads} heads, and no head size is given.`,
  );
  return 1;
}

/** A refusal where `name` is there and says something other than `allowed`. */
export function onlyIf(reader: ConfigReader, name: string, allowed: readonly unknown[], what: string): void {
  const value = valueOf(reader, [name]);
  if (value !== undefined && !allowed.includes(value)) {
    reader.problems.push(`${reader.path}${name} is ${shown(value)}: ${what} is not modelled.`);
  }
}

/** Same value for every layer. */
export function perLayer(layers: number, value: number): readonly number[] {
  return Array.from({ length: layers }, () => value);
}
