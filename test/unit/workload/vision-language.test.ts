import { describe, expect, it } from "vitest";
import { buildWorkload, importHuggingFace, macsOf, totalParameters } from "../../../src/workload/index.ts";
import { PUBLISHED_VISION_LANGUAGE } from "../../validation/workload/published-vision-language.ts";

type Config = Readonly<Record<string, unknown>>;

function imported(config: unknown) {
  const result = importHuggingFace(config);
  if ("problems" in result) throw new Error(result.problems.join("\n"));
  return { ...result, workload: buildWorkload(result.model, 1) };
}

const sum = (count: number, of: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => of(i)).reduce((a, b) => a + b, 0);

interface Image {
  readonly patches: number;
  /** Tokens that are no patches. */
  readonly extra?: number;
  readonly channels: number;
  readonly patch: number;
  readonly hidden: number;
  readonly layers: number;
  readonly ffn: number;
  readonly matrices: 2 | 3;
  /** Keys of a token in layer i. */
  readonly keys?: (layer: number) => number;
  /** Tokens side by side, and widths behind them. */
  readonly merge: number;
  readonly widths: readonly number[];
  readonly mergers?: number;
}

/** Patch product, layers, mergers. */
function imageMacs(of: Image): number {
  const { patches, extra = 0, channels, patch, hidden, layers, ffn, matrices, merge, widths, mergers = 1 } = of;
  const tokens = patches + extra;
  const keys = of.keys ?? (() => tokens);
  const merged = widths.reduce((all, width, at) => all + (at === 0 ? merge * hidden : widths[at - 1]!) * width, 0);
  return (
    patches * channels * patch ** 2 * hidden +
    sum(layers, (layer) => tokens * (4 * hidden ** 2 + matrices * hidden * ffn + 2 * hidden * keys(layer))) +
    (mergers * patches * merged) / merge
  );
}

const llama4: Image = {
  ...{ patches: 24 ** 2, extra: 1, channels: 3, patch: 14, hidden: 1408, layers: 34, ffn: 5632, matrices: 2, merge: 4 },
  widths: [4096, 4096, 5120],
};
const qwen2: Image = {
  ...{ patches: 32 ** 2, channels: 6, patch: 14, hidden: 1280, layers: 32, ffn: 5120, matrices: 2, merge: 4 },
  widths: [5120, 3584],
};
const qwen3: Image = {
  ...{ patches: 48 ** 2, channels: 6, patch: 16, hidden: 1152, layers: 27, ffn: 4304, matrices: 2, merge: 4 },
  ...{ widths: [4608, 4096], mergers: 4 },
};
const IMAGES: Readonly<Record<string, Image>> = {
  "llama-4-scout": llama4,
  "llama-4-maverick": llama4,
  "ministral-3-3b": {
    ...{ patches: 110 ** 2, channels: 3, patch: 14, hidden: 1024, layers: 24, ffn: 4096, matrices: 3, merge: 4 },
    widths: [1024, 3072, 3072],
  },
  "phi-3.5-vision": {
    ...{ patches: 24 ** 2, extra: 1, channels: 3, patch: 14, hidden: 1024, layers: 24, ffn: 4096, matrices: 2 },
    ...{ merge: 4, widths: [3072, 3072] },
  },
  "qwen2-vl-7b": qwen2,
  "qwen2-vl-2b": { ...qwen2, widths: [5120, 1536] },
  "qwen2.5-vl-7b": {
    ...{ ...qwen2, ffn: 3420, matrices: 3 },
    // 448 pixels are four windows of 112 a side, each of 8 × 8 patches.
    keys: (layer) => ([7, 15, 23, 31].includes(layer) ? 1024 : 64),
  },
  "qwen3-vl-8b": qwen3,
  "qwen3-vl-2b": { ...qwen3, hidden: 1024, layers: 24, ffn: 4096, widths: [4096, 2048] },
};

/** Products of one row in the decoder, without the pairs of attention. */
function rowOf(text: Config): number {
  const of = (name: string) => Number(text[name] ?? 0);
  const hidden = of("hidden_size");
  const heads = of("num_attention_heads");
  const head = of("head_dim") || hidden / heads;
  const attention = hidden * (heads + 2 * of("num_key_value_heads")) * head + heads * head * hidden;
  const experts = of("num_local_experts");
  const step = of("interleave_moe_layer_step");
  const ffn = (layer: number) => {
    if (experts === 0) return 3 * hidden * of("intermediate_size");
    return (layer + 1) % step === 0
      ? hidden * experts + 2 * 3 * hidden * of("intermediate_size")
      : 3 * hidden * of("intermediate_size_mlp");
  };
  return sum(of("num_hidden_layers"), (layer) => attention + ffn(layer));
}

describe.each(Object.entries(PUBLISHED_VISION_LANGUAGE))("%s", (name, [parameters, config]) => {
  const { workload, notes } = imported(config);
  const image = IMAGES[name]!;
  const macsOfTower = (tower: string) =>
    workload.operators.reduce((all, each) => all + (each.tower === tower ? macsOf(each) : 0), 0);

  it("has the published parameters", () => {
    expect(totalParameters(workload)).toBe(parameters);
  });

  it("does the products of its image tower", () => {
    expect(macsOfTower("vision")).toBe(imageMacs(image));
  });

  it("reads the image's tokens and the text with its decoder", () => {
    const text = (config["text_config"] ?? config) as Config;
    const tokens = image.patches / image.merge;
    const prompt = tokens < 512 ? 512 : tokens + 512;
    const steps = 128;
    const heads = Number(text["num_attention_heads"]);
    const hidden = Number(text["hidden_size"]);
    const width = heads * Number(text["head_dim"] ?? hidden / heads);
    const pairs = prompt ** 2 + sum(steps, (i) => prompt + i + 1);
    expect(macsOfTower("text")).toBe(
      (prompt + steps) * rowOf(text) +
        Number(text["num_hidden_layers"]) * pairs * 2 * width +
        (1 + steps) * hidden * Number(text["vocab_size"]),
    );
  });

  it("leaves no key unread without a reason", () => {
    expect(notes.filter((note) => note.includes("not read"))).toEqual([]);
  });
});

it("Llama 4 looks at chunks of 8,192 in three of four layers, and normalises queries and keys by nothing trained", () => {
  const [, config] = PUBLISHED_VISION_LANGUAGE["llama-4-scout"]!;
  const { model } = imported(config);
  const text = model.family === "towers" ? model.towers[1] : undefined;
  expect(text).toMatchObject({ text: { qkNorm: "plain", experts: { shared: 8192, denseLayers: [] } } });
  const { attention } = (text as { text: { attention: readonly string[] } }).text;
  expect(attention.slice(0, 8)).toEqual(
    Array.from({ length: 8 }, (_, layer) => (layer % 4 === 3 ? "full" : "chunk:8192")),
  );
});

describe("Kimi K2.5", () => {
  const config = {
    ...{ model_type: "kimi_k25", hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, vocab_size: 100 },
    ...{ num_key_value_heads: 4, intermediate_size: 96, max_position_embeddings: 4096, n_routed_experts: 8 },
    ...{ n_shared_experts: 1, num_experts_per_tok: 2, moe_intermediate_size: 24, first_k_dense_replace: 1 },
    ...{ kv_lora_rank: 16, q_lora_rank: 24, qk_nope_head_dim: 8, qk_rope_head_dim: 4, v_head_dim: 8 },
    vision_config: {
      ...{ vt_num_hidden_layers: 2, vt_num_attention_heads: 4, vt_hidden_size: 32, vt_intermediate_size: 48 },
      ...{ patch_size: 14, init_pos_emb_height: 4, init_pos_emb_width: 4, merge_kernel_size: [2, 2] },
    },
  };
  it("has its decoder's fields at the top of the file, and a table of positions as large as its image", () => {
    const { workload } = imported(config);
    const layer = 4 * 32 ** 2 + 4 * 32 + 2 * 32 * 48 + 48 + 32 + 4 * 32;
    const tower = 3 * 14 ** 2 * 32 + 32 + 16 * 32 + 2 * layer + 2 * 32;
    const merger = 2 * 32 + 128 ** 2 + 128 + 128 * 64 + 64;
    expect(workload.parameters["vision"]).toBe(tower + merger);
    const mla = 64 * 24 + 24 + 24 * 4 * 12 + 64 * 20 + 16 + 16 * 4 * 16 + 4 * 8 * 64;
    const routed = 64 * 8 + 8 + (8 + 1) * 3 * 64 * 24;
    expect(workload.parameters["text"]).toBe(2 * 100 * 64 + 64 + 2 * (mla + 2 * 64) + 3 * 64 * 96 + routed);
  });
});

it("a tower of another type is refused with its place", () => {
  const result = importHuggingFace({ model_type: "llava", text_config: {}, vision_config: { model_type: "eva" } });
  expect("problems" in result ? result.problems.join("\n") : "").toContain(
    'vision_config.model_type is "eva": such an image tower is not modelled. Known: clip_vision_model,',
  );
});
