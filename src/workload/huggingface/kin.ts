import type { DecoderModel, Experts, Tower } from "../../spec/model.ts";
import { attentionKinds, expertsOf, rotarySize } from "./decoder.ts";
import { llamaBias, llamaLike, windows, type Read, type Sizes } from "./llama-like.ts";
import { nemotronNas } from "./nemotron-nas.ts";
import { count, countList, flag, onlyIf, optionalCount, renamed, shown, valueOf, type ConfigReader } from "./reader.ts";

/** Families after Llama whose configurations have names or rules of their own. */

/** Query, key and value have biases, the output projection none. */
const qkvOnly = (reader: ConfigReader): Tower["bias"] => (flag(reader, "attention_bias", false) ? "qkv" : false);

/** QWenConfig (the first Qwen): `intermediate_size` is that of gate and up together. */
const qwen = llamaLike({
  rest: (reader) => {
    const both = count(reader, ["intermediate_size"]);
    if (both % 2 !== 0) reader.problems.push(`intermediate_size is ${both}, but gate and up have half of it each.`);
    for (const name of [
      "fp16",
      "bf16",
      "fp32",
      "use_dynamic_ntk",
      "use_logn_attn",
      "use_flash_attn",
      "softmax_in_fp32",
    ])
      valueOf(reader, [name]);
    return { ffn: both / 2, bias: flag(reader, "no_bias", true) ? "qkv" : true };
  },
});

const readQwen: Read = (reader, common, options) =>
  qwen(renamed(reader, { max_position_embeddings: ["seq_length"], head_dim: ["kv_channels"] }), common, options);

/** ChatGLMConfig (second and third version, and GLM-4 under this name): groups of queries, half of each head rotated. */
const chatglm = llamaLike({
  rest: (reader, { headSize }) => {
    onlyIf(reader, "position_encoding_2d", [false], "the first version of ChatGLM");
    onlyIf(reader, "pre_seq_len", [0], "a learned prefix");
    for (const name of ["attention_softmax_in_fp32", "apply_query_key_layer_scaling", "fp32_residual_connection"])
      valueOf(reader, [name]);
    valueOf(reader, ["original_rope", "rope_ratio", "hidden_dropout", "prefix_projection", "quantization_bit"]);
    const qkv = flag(reader, "add_qkv_bias", false);
    const all = flag(reader, "add_bias_linear", false);
    return {
      bias: all ? true : qkv ? "qkv" : false,
      normalisation: flag(reader, "rmsnorm", true) ? "rmsnorm" : "layernorm",
      extras: {
        rotarySize: Math.max(1, Math.floor(headSize / 2)),
        finalNorm: flag(reader, "post_layer_norm", true) ? undefined : false,
      },
    };
  },
});

const readChatGlm: Read = (reader, common, options) => {
  const isGrouped = flag(reader, "multi_query_attention", false);
  const names = renamed(reader, {
    num_hidden_layers: ["num_layers"],
    intermediate_size: ["ffn_hidden_size"],
    head_dim: ["kv_channels"],
    max_position_embeddings: ["seq_length"],
    vocab_size: ["padded_vocab_size"],
    ...(isGrouped ? { num_key_value_heads: ["multi_query_group_num"] } : {}),
  });
  valueOf(reader, ["multi_query_group_num"]);
  // The files of this family name the class without its head, which the weights hold all the same.
  const first = valueOf(reader, ["architectures"]);
  if (!Array.isArray(first) || first[0] !== "ChatGLMModel") return chatglm(names, common, options);
  reader.notes.push("architectures is ChatGLMModel: taken with the language-model head that its checkpoints hold.");
  const config = Object.fromEntries(Object.entries(names.config).filter(([key]) => key !== "architectures"));
  return chatglm({ ...names, config }, common, options);
};

/** BaichuanConfig: 13B has no `max_position_embeddings`, and slopes in place of rotations. */
const readBaichuan: Read = (reader, common, options) => {
  const isRotated = optionalCount(reader, ["max_position_embeddings"]) !== undefined;
  const read = llamaLike({
    rest: (inner) => {
      valueOf(inner, ["z_loss_weight", "model_max_length"]);
      return isRotated ? {} : { position: "alibi" as const };
    },
  });
  return read(renamed(reader, { max_position_embeddings: ["model_max_length"] }), common, options);
};

/** GlmConfig and Glm4Config, which has norms before and behind each half. */
function glm(normPosition: "pre" | "both"): Read {
  return llamaLike({
    headSize: 128,
    rest: (reader, { headSize }) => ({
      bias: qkvOnly(reader),
      normPosition,
      extras: { rotarySize: rotarySize(reader, headSize, ["partial_rotary_factor"], 0.5) },
    }),
  });
}

/** NemotronConfig: LayerNorm whose gain is stored less one, squared ReLU, half of each head rotated. */
const nemotron = llamaLike({
  activation: { fallback: "relu2" },
  rest: (reader, { headSize }) => {
    valueOf(reader, ["norm_eps"]);
    return {
      gated: false,
      normalisation: "layernorm",
      bias: llamaBias(reader),
      extras: { rotarySize: rotarySize(reader, headSize, ["partial_rotary_factor", "partial_rotary_percent"], 0.5) },
    };
  },
});

/** ExaoneConfig (versions 2 to 3.5) has names of its own. */
const exaone: Read = (reader, common, options) =>
  llamaLike({ activation: { names: ["activation_function", "hidden_act"], fallback: "silu" } })(
    renamed(reader, { num_hidden_layers: ["num_layers"] }),
    common,
    options,
  );

/** Exaone4Config: norms on each half's result, windows by `sliding_window_pattern` ("LLLG", or a number). */
const exaone4 = llamaLike({
  rest: (reader, { layers }) => {
    const size = optionalCount(reader, ["sliding_window"]);
    const pattern = valueOf(reader, ["sliding_window_pattern"]) ?? 4;
    const isLocal = (layer: number): boolean =>
      typeof pattern === "string"
        ? pattern[layer % Math.max(1, pattern.length)] === "L"
        : (layer + 1) % (typeof pattern === "number" && pattern > 0 ? pattern : 4) !== 0;
    const attention = attentionKinds(reader, layers, size, isLocal);
    return { normPosition: "output", bias: llamaBias(reader), extras: { attention, qkNorm: "head" } };
  },
});

/** One value for all layers: a number, or a list of equal ones. */
function alike(reader: ConfigReader, names: readonly string[], fallback?: number): number {
  const value = valueOf(reader, names);
  const name = names.find((each) => Object.hasOwn(reader.config, each)) ?? names[0]!;
  if (!Array.isArray(value)) return count(reader, names, fallback);
  const whole: unknown = value[0];
  if (value.every((each) => each === whole)) return count({ ...reader, config: { [name]: whole } }, [name]);
  reader.problems.push(`${reader.path}${name} is ${shown(value)}: experts that differ by layer are not modelled.`);
  return 1;
}

/** Experts with the names of Ernie 4.5: a run of layers between two indices. */
function ernieExperts(reader: ConfigReader, { layers }: Sizes): Experts {
  const first = optionalCount(reader, ["moe_layer_start_index"], 0) ?? 1;
  // −1 is the last layer.
  const given = valueOf(reader, ["moe_layer_end_index"]);
  const last = typeof given === "number" && given >= 0 ? given : layers - 1;
  const every = optionalCount(reader, ["moe_layer_interval"]) ?? 1;
  const size = alike(reader, ["moe_intermediate_size"]);
  const shared = optionalCount(reader, ["moe_num_shared_experts"], 0) ?? 2;
  const active = count(reader, ["moe_k"], 6);
  for (const name of ["moe_use_aux_free", "moe_gate", "moe_capacity", "moe_use_hard_gate", "moe_norm_min"])
    valueOf(reader, [name]);
  return expertsOf(
    { ...reader, config: { ...reader.config, num_experts_per_tok: active, moe_intermediate_size: size } },
    layers,
    { shared: shared * size, routerBias: true },
    { count: ["moe_num_experts"], ffn: ["moe_intermediate_size"] },
    (layer) => layer >= first && layer <= last && (layer + 1) % every === 0,
  );
}

/** HunYuanDenseV1Config and HunYuanMoEV1Config: a norm on each head of queries and keys; experts in all layers, shared ones beside. */
function hunyuan(hasExperts: boolean): Read {
  return (reader, common, options) => {
    const isNormed = flag(reader, "use_qk_norm", true);
    onlyIf(reader, "use_cla", [false], "keys and values shared by layers");
    for (const name of ["cla_share_factor", "norm_type", "use_rotary_pos_emb", "org_vocab_size", "sep_token_id"])
      valueOf(reader, [name]);
    for (const name of ["use_mixed_mlp_moe", "moe_drop_tokens", "moe_random_routing_dropped_token", "capacity_factor"])
      valueOf(reader, [name]);
    const read = llamaLike({
      rest: (inner, { layers }) => {
        const extras = { qkNorm: isNormed ? ("head" as const) : undefined };
        if (!hasExperts) return { bias: llamaBias(inner), extras };
        const size = count(inner, ["intermediate_size"]);
        const skipped = optionalCount(inner, ["moe_layer_num_skipped"], 0) ?? 0;
        const experts: Experts = {
          count: alike(inner, ["num_experts"]),
          active: alike(inner, ["moe_topk", "num_experts_per_tok"], 1),
          ffn: alike(inner, ["moe_intermediate_size", "intermediate_size"]),
          shared: flag(inner, "use_mixed_mlp_moe", true) ? size * alike(inner, ["num_shared_expert"], 1) : 0,
          ...{ sharedGate: false, routerBias: false, bias: false, skew: 0 },
          denseLayers: Array.from({ length: Math.min(skipped, layers) }, (_, layer) => layer + 1),
        };
        return { bias: llamaBias(inner), ffn: size, extras: { ...extras, experts } };
      },
    });
    return read(renamed(reader, { head_dim: ["attention_head_dim"] }), common, options);
  };
}

/** MiniMaxM2Config: experts in all layers, norms over the whole projections, a part of each head rotated. */
const minimaxM2 = llamaLike({
  headSize: 128,
  rest: (reader, { layers, headSize }) => {
    const isNormed = flag(reader, "use_qk_norm", true);
    onlyIf(reader, "qk_norm_type", ["per_layer"], "another norm on queries and keys");
    onlyIf(reader, "shared_intermediate_size", [0], "shared experts in this family");
    onlyIf(reader, "use_routing_bias", [true], "routing without its offset");
    const kinds = countList(reader, "attn_type_list");
    if (kinds?.some((kind) => kind !== 1) === true)
      reader.problems.push("attn_type_list: linear attention is not modelled in this family.");
    const next = optionalCount(reader, ["num_mtp_modules"], 0) ?? 0;
    if (next > 0) reader.notes.push(`num_mtp_modules is ${next}: layers that predict further tokens are left out.`);
    for (const name of ["use_mtp", "mtp_transformer_layers"]) valueOf(reader, [name]);
    const rotated = optionalCount(reader, ["rotary_dim"]) ?? headSize;
    return {
      ffn: 1,
      extras: {
        qkNorm: isNormed ? "projection" : undefined,
        rotarySize: rotated === headSize ? undefined : rotated,
        experts: expertsOf(
          reader,
          layers,
          { routerBias: true },
          { count: ["num_local_experts", "num_experts"], ffn: ["intermediate_size"] },
        ),
      },
    };
  },
});

/** LagunaConfig: heads by layer, a gate a head on the result of attention, experts but in the layers called dense. */
const laguna = llamaLike({
  kvHeads: "required",
  headSize: 128,
  rest: (reader, sizes) => {
    const types = valueOf(reader, ["mlp_layer_types"]);
    const isDense = (layer: number) => (Array.isArray(types) ? types[layer] === "dense" : layer === 0);
    const own = countList(reader, "num_attention_heads_per_layer");
    if (own !== undefined && own.length !== sizes.layers)
      reader.problems.push(`num_attention_heads_per_layer must hold a number for each of ${sizes.layers} layers.`);
    onlyIf(reader, "use_bidirectional_attention", [false], "attention without a causal mask in this family");
    for (const name of [
      "moe_apply_router_weight_on_input",
      "moe_routed_scaling_factor",
      "moe_router_logit_softcapping",
    ])
      valueOf(reader, [name]);
    return {
      bias: flag(reader, "attention_bias", false) ? "attention" : false,
      ...(own === undefined ? {} : { headsByLayer: own }),
      extras: {
        ...windows(reader, sizes),
        qkNorm: "head",
        attentionGate: flag(reader, "gating", true) ? "head" : undefined,
        experts: expertsOf(
          reader,
          sizes.layers,
          { shared: count(reader, ["shared_expert_intermediate_size"]), routerBias: true },
          { count: ["num_experts"], ffn: ["moe_intermediate_size"] },
          (layer) => !isDense(layer),
        ),
      },
    };
  },
});

/**
 * Llama4TextConfig: chunks but in every fourth layer, which alone has no positions (its rotations are counted all the same); every
 * `interleave_moe_layer_step`-th layer has experts and a shared one, the others an FFN of `intermediate_size_mlp`.
 */
const llama4Text = llamaLike({
  headSize: 128,
  ffn: ["intermediate_size_mlp"],
  rest: (reader, { layers }) => {
    const every = optionalCount(reader, ["no_rope_layer_interval"]) ?? 4;
    const flags = countList(reader, "no_rope_layers") ?? [];
    const isLocal = (layer: number) => (flags.length > 0 ? flags[layer] !== 0 : (layer + 1) % every !== 0);
    const size = optionalCount(reader, ["attention_chunk_size"]);
    const isListed = (reader.config["layer_types"] ?? null) !== null;
    const kinds = Array.from({ length: layers }, (_, layer) =>
      size !== undefined && isLocal(layer) ? (`chunk:${size}` as const) : ("full" as const),
    );
    const step = optionalCount(reader, ["interleave_moe_layer_step"]) ?? 1;
    const listed = countList(reader, "moe_layers");
    for (const name of [
      "attn_temperature_tuning",
      "floor_scale",
      "attn_scale",
      "router_jitter_noise",
      "for_llm_compressor",
    ])
      valueOf(reader, [name]);
    return {
      bias: llamaBias(reader),
      extras: {
        attention: isListed
          ? attentionKinds(reader, layers, size, isLocal)
          : kinds.every((kind) => kind === "full")
            ? undefined
            : kinds,
        qkNorm: flag(reader, "use_qk_norm", true) ? "plain" : undefined,
        experts: expertsOf(
          reader,
          layers,
          { shared: count(reader, ["intermediate_size"]) },
          { count: ["num_local_experts"], ffn: ["intermediate_size"], activeDefault: 1 },
          (layer) => (listed === undefined ? (layer + 1) % step === 0 : listed.includes(layer)),
        ),
      },
    };
  },
});

/** MiniCPMConfig, some of whose models have experts, each as wide as the FFN. */
const minicpm = llamaLike({
  tied: true,
  rest: (reader, { layers }) => {
    valueOf(reader, ["dim_model_base", "scale_emb", "scale_depth"]);
    if (optionalCount(reader, ["num_experts"], 0) === undefined || valueOf(reader, ["num_experts"]) === 0)
      return { bias: llamaBias(reader) };
    const names = { count: ["num_experts"], ffn: ["intermediate_size"], activeDefault: 2 };
    return { bias: llamaBias(reader), ffn: 1, extras: { experts: expertsOf(reader, layers, {}, names) } };
  },
});

export const KIN_READERS: Readonly<Record<string, Read>> = {
  qwen: readQwen,
  chatglm: readChatGlm,
  baichuan: readBaichuan,
  glm: glm("pre"),
  glm4: glm("both"),
  nemotron,
  "nemotron-nas": nemotronNas,
  arcee: llamaLike({
    activation: { fallback: "relu2" },
    rest: (reader) => ({ gated: false, bias: llamaBias(reader) }),
  }),
  exaone,
  exaone4,
  ernie4_5: llamaLike({
    headSize: 128,
    tied: true,
    rest: (reader) => ({ bias: flag(reader, "use_bias", false) }),
  }),
  ernie4_5_moe: llamaLike({
    tied: true,
    rest: (reader, sizes) => ({
      bias: flag(reader, "use_bias", false),
      extras: { experts: ernieExperts(reader, sizes) },
    }),
  }),
  hunyuan_v1_dense: hunyuan(false),
  hunyuan_v1_moe: hunyuan(true),
  hunyuan: hunyuan(true),
  minimax_m2: minimaxM2,
  minicpm,
  ministral3: llamaLike({
    kvHeads: "required",
    rest: (reader, sizes) => ({ bias: llamaBias(reader), extras: windows(reader, sizes) }),
  }),
  laguna,
  llama4_text: llama4Text,
} satisfies Readonly<Record<string, (...of: Parameters<Read>) => DecoderModel>>;
