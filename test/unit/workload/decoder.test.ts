import { describe, expect, it } from "vitest";
import { buildWorkload, macsOf, totalMacs, totalParameters } from "../../../src/workload/index.ts";
import { spansOf } from "../../../src/workload/attention-pattern.ts";
import { named } from "./find.ts";
import { llama, llama3Of8B, tower } from "./models.ts";

const linearOfLayer = 4096 * (32 + 2 * 8) * 128 + 4096 * 4096 + 3 * 4096 * 14336;

describe("prefill of Llama 3 8B, 512 tokens, batch 2", () => {
  const { operators } = buildWorkload(llama({ ...llama3Of8B, tokens: 512 }), 2);

  it("has the MACs worked out by hand", () => {
    const attention = 2 * 32 * 512 * 512 * 128;
    const total = 2 * (32 * (512 * linearOfLayer + attention) + 4096 * 128256);
    expect(operators.reduce((sum, operator) => sum + macsOf(operator), 0)).toBe(total);
  });

  it("makes one product of the heads that share K and V", () => {
    expect(named(operators, "text.prefill.layers.scores")).toMatchObject({ batch: 16, m: 4 * 512, k: 128, n: 512 });
    expect(named(operators, "text.prefill.layers.context")).toMatchObject({ batch: 16, m: 4 * 512, k: 512, n: 128 });
    expect(named(operators, "text.prefill.layers.softmax")).toMatchObject({ elements: 2 * 32 * 512 * 512 });
  });

  it("folds the batch into the rows of linear layers, and asks the head for the last token only", () => {
    expect(named(operators, "text.prefill.layers.qkv")).toMatchObject({ batch: 1, m: 1024, k: 4096, n: 6144 });
    expect(named(operators, "text.prefill.layers.ffn-gate")).toMatchObject({ m: 1024, k: 4096, n: 14336 });
    expect(named(operators, "text.prefill.head")).toMatchObject({ m: 2, k: 4096, n: 128256 });
  });

  it("rotates queries and keys, gates, and normalises by root mean square", () => {
    expect(named(operators, "text.prefill.layers.rope")).toMatchObject({
      elements: 1024 * 40 * 128,
      parametersRead: 512 * 128,
    });
    expect(named(operators, "text.prefill.layers.gating")).toMatchObject({
      primitive: "multiply",
      elementsRead: 2 * 1024 * 14336,
    });
    expect(named(operators, "text.prefill.layers.attention-norm")).toMatchObject({
      primitive: "rmsnorm",
      parametersRead: 4096,
    });
    expect(operators.some(({ kind }) => kind === "position-embedding")).toBe(false);
  });
});

describe("decode", () => {
  it.each([1, 2, 7, 64])("of %i tokens has the MACs and the KV traffic of each step, summed one by one", (steps) => {
    const model = llama({ ...llama3Of8B, tokens: 300, contextTokens: 21, generatedTokens: steps });
    const decode = buildWorkload(model, 3).operators.filter(({ phase }) => phase === "decode");
    let macs = 0;
    let keysRead = 0;
    for (let step = 1; step <= steps; step++) {
      const length = 321 + step;
      macs += 3 * (32 * (linearOfLayer + 2 * 32 * length * 128) + 4096 * 128256);
      keysRead += 3 * 32 * 8 * length * 128;
    }
    expect(decode.reduce((sum, operator) => sum + macsOf(operator), 0)).toBe(macs);
    const keys = decode.map((each) =>
      each.type === "gemm" && each.kind === "scores" ? each.count * each.batch * each.k * each.n : 0,
    );
    expect(keys.reduce((sum, count) => sum + count)).toBe(keysRead);
    for (const each of decode)
      if (each.kind !== "scores" && each.kind !== "softmax" && each.kind !== "context") {
        expect(each.count % steps).toBe(0);
      }
  });

  it("stands for its steps by the mean length, or by its two neighbours", () => {
    const spans = (steps: number) => spansOf("full", { context: 100, steps });
    expect(spans(1)).toEqual([{ queries: 1, keys: 101, count: 1, blocks: 1 }]);
    expect(spans(3)).toEqual([{ queries: 1, keys: 102, count: 3, blocks: 1 }]);
    expect(spans(4)).toEqual([
      { queries: 1, keys: 102, count: 2, blocks: 1 },
      { queries: 1, keys: 103, count: 2, blocks: 1 },
    ]);
  });

  it("is named by context length where there are two", () => {
    const { operators } = buildWorkload(llama({ ...llama3Of8B, tokens: 512, generatedTokens: 128 }), 1);
    expect(named(operators, "text.decode.layers.scores.at-576")).toMatchObject({
      batch: 8,
      m: 4,
      k: 128,
      n: 576,
      count: 32 * 64,
    });
    expect(named(operators, "text.decode.layers.qkv")).toMatchObject({ m: 1, count: 32 * 128 });
    expect(new Set(operators.map(({ name }) => name)).size).toBe(operators.length);
  });
});

describe("KV cache, prefix and parameters", () => {
  it("holds K and V of every layer, KV head and token", () => {
    const model = llama({ ...llama3Of8B, tokens: 512, contextTokens: 1000, generatedTokens: 128 });
    expect(buildWorkload(model, 4).kvCacheElements).toBe(4 * (1000 + 512 + 128) * 32 * 2 * 8 * 128);
  });

  it("lets the prompt attend to a cached prefix", () => {
    const { operators } = buildWorkload(llama({ ...llama3Of8B, tokens: 10, contextTokens: 90 }), 1);
    expect(named(operators, "text.prefill.layers.scores")).toMatchObject({ m: 40, n: 100 });
    expect(named(operators, "text.prefill.layers.qkv")).toMatchObject({ m: 10 });
  });

  it("counts a tied LM head once, and computes it", () => {
    const tied = buildWorkload(llama({ ...llama3Of8B, tiedEmbedding: true }), 1);
    const apart = buildWorkload(llama({ ...llama3Of8B, tiedEmbedding: false }), 1);
    expect(totalParameters(apart) - totalParameters(tied)).toBe(4096 * 128256);
    expect(totalMacs(tied)).toBe(totalMacs(apart));
  });

  it("counts K and V in the cache and not among the activations", () => {
    const model = llama({ ...llama3Of8B, tokens: 512 });
    const x = 512 * 4096;
    // Gated FFN: x, norm(x), up and gate; the scores need x, q and 32 · 512² only.
    expect(buildWorkload(model, 1).peakActivationElements).toBe(2 * x + 2 * 512 * 14336);
  });

  it("holds logits at the least", () => {
    const model = llama({ layers: 1, hidden: 8, ffn: 8, heads: 1, kvHeads: 1, vocabulary: 1000, tokens: 1 });
    expect(buildWorkload(model, 2).peakActivationElements).toBe(2 * 1008);
  });

  it("lists heterogeneous layers apart in both phases", () => {
    const model = llama({ ...llama3Of8B, layers: 2, tokens: 4, generatedTokens: 2 });
    const { operators } = buildWorkload({ ...model, text: { ...model.text, kvHeads: [8, 4] } }, 1);
    expect(named(operators, "text.prefill.layer1.qkv")).toMatchObject({ layer: 1, n: 40 * 128 });
    expect(named(operators, "text.decode.layer0.scores.at-5")).toMatchObject({ layer: 0, batch: 8, m: 4, count: 1 });
    expect(named(operators, "text.decode.layer1.scores.at-6")).toMatchObject({ layer: 1, batch: 4, m: 8, count: 1 });
  });

  it("adds learned positions where a decoder has them", () => {
    const text = { ...tower(2, 64, 2, 10, { causal: true }), vocabulary: 100 };
    const model = { ...llama(llama3Of8B), text, generatedTokens: 5, tiedEmbedding: true };
    const workload = buildWorkload(model, 1);
    expect(named(workload.operators, "text.decode.position-embedding")).toMatchObject({ parametersRead: 64, count: 5 });
    expect(workload.parameters["text"]).toBe((100 + 15) * 64 + 2 * (12 * 64 * 64 + 13 * 64) + 2 * 64);
  });
});
