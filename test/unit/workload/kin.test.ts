import { describe, expect, it } from "vitest";
import type { DecoderModel, TextTower } from "../../../src/spec/model.ts";
import { buildWorkload, importHuggingFace, macsOf, totalMacs, totalParameters } from "../../../src/workload/index.ts";
import { llama } from "./models.ts";

function imported(config: unknown) {
  const result = importHuggingFace(config, { tokens: 16, generatedTokens: 0 });
  if ("problems" in result) throw new Error(result.problems.join("\n"));
  return { ...result, model: result.model as DecoderModel, workload: buildWorkload(result.model, 1) };
}

const problemsOf = (config: unknown): string => {
  const result = importHuggingFace(config);
  return "problems" in result ? result.problems.join("\n") : "";
};

/** Groups of heads and width of each block of Llama-3.3-Nemotron-Super-49B-v1; − is a half that is not there. */
const SUPER =
  "8:2.625 " +
  "8:5.25 ".repeat(5) +
  "-:2.625 -:2.625 8:5.25 8:5.25 8:5.25 -:3.28125 " +
  "8:5.25 ".repeat(30) +
  "-:1.3125 -:2.625 -:2.625 -:1.3125 -:5.25 -:1.3125 -:2.625 -:1.3125 -:1.3125 -:1.3125 8:5.25 -:1.3125 " +
  "-:1 -:1 -:1.3125 -:1 -:1 -:1 -:1.3125 -:1.3125 -:0.5 -:0.5 -:1 -:1 -:0.5 -:0.5 -:1 -:0.5 -:0.5 " +
  "8:5.25 ".repeat(9);

const half = (text: string, key: string) => (text === "-" ? { no_op: true } : { no_op: false, [key]: Number(text) });
const blocks = SUPER.trim()
  .split(" ")
  .map((each) => {
    const [group, mult] = each.split(":") as [string, string];
    return { attention: half(group, "n_heads_in_group"), ffn: half(mult, "ffn_mult") };
  });
const nas = {
  model_type: "nemotron-nas",
  hidden_size: 8192,
  num_hidden_layers: 80,
  num_attention_heads: 64,
  num_key_value_heads: null,
  max_position_embeddings: 131072,
  vocab_size: 128256,
  block_configs: blocks,
};

describe("Nemotron-NAS", () => {
  it("of 49B: published parameters, and caches in the layers that attend", () => {
    const { workload } = imported(nas);
    expect(totalParameters(workload)).toBe(49_867_145_216);
    const attending = blocks.filter(({ attention }) => !attention.no_op).length;
    expect(workload.kvElementsPerToken).toBe(attending * 2 * 8 * 128);
  });

  it("has layers without a half, or with neither, that cost nothing", () => {
    const none = { attention: { no_op: true }, ffn: { no_op: true } };
    const one = imported({ ...nas, num_hidden_layers: 1, block_configs: [blocks[1]] }).workload;
    const two = imported({ ...nas, num_hidden_layers: 2, block_configs: [blocks[1], none] }).workload;
    expect(totalParameters(two)).toBe(totalParameters(one));
    expect(totalMacs(two)).toBe(totalMacs(one));
    const ffnLess = { attention: blocks[1]!.attention, ffn: { no_op: true } };
    const { operators } = imported({ ...nas, num_hidden_layers: 1, block_configs: [ffnLess] }).workload;
    expect(operators.filter(({ kind }) => kind.startsWith("ffn"))).toEqual([]);
  });

  it("refuses what it does not know, with its place", () => {
    const linear = { ...blocks[1], ffn: { no_op: false, replace_with_linear: true, ffn_mult: null } };
    const problems = problemsOf({ ...nas, num_hidden_layers: 1, block_configs: [linear] });
    expect(problems).toContain("block_configs[0].ffn.replace_with_linear is true, which is not modelled.");
    expect(problems).toContain("block_configs[0].ffn.ffn_mult is null, but must be a number above 0.");
    expect(problemsOf({ ...nas, num_hidden_layers: 79 })).toContain("block_configs holds 80 blocks");
  });
});

it("Nemotron: LayerNorms with offset, two matrices in the FFN, squared ReLU", () => {
  const config = {
    ...{ model_type: "nemotron", hidden_act: "relu2", hidden_size: 4096, intermediate_size: 16384, vocab_size: 256000 },
    ...{ num_attention_heads: 48, num_key_value_heads: 8, head_dim: 128, num_hidden_layers: 32 },
    ...{ max_position_embeddings: 4096, partial_rotary_factor: 0.5, norm_eps: 1e-5 },
  };
  const layer = 4096 * (48 + 2 * 8) * 128 + 48 * 128 * 4096 + 2 * 4096 * 16384 + 2 * 2 * 4096;
  const { workload, model, notes } = imported(config);
  expect(totalParameters(workload)).toBe(2 * 256000 * 4096 + 32 * layer + 2 * 4096);
  expect(model.text.rotarySize).toBe(64);
  expect(workload.operators.find(({ kind }) => kind === "activation")).toMatchObject({ primitive: "relu-squared" });
  expect(notes.filter((note) => note.includes("not read"))).toEqual([]);
});

it("MiniMax-M2: norms over whole projections, 256 experts of which 8, an offset an expert", () => {
  const config = {
    ...{ model_type: "minimax_m2", hidden_size: 3072, intermediate_size: 1536, num_hidden_layers: 62 },
    ...{ num_attention_heads: 48, num_key_value_heads: 8, head_dim: 128, vocab_size: 200064, rotary_dim: 64 },
    ...{ num_local_experts: 256, num_experts_per_tok: 8, max_position_embeddings: 196608, tie_word_embeddings: false },
    ...{ use_qk_norm: true, qk_norm_type: "per_layer", shared_intermediate_size: 0, num_mtp_modules: 3 },
  };
  const attention = 3072 * (48 + 2 * 8) * 128 + 48 * 128 * 3072 + (48 + 8) * 128;
  const layer = (experts: number) => attention + 3072 * 256 + 256 + experts * 3 * 3072 * 1536 + 2 * 3072;
  const outside = 2 * 200064 * 3072 + 3072;
  const { workload, notes } = imported(config);
  expect(totalParameters(workload)).toBe(outside + 62 * layer(256));
  expect(workload.activeParameters).toBe(outside + 62 * layer(8));
  expect(notes).toContain("num_mtp_modules is 3: layers that predict further tokens are left out.");
});

it("Laguna: heads by layer, a gate a head, a dense first layer, shared experts without a gate", () => {
  const config = {
    ...{ model_type: "laguna", hidden_size: 64, intermediate_size: 160, num_hidden_layers: 3, vocab_size: 100 },
    ...{ num_attention_heads: 4, num_key_value_heads: 2, head_dim: 16, max_position_embeddings: 512, gating: true },
    ...{ num_experts: 8, num_experts_per_tok: 2, moe_intermediate_size: 32, shared_expert_intermediate_size: 48 },
    ...{ num_attention_heads_per_layer: [4, 6, 6], mlp_layer_types: ["dense", "sparse", "sparse"], sliding_window: 8 },
    layer_types: ["full_attention", "sliding_attention", "sliding_attention"],
  };
  const attention = (heads: number) => 64 * (heads + 4) * 16 + heads * 16 * 64 + 64 * heads + 2 * 16;
  const sparse = 64 * 8 + 8 + 8 * 3 * 64 * 32 + 3 * 64 * 48;
  const { workload, model } = imported(config);
  expect(totalParameters(workload)).toBe(
    2 * 100 * 64 + attention(4) + 3 * 64 * 160 + 2 * (attention(6) + sparse) + 3 * 2 * 64 + 64,
  );
  expect(model.text.attention).toEqual(["full", "window:8", "window:8"]);
  const [first] = workload.operators.filter(({ kind }) => kind === "qkv");
  expect(first).toMatchObject({ n: (4 + 4) * 16 + 4, k: 64 });
});

describe("gate on the result of attention", () => {
  const shape = { layers: 2, hidden: 64, ffn: 128, heads: 4, kvHeads: 2, vocabulary: 100, tokens: 8 } as const;
  const gated = (attentionGate: TextTower["attentionGate"]) => {
    const model = llama(shape);
    return buildWorkload({ ...model, text: { ...model.text, attentionGate } }, 1);
  };
  it.each([
    ["head", 4],
    ["element", 64],
  ] as const)("one number a%s: %i columns beside queries, keys and values", (kind, columns) => {
    const [without, withGate] = [gated(undefined), gated(kind)];
    expect(totalParameters(withGate) - totalParameters(without)).toBe(2 * 64 * columns);
    expect(totalMacs(withGate) - totalMacs(without)).toBe(2 * 8 * 64 * columns);
    expect(withGate.operators.filter(({ name }) => name.includes("gate-activation"))).toMatchObject([
      { elements: 8 * columns, count: 2 },
    ]);
    expect(withGate.kvCacheElements).toBe(without.kvCacheElements);
  });
});

it("a norm on queries and keys without trained numbers is work alone", () => {
  const model = llama({ layers: 1, hidden: 64, ffn: 128, heads: 4, kvHeads: 2, vocabulary: 100, tokens: 8 });
  const normed = buildWorkload({ ...model, text: { ...model.text, qkNorm: "plain" } }, 1);
  expect(totalParameters(normed)).toBe(totalParameters(buildWorkload(model, 1)));
  expect(normed.operators.filter(({ name }) => name.includes("query-norm"))).toMatchObject([
    { elements: 8 * 4 * 16, parametersRead: 0 },
  ]);
});

describe("names of their own", () => {
  it("slopes in place of rotations where Baichuan has no table of positions", () => {
    const config = {
      ...{ model_type: "baichuan", hidden_size: 5120, intermediate_size: 13696, model_max_length: 4096 },
      ...{ num_attention_heads: 40, num_hidden_layers: 40, vocab_size: 64000 },
    };
    expect(imported(config).model.text.position).toBe("alibi");
    expect(imported({ ...config, max_position_embeddings: 4096 }).model.text.position).toBe("rotary");
  });

  it("the class without a head of ChatGLM has one, with a note; its first version is refused", () => {
    const config = {
      ...{ model_type: "chatglm", architectures: ["ChatGLMModel"], hidden_size: 64, ffn_hidden_size: 96 },
      ...{ kv_channels: 16, num_attention_heads: 4, num_layers: 2, padded_vocab_size: 100, seq_length: 1024 },
      ...{ multi_query_attention: true, multi_query_group_num: 2, add_qkv_bias: true },
    };
    const { workload, notes } = imported(config);
    expect(workload.operators.filter(({ kind }) => kind === "head")).toMatchObject([{ n: 100, k: 64 }]);
    expect(notes.join()).toContain("architectures is ChatGLMModel: taken with the language-model head");
    expect(problemsOf({ ...config, position_encoding_2d: true })).toContain("the first version of ChatGLM");
  });

  it("experts of MiniCPM are as wide as its FFN", () => {
    const config = {
      ...{ model_type: "minicpm", hidden_size: 64, intermediate_size: 96, num_attention_heads: 4, vocab_size: 100 },
      ...{ num_hidden_layers: 2, max_position_embeddings: 512, num_experts: 8, num_experts_per_tok: 2 },
    };
    const layer = 4 * 64 * 64 + 64 * 8 + 8 * 3 * 64 * 96 + 2 * 64;
    const { workload } = imported(config);
    expect(totalParameters(workload)).toBe(100 * 64 + 2 * layer + 64);
    const routed = workload.operators.filter(({ name }) => name.includes("experts-"));
    const up = routed.reduce((sum, each) => sum + (each.kind === "ffn-up" ? macsOf(each) : 0), 0);
    expect(up).toBe(2 * 16 * 2 * 64 * 96);
  });
});
