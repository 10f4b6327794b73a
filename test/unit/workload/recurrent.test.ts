import { describe, expect, it } from "vitest";
import { applySettings, loadHardware, parseSetting } from "../../../src/spec/index.ts";
import type { DecoderModel, Recurrent } from "../../../src/spec/model.ts";
import {
  buildWorkload,
  importHuggingFace,
  macsOf,
  totalMacs,
  totalParameters,
  type Workload,
} from "../../../src/workload/index.ts";
import { PUBLISHED_HYBRIDS } from "../../validation/workload/published-hybrids.ts";
import { llama } from "./models.ts";

const PROMPT = 20;
const STEPS = 6;

function imported(name: string, options = { tokens: PROMPT, generatedTokens: STEPS }) {
  const [parameters, config] = PUBLISHED_HYBRIDS[name]!;
  const result = importHuggingFace(config, options);
  if ("problems" in result) throw new Error(result.problems.join("\n"));
  return { parameters, notes: result.notes, model: result.model as DecoderModel };
}

/** Products of a layer with a state for one row: [hidden, in], [inner, hidden], and of `mamba` two between. */
const gatedDelta = (h: number, values: number, keys: number, heads: number) =>
  h * (2 * keys + 2 * values + 2 * heads) + values * h;
const mamba2 = (h: number, inner: number, keys: number, heads: number) =>
  h * (2 * inner + 2 * keys + heads) + inner * h;
const mamba = (h: number, inner: number, state: number, rank: number) =>
  h * 2 * inner + inner * (rank + 2 * state) + rank * inner + inner * h;
const lightning = (h: number, inner: number) => h * 4 * inner + inner * h;

/** Pairs of query and key: all of the prompt's, then one more a step. */
const PAIRS = PROMPT ** 2 + Array.from({ length: STEPS }, (_, i) => PROMPT + i + 1).reduce((a, b) => a + b, 0);
const attention = (h: number, heads: number, kv: number, d: number, gate = 0) => ({
  row: h * ((heads + 2 * kv) * d + gate) + heads * d * h,
  all: PAIRS * 2 * heads * d,
});

/** [hidden, vocabulary, attention, layers with it, products of a row in all other halves]. */
const COUNTS: Readonly<
  Record<string, readonly [number, number, { readonly row: number; readonly all: number }, number, number]>
> = {
  "qwen3-next-80b-a3b": [
    2048,
    151936,
    attention(2048, 16, 2, 256, 16 * 256),
    12,
    36 * gatedDelta(2048, 32 * 128, 16 * 128, 32) + 48 * (2048 * 512 + (10 + 1) * 3 * 2048 * 512 + 2048),
  ],
  // 27 layers of Mamba 2, 4 that attend, 25 FFNs without a gate.
  "nemotron-nano-9b-v2": [
    4480,
    131072,
    attention(4480, 40, 8, 128),
    4,
    27 * mamba2(4480, 128 * 80, 8 * 128, 128) + 25 * 2 * 4480 * 15680,
  ],
  "jamba-v0.1": [
    4096,
    65536,
    attention(4096, 32, 8, 128),
    4,
    28 * mamba(4096, 8192, 16, 256) + 16 * 3 * 4096 * 14336 + 16 * (4096 * 16 + 2 * 3 * 4096 * 14336),
  ],
  "falcon-mamba-7b": [4096, 65024, { row: 0, all: 0 }, 0, 64 * mamba(4096, 8192, 16, 256)],
  "mamba-codestral-7b": [4096, 32768, { row: 0, all: 0 }, 0, 64 * mamba2(4096, 8192, 8 * 128, 128)],
  "minimax-text-01": [
    6144,
    200064,
    attention(6144, 64, 8, 128),
    10,
    70 * lightning(6144, 64 * 128) + 80 * (6144 * 32 + 2 * 3 * 6144 * 9216),
  ],
};

describe.each(Object.keys(PUBLISHED_HYBRIDS))("%s", (name) => {
  const { parameters, model, notes } = imported(name);
  const workload = buildWorkload(model, 1);

  it("has the published parameters", () => {
    expect(totalParameters(workload)).toBe(parameters);
  });

  it("does the products of its layers for each row, and those of attention for each pair", () => {
    const [hidden, vocabulary, { row, all }, layers, others] = COUNTS[name]!;
    const rows = PROMPT + STEPS;
    expect(totalMacs(workload)).toBe(rows * (layers * row + others) + layers * all + (1 + STEPS) * hidden * vocabulary);
  });

  it("leaves no key unread without a reason", () => {
    expect(notes.filter((note) => note.includes("not read"))).toEqual([]);
  });
});

describe("a state", () => {
  const shape = { layers: 2, hidden: 64, ffn: 128, heads: 4, kvHeads: 2, vocabulary: 100, tokens: 32 } as const;
  const recurrent: Recurrent = {
    ...{ form: "mamba2", heads: 4, keyHeads: 2, keySize: 8, valueSize: 16, kernel: 4, rank: 0 },
    ...{ bias: false, convolutionBias: true, innerNorms: false },
  };
  const withState = (change: Partial<Recurrent> = {}, generatedTokens = 8, tokens = 32): Workload => {
    const model = llama({ ...shape, tokens, generatedTokens });
    const text = { ...model.text, attention: ["recurrent", "full"] as const };
    return buildWorkload({ ...model, text: { ...text, recurrent: { ...recurrent, ...change } } }, 3);
  };
  // 4 heads of 8 · 16, and three inputs of 4 · 16 + 2 · 2 · 8 channels.
  const kept = 4 * 8 * 16 + 3 * (64 + 32);

  it("is kept once a sequence, however long; keys and values of the other layer grow", () => {
    const growing = 2 * 2 * 16;
    expect(withState().kvElementsPerToken).toBe(growing);
    expect(withState().kvCacheElements).toBe(3 * (kept + 40 * growing));
    expect(withState({}, 8, 320).kvCacheElements).toBe(3 * (kept + 328 * growing));
  });

  it("is read and written by every step, and written by the prompt", () => {
    const scans = withState().operators.filter(({ name }) => name.endsWith(".scan"));
    const rowIn = 64 + 2 * 2 * 8 + 4;
    expect(scans).toMatchObject([
      { phase: "prefill", count: 1, elements: 3 * 32 * 64 * 8, elementsRead: 3 * 32 * rowIn },
      {
        phase: "decode",
        count: 8,
        elements: 3 * 64 * 8,
        elementsRead: 3 * (rowIn + kept),
        elementsWritten: 3 * (64 + kept),
      },
    ]);
  });

  it("has no scores, and costs a token the same wherever it stands", () => {
    const macs = (workload: Workload) =>
      workload.operators.reduce((sum, each) => sum + (each.name.includes("layer0") ? macsOf(each) : 0), 0);
    expect(macs(withState({}, 0, 320))).toBe(10 * macs(withState({}, 0, 32)));
    expect(withState().operators.filter(({ name, kind }) => name.includes("layer0") && kind === "scores")).toEqual([]);
  });

  it("is stored as the cache is", () => {
    const model = imported("falcon-mamba-7b").model;
    const hardware = loadHardware("a100");
    const set = applySettings({ model, hardware }, [parseSetting("quantisation.kv=32")]).model;
    const { sizes } = buildWorkload(set, 2);
    const state = 64 * (8192 * 16 + 3 * 8192);
    expect(sizes!.kvCache).toEqual({ bits: 32 * 2 * state, elements: 0 });
    const scan = buildWorkload(set, 2).operators.find(({ name, phase }) => name.endsWith("scan") && phase === "decode");
    expect(scan).toMatchObject({ stored: { read: { bits: 32 }, written: { bits: 32 } } });
  });

  it.each([
    ["biases of its two products", { bias: true }, 2 * 64 + 32 + 4 + 64],
    ["no biases in its convolution", { convolutionBias: false }, -(64 + 32)],
    ["a tap more", { kernel: 5 }, 64 + 32],
  ] as const)("%s", (_, change, more) => {
    expect(totalParameters(withState(change)) - totalParameters(withState())).toBe(more);
  });

  it("cannot be asked for where the tower does not say it", () => {
    const model = llama(shape);
    const hardware = loadHardware("a100");
    expect(() => applySettings({ model, hardware }, [parseSetting("model.text.attention.1=recurrent")])).toThrow(
      /needs the tower's section recurrent/,
    );
  });
});

describe("NemotronHConfig", () => {
  const [, nano] = PUBLISHED_HYBRIDS["nemotron-nano-9b-v2"]!;

  it("with experts: two matrices each, an offset an expert, shared ones of their own width", () => {
    const result = importHuggingFace({
      ...{ ...nano, hidden_size: 64, num_hidden_layers: 3, hybrid_override_pattern: "ME*", vocab_size: 100 },
      ...{ mamba_num_heads: 8, mamba_head_dim: 16, ssm_state_size: 4, n_groups: 2, num_attention_heads: 4 },
      ...{ num_key_value_heads: 2, head_dim: 16, attention_head_dim: 16, n_routed_experts: 8, num_experts_per_tok: 2 },
      ...{ moe_intermediate_size: 24, moe_shared_expert_intermediate_size: 40, n_shared_experts: 1 },
    });
    if ("problems" in result) throw new Error(result.problems.join("\n"));
    const state = mamba2(64, 128, 8, 8) + (128 + 16) * 5 + 3 * 8 + 128;
    const experts = 64 * 8 + 8 + 8 * 2 * 64 * 24 + 2 * 64 * 40;
    const attending = 64 * (4 + 4) * 16 + 64 * 64;
    expect(totalParameters(buildWorkload(result.model, 1))).toBe(2 * 100 * 64 + state + experts + attending + 4 * 64);
  });

  it("refuses a pattern that does not fit", () => {
    const result = importHuggingFace({ ...nano, hybrid_override_pattern: "M?" });
    expect("problems" in result ? result.problems.join("\n") : "").toContain(
      "hybrid_override_pattern must hold one of M, *, - and E for each of 56 layers.",
    );
  });
});
