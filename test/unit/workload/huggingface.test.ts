import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  buildWorkload,
  HUGGING_FACE_TYPES,
  importHuggingFace,
  totalParameters,
  type HuggingFaceOptions,
} from "../../../src/workload/index.ts";
import { bert, clip, clipTextTower, clipVitB16, visionTower, vit } from "./models.ts";

function modelOf(config: unknown, options?: HuggingFaceOptions) {
  const result = importHuggingFace(config, options);
  if ("problems" in result) throw new Error(result.problems.join("\n"));
  return result;
}

function problemsOf(config: unknown, options?: HuggingFaceOptions): readonly string[] {
  const result = importHuggingFace(config, options);
  return "problems" in result ? result.problems : [];
}

const parametersOf = (config: unknown) => totalParameters(buildWorkload(modelOf(config).model, 1));

const llama32 = {
  model_type: "llama",
  hidden_size: 2048,
  intermediate_size: 8192,
  num_hidden_layers: 16,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 64,
  hidden_act: "silu",
  max_position_embeddings: 131072,
  tie_word_embeddings: true,
  vocab_size: 128256,
  attention_bias: false,
  mlp_bias: false,
};
const mistral = {
  model_type: "mistral",
  hidden_size: 4096,
  intermediate_size: 14336,
  num_hidden_layers: 32,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  hidden_act: "silu",
  max_position_embeddings: 32768,
  sliding_window: 4096,
  tie_word_embeddings: false,
  vocab_size: 32000,
};
const qwen2 = {
  model_type: "qwen2",
  hidden_size: 896,
  intermediate_size: 4864,
  num_hidden_layers: 24,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  hidden_act: "silu",
  max_position_embeddings: 131072,
  sliding_window: 131072,
  use_sliding_window: false,
  tie_word_embeddings: true,
  vocab_size: 151936,
};
const gpt2 = {
  model_type: "gpt2",
  n_embd: 768,
  n_layer: 12,
  n_head: 12,
  n_positions: 1024,
  vocab_size: 50257,
  activation_function: "gelu_new",
};
const opt = {
  model_type: "opt",
  hidden_size: 768,
  ffn_dim: 3072,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  word_embed_proj_dim: 768,
  do_layer_norm_before: true,
  activation_function: "relu",
  max_position_embeddings: 2048,
  vocab_size: 50272,
};

describe("import of a HuggingFace config.json", () => {
  it("CLIP ViT-B/16", () => {
    const { model } = modelOf({
      _name_or_path: "openai/clip-vit-b16",
      model_type: "clip",
      projection_dim: 512,
      text_config: {
        hidden_size: 512,
        intermediate_size: 2048,
        num_hidden_layers: 12,
        num_attention_heads: 8,
        max_position_embeddings: 77,
        vocab_size: 49408,
        hidden_act: "quick_gelu",
      },
      vision_config: {
        hidden_size: 768,
        intermediate_size: 3072,
        num_hidden_layers: 12,
        num_attention_heads: 12,
        image_size: 224,
        patch_size: 16,
        hidden_act: "quick_gelu",
      },
    });
    expect({ ...model, description: "" }).toEqual(clipVitB16);
  });

  it("CLIP with nothing but its defaults, each of them noted", () => {
    const { model, notes } = modelOf({
      model_type: "clip",
      text_config: { model_type: "clip_text_model" },
      vision_config: {},
    });
    const expected = clip(
      clipTextTower(12, 512, 8, { activation: "quick-gelu" }),
      visionTower(12, 768, 12, 32, { activation: "quick-gelu" }),
      512,
    );
    expect({ ...model, description: "" }).toEqual(expected);
    expect(notes).toContain("vision_config.patch_size is absent: 32, the default of its configuration class.");
    expect(notes).toHaveLength(7 + 8 + 1);
  });

  it("lays text_config_dict over text_config", () => {
    const config = {
      model_type: "clip",
      text_config: { hidden_size: 512 },
      text_config_dict: { hidden_size: 768 },
      vision_config: {},
    };
    expect(modelOf(config).model).toMatchObject({ text: { hidden: 768, headSize: 96 } });
  });

  it("ViT-B/16 and BERT-base", () => {
    const labels = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [String(index), `LABEL_${index}`]));
    const image = {
      model_type: "vit",
      image_size: 224,
      patch_size: 16,
      num_channels: 3,
      id2label: labels,
      hidden_act: "gelu",
    };
    const encoder = { hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12, num_attention_heads: 12 };
    expect({ ...modelOf({ ...image, ...encoder }).model, description: "" }).toEqual(vit(visionTower(12, 768, 12, 16)));
    const text = {
      model_type: "bert",
      vocab_size: 30522,
      max_position_embeddings: 512,
      type_vocab_size: 2,
      hidden_act: "gelu",
    };
    const { model, notes } = modelOf({ ...text, ...encoder }, { tokens: 128 });
    expect({ ...model, description: "" }).toEqual(bert(12, 768, 12, 128));
    expect(notes).toEqual(["the pooler is included; a task head, if there is one, is not."]);
    expect(parametersOf({ ...text, ...encoder })).toBe(109_482_240);
  });

  it("RoBERTa-base: 124,645,632 parameters with pooler, 512 of its 514 positions usable", () => {
    const config = { model_type: "roberta", vocab_size: 50265, max_position_embeddings: 514, type_vocab_size: 1 };
    expect(modelOf(config).model).toMatchObject({ text: { tokens: 512, maxPositions: 514, segments: 1 } });
    expect(parametersOf(config)).toBe(124_645_632);
  });

  it.each([
    ["Llama 3.2 1B", llama32, 1_235_814_400],
    ["Mistral 7B", mistral, 7_241_732_096],
    ["Qwen2 0.5B", qwen2, 494_032_768],
    ["GPT-2", gpt2, 124_439_808],
    ["OPT 125M", opt, 125_239_296],
  ])("%s has its parameters", (_, config, parameters) => {
    expect(parametersOf(config)).toBe(parameters);
  });

  it("takes sequence lengths from the options and says so where it had to choose", () => {
    expect(modelOf(llama32, { tokens: 100, generatedTokens: 7 })).toMatchObject({
      model: { text: { tokens: 100 }, contextTokens: 0, generatedTokens: 7 },
      notes: [],
    });
    expect(modelOf(llama32)).toMatchObject({
      model: { text: { tokens: 512 }, generatedTokens: 128 },
      notes: ["a configuration has no sequence length: a prompt of 512 and 128 generated tokens."],
    });
  });

  it("knows aliases", () => {
    const aliased = {
      model_type: "gpt2",
      hidden_size: 768,
      num_hidden_layers: 12,
      num_attention_heads: 12,
      max_position_embeddings: 1024,
      vocab_size: 50257,
      hidden_act: "gelu",
    };
    expect(modelOf(aliased).model).toEqual(modelOf(gpt2).model);
    expect(modelOf({ ...llama32, hidden_act: "swish" }).model).toEqual(modelOf(llama32).model);
  });

  it("says where LlamaConfig's own rule gives the KV heads", () => {
    const { model, notes } = modelOf({ ...llama32, num_key_value_heads: null });
    expect(model).toMatchObject({ text: { kvHeads: Array.from({ length: 16 }, () => 32) } });
    expect(notes).toContain("num_key_value_heads is absent: 32, the default of its configuration class.");
  });
});

describe("refusals", () => {
  const rejects: readonly (readonly [string, unknown, string])[] = [
    ["no object", [], "a config.json must hold one JSON object."],
    ["no type", {}, "model_type is missing."],
    [
      "unknown type",
      { model_type: "rwkv" },
      'model_type is "rwkv", which is not modelled. Known: clip, siglip, clip_text_model, vit, deit,',
    ],
    [
      "a type named like an object's property",
      { model_type: "constructor" },
      'model_type is "constructor", which is not',
    ],
    ["missing section", { model_type: "clip", text_config: {} }, "vision_config is missing."],
    ["KV heads of Mistral", { ...mistral, num_key_value_heads: undefined }, "num_key_value_heads is missing."],
    ["KV heads of Qwen2", { ...qwen2, num_key_value_heads: null }, "num_key_value_heads is missing."],
    [
      "uneven groups",
      { ...llama32, num_key_value_heads: 5 },
      "num_attention_heads 32 is not a multiple of num_key_value_heads 5.",
    ],
    ["experts", { ...mistral, num_local_experts: 8 }, "num_local_experts is 8: a mixture of experts is not modelled."],
    ["activation", { ...llama32, hidden_act: "mish" }, 'hidden_act is "mish", which is not modelled. Known: gelu,'],
    ["not a size", { ...llama32, hidden_size: "2048" }, 'hidden_size is "2048", but must be a whole number ≥ 1.'],
    ["negative", { ...llama32, num_hidden_layers: -1 }, "num_hidden_layers is -1, but must be a whole number ≥ 1."],
    [
      "uneven heads",
      { ...gpt2, n_head: 7 },
      "hidden size 768 is not a multiple of 7 heads, and no head size is given.",
    ],
    [
      "a norm without gain",
      { ...opt, layer_norm_elementwise_affine: false },
      "layer_norm_elementwise_affine is false: a normalisation without gain",
    ],
    ["flag", { ...llama32, mlp_bias: "no" }, 'mlp_bias is "no", but must be true or false.'],
    [
      "relative positions",
      { model_type: "bert", position_embedding_type: "relative_key" },
      "position_embedding_type is",
    ],
    [
      "encoder with decoder",
      { ...opt, is_encoder_decoder: true },
      "is_encoder_decoder is true: an encoder with a decoder",
    ],
  ];
  it.each(rejects)("%s", (_, config, message) => {
    expect(problemsOf(config).join("\n")).toContain(message);
  });

  it("a sliding window only where it is active", () => {
    const attentionOf = (config: unknown) => {
      const { model } = modelOf(config);
      return "text" in model ? model.text.attention : undefined;
    };
    expect(attentionOf(mistral)).toEqual(Array.from({ length: 32 }, () => "window:4096"));
    expect(attentionOf({ ...mistral, sliding_window: null })).toBeUndefined();
    expect(attentionOf({ ...qwen2, sliding_window: 16 })).toBeUndefined();
    const first = attentionOf({ ...qwen2, sliding_window: 16, use_sliding_window: true, max_window_layers: 20 });
    expect(first).toEqual(Array.from({ length: 24 }, (_, layer) => (layer < 20 ? "full" : "window:16")));
  });

  it("more tokens than positions, and options that are no counts", () => {
    expect(problemsOf(gpt2, { tokens: 1000, generatedTokens: 25 })).toContain(
      "1000 + 25 tokens are more than the 1024 positions of the model.",
    );
    expect(problemsOf({ model_type: "bert" }, { tokens: 513 })).toContain(
      "513 tokens were asked for, but max_position_embeddings allows 512.",
    );
    expect(problemsOf(llama32, { tokens: 1.5 })).toContain("tokens is 1.5, but must be a whole number ≥ 1.");
  });

  it("tells all problems at once", () => {
    expect(problemsOf({ model_type: "opt" })).toEqual([
      "hidden_size is missing.",
      "num_hidden_layers is missing.",
      "num_attention_heads is missing.",
      "ffn_dim is missing.",
      "max_position_embeddings is missing.",
      "vocab_size is missing.",
    ]);
  });

  it("never throws, whatever JSON it is given", () => {
    const types = fc.constantFrom(...HUGGING_FACE_TYPES);
    fc.assert(
      fc.property(
        types,
        fc.dictionary(fc.constantFrom(...Object.keys(llama32), ...Object.keys(opt)), fc.jsonValue()),
        (type, values) => {
          const result = importHuggingFace({ ...values, model_type: type });
          expect("problems" in result ? result.problems.length : result.notes.length).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

it("docs/models.md names every type that is known, and no other", () => {
  const page = readFileSync(new URL("../../../docs/models.md", import.meta.url), "utf8");
  const table = page.slice(page.indexOf("| kind |"), page.indexOf("Other types are refused"));
  const named = [...table.matchAll(/`([^`]+)`/g)].map(([, name]) => name!).filter((name) => name !== "model_type");
  expect(named.toSorted()).toEqual([...HUGGING_FACE_TYPES].toSorted());
});
