import type { BertModel, EncoderDecoderModel, TextTower, Tower } from "../../spec/model.ts";
import { architectureOf } from "./architecture.ts";
import type { Common, HuggingFaceOptions } from "./common.ts";
import {
  activation,
  count,
  flag,
  headSizeOf,
  layerCount,
  onlyIf,
  optionalCount,
  perLayer,
  shown,
  valueOf,
  type ConfigReader,
} from "./reader.ts";

type Model = EncoderDecoderModel | BertModel;
type Read = (reader: ConfigReader, common: Common, options: HuggingFaceOptions) => Model;

const INPUT_TOKENS = 512;
const GENERATED_TOKENS = 128;

/** What of the class is there: both towers with a head, without, or the encoder alone. */
function partOf(reader: ConfigReader): "generation" | "model" | "encoder" {
  const name = architectureOf(reader);
  if (name === undefined || /ForConditionalGeneration$|WithLMHead(Model)?$|MTModel$|LMHeadModel$/.test(name))
    return "generation";
  if (name.endsWith("EncoderModel") || name.endsWith("Encoder")) return "encoder";
  if (name.endsWith("Model")) return "model";
  reader.problems.push(
    `${reader.path}architectures is ${shown(name)}: the head of that class is not modelled. Known: ...ForConditionalGeneration, ...Model, ...EncoderModel.`,
  );
  return "model";
}

/** Tokens of the input, and steps; a decoder without a head makes its states in as many steps. */
function lengths(
  reader: ConfigReader,
  options: HuggingFaceOptions,
  most: { readonly input: number; readonly output: number },
) {
  const tokens = options.tokens ?? Math.min(INPUT_TOKENS, most.input);
  const generatedTokens = options.generatedTokens ?? Math.min(GENERATED_TOKENS, most.output - 1);
  if (tokens > most.input)
    reader.problems.push(`${tokens} tokens are more than the ${most.input} positions of the encoder.`);
  if (generatedTokens >= most.output)
    reader.problems.push(
      `a start token and ${generatedTokens} tokens are more than the ${most.output} positions of the decoder.`,
    );
  if (options.tokens === undefined || options.generatedTokens === undefined)
    reader.notes.push(`a configuration has no sequence length: ${tokens} tokens in, ${generatedTokens} generated.`);
  return { tokens, generatedTokens };
}

/** T5Config: RMSNorm before the halves, no biases, a table of relative positions a stack (in each layer of UMT5). */
function t5(isShared: boolean): Read {
  return (reader, common, options) => {
    const part = partOf(reader);
    const hidden = count(reader, ["d_model"], 512);
    const layers = layerCount(reader, ["num_layers"], 6);
    const decoderLayers = optionalCount(reader, ["num_decoder_layers"]) ?? layers;
    const heads = count(reader, ["num_heads"], 8);
    const headSize = count(reader, ["d_kv"], 64);
    const ffn = count(reader, ["d_ff"], 2048);
    const form = valueOf(reader, ["feed_forward_proj"]) ?? "relu";
    const isGated = typeof form === "string" && form.startsWith("gated-");
    const act = typeof form === "string" ? form.replace("gated-", "") : form;
    for (const name of [
      "dense_act_fn",
      "n_positions",
      "relative_attention_max_distance",
      "num_hidden_layers",
      "classifier_dropout",
    ])
      valueOf(reader, [name]);
    const { tokens, generatedTokens } = lengths(reader, options, { input: Infinity, output: Infinity });
    const tower = (count_: number, causal: boolean): Tower => ({
      layers: count_,
      hidden,
      ffn: perLayer(count_, ffn),
      heads: perLayer(count_, heads),
      kvHeads: perLayer(count_, heads),
      headSize,
      tokens: causal ? 1 : tokens,
      activation: activation({ ...reader, config: { feed_forward_proj: act } }, ["feed_forward_proj"], "relu"),
      gated: isGated,
      normalisation: "rmsnorm",
      normPosition: "pre",
      position: "relative",
      causal,
      bias: false,
      relative: { rows: relativeRows, shared: isShared },
    });
    const relativeRows = count(reader, ["relative_attention_num_buckets"], 32);
    const vocabulary = count(reader, ["vocab_size"], 32128);
    const encoder = { ...tower(layers, false), vocabulary };
    if (part === "encoder") {
      const text = { ...encoder, segments: 0, maxPositions: tokens, embeddingNorm: false };
      return { ...common, family: "bert", text, pooler: false };
    }
    return {
      ...common,
      family: "encoder-decoder",
      encoder,
      decoder: { ...tower(decoderLayers, true), vocabulary },
      sharedEmbedding: true,
      tiedEmbedding: flag(reader, "tie_word_embeddings", true),
      head: part === "generation",
      generatedTokens,
    };
  };
}

interface BartFamily {
  readonly normPosition: Tower["normPosition"];
  readonly position: "learned" | "fixed";
  /** Rows of the position tables before the first token. */
  readonly offset: number;
  readonly embeddingNorm: boolean;
  readonly activation: string;
  readonly tied?: boolean;
}

/** BartConfig and those after it: towers with names of their own, biases everywhere. */
function bart(family: BartFamily): Read {
  return (reader, common, options) => {
    const part = partOf(reader);
    const hidden = count(reader, ["d_model"], 1024);
    const positions = count(reader, ["max_position_embeddings"], 1024);
    const act = activation(reader, ["activation_function"], family.activation);
    const { tokens, generatedTokens } = lengths(reader, options, { input: positions, output: positions });
    const vocabulary = count(reader, ["vocab_size"], 50265);
    for (const name of [
      "num_hidden_layers",
      "num_attention_heads",
      "extra_pos_embeddings",
      "static_position_embeddings",
      "decoder_start_token_id",
      "share_encoder_decoder_embeddings",
      "decoder_vocab_size",
    ])
      valueOf(reader, [name]);
    onlyIf(reader, "share_encoder_decoder_embeddings", [true], "tables of their own in both towers");
    onlyIf(reader, "decoder_vocab_size", [vocabulary], "two vocabularies");
    const tower = (name: "encoder" | "decoder"): TextTower & { readonly maxPositions?: number } => {
      const layers = layerCount(reader, [`${name}_layers`], 12);
      const heads = count(reader, [`${name}_attention_heads`], 16);
      return {
        layers,
        hidden,
        ffn: perLayer(layers, count(reader, [`${name}_ffn_dim`], 4096)),
        heads: perLayer(layers, heads),
        kvHeads: perLayer(layers, heads),
        headSize: headSizeOf(reader, hidden, heads),
        tokens: name === "encoder" ? tokens : 1,
        activation: act,
        gated: false,
        normalisation: "layernorm",
        normPosition: family.normPosition,
        position: family.position,
        causal: name === "decoder",
        bias: true,
        ...(family.embeddingNorm ? { embeddingNorm: true } : {}),
        vocabulary,
        ...(family.position === "learned" ? { maxPositions: positions + family.offset } : {}),
      };
    };
    return {
      ...common,
      family: "encoder-decoder",
      encoder: tower("encoder"),
      decoder: tower("decoder"),
      sharedEmbedding: true,
      tiedEmbedding: flag(reader, "tie_word_embeddings", family.tied ?? true),
      head: part === "generation",
      generatedTokens,
    };
  };
}

/** WhisperConfig: two convolutions, 1,500 stored positions, keys without bias; the decoder has its own table, tied to the head. */
const whisper: Read = (reader, common, options) => {
  const part = partOf(reader);
  const hidden = count(reader, ["d_model"], 384);
  const input = count(reader, ["max_source_positions"], 1500);
  const output = count(reader, ["max_target_positions"], 448);
  const bands = count(reader, ["num_mel_bins"], 80);
  const act = activation(reader, ["activation_function"], "gelu");
  const { generatedTokens } = lengths(reader, { ...options, tokens: options.tokens ?? input }, { input, output });
  if (options.tokens !== undefined && options.tokens !== input)
    reader.problems.push(`${options.tokens} tokens were asked for, but this encoder always reads ${input}.`);
  const vocabulary = count(reader, ["vocab_size"], 51865);
  for (const name of ["num_hidden_layers", "max_length"]) valueOf(reader, [name]);
  const tower = (name: "encoder" | "decoder"): Tower => {
    const layers = layerCount(reader, [`${name}_layers`], 4);
    const heads = count(reader, [`${name}_attention_heads`], 6);
    return {
      layers,
      hidden,
      ffn: perLayer(layers, count(reader, [`${name}_ffn_dim`], 1536)),
      heads: perLayer(layers, heads),
      kvHeads: perLayer(layers, heads),
      headSize: headSizeOf(reader, hidden, heads),
      tokens: name === "encoder" ? input : 1,
      activation: act,
      gated: false,
      normalisation: "layernorm",
      normPosition: "pre",
      position: "learned",
      causal: name === "decoder",
      bias: "no-key",
    };
  };
  return {
    ...common,
    family: "encoder-decoder",
    encoder: { ...tower("encoder"), vocabulary: 0, maxPositions: input, audio: { bands, frames: 2 * input } },
    decoder: { ...tower("decoder"), vocabulary, maxPositions: output },
    sharedEmbedding: false,
    tiedEmbedding: flag(reader, "tie_word_embeddings", true),
    head: part === "generation",
    generatedTokens,
  };
};

export const ENCODER_DECODER_READERS: Readonly<Record<string, Read>> = {
  t5: t5(true),
  mt5: t5(true),
  umt5: t5(false),
  bart: bart({ normPosition: "post", position: "learned", offset: 2, embeddingNorm: true, activation: "gelu" }),
  mbart: bart({ normPosition: "pre", position: "learned", offset: 2, embeddingNorm: true, activation: "gelu" }),
  pegasus: bart({ normPosition: "pre", position: "fixed", offset: 0, embeddingNorm: false, activation: "gelu" }),
  marian: bart({ normPosition: "post", position: "fixed", offset: 0, embeddingNorm: false, activation: "gelu" }),
  m2m_100: bart({ normPosition: "pre", position: "fixed", offset: 0, embeddingNorm: false, activation: "relu" }),
  whisper,
};
