import { square } from "../../math/index.ts";
import type { BertModel, Tower, VitModel } from "../../spec/model.ts";
import type { Common, HuggingFaceOptions } from "./common.ts";
import {
  activation,
  count,
  flag,
  headSizeOf,
  isRecord,
  onlyIf,
  layerCount,
  perLayer,
  valueOf,
  type ConfigReader,
} from "./reader.ts";

/** ViTConfig. The number of classes is that of `id2label`, or `num_labels`. */
export function readVit(reader: ConfigReader, common: Common): VitModel {
  const imageSize = count(reader, ["image_size"], 224);
  const patchSize = count(reader, ["patch_size"], 16);
  if (!flag(reader, "qkv_bias", true)) {
    reader.notes.push(
      "qkv_bias is false: the model has biases in all linear layers or in none, so 3 · hidden a layer are too many.",
    );
  }
  return {
    ...common,
    family: "vit",
    vision: {
      ...readEncoder(reader, "pre"),
      tokens: square(Math.floor(imageSize / patchSize)) + 1,
      imageSize,
      patchSize,
      channels: count(reader, ["num_channels"], 3),
    },
    classes: classesOf(reader),
  };
}

function classesOf(reader: ConfigReader): number {
  const labels = valueOf(reader, ["id2label"]);
  const labelCount = isRecord(labels) ? Object.keys(labels).length : 0;
  return labelCount > 0 ? labelCount : count(reader, ["num_labels"], 2);
}

/**
 * BertConfig and RobertaConfig. RoBERTa's position table has two rows before the first token.
 * Task heads (masked language model, classification) are not part of the model; the pooler is.
 */
export function readBert(reader: ConfigReader, common: Common, options: HuggingFaceOptions, offset: number): BertModel {
  onlyIf(reader, "position_embedding_type", ["absolute"], "a relative position embedding");
  onlyIf(reader, "is_decoder", [false], "a BERT that is a decoder");
  const maxPositions = count(reader, ["max_position_embeddings"], 512);
  const longest = Math.max(1, maxPositions - offset);
  const tokens = options.tokens ?? longest;
  if (tokens > longest)
    reader.problems.push(`${tokens} tokens were asked for, but max_position_embeddings allows ${longest}.`);
  if (options.tokens === undefined) {
    reader.notes.push(`a configuration has no sequence length: ${longest} tokens, the longest that it allows.`);
  }
  reader.notes.push("the pooler is included; a task head, if there is one, is not.");
  return {
    ...common,
    family: "bert",
    text: {
      ...readEncoder(reader, "post"),
      tokens,
      vocabulary: count(reader, ["vocab_size"], 30522),
      segments: count(reader, ["type_vocab_size"], 2),
      maxPositions,
    },
    pooler: true,
  };
}

function readEncoder(reader: ConfigReader, normPosition: "pre" | "post"): Omit<Tower, "tokens"> {
  const hidden = count(reader, ["hidden_size"], 768);
  const layers = layerCount(reader, ["num_hidden_layers"], 12);
  const heads = count(reader, ["num_attention_heads"], 12);
  return {
    layers,
    hidden,
    ffn: perLayer(layers, count(reader, ["intermediate_size"], 3072)),
    heads: perLayer(layers, heads),
    kvHeads: perLayer(layers, heads),
    headSize: headSizeOf(reader, hidden, heads),
    activation: activation(reader, ["hidden_act"], "gelu"),
    gated: false,
    normalisation: "layernorm",
    normPosition,
    position: "learned",
    causal: false,
    bias: true,
  };
}
