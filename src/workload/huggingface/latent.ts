import type { DecoderModel, Experts, LatentAttention } from "../../spec/model.ts";
import type { Common, HuggingFaceOptions } from "./common.ts";
import { checkRope, decoderModel, expertsOf, headDim, rotarySize } from "./decoder.ts";
import { activation, count, flag, layerCount, optionalCount, valueOf, type ConfigReader } from "./reader.ts";

type Read = (reader: ConfigReader, common: Common, options: HuggingFaceOptions) => DecoderModel;

/** Multi-head latent attention, or grouped queries; experts behind some dense layers, or none. */
function deepseek(form: { readonly latent: boolean; readonly selection: "by-method" | "always" }): Read {
  return (reader, common, options) => {
    const hidden = count(reader, ["hidden_size"]);
    const layers = layerCount(reader, ["num_hidden_layers"]);
    const heads = count(reader, ["num_attention_heads"]);
    checkRope(reader);
    const latent = form.latent ? latentOf(reader) : undefined;
    const headSize = latent === undefined ? headDim(reader, hidden, heads) : latent.nope + latent.rope;
    const kvHeads = count(reader, ["num_key_value_heads"], heads);
    const bias = flag(reader, "attention_bias", false);
    const next = optionalCount(reader, ["num_nextn_predict_layers"], 0) ?? 0;
    if (next > 0)
      reader.notes.push(
        `${reader.path}num_nextn_predict_layers is ${next}: layers that predict further tokens are left out.`,
      );
    const isNormed = flag(reader, "use_qk_norm", false);
    return decoderModel(reader, common, options, {
      hidden,
      layers,
      heads,
      kvHeads: latent === undefined ? kvHeads : heads,
      headSize,
      ffn: count(reader, ["intermediate_size"]),
      positions: count(reader, ["max_position_embeddings"]),
      activation: activation(reader, ["hidden_act"], "silu"),
      bias: bias ? (latent === undefined && form.selection === "always" ? "qkv" : "attention") : false,
      tied: false,
      extras: {
        latent,
        experts: routed(reader, layers, form.selection),
        qkNorm: isNormed && latent === undefined ? "head" : undefined,
        rotarySize: latent === undefined ? rotarySize(reader, headSize, ["partial_rotary_factor"]) : undefined,
      },
    });
  };
}

function latentOf(reader: ConfigReader): LatentAttention {
  valueOf(reader, ["qk_head_dim", "head_dim"]);
  return {
    queryRank: optionalCount(reader, ["q_lora_rank"], 0) ?? 0,
    keyValueRank: count(reader, ["kv_lora_rank"]),
    nope: count(reader, ["qk_nope_head_dim"]),
    rope: count(reader, ["qk_rope_head_dim"]),
    value: count(reader, ["v_head_dim"]),
    absorbed: true,
  };
}

/** Layers from `first_k_dense_replace` on, every `moe_layer_freq`-th of them; each has a selection bias where routing needs none of it in its loss. */
function routed(reader: ConfigReader, layers: number, selection: "by-method" | "always"): Experts | undefined {
  if (optionalCount(reader, ["n_routed_experts"]) === undefined) return undefined;
  const first = optionalCount(reader, ["first_k_dense_replace"], 0) ?? 0;
  const every = optionalCount(reader, ["moe_layer_freq"]) ?? 1;
  const size = count(reader, ["moe_intermediate_size"]);
  const shared = optionalCount(reader, ["n_shared_experts"], 0) ?? 0;
  const method = valueOf(reader, ["topk_method"]);
  return expertsOf(
    reader,
    layers,
    { shared: shared * size, routerBias: selection === "always" || method === "noaux_tc" },
    { count: ["n_routed_experts"], ffn: ["moe_intermediate_size"] },
    (layer) => layer >= first && layer % every === 0,
  );
}

/** MiniCPM3Config: latent attention in front of a plain FFN. */
const minicpm3: Read = (reader, common, options) => {
  valueOf(reader, ["dim_model_base", "num_key_value_heads"]);
  const read = deepseek({ latent: true, selection: "by-method" });
  const model = read(reader, common, options);
  return { ...model, tiedEmbedding: flag(reader, "tie_word_embeddings", true) };
};

export const LATENT_READERS: Readonly<Record<string, Read>> = {
  deepseek: deepseek({ latent: false, selection: "by-method" }),
  deepseek_v2: deepseek({ latent: true, selection: "by-method" }),
  deepseek_v3: deepseek({ latent: true, selection: "always" }),
  kimi_k2: deepseek({ latent: true, selection: "always" }),
  glm4_moe: deepseek({ latent: false, selection: "always" }),
  glm4_moe_lite: deepseek({ latent: true, selection: "always" }),
  minicpm3,
};
