import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildWorkload, importHuggingFace, totalMacs, totalParameters } from "../../../src/workload/index.ts";
import { loadModel, type DecoderModel, type StoredFormat } from "../../../src/spec/index.ts";

const folder = new URL("../../fixtures/huggingface/", import.meta.url);
const read = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Record<string, unknown>;

function imported(name: string, options = {}) {
  const result = importHuggingFace(read(name), options);
  if ("problems" in result) throw new Error(result.problems.join("\n"));
  return result;
}

it("the fixtures are all there", () => {
  expect(readdirSync(folder).filter((name) => name.endsWith(".json"))).toHaveLength(13);
});

describe("trained parameters are those of the published checkpoints", () => {
  it.each([
    // Sums of tensor sizes of the checkpoint, as model cards state them; CLIP with its one logit scale.
    ["clip-vit-base-patch32", 151_277_313],
    ["clip-vit-large-patch14", 427_616_513],
    ["vit-base-patch16-224", 86_567_656],
    ["bert-large-uncased", 335_141_888],
    ["llama-2-7b", 6_738_415_616],
    ["llama-3.1-8b", 8_030_261_248],
    ["mistral-7b-v0.1", 7_241_732_096],
    ["qwen2-7b", 7_615_616_512],
    ["gpt2-medium", 354_823_168],
    ["opt-1.3b", 1_315_758_080],
  ])("%s: %i", (name, parameters) => {
    expect(totalParameters(buildWorkload(imported(name).model, 1))).toBe(parameters);
    // Nor do they depend on the prompt.
    if (/llama|mistral|qwen|gpt|opt/.test(name)) {
      const short = imported(name, { tokens: 3, generatedTokens: 1 }).model;
      expect(totalParameters(buildWorkload(short, 1))).toBe(parameters);
    }
  });
});

describe("imports equal the presets of the same models", () => {
  it.each([
    ["clip-vit-base-patch32", "clip-vit-b32", {}],
    ["clip-vit-large-patch14", "clip-vit-l14", {}],
    ["vit-base-patch16-224", "vit-b16", {}],
    ["bert-large-uncased", "bert-large", { tokens: 128 }],
  ] as const)("%s and %s have the same MACs", (name, preset, options) => {
    const macs = totalMacs(buildWorkload(imported(name, options).model, 1));
    expect(macs).toBe(totalMacs(buildWorkload(loadModel(preset), 1)));
  });

  it.each([
    ["llama-2-7b", "llama-2-7b"],
    ["llama-3.1-8b", "llama-3-8b"],
  ] as const)("%s and %s have the same MACs", (name, preset) => {
    const model = loadModel(preset);
    if (model.family !== "decoder") throw new Error("a decoder is wanted");
    const options = { tokens: model.text.tokens, generatedTokens: model.generatedTokens };
    expect(totalMacs(buildWorkload(imported(name, options).model, 1))).toBe(totalMacs(buildWorkload(model, 1)));
  });
});

describe("refusals", () => {
  const problems = (config: unknown, options = {}): string => {
    const result = importHuggingFace(config, options);
    return "problems" in result ? result.problems.join("\n") : "";
  };

  it.each([
    ["rwkv", /^model_type is "rwkv", which is not modelled. Known: clip, siglip/],
    ["gemma3n", /^model_type is "gemma3n", which is not modelled./],
  ] as const)("%s", (name, message) => {
    expect(problems({ model_type: name })).toMatch(message);
  });

  it("a quantised file is counted as before quantisation, with its widths; one of a method that is not known with a note", () => {
    const { model } = imported("qwen2-0.5b-gptq");
    expect(totalParameters(buildWorkload(model, 1))).toBe(494_032_768);
    const { bits, group } = (model as DecoderModel).text.quantisation!.weights as StoredFormat;
    expect([bits, group]).toEqual([4, 128]);
  });

  it("scaling of rotary positions only where it is known to change no shape", () => {
    const scaled = (rope_scaling: unknown) => problems({ ...read("llama-2-7b"), rope_scaling });
    const longrope = { rope_type: "longrope", short_factor: [1], long_factor: [2] };
    for (const kept of [
      null,
      { type: "linear", factor: 2 },
      { rope_type: "yarn", factor: 4 },
      { type: "dynamic" },
      longrope,
    ])
      expect(scaled(kept)).toBe("");
    expect(scaled({ rope_type: "spiral" })).toMatch(
      /^rope_scaling of type "spiral" is not modelled. Known: default, linear/,
    );
    expect(imported("llama-2-7b").model).not.toHaveProperty("text.rotarySize");
    const half = importHuggingFace({ ...read("llama-2-7b"), partial_rotary_factor: 0.5 });
    expect("problems" in half ? null : half.model).toMatchObject({ text: { rotarySize: 64 } });
  });

  it("missing KV heads, experts", () => {
    const mistral = read("mistral-7b-v0.1");
    expect(problems({ ...mistral, num_key_value_heads: undefined })).toBe("num_key_value_heads is missing.");
    expect(problems({ ...mistral, num_local_experts: 8 })).toMatch(/a mixture of experts is not modelled/);
  });
});

it("a window shorter than the sequence is what every layer sees", () => {
  const { model } = imported("mistral-7b-v0.1", { tokens: 5000, generatedTokens: 0 });
  const { operators } = buildWorkload(model, 1);
  const scores = operators.filter(({ kind }) => kind === "scores");
  const pairs = scores.reduce((sum, each) => sum + (each.type === "gemm" ? each.batch * each.m * each.n : 0), 0);
  expect(pairs).toBe(32 * 5000 * 4096);
});

it("biases in the FFN alone: gate, up and down of 32 layers", () => {
  const result = importHuggingFace({ ...read("llama-2-7b"), mlp_bias: true });
  if ("problems" in result) throw new Error(result.problems.join("\n"));
  expect(totalParameters(buildWorkload(result.model, 1))).toBe(6_738_415_616 + 32 * (2 * 11008 + 4096));
});

it("attention_bias of Llama is in QKV and output projection: (3 + 1) · 4096 a layer", () => {
  const config = { ...read("llama-2-7b"), attention_bias: true };
  const result = importHuggingFace(config);
  if ("problems" in result) throw new Error(result.problems.join("\n"));
  expect(totalParameters(buildWorkload(result.model, 1))).toBe(6_738_415_616 + 32 * 4 * 4096);
});
