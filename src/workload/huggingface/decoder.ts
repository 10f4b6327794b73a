import type { AttentionKind, DecoderModel, Experts, Tower, TowerExtras } from "../../spec/model.ts";
import { headOf } from "./architecture.ts";
import type { Common, HuggingFaceOptions } from "./common.ts";
import { sequenceOf } from "./sequence.ts";
import {
  count,
  countList,
  flag,
  headSizeOf,
  isRecord,
  optionalCount,
  perLayer,
  share,
  shown,
  valueOf,
  type ConfigReader,
} from "./reader.ts";

/** A decoder as its family's reader found it; what is left out is that of a plain Llama. */
export interface DecoderParts {
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  /** Of each layer, where layers differ. */
  readonly headsByLayer?: readonly number[];
  readonly kvHeadsByLayer?: readonly number[];
  readonly headSize: number;
  readonly ffn: number | readonly number[];
  /** Positions that a sequence may have; null: any number. */
  readonly positions: number | null;
  /** Rows of a learned table. */
  readonly maxPositions?: number;
  readonly activation: Tower["activation"];
  readonly gated?: boolean;
  readonly normalisation?: Tower["normalisation"];
  readonly normPosition?: Tower["normPosition"];
  readonly position?: Tower["position"];
  readonly bias?: Tower["bias"];
  /** Default of `tie_word_embeddings` in the family's class. */
  readonly tied: boolean;
  readonly headBias?: boolean;
  readonly embeddingSize?: number;
  readonly extras?: TowerExtras;
  readonly vocabulary?: number;
}

export function decoderModel(
  reader: ConfigReader,
  common: Common,
  options: HuggingFaceOptions,
  parts: DecoderParts,
): DecoderModel {
  const { hidden, layers, headSize } = parts;
  if (parts.heads % parts.kvHeads !== 0) {
    reader.problems.push(
      `${reader.path}num_attention_heads ${parts.heads} is not a multiple of num_key_value_heads ${parts.kvHeads}.`,
    );
  }
  const head = headOf(reader);
  const sequence = sequenceOf(
    reader,
    options,
    parts.positions ?? Number.MAX_SAFE_INTEGER,
    head.kind === "language-model",
  );
  const { maxPositions, embeddingSize } = parts;
  const tied = flag(reader, "tie_word_embeddings", parts.tied);
  return {
    ...common,
    family: "decoder",
    text: {
      layers,
      hidden,
      ffn: typeof parts.ffn === "number" ? perLayer(layers, parts.ffn) : parts.ffn,
      heads: parts.headsByLayer ?? perLayer(layers, parts.heads),
      kvHeads: parts.kvHeadsByLayer ?? perLayer(layers, parts.kvHeads),
      headSize,
      tokens: sequence.tokens,
      activation: parts.activation,
      gated: parts.gated ?? true,
      normalisation: parts.normalisation ?? "rmsnorm",
      normPosition: parts.normPosition ?? "pre",
      position: parts.position ?? "rotary",
      causal: true,
      bias: parts.bias ?? false,
      ...defined(parts.extras ?? {}),
      vocabulary: parts.vocabulary ?? count(reader, ["vocab_size"]),
      ...defined({ maxPositions, embeddingSize }),
    },
    tiedEmbedding: head.kind === "language-model" ? tied : true,
    contextTokens: 0,
    generatedTokens: sequence.generatedTokens,
    ...(head.kind === "none" ? { head: "none" as const } : {}),
    ...(head.kind === "classifier" ? { classes: head.classes } : {}),
    ...(head.kind === "language-model" && parts.headBias === true ? { headBias: true } : {}),
  };
}

/** Without the keys whose value is undefined: models with and without them are the same text. */
export function defined<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;
}

/** Scaling of rotary positions changes angles, never shapes; what is not known to is refused. */
export function checkRope(reader: ConfigReader): void {
  const scaling = valueOf(reader, ["rope_scaling", "rope_parameters"]);
  if (scaling === undefined) return;
  // Newer files have one entry for each kind of layer.
  const entries =
    isRecord(scaling) &&
    Object.values(scaling).length > 0 &&
    Object.values(scaling).every((each) => each === null || isRecord(each))
      ? Object.values(scaling).filter((each) => each !== null)
      : [scaling];
  for (const entry of entries) {
    const type = isRecord(entry) ? (entry["rope_type"] ?? entry["type"] ?? "default") : entry;
    if (typeof type === "string" && ROPE_TYPES.includes(type)) continue;
    const known = ROPE_TYPES.join(", ");
    reader.problems.push(`${reader.path}rope_scaling of type ${shown(type)} is not modelled. Known: ${known}.`);
  }
}

/** Each a rescaling of angles, at most with a factor on the scores. */
const ROPE_TYPES = [
  "default",
  "linear",
  "dynamic",
  "llama3",
  "yarn",
  "longrope",
  "su",
  "mrope",
  "gptj",
  "proportional",
];

/** Rotated elements of a head where only a part of it is; undefined: all. */
export function rotarySize(
  reader: ConfigReader,
  headSize: number,
  names: readonly string[],
  fallback = 1,
): number | undefined {
  const parameters = valueOf(reader, ["rope_parameters"]);
  const nested = isRecord(parameters) ? parameters["partial_rotary_factor"] : undefined;
  const factor = share(
    nested === undefined ? reader : { ...reader, config: { ...reader.config, partial_rotary_factor: nested } },
    nested === undefined ? names : ["partial_rotary_factor"],
    fallback,
  );
  const size = Math.floor(headSize * factor);
  return size === headSize ? undefined : Math.max(1, size);
}

/** `head_dim`, or hidden / heads. */
export function headDim(reader: ConfigReader, hidden: number, heads: number, fallback?: number): number {
  const given = optionalCount(reader, ["head_dim"]);
  if (given !== undefined) return given;
  if (fallback === undefined) return headSizeOf(reader, hidden, heads);
  reader.notes.push(`${reader.path}head_dim is absent: ${fallback}, the default of its configuration class.`);
  return fallback;
}

const LAYER_TYPES: Readonly<Record<string, "full" | "window" | "chunk">> = {
  full_attention: "full",
  global_attention: "full",
  sliding_attention: "window",
  local_attention: "window",
  chunked_attention: "chunk",
};

/**
 * Kind of attention of each layer: by `layer_types` where the file has them, else by the family's rule.
 *
 * @param size     window or chunk; undefined: all layers see everything
 * @param isLocal  the family's rule, layers counted from 0
 */
export function attentionKinds(
  reader: ConfigReader,
  layers: number,
  size: number | undefined,
  isLocal: (layer: number) => boolean,
): readonly AttentionKind[] | undefined {
  const types = valueOf(reader, ["layer_types"]);
  const kindOf = (form: "full" | "window" | "chunk"): AttentionKind =>
    form === "full" || size === undefined ? "full" : `${form}:${size}`;
  if (types === undefined) {
    if (size === undefined) return undefined;
    return Array.from({ length: layers }, (_, layer) => kindOf(isLocal(layer) ? "window" : "full"));
  }
  if (!Array.isArray(types) || types.length !== layers) {
    reader.problems.push(`${reader.path}layer_types must hold one type for each of ${layers} layers.`);
    return undefined;
  }
  const kinds = types.map((type: unknown): AttentionKind => {
    if (typeof type === "string" && Object.hasOwn(LAYER_TYPES, type)) return kindOf(LAYER_TYPES[type]!);
    const known = Object.keys(LAYER_TYPES).join(", ");
    reader.problems.push(`${reader.path}layer_types holds ${shown(type)}, which is not modelled. Known: ${known}.`);
    return "full";
  });
  return kinds.every((kind) => kind === "full") ? undefined : kinds;
}

/** A mixture of experts, its sizes under their usual names. */
export function expertsOf(
  reader: ConfigReader,
  layers: number,
  rest: Partial<Experts>,
  names: { readonly count: readonly string[]; readonly ffn: readonly string[]; readonly activeDefault?: number },
  isRouted: (layer: number) => boolean = () => true,
): Experts {
  const experts: Experts = {
    count: count(reader, names.count),
    active: count(
      reader,
      ["num_experts_per_tok", "num_experts_per_token", "experts_per_token", "moe_topk", "moe_top_k"],
      names.activeDefault,
    ),
    ffn: count(reader, names.ffn),
    shared: 0,
    sharedGate: false,
    routerBias: false,
    bias: false,
    denseLayers: Array.from({ length: layers }, (_, layer) => layer + 1).filter((layer) => !isRouted(layer - 1)),
    skew: 0,
    ...rest,
  };
  if (experts.active > experts.count)
    reader.problems.push(
      `${reader.path}num_experts_per_tok is ${experts.active}, more than the ${experts.count} experts.`,
    );
  return experts;
}

/** Qwen's rule: every `decoder_sparse_step`-th layer has experts, but for those of `mlp_only_layers`. */
export function sparseLayers(reader: ConfigReader): (layer: number) => boolean {
  const step = count(reader, ["decoder_sparse_step"], 1);
  const dense = countList(reader, "mlp_only_layers") ?? [];
  return (layer) => (layer + 1) % step === 0 && !dense.includes(layer);
}
