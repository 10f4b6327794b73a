import type { DecoderModel } from "../../spec/model.ts";
import type { Common, HuggingFaceOptions } from "./common.ts";
import { sequenceOf } from "./sequence.ts";
import { activation, count, flag, headSizeOf, layerCount, perLayer, valueOf, type ConfigReader } from "./reader.ts";

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
  const sequence = sequenceOf(reader, options, null);
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
      bias: biasOf(reader, type, (heads + 2 * kvHeads) * headSize),
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

/** Biases in all linear layers or in none; Qwen2 has them in QKV alone, which is noted with their number. */
function biasOf(reader: ConfigReader, type: string, qkvWidth: number): boolean {
  const attention = flag(reader, "attention_bias", type === "qwen2");
  const ffn = flag(reader, "mlp_bias", false);
  if (attention !== ffn) {
    reader.notes.push(`only some linear layers have a bias: left out, ${qkvWidth} values a layer in QKV among them.`);
  }
  return attention && ffn;
}

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
