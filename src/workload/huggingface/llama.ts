import type { DecoderModel, Tower } from "../../spec/model.ts";
import type { Common, HuggingFaceOptions } from "./common.ts";
import { sequenceOf } from "./sequence.ts";
import {
  activation,
  count,
  flag,
  headSizeOf,
  isRecord,
  layerCount,
  onlyIf,
  perLayer,
  valueOf,
  type ConfigReader,
} from "./reader.ts";

/** LlamaConfig, MistralConfig, Qwen2Config: RMSNorm before, rotary positions, gated FFN. */
export function readLlama(
  reader: ConfigReader,
  common: Common,
  options: HuggingFaceOptions,
  type: "llama" | "mistral" | "qwen2",
): DecoderModel {
  const hidden = count(reader, ["hidden_size"]);
  const layers = layerCount(reader, ["num_hidden_layers"]);
  const heads = count(reader, ["num_attention_heads"]);
  const kvHeads = keyValueHeads(reader, heads, type);
  const isHeadSizeGiven = valueOf(reader, ["head_dim"]) !== undefined;
  const headSize = isHeadSizeGiven ? count(reader, ["head_dim"]) : headSizeOf(reader, hidden, heads);
  const sequence = sequenceOf(reader, options, count(reader, ["max_position_embeddings"]));
  checkRope(reader);
  checkWindow(reader, sequence.tokens + sequence.generatedTokens, type);
  return {
    ...common,
    family: "decoder",
    text: {
      layers,
      hidden,
      ffn: perLayer(layers, count(reader, ["intermediate_size"])),
      heads: perLayer(layers, heads),
      kvHeads: perLayer(layers, kvHeads),
      headSize,
      tokens: sequence.tokens,
      activation: activation(reader, ["hidden_act"], "silu"),
      gated: true,
      normalisation: "rmsnorm",
      normPosition: "pre",
      position: "rotary",
      causal: true,
      bias: biasOf(reader, type),
      vocabulary: count(reader, ["vocab_size"]),
    },
    tiedEmbedding: flag(reader, "tie_word_embeddings", false),
    contextTokens: 0,
    generatedTokens: sequence.generatedTokens,
  };
}

/**
 * Absent, LlamaConfig means as many as heads (said in a note). The defaults of Mistral (8) and Qwen2 (32) are those of one model
 * and would be a guess for another, so there it must be given.
 */
function keyValueHeads(reader: ConfigReader, heads: number, type: string): number {
  const kvHeads = count(reader, ["num_key_value_heads"], type === "llama" ? heads : undefined);
  if (heads % kvHeads !== 0) {
    reader.problems.push(`num_attention_heads ${heads} is not a multiple of num_key_value_heads ${kvHeads}.`);
  }
  return kvHeads;
}

/**
 * Qwen2 has biases in QKV alone, whatever the file says; the other classes in QKV and output projection by `attention_bias`, in the
 * FFN by `mlp_bias`.
 */
function biasOf(reader: ConfigReader, type: string): Tower["bias"] {
  const attention = flag(reader, "attention_bias", false);
  const ffn = flag(reader, "mlp_bias", false);
  if (type === "qwen2") return "qkv";
  if (attention === ffn) return attention;
  if (ffn) reader.problems.push("mlp_bias without attention_bias: biases in the FFN alone are not modelled.");
  return "attention";
}

/** Scaling of rotary positions changes angles, never shapes; what is not known to is refused. */
function checkRope(reader: ConfigReader): void {
  onlyIf(reader, "partial_rotary_factor", [1], "a rotation of part of a head");
  const scaling = valueOf(reader, ["rope_scaling", "rope_parameters"]);
  if (scaling === undefined) return;
  const type = isRecord(scaling) ? (scaling["rope_type"] ?? scaling["type"] ?? "default") : scaling;
  if (typeof type === "string" && ROPE_TYPES.includes(type)) return;
  const known = ROPE_TYPES.join(", ");
  reader.problems.push(`rope_scaling of type ${JSON.stringify(type)} is not modelled. Known: ${known}.`);
}

/** Each a rescaling of angles, at most with a factor on the scores. */
const ROPE_TYPES = ["default", "linear", "dynamic", "llama3", "yarn"];

/** A sliding window changes nothing as long as the whole sequence fits; else it is refused. */
function checkWindow(reader: ConfigReader, sequence: number, type: string): void {
  if (type === "llama" || valueOf(reader, ["sliding_window"]) === undefined) return;
  if (type === "qwen2" && !flag(reader, "use_sliding_window", false)) return;
  const window = count(reader, ["sliding_window"]);
  if (window < sequence) {
    reader.problems.push(
      `sliding_window is ${window}, less than the ${sequence} tokens of a sequence: windowed attention is not modelled.`,
    );
  } else {
    reader.notes.push(
      `sliding_window ${window} has no effect on a sequence of ${sequence} tokens; longer ones are not modelled.`,
    );
  }
}
