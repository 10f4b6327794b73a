import type { AttentionKind, BertModel, Tower, TowerExtras } from "../../spec/model.ts";
import { architectureOf } from "./architecture.ts";
import type { Common, HuggingFaceOptions } from "./common.ts";
import { checkRope, defined } from "./decoder.ts";
import {
  activation,
  count,
  flag,
  headSizeOf,
  layerCount,
  onlyIf,
  optionalCount,
  perLayer,
  valueOf,
  type ConfigReader,
} from "./reader.ts";

type Read = (reader: ConfigReader, common: Common, options: HuggingFaceOptions) => BertModel;

interface Names {
  readonly hidden: readonly string[];
  readonly layers: readonly string[];
  readonly heads: readonly string[];
  readonly ffn: readonly string[];
  readonly positions: readonly string[];
  readonly activation: readonly string[];
}

const BERT_NAMES: Names = {
  hidden: ["hidden_size"],
  layers: ["num_hidden_layers"],
  heads: ["num_attention_heads"],
  ffn: ["intermediate_size"],
  positions: ["max_position_embeddings"],
  activation: ["hidden_act"],
};

const BERT_DEFAULTS = { hidden: 768, layers: 12, heads: 12, ffn: 3072, positions: 512, vocabulary: 30522, segments: 2 };

interface Family {
  readonly names?: Partial<Names>;
  readonly defaults?: Partial<typeof BERT_DEFAULTS>;
  /** Rows of the position table before the first token. */
  readonly offset?: number;
  readonly pooler: boolean;
  /** Whether the class has a segment table at all. */
  readonly hasSegments?: boolean;
  readonly activation?: string;
  readonly tower?: (
    reader: ConfigReader,
    layers: number,
  ) => Partial<Tower> &
    TowerExtras & { readonly embeddingSize?: number | undefined; readonly embeddingBias?: boolean | undefined };
  readonly model?: (reader: ConfigReader) => Partial<Pick<BertModel, "pooler" | "tokenHead">>;
}

/**
 * Text encoders after BertConfig. Task heads (masked language model, classification) are not part of the model; the pooler of the class
 * is.
 */
function bertLike(family: Family): Read {
  return (reader, common, options) => {
    const names = { ...BERT_NAMES, ...family.names };
    const defaults = { ...BERT_DEFAULTS, ...family.defaults };
    onlyIf(reader, "is_decoder", [false], "a BERT that is a decoder");
    const maxPositions = count(reader, names.positions, defaults.positions);
    const tokens = tokensOf(reader, options, Math.max(1, maxPositions - (family.offset ?? 0)), names.positions[0]!);
    const hidden = count(reader, names.hidden, defaults.hidden);
    const layers = layerCount(reader, names.layers, defaults.layers);
    const heads = count(reader, names.heads, defaults.heads);
    const segments = family.hasSegments === false ? 0 : segmentsOf(reader, defaults.segments);
    const rest = family.tower?.(reader, layers) ?? {};
    const model = family.model?.(reader) ?? {};
    const hasPooler = model.pooler ?? family.pooler;
    if (model.tokenHead === true)
      reader.notes.push("the dense layer of the discriminator's head is counted, and not run.");
    reader.notes.push(
      hasPooler
        ? "the pooler is included; a task head, if there is one, is not."
        : "a task head, if there is one, is not included.",
    );
    return {
      ...common,
      family: "bert",
      text: {
        layers,
        hidden,
        ffn: perLayer(layers, count(reader, names.ffn, defaults.ffn)),
        heads: perLayer(layers, heads),
        kvHeads: perLayer(layers, heads),
        headSize: headSizeOf(reader, hidden, heads),
        activation: activation(reader, names.activation, family.activation ?? "gelu"),
        gated: false,
        normalisation: "layernorm",
        normPosition: "post",
        position: "learned",
        causal: false,
        bias: true,
        tokens,
        vocabulary: count(reader, ["vocab_size"], defaults.vocabulary),
        segments,
        maxPositions,
        ...defined(rest),
      },
      pooler: hasPooler,
      ...(model.tokenHead === true ? { tokenHead: true } : {}),
    };
  };
}

/** `type_vocab_size`, where 0 means no table. */
function segmentsOf(reader: ConfigReader, fallback: number): number {
  return optionalCount(reader, ["type_vocab_size"], 0) ?? count(reader, ["type_vocab_size"], fallback);
}

function tokensOf(reader: ConfigReader, options: HuggingFaceOptions, longest: number, name: string): number {
  const tokens = options.tokens ?? longest;
  if (tokens > longest) reader.problems.push(`${tokens} tokens were asked for, but ${name} allows ${longest}.`);
  if (options.tokens === undefined) {
    reader.notes.push(`a configuration has no sequence length: ${longest} tokens, the longest that it allows.`);
  }
  return tokens;
}

const absolute = (reader: ConfigReader): void =>
  onlyIf(reader, "position_embedding_type", ["absolute"], "a relative position embedding");

function roberta(reader: ConfigReader): Partial<Tower> {
  absolute(reader);
  return {};
}

/** ALBERT and ELECTRA: tables of another width, with a biased way to `hidden`. */
function factored(reader: ConfigReader): { readonly embeddingSize?: number; readonly embeddingBias?: boolean } {
  const size = count(reader, ["embedding_size"], 128);
  return size === count(reader, ["hidden_size"], 768) ? {} : { embeddingSize: size, embeddingBias: true };
}

/** DebertaV2Config: disentangled attention over buckets of relative positions, with shared or own matrices. */
function deberta(reader: ConfigReader): Partial<Tower> {
  if (!flag(reader, "relative_attention", false))
    return { position: flag(reader, "position_biased_input", true) ? "learned" : "none" };
  const buckets = valueOf(reader, ["position_buckets"]);
  const most = valueOf(reader, ["max_relative_positions"]);
  const span = typeof buckets === "number" && buckets > 0 ? buckets : typeof most === "number" && most > 0 ? most : 512;
  onlyIf(reader, "share_att_key", [true], "position matrices of their own");
  const types = valueOf(reader, ["pos_att_type"]);
  const list = typeof types === "string" ? types.split("|") : types;
  if (!Array.isArray(list) || list.length !== 2 || !list.includes("p2c") || !list.includes("c2p"))
    reader.problems.push("pos_att_type: other than p2c and c2p together is not modelled.");
  onlyIf(reader, "norm_rel_ebd", ["layer_norm"], "a table of relative positions without its norm");
  onlyIf(reader, "conv_kernel_size", [0], "a convolution beside the layers");
  const position = flag(reader, "position_biased_input", true) ? "learned" : "none";
  return { disentangled: 2 * span, position };
}

/** ModernBertConfig: norms without offset before the halves, none before the first attention; every third layer sees everything. */
function modernBert(reader: ConfigReader, layers: number): Partial<Tower> {
  checkRope(reader);
  const every = count(reader, ["global_attn_every_n_layers"], 3);
  const window = count(reader, ["local_attention"], 128);
  for (const name of [
    "global_rope_theta",
    "local_rope_theta",
    "decoder_bias",
    "deterministic_flash_attn",
    "repad_logits_with_grad",
    "reference_compile",
    "sparse_pred_ignore_index",
    "sparse_prediction",
    "classifier_pooling",
    "embedding_dropout",
  ])
    valueOf(reader, [name]);
  const attention = flag(reader, "attention_bias", false);
  const ffn = flag(reader, "mlp_bias", false);
  return {
    gated: true,
    normalisation: flag(reader, "norm_bias", false) ? "layernorm" : "layernorm-gain",
    normPosition: "pre",
    position: "rotary",
    bias: attention === ffn ? attention : attention ? "attention" : "ffn",
    firstNorm: false,
    attention: Array.from({ length: layers }, (_, layer): AttentionKind =>
      layer % every === 0 ? "full" : `window:${window}`,
    ),
  };
}

/** NomicBertConfig: rotary positions, SwiGLU, no biases. */
function nomic(reader: ConfigReader): Partial<Tower> {
  const rotated = valueOf(reader, ["rotary_emb_fraction"]) ?? 1;
  if (rotated !== 1 && rotated !== 0)
    reader.problems.push("rotary_emb_fraction: a rotation of part of a head is not modelled.");
  const activationName = valueOf(reader, ["activation_function"]) ?? "gelu";
  for (const name of [
    "rotary_scaling_factor",
    "rotary_emb_scale_base",
    "max_trained_positions",
    "pad_vocab_size_multiple",
    "use_rms_norm",
    "causal",
    "parallel_block",
    "num_experts",
  ])
    valueOf(reader, [name]);
  onlyIf(reader, "use_rms_norm", [false], "an RMSNorm in this family");
  onlyIf(reader, "parallel_block", [false], "parallel halves in this family");
  onlyIf(reader, "causal", [false], "a causal mask in this family");
  onlyIf(reader, "num_experts", [0], "a mixture of experts in this family");
  const qkv = flag(reader, "qkv_proj_bias", true);
  const ffn = flag(reader, "mlp_fc1_bias", true);
  if (flag(reader, "mlp_fc2_bias", true) !== ffn)
    reader.problems.push("mlp_fc1_bias and mlp_fc2_bias differ, which is not modelled.");
  // The output projection takes its bias from that of QKV.
  return {
    gated: activationName === "swiglu" || activationName === "geglu",
    position: rotated === 0 ? "learned" : "rotary",
    bias: qkv === ffn ? qkv : qkv ? "attention" : "ffn",
    normPosition: flag(reader, "prenorm", false) ? "pre" : "post",
  };
}

const NOMIC_NAMES: Names = {
  hidden: ["n_embd"],
  layers: ["n_layer"],
  heads: ["n_head"],
  ffn: ["n_inner"],
  positions: ["n_positions"],
  activation: ["activation_function"],
};

const ROBERTA = { offset: 2, pooler: true, tower: roberta, defaults: { vocabulary: 50265 } } as const;

export const ENCODER_READERS: Readonly<Record<string, Read>> = {
  bert: bertLike({
    pooler: true,
    tower: (reader) => {
      absolute(reader);
      return {};
    },
  }),
  roberta: bertLike(ROBERTA),
  "xlm-roberta": bertLike({ ...ROBERTA, defaults: { vocabulary: 250002 } }),
  camembert: bertLike(ROBERTA),
  "xlm-roberta-xl": bertLike({
    ...ROBERTA,
    // Norms stand before the halves, and none behind the embedding.
    tower: (reader) => ({ ...roberta(reader), normPosition: "pre", embeddingNorm: false }),
  }),
  distilbert: bertLike({
    pooler: false,
    hasSegments: false,
    names: {
      hidden: ["dim"],
      layers: ["n_layers"],
      heads: ["n_heads"],
      ffn: ["hidden_dim"],
      activation: ["activation"],
    },
    defaults: { layers: 6 },
    tower: (reader) => {
      flag(reader, "sinusoidal_pos_embds", false);
      valueOf(reader, ["tie_weights_", "qa_dropout", "seq_classif_dropout"]);
      return {};
    },
  }),
  albert: bertLike({
    pooler: true,
    activation: "gelu_new",
    defaults: { vocabulary: 30000 },
    tower: (reader) => {
      absolute(reader);
      onlyIf(reader, "num_hidden_groups", [1], "more than one group of shared layers");
      onlyIf(reader, "inner_group_num", [1], "more than one layer in a group");
      for (const name of ["net_structure_type", "gap_size", "num_memory_blocks", "down_scale_factor"])
        valueOf(reader, [name]);
      return { ...factored(reader), sharedLayers: true };
    },
  }),
  electra: bertLike({
    pooler: false,
    tower: (reader) => {
      absolute(reader);
      return factored(reader);
    },
    // The discriminator's dense layer belongs to what is published as the model.
    model: (reader) => ({ tokenHead: architectureOf(reader)?.endsWith("ForPreTraining") ?? false }),
  }),
  "deberta-v2": bertLike({
    pooler: false,
    defaults: { vocabulary: 128100, segments: 0 },
    tower: (reader) => {
      onlyIf(
        reader,
        "embedding_size",
        [count(reader, ["hidden_size"], 1536)],
        "an embedding of another width in this family",
      );
      for (const name of ["pooler_hidden_size", "pooler_hidden_act", "legacy", "attention_head_size", "conv_act"])
        valueOf(reader, [name]);
      return deberta(reader);
    },
  }),
  modernbert: bertLike({
    pooler: false,
    hasSegments: false,
    names: { activation: ["hidden_activation", "hidden_act"] },
    defaults: { vocabulary: 50368, layers: 22, ffn: 1152, positions: 8192 },
    tower: modernBert,
  }),
  nomic_bert: bertLike({ pooler: false, names: NOMIC_NAMES, tower: nomic, defaults: { positions: 2048 } }),
  bert_generation: bertLike({ pooler: false, hasSegments: false, tower: roberta, defaults: { vocabulary: 50358 } }),
};
