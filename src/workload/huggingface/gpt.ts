import type { DecoderModel, Tower } from "../../spec/model.ts";
import type { Common, HuggingFaceOptions } from "./common.ts";
import { checkRope, decoderModel, rotarySize, type DecoderParts } from "./decoder.ts";
import {
  activation,
  count,
  flag,
  headSizeOf,
  layerCount,
  onlyIf,
  optionalCount,
  sectionOf,
  shown,
  valueOf,
  type ConfigReader,
} from "./reader.ts";

type Read = (reader: ConfigReader, common: Common, options: HuggingFaceOptions) => DecoderModel;
type Rest = Partial<DecoderParts>;

interface Family {
  /** Longest sequence where the file does not say it; absent: it must. */
  readonly positions?: number | null;
  readonly activation: string;
  readonly tied: boolean;
  readonly rest?: (
    reader: ConfigReader,
    sizes: { readonly heads: number; readonly headSize: number; readonly layers: number },
  ) => Rest;
}

const HIDDEN = ["n_embd", "hidden_size", "n_embed", "d_model"];
const LAYERS = ["n_layer", "num_hidden_layers", "n_layers", "num_layers"];
const HEADS = ["n_head", "num_attention_heads", "n_heads", "num_heads"];
const POSITIONS = ["n_positions", "max_position_embeddings", "n_ctx", "max_seq_len", "seq_length"];
const INNER = ["n_inner", "intermediate_size", "ffn_hidden_size", "ffn_dim"];

/** Families before Llama: LayerNorm, a plain FFN of 4 · hidden unless the file says another, and what each says otherwise. */
function gptLike(family: Family): Read {
  return (reader, common, options) => {
    const hidden = count(reader, HIDDEN);
    const layers = layerCount(reader, LAYERS);
    const heads = count(reader, HEADS);
    const headSize = headSizeOf(reader, hidden, heads);
    const given = optionalCount(reader, POSITIONS);
    const positions = given ?? (family.positions === undefined ? count(reader, POSITIONS) : family.positions);
    const inner = optionalCount(reader, INNER);
    const rest = family.rest?.(reader, { heads, headSize, layers }) ?? {};
    if (inner === undefined && rest.ffn === undefined)
      reader.notes.push(`${reader.path}n_inner is absent: 4 · hidden, the default of its configuration class.`);
    if (rest.kvHeads === undefined)
      onlyIf(reader, "num_key_value_heads", [heads], "grouped-query attention in this family");
    return decoderModel(reader, common, options, {
      hidden,
      layers,
      heads,
      kvHeads: heads,
      headSize,
      positions,
      ffn: inner ?? 4 * hidden,
      activation: activation(reader, ["activation_function", "hidden_act"], family.activation),
      gated: false,
      normalisation: "layernorm",
      bias: true,
      tied: family.tied,
      ...rest,
      ...(rest.position === "learned" && rest.maxPositions === undefined ? { maxPositions: positions ?? 1 } : {}),
    });
  };
}

/** OPTConfig, whose position table has two rows before the first token; 350M has norms behind its halves and a narrower embedding. */
function opt(reader: ConfigReader, common: Common, options: HuggingFaceOptions): DecoderModel {
  const hidden = count(reader, ["hidden_size"]);
  const width = optionalCount(reader, ["word_embed_proj_dim"]) ?? hidden;
  const isBefore = flag(reader, "do_layer_norm_before", true);
  const hasLast = isBefore && !flag(reader, "_remove_final_layer_norm", false);
  const layers = layerCount(reader, ["num_hidden_layers"]);
  const heads = count(reader, ["num_attention_heads"]);
  onlyIf(reader, "layer_norm_elementwise_affine", [true], "a normalisation without gain");
  onlyIf(reader, "num_key_value_heads", [heads], "grouped-query attention in this family");
  const ffn = count(reader, ["ffn_dim", "intermediate_size"]);
  const positions = count(reader, ["max_position_embeddings"]);
  return decoderModel(reader, common, options, {
    hidden,
    layers,
    heads,
    kvHeads: heads,
    headSize: headSizeOf(reader, hidden, heads),
    ffn,
    positions,
    maxPositions: positions + 2,
    activation: activation(reader, ["activation_function", "hidden_act"], "relu"),
    gated: false,
    normalisation: "layernorm",
    normPosition: isBefore ? "pre" : "post",
    position: "learned",
    bias: flag(reader, "enable_bias", true),
    tied: true,
    ...(width === hidden ? {} : { embeddingSize: width }),
    extras: { finalNorm: hasLast === isBefore ? undefined : hasLast },
  });
}

/**
 * FalconConfig. The new architecture (40B, 180B, 11B) has groups of queries and, unless it says one, two norms; the old one has
 * one key-value head (`multi_query`), and halves side by side with one norm, or one after the other.
 */
const falcon = gptLike({
  positions: 2048,
  activation: "gelu",
  tied: true,
  rest: (reader, { heads }) => {
    const isNew = flag(reader, "new_decoder_architecture", false);
    const isParallel = flag(reader, "parallel_attn", true) || isNew;
    const norms = optionalCount(reader, ["num_ln_in_parallel_attn"]) ?? (isNew ? 2 : 1);
    const isShared = flag(reader, "multi_query", true);
    const groups = optionalCount(reader, ["num_kv_heads", "n_head_kv"]) ?? heads;
    return {
      kvHeads: isNew ? groups : isShared ? 1 : heads,
      position: flag(reader, "alibi", false) ? "alibi" : "rotary",
      bias: flag(reader, "bias", false),
      normPosition: !isParallel ? "pre" : norms === 2 ? "parallel" : "parallel-shared",
    };
  },
});

/** MptConfig: ALiBi, no biases, norms without offset; much of it in `attn_config`. */
function mpt(reader: ConfigReader, common: Common, options: HuggingFaceOptions): DecoderModel {
  const attention = sectionOf(reader, "attn_config");
  const ratio = valueOf(reader, ["expansion_ratio"]) ?? 4;
  if (typeof ratio !== "number" || !(ratio > 0))
    reader.problems.push(`expansion_ratio is ${shown(ratio)}, but must be a number above 0.`);
  if (attention !== undefined) {
    onlyIf(
      attention,
      "attn_type",
      ["multihead_attention", "grouped_query_attention", "multiquery_attention"],
      "such an attention",
    );
    onlyIf(attention, "prefix_lm", [false], "a prefix that is not masked");
    for (const name of [
      "attn_impl",
      "attn_pdrop",
      "clip_qkv",
      "softmax_scale",
      "alibi_bias_max",
      "attn_uses_sequence_id",
    ])
      valueOf(attention, [name]);
  }
  const hasAlibi = attention === undefined || flag(attention, "alibi", true);
  const read = gptLike({
    positions: 2048,
    activation: "gelu",
    tied: true,
    rest: (inner, { heads }) => ({
      ffn: Math.round((typeof ratio === "number" ? ratio : 4) * count(inner, HIDDEN)),
      kvHeads:
        attention === undefined
          ? heads
          : valueOf(attention, ["attn_type"]) === "multiquery_attention"
            ? 1
            : (optionalCount(attention, ["kv_n_heads"]) ?? heads),
      position: hasAlibi ? "alibi" : flag(inner, "learned_pos_emb", true) ? "learned" : "none",
      bias: !flag(inner, "no_bias", true),
      normalisation: flag(inner, "no_bias", true) ? "layernorm-gain" : "layernorm",
      extras: { qkNorm: attention !== undefined && flag(attention, "qk_ln", false) ? "projection" : undefined },
    }),
  });
  valueOf(reader, ["learned_pos_emb", "norm_type", "logit_scale", "embedding_fraction", "resid_pdrop", "emb_pdrop"]);
  return read(reader, common, options);
}

/** PhiConfig, and the names of its first files (`phi-msft`): one norm for both halves, biases everywhere, the head too. */
const phi = gptLike({
  activation: "gelu_new",
  tied: false,
  rest: (reader, { heads, headSize }) => {
    checkRope(reader);
    const rotated =
      optionalCount(reader, ["rotary_dim"]) ?? rotarySize(reader, headSize, ["partial_rotary_factor"], 0.5);
    return {
      kvHeads: optionalCount(reader, ["num_key_value_heads", "n_head_kv"]) ?? heads,
      normPosition: "parallel-shared",
      headBias: true,
      extras: {
        rotarySize: rotated === headSize ? undefined : rotated,
        qkNorm: flag(reader, "qk_layernorm", false) ? "head" : undefined,
      },
    };
  },
});

/** GPTNeoConfig: `attention_types` is a list of [pattern, repeats]; no biases in QKV. */
const gptNeo = gptLike({
  activation: "gelu_new",
  tied: true,
  rest: (reader, { layers }) => {
    const window = optionalCount(reader, ["window_size"]) ?? 256;
    const kinds = layerKinds(reader, layers);
    return {
      position: "learned",
      bias: "no-qkv",
      extras:
        kinds === undefined
          ? {}
          : { attention: kinds.map((kind) => (kind === "local" ? (`window:${window}` as const) : "full")) },
    };
  },
});

function layerKinds(reader: ConfigReader, layers: number): readonly string[] | undefined {
  const listed = valueOf(reader, ["attention_layers"]);
  const types = valueOf(reader, ["attention_types"]);
  const kinds = Array.isArray(listed)
    ? (listed as unknown[])
    : Array.isArray(types)
      ? types.flatMap((each: unknown) => {
          const [pattern, repeats] = Array.isArray(each) ? (each as unknown[]) : [];
          if (!Array.isArray(pattern) || typeof repeats !== "number" || !(repeats <= 1000)) return ["?"];
          return Array.from({ length: repeats }, () => pattern as unknown[]).flat();
        })
      : undefined;
  if (kinds === undefined) return undefined;
  if (kinds.length === layers && kinds.every((kind) => kind === "global" || kind === "local")) return kinds as string[];
  reader.problems.push(`${reader.path}attention_types must make "global" or "local" for each of ${layers} layers.`);
  return undefined;
}

export const GPT_READERS: Readonly<Record<string, Read>> = {
  gpt2: gptLike({ activation: "gelu_new", tied: true, rest: () => ({ position: "learned" }) }),
  gpt_bigcode: gptLike({
    activation: "gelu_pytorch_tanh",
    tied: true,
    rest: (reader, { heads }) => ({ position: "learned", kvHeads: flag(reader, "multi_query", true) ? 1 : heads }),
  }),
  opt,
  gptj: gptLike({
    activation: "gelu_new",
    tied: false,
    rest: (reader, { headSize }) => {
      checkRope(reader);
      const rotated = optionalCount(reader, ["rotary_dim"]) ?? headSize;
      valueOf(reader, ["rotary"]);
      return {
        normPosition: "parallel-shared",
        bias: "ffn",
        headBias: true,
        extras: { rotarySize: rotated === headSize ? undefined : rotated },
      };
    },
  }),
  gpt_neo: gptNeo,
  gpt_neox: gptLike({
    activation: "gelu",
    tied: false,
    rest: (reader, { headSize }) => {
      checkRope(reader);
      const bias: Tower["bias"] = flag(reader, "attention_bias", true) ? true : "ffn";
      return {
        normPosition: flag(reader, "use_parallel_residual", true) ? "parallel" : "pre",
        bias,
        extras: { rotarySize: rotarySize(reader, headSize, ["rotary_pct", "partial_rotary_factor"], 0.25) },
      };
    },
  }),
  bloom: gptLike({
    positions: null,
    activation: "gelu",
    tied: true,
    rest: () => ({ position: "alibi", extras: { embeddingNorm: true } }),
  }),
  falcon,
  RefinedWeb: falcon,
  RefinedWebModel: falcon,
  mpt,
  phi,
  "phi-msft": phi,
};
