import type { AttentionKind, DecoderModel, Recurrent } from "../../spec/model.ts";
import type { Common, HuggingFaceOptions } from "./common.ts";
import { decoderModel, expertsOf, headDim, rotarySize, type DecoderParts } from "./decoder.ts";
import { llamaBias, llamaLike, qwenExperts, type Read, type Sizes } from "./llama-like.ts";
import {
  activation,
  count,
  countList,
  flag,
  layerCount,
  onlyIf,
  optionalCount,
  renamed,
  shown,
  valueOf,
  type ConfigReader,
} from "./reader.ts";

/** Decoders some or all of whose layers have a state in place of attention. */

const STATE: Omit<Recurrent, "form" | "heads" | "keySize"> = {
  ...{ keyHeads: 1, valueSize: 1, kernel: 4, rank: 0 },
  ...{ bias: false, convolutionBias: false, innerNorms: false },
};

/** `layer_types` (or `layers_block_type`, `attn_type_list`), else the family's rule; layers counted from 0. */
function mixers(reader: ConfigReader, layers: number, isFull: (layer: number) => boolean): readonly AttentionKind[] {
  const listed = valueOf(reader, ["layer_types", "layers_block_type", "attn_type_list"]);
  if (listed === undefined) return Array.from({ length: layers }, (_, layer) => (isFull(layer) ? "full" : "recurrent"));
  if (!Array.isArray(listed) || listed.length !== layers) {
    reader.problems.push(`${reader.path}layer_types must hold one type for each of ${layers} layers.`);
    return Array.from({ length: layers }, () => "full" as const);
  }
  return listed.map((type: unknown): AttentionKind => {
    if (type === "full_attention" || type === "attention" || type === 1) return "full";
    if (type === "linear_attention" || type === "mamba" || type === 0) return "recurrent";
    reader.problems.push(`${reader.path}layer_types holds ${shown(type)}, which is not modelled.`);
    return "full";
  });
}

/** The section of a model whose layers have states, where any has. */
function withState(attention: readonly AttentionKind[], recurrent: Recurrent) {
  return attention.includes("recurrent") ? { attention, recurrent } : { attention: undefined, recurrent: undefined };
}

/** Qwen3NextConfig and those of Qwen 3.5: gated delta nets, every fourth layer attends through a gate. */
function qwenDelta(hasExperts: boolean): Read {
  return llamaLike({
    kvHeads: "required",
    headSize: 256,
    ...(hasExperts ? { ffn: ["intermediate_size", "moe_intermediate_size"] } : {}),
    rest: (reader, sizes) => {
      const every = optionalCount(reader, ["full_attention_interval"]) ?? 4;
      const next = optionalCount(reader, ["mtp_num_hidden_layers"], 0) ?? 0;
      if (next > 0)
        reader.notes.push(
          `${reader.path}mtp_num_hidden_layers is ${next}: layers that predict further tokens are left out.`,
        );
      for (const name of ["mtp_use_dedicated_embeddings", "mamba_ssm_dtype", "use_sliding_window"])
        valueOf(reader, [name]);
      const recurrent: Recurrent = {
        ...STATE,
        form: "gated-delta",
        heads: count(reader, ["linear_num_value_heads"], 32),
        keyHeads: count(reader, ["linear_num_key_heads"], 16),
        keySize: count(reader, ["linear_key_head_dim"], 128),
        valueSize: count(reader, ["linear_value_head_dim"], 128),
        kernel: count(reader, ["linear_conv_kernel_dim"], 4),
      };
      return {
        bias: llamaBias(reader),
        extras: {
          ...withState(
            mixers(reader, sizes.layers, (layer) => (layer + 1) % every === 0),
            recurrent,
          ),
          qkNorm: "head",
          attentionGate: flag(reader, "attn_output_gate", true) ? "element" : undefined,
          rotarySize: rotarySize(reader, sizes.headSize, ["partial_rotary_factor"], 0.25),
          ...(hasExperts ? { experts: qwenExperts(reader, sizes, true) } : {}),
        },
      };
    },
  });
}

/** The names that Mamba 2 has in Nemotron-H, Bamba and its own class. */
function mamba2Of(
  reader: ConfigReader,
  names: Readonly<Record<"heads" | "valueSize" | "keySize" | "groups" | "kernel", readonly string[]>>,
  flags: { readonly bias: string; readonly convolutionBias: string },
  hidden: number,
): Recurrent {
  const expand = optionalCount(reader, ["mamba_expand", "expand"]) ?? 2;
  const heads = count(reader, names.heads, 128);
  const given = valueOf(reader, names.valueSize);
  return {
    ...STATE,
    form: "mamba2",
    heads,
    valueSize: given === "auto" ? Math.floor((expand * hidden) / heads) : count(reader, names.valueSize, 64),
    keySize: count(reader, names.keySize, 128),
    keyHeads: count(reader, names.groups, 8),
    kernel: count(reader, names.kernel, 4),
    bias: flag(reader, flags.bias, false),
    convolutionBias: flag(reader, flags.convolutionBias, true),
  };
}

const IGNORED_OF_STATES = [
  ...["time_step_limit", "time_step_scale", "time_step_min", "time_step_max", "time_step_floor", "chunk_size"],
  ...["mamba_chunk_size", "time_step_init_scheme", "rescale_prenorm_residual", "residual_in_fp32", "use_mamba_kernels"],
  ...["use_mambapy", "use_associative_scan", "mamba_hidden_act", "ssm_cfg", "d_inner", "mixer_rms_eps", "rmsnorm"],
  ...[
    "num_logits_to_keep",
    "mamba_ssm_cache_dtype",
    "mamba_dt_rank",
    "use_falcon_mambapy",
    "norm_before_gate",
    "mamba_expand",
    "expand",
  ],
];

/** A run of one token after another has no positions, and its layers one half each. */
function stateOnly(
  reader: ConfigReader,
  common: Common,
  options: HuggingFaceOptions,
  parts: Pick<DecoderParts, "hidden" | "layers"> & { readonly tied: boolean; readonly recurrent: Recurrent },
): DecoderModel {
  for (const name of IGNORED_OF_STATES) valueOf(reader, [name]);
  valueOf(reader, ["hidden_act", "num_heads"]);
  const { hidden, layers, tied, recurrent } = parts;
  return decoderModel(reader, common, options, {
    ...{ hidden, layers, heads: 1, kvHeads: 1, headSize: hidden, ffn: 0, positions: null, tied },
    ...{ activation: "silu", gated: false, position: "none" },
    extras: { attention: Array.from({ length: layers }, () => "recurrent" as const), recurrent },
  });
}

/** MambaConfig and FalconMambaConfig, whose norms on step, key and query have nothing trained. */
function mamba(tied: boolean): Read {
  return (reader, common, options) => {
    const hidden = count(reader, ["hidden_size", "d_model"]);
    const layers = layerCount(reader, ["num_hidden_layers", "n_layer"]);
    const inner = optionalCount(reader, ["intermediate_size"]) ?? count(reader, ["expand"], 2) * hidden;
    const recurrent: Recurrent = {
      ...STATE,
      form: "mamba",
      heads: inner,
      keySize: count(reader, ["state_size"], 16),
      kernel: count(reader, ["conv_kernel"], 4),
      rank: rankOf(reader, "time_step_rank", hidden),
      bias: flag(reader, "use_bias", false),
      convolutionBias: flag(reader, "use_conv_bias", true),
    };
    return stateOnly(reader, common, options, { hidden, layers, tied, recurrent });
  };
}

/** A number, or "auto": a sixteenth of hidden. */
function rankOf(reader: ConfigReader, name: string, hidden: number): number {
  const given = valueOf(reader, [name]);
  return typeof given === "number" ? count(reader, [name]) : Math.ceil(hidden / 16);
}

const mamba2: Read = (reader, common, options) => {
  const hidden = count(reader, ["hidden_size"]);
  const layers = layerCount(reader, ["num_hidden_layers"]);
  const names = {
    ...{ heads: ["num_heads"], valueSize: ["head_dim"], keySize: ["state_size"] },
    ...{ groups: ["n_groups"], kernel: ["conv_kernel"] },
  };
  const recurrent = mamba2Of(reader, names, { bias: "use_bias", convolutionBias: "use_conv_bias" }, hidden);
  valueOf(reader, ["time_step_rank"]);
  return stateOnly(reader, common, options, { hidden, layers, tied: false, recurrent });
};

/** What a letter of `hybrid_override_pattern` stands for: each layer is one half. */
const LETTERS: Readonly<Record<string, "state" | "attention" | "ffn" | "experts">> = {
  M: "state",
  "*": "attention",
  "-": "ffn",
  E: "experts",
};

/** NemotronHConfig: Mamba 2, attention without positions, FFNs with squared ReLU, experts, one to a layer. */
const nemotronH: Read = (reader, common, options) => {
  const hidden = count(reader, ["hidden_size"]);
  const layers = layerCount(reader, ["num_hidden_layers"]);
  const heads = count(reader, ["num_attention_heads"]);
  const pattern = valueOf(reader, ["hybrid_override_pattern"]);
  const letters = typeof pattern === "string" ? [...pattern] : [];
  if (letters.length !== layers || letters.some((letter) => !Object.hasOwn(LETTERS, letter)))
    reader.problems.push(
      `${reader.path}hybrid_override_pattern must hold one of M, *, - and E for each of ${layers} layers.`,
    );
  const kinds = Array.from({ length: layers }, (_, layer) => LETTERS[letters[layer] ?? "*"] ?? "attention");
  const names = {
    ...{ heads: ["mamba_num_heads"], valueSize: ["mamba_head_dim"], keySize: ["ssm_state_size"] },
    ...{ groups: ["n_groups"], kernel: ["conv_kernel"] },
  };
  const flags = { bias: "mamba_proj_bias", convolutionBias: "use_conv_bias" };
  const recurrent = mamba2Of(reader, names, flags, hidden);
  for (const name of IGNORED_OF_STATES) valueOf(reader, [name]);
  for (const name of ["use_bias", "sliding_window", "n_group", "mtp_hybrid_override_pattern", "mlp_hidden_act"])
    valueOf(reader, [name]);
  const next = optionalCount(reader, ["num_nextn_predict_layers"], 0) ?? 0;
  if (next > 0)
    reader.notes.push(`${reader.path}num_nextn_predict_layers is ${next}: layers that predict further are left out.`);
  onlyIf(reader, "moe_latent_size", [], "experts behind a narrower product");
  const headSize = headDim(renamed(reader, { head_dim: ["attention_head_dim"] }), hidden, heads, 128);
  valueOf(reader, ["intermediate_size"]);
  const ffn = kinds.includes("ffn") ? count(reader, ["intermediate_size"]) : 0;
  const bias = flag(reader, "mlp_bias", false);
  return decoderModel(reader, common, options, {
    ...{ hidden, layers, heads, headSize },
    kvHeads: count(reader, ["num_key_value_heads"], heads),
    ffn: kinds.map((kind) => (kind === "ffn" ? ffn : 0)),
    positions: optionalCount(reader, ["max_position_embeddings"]) ?? null,
    activation: activation(reader, ["mlp_hidden_act"], "relu2"),
    gated: false,
    position: "none",
    bias: flag(reader, "attention_bias", false) ? (bias ? true : "attention") : bias ? "ffn" : false,
    tied: false,
    extras: {
      ...withState(
        kinds.map((kind) => (kind === "state" ? "recurrent" : kind === "attention" ? "full" : "none")),
        recurrent,
      ),
      experts: kinds.includes("experts")
        ? expertsOf(
            reader,
            layers,
            {
              shared: (optionalCount(reader, ["n_shared_experts"], 0) ?? 1) * sharedWidth(reader),
              routerBias: true,
            },
            { count: ["n_routed_experts"], ffn: ["moe_intermediate_size"] },
            (layer) => kinds[layer] === "experts",
          )
        : undefined,
    },
  });
};

function sharedWidth(reader: ConfigReader): number {
  return optionalCount(reader, ["moe_shared_expert_intermediate_size"]) ?? count(reader, ["moe_intermediate_size"]);
}

/** JambaConfig: one attention in eight layers, experts in every second FFN. */
const jamba = llamaLike({
  kvHeads: "required",
  rest: (reader, { hidden, layers }) => {
    const every = (name: string, fallback: number, least = 1) => optionalCount(reader, [name], least) ?? fallback;
    const [period, offset] = [every("attn_layer_period", 8), every("attn_layer_offset", 4, 0)];
    const [expertPeriod, expertOffset] = [every("expert_layer_period", 2), every("expert_layer_offset", 1, 0)];
    const rank = rankOf(reader, "mamba_dt_rank", hidden);
    for (const name of IGNORED_OF_STATES) valueOf(reader, [name]);
    const recurrent: Recurrent = {
      ...{ ...STATE, form: "mamba", rank, innerNorms: flag(reader, "mamba_inner_layernorms", true) },
      heads: every("mamba_expand", 2) * hidden,
      keySize: count(reader, ["mamba_d_state"], 16),
      kernel: count(reader, ["mamba_d_conv"], 4),
      bias: flag(reader, "mamba_proj_bias", false),
      convolutionBias: flag(reader, "mamba_conv_bias", true),
    };
    const isAlone = (optionalCount(reader, ["num_experts"]) ?? 16) === 1;
    return {
      position: "none",
      extras: {
        ...withState(
          mixers(reader, layers, (layer) => layer % period === offset),
          recurrent,
        ),
        rotarySize: undefined,
        experts: isAlone
          ? undefined
          : expertsOf(
              reader,
              layers,
              {},
              { count: ["num_experts"], ffn: ["intermediate_size"], activeDefault: 2 },
              (layer) => layer % expertPeriod === expertOffset,
            ),
      },
    };
  },
});

/** BambaConfig: Mamba 2, and attention in the layers of `attn_layer_indices`. */
const bamba = llamaLike({
  kvHeads: "required",
  rest: (reader, { hidden, layers, headSize }) => {
    const attending = countList(reader, "attn_layer_indices") ?? [];
    const names = {
      ...{ heads: ["mamba_n_heads"], valueSize: ["mamba_d_head"], keySize: ["mamba_d_state"] },
      ...{ groups: ["mamba_n_groups"], kernel: ["mamba_d_conv"] },
    };
    const flags = { bias: "mamba_proj_bias", convolutionBias: "mamba_conv_bias" };
    const recurrent = mamba2Of(reader, names, flags, hidden);
    for (const name of IGNORED_OF_STATES) valueOf(reader, [name]);
    return {
      bias: llamaBias(reader),
      extras: {
        ...withState(
          mixers(reader, layers, (layer) => attending.includes(layer)),
          recurrent,
        ),
        rotarySize: rotarySize(reader, headSize, ["partial_rotary_factor"], 0.5),
      },
    };
  },
});

/** MiniMaxConfig (Text-01, M1): lightning attention but in every eighth layer, experts in all. */
const minimax = llamaLike({
  rest: (reader, sizes: Sizes) => {
    onlyIf(reader, "postnorm", [true, false], "such norms");
    onlyIf(reader, "shared_intermediate_size", [0], "shared experts in this family");
    for (const name of ["layernorm_full_attention_alpha", "layernorm_full_attention_beta", "block_size", "postnorm"])
      valueOf(reader, [name]);
    for (const [of, which] of [
      ["linear_attention", "alpha"],
      ["linear_attention", "beta"],
      ["mlp", "alpha"],
      ["mlp", "beta"],
    ])
      valueOf(reader, [`layernorm_${of}_${which}`]);
    valueOf(reader, ["full_attn_alpha_factor", "full_attn_beta_factor", "linear_attn_alpha_factor"]);
    valueOf(reader, ["linear_attn_beta_factor", "mlp_alpha_factor", "mlp_beta_factor", "shared_moe_mode"]);
    const rotated = optionalCount(reader, ["rotary_dim"]);
    const { heads, headSize, layers } = sizes;
    const recurrent: Recurrent = {
      ...{ ...STATE, form: "lightning", kernel: 0 },
      ...{ heads, keyHeads: heads, keySize: headSize, valueSize: headSize },
    };
    return {
      ffn: 1,
      extras: {
        ...withState(
          mixers(reader, layers, (layer) => layer % 2 === 1),
          recurrent,
        ),
        ...(rotated === undefined || rotated === headSize ? {} : { rotarySize: rotated }),
        experts: expertsOf(
          reader,
          layers,
          {},
          { count: ["num_local_experts"], ffn: ["intermediate_size"], activeDefault: 2 },
        ),
      },
    };
  },
});

export const HYBRID_READERS: Readonly<Record<string, Read>> = {
  qwen3_next: qwenDelta(true),
  qwen3_5_text: qwenDelta(false),
  qwen3_5_moe_text: qwenDelta(true),
  nemotron_h: nemotronH,
  jamba,
  bamba,
  minimax,
  minimax_text_01: minimax,
  mamba: mamba(true),
  falcon_mamba: mamba(true),
  mamba2,
};
