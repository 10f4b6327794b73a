import type { DecoderModel, Tower } from "../../spec/model.ts";
import type { Common, HuggingFaceOptions } from "./common.ts";
import { sequenceOf } from "./sequence.ts";
import {
  activation,
  count,
  flag,
  headSizeOf,
  onlyIf,
  layerCount,
  perLayer,
  valueOf,
  type ConfigReader,
} from "./reader.ts";

/** GPT2Config, with its own names and their common aliases. */
export function readGpt2(reader: ConfigReader, common: Common, options: HuggingFaceOptions): DecoderModel {
  const hidden = count(reader, ["n_embd", "hidden_size"]);
  const isInnerGiven = valueOf(reader, ["n_inner", "intermediate_size"]) !== undefined;
  if (!isInnerGiven) reader.notes.push(`n_inner is absent: 4 · n_embd, as GPT2Config documents.`);
  return readLearned(reader, common, options, {
    hidden,
    layers: layerCount(reader, ["n_layer", "num_hidden_layers"]),
    heads: count(reader, ["n_head", "num_attention_heads"]),
    ffn: isInnerGiven ? count(reader, ["n_inner", "intermediate_size"]) : 4 * hidden,
    ...positionsOf(reader, ["n_positions", "max_position_embeddings", "n_ctx"], 0),
    activation: activation(reader, ["activation_function", "hidden_act"], "gelu_new"),
    bias: true,
  });
}

/** Positions that tokens may have, and rows of the table: some stand before the first token. */
function positionsOf(reader: ConfigReader, names: readonly string[], before: number) {
  const positions = count(reader, names);
  return { positions, maxPositions: positions + before };
}

/** OPTConfig, whose position table has two rows before the first token. The post-norm variant with projected embeddings (opt-350m) is refused. */
export function readOpt(reader: ConfigReader, common: Common, options: HuggingFaceOptions): DecoderModel {
  const hidden = count(reader, ["hidden_size"]);
  onlyIf(reader, "word_embed_proj_dim", [hidden], "an embedding narrower or wider than hidden_size");
  onlyIf(reader, "do_layer_norm_before", [true], "a decoder whose normalisation comes after");
  onlyIf(reader, "_remove_final_layer_norm", [false], "a decoder without last normalisation");
  onlyIf(reader, "layer_norm_elementwise_affine", [true], "a normalisation without gain");
  return readLearned(reader, common, options, {
    hidden,
    layers: layerCount(reader, ["num_hidden_layers"]),
    heads: count(reader, ["num_attention_heads"]),
    ffn: count(reader, ["ffn_dim", "intermediate_size"]),
    ...positionsOf(reader, ["max_position_embeddings"], 2),
    activation: activation(reader, ["activation_function", "hidden_act"], "relu"),
    bias: flag(reader, "enable_bias", true),
  });
}

/** Decoder with learned positions, LayerNorm before, plain FFN and as many KV heads as heads (neither class knows fewer). */
function readLearned(
  reader: ConfigReader,
  common: Common,
  options: HuggingFaceOptions,
  read: Pick<Tower, "hidden" | "layers" | "activation" | "bias"> & {
    readonly heads: number;
    readonly ffn: number;
    readonly positions: number;
    readonly maxPositions: number;
  },
): DecoderModel {
  const { hidden, layers, heads, ffn, positions, maxPositions } = read;
  onlyIf(reader, "num_key_value_heads", [heads], "grouped-query attention in this family");
  const sequence = sequenceOf(reader, options, positions);
  return {
    ...common,
    family: "decoder",
    text: {
      layers,
      hidden,
      ffn: perLayer(layers, ffn),
      heads: perLayer(layers, heads),
      kvHeads: perLayer(layers, heads),
      headSize: headSizeOf(reader, hidden, heads),
      tokens: sequence.tokens,
      activation: read.activation,
      gated: false,
      normalisation: "layernorm",
      normPosition: "pre",
      position: "learned",
      causal: true,
      bias: read.bias,
      vocabulary: count(reader, ["vocab_size"]),
      maxPositions,
    },
    tiedEmbedding: flag(reader, "tie_word_embeddings", true),
    contextTokens: 0,
    generatedTokens: sequence.generatedTokens,
  };
}
