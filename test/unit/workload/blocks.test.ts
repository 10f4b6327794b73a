import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AttentionKind, DecoderModel, Experts, Tower } from "../../../src/spec/model.ts";
import { buildWorkload, macsOf, totalMacs, totalParameters, type Operator } from "../../../src/workload/index.ts";
import { cachedTokens, spansOf } from "../../../src/workload/attention-pattern.ts";
import { expertsHit } from "../../../src/workload/experts.ts";
import { llama } from "./models.ts";

const sumOf = <T>(list: readonly T[], of: (each: T) => number) => list.reduce((total, each) => total + of(each), 0);

/** Keys that one step meets with `context` tokens in sight, itself included. */
function keysOfStep(kind: AttentionKind, context: number): number {
  const [form, size] = [kind.split(":")[0], Number(kind.split(":")[1])];
  if (form === "full") return context;
  if (form === "none") return 0;
  if (form === "chunk") return ((context - 1) % size) + 1;
  return Math.min(size, context) + (form === "window" ? 0 : Math.ceil(Math.max(0, context - size) / size));
}

const kinds = fc.oneof(
  fc.constant<AttentionKind>("full"),
  fc.constant<AttentionKind>("none"),
  fc
    .tuple(
      fc.constantFrom("window" as const, "chunk" as const, "local+global" as const),
      fc.integer({ min: 1, max: 40 }),
    )
    .map(([form, size]): AttentionKind => `${form}:${size}`),
);

describe("kinds of attention", () => {
  it("the few lengths of decode steps have the sum and number of all of them", () => {
    fc.assert(
      fc.property(kinds, fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 200 }), (kind, context, steps) => {
        const spans = spansOf(kind, { context, steps });
        const all = Array.from({ length: steps }, (_, i) => keysOfStep(kind, context + 1 + i));
        expect(sumOf(spans, ({ keys, count }) => keys * count)).toBe(sumOf(all, (keys) => keys));
        if (kind !== "none") expect(sumOf(spans, ({ count }) => count)).toBe(steps);
        expect(spans.every(({ keys, count }) => Number.isInteger(keys) && Number.isInteger(count) && count > 0)).toBe(
          true,
        );
        expect(spans.length).toBeLessThanOrEqual(6);
      }),
    );
  });

  it("a prompt's blocks hold all queries, and a window as many keys for each as it is wide", () => {
    fc.assert(
      fc.property(kinds, fc.integer({ min: 1, max: 300 }), (kind, tokens) => {
        const spans = spansOf(kind, { queries: tokens, keys: tokens });
        if (kind === "none") return;
        expect(sumOf(spans, ({ queries, blocks }) => queries * blocks)).toBe(tokens);
        const size = Number(kind.split(":")[1] ?? Infinity);
        const pairs = sumOf(spans, ({ queries, keys, blocks }) => queries * keys * blocks);
        if (kind.startsWith("window")) expect(pairs).toBe(tokens * Math.min(size, tokens));
        if (kind.startsWith("chunk")) {
          const rest = tokens % size;
          expect(pairs).toBe(size >= tokens ? tokens * tokens : Math.floor(tokens / size) * size * size + rest * rest);
        }
      }),
    );
  });

  it("a window's cache is no longer than the window", () => {
    expect([cachedTokens("full", 100), cachedTokens("window:64", 100), cachedTokens("chunk:64", 30)]).toEqual([
      100, 64, 30,
    ]);
    expect([cachedTokens("none", 100), cachedTokens("local+global:10", 35)]).toEqual([0, 13]);
  });
});

const plain = {
  layers: 4,
  hidden: 256,
  ffn: 512,
  heads: 8,
  kvHeads: 2,
  vocabulary: 1000,
  tokens: 64,
  generatedTokens: 16,
} as const;
const with_ = (changes: Partial<Tower>, model: DecoderModel = llama(plain)): DecoderModel => ({
  ...model,
  text: { ...model.text, ...changes },
});
const parametersOf = (model: DecoderModel) => totalParameters(buildWorkload(model, 1));

describe("blocks of a layer", () => {
  const base = parametersOf(llama(plain));
  it.each<readonly [string, Partial<Tower>, number]>([
    ["a norm on queries and keys, one for all heads", { qkNorm: "head" }, 4 * 2 * 32],
    ["one a head", { qkNorm: "each-head" }, 4 * (8 + 2) * 32],
    ["one over the projection", { qkNorm: "projection" }, 4 * (8 + 2) * 32],
    ["norms before and behind each half", { normPosition: "both" }, 4 * 2 * 256],
    ["norms on the results", { normPosition: "output" }, 0],
    ["halves side by side with a norm each", { normPosition: "parallel" }, 0],
    ["halves side by side with one norm", { normPosition: "parallel-shared" }, -4 * 256],
    ["no norm before the first attention", { firstNorm: false }, -256],
    ["no norm at the end", { finalNorm: false }, -256],
    ["norms with offsets", { normalisation: "layernorm" }, 9 * 256],
    ["norms without gain", { normalisation: "layernorm-plain" }, -9 * 256],
    ["scales of the halves", { layerScale: true }, 4 * 2 * 256],
    ["sinks", { sinks: true }, 4 * 8],
    ["a table of relative positions a stack", { position: "relative", relative: { rows: 32, shared: true } }, 32 * 8],
    ["one in each layer", { position: "relative", relative: { rows: 32, shared: false } }, 4 * 32 * 8],
    ["biases of QKV", { bias: "qkv" }, 4 * 12 * 32],
    ["of all but the keys", { bias: "no-key" }, 4 * (10 * 32 + 256 + 2 * 512 + 256)],
    ["of all but QKV", { bias: "no-qkv" }, 4 * (256 + 2 * 512 + 256)],
    ["of the FFN", { bias: "ffn" }, 4 * (2 * 512 + 256)],
    ["layers that share their parameters", { sharedLayers: true }, -3 * ((base - 2 * 256000 - 256) / 4)],
    [
      "windows, slopes and parts of a head rotated",
      { attention: Array.from({ length: 4 }, () => "window:8" as const), rotarySize: 16 },
      0,
    ],
  ])("%s", (_, changes, more) => {
    expect(parametersOf(with_(changes)) - base).toBe(more);
  });

  it("positions in the scores, computed or absent: no parameter and no rotation", () => {
    for (const position of ["alibi", "none", "fixed"] as const) {
      const { operators } = buildWorkload(with_({ position }), 1);
      expect(parametersOf(with_({ position }))).toBe(base);
      expect(operators.some(({ kind }) => kind === "rope")).toBe(false);
    }
  });

  it("a norm's elements reach the lanes: two for queries and keys in each layer and phase", () => {
    const norms = ({ operators }: { readonly operators: readonly Operator[] }) =>
      sumOf(
        operators.filter(({ name }) => /(query|key)-norm$/.test(name)),
        (each) => (each.type === "vector" ? each.count * each.elements : 0),
      );
    expect(norms(buildWorkload(with_({ qkNorm: "head" }), 1))).toBe(4 * (64 + 16) * 10 * 32);
  });
});

const experts: Experts = {
  ...{ count: 16, active: 2, ffn: 128, shared: 64, sharedGate: true, routerBias: true, bias: false },
  ...{ denseLayers: [1], skew: 0 },
};

describe("a mixture of experts", () => {
  const workload = buildWorkload(with_({ experts }), 3);
  const dense = buildWorkload(with_({}), 3);

  it("stores all experts and uses some", () => {
    const layer = 256 * 16 + 16 + 3 * 256 * 64 + 256;
    const ffn = 3 * 256 * 512;
    const stored = totalParameters(dense) + 3 * (layer + 16 * 3 * 256 * 128 - ffn);
    expect(totalParameters(workload)).toBe(stored);
    expect(stored - workload.activeParameters).toBe(3 * 14 * 3 * 256 * 128);
  });

  it("does the MACs of the chosen experts, however the rows are dealt out", () => {
    const perToken = 256 * 16 + 3 * 256 * (2 * 128 + 64) + 256 - 3 * 256 * 512;
    expect(totalMacs(workload) - totalMacs(dense)).toBe(3 * 3 * (64 + 16) * perToken);
  });

  it("reads the matrices of as many experts as a batch hits in the mean", () => {
    const up = workload.operators.filter(({ name }) => /decode.*experts-up/.test(name));
    const read = sumOf(up, (each) => (each.type === "gemm" ? each.batch * each.count : 0));
    const runs = 3 * 16;
    expect(read / runs).toBeCloseTo(16 * (1 - (1 - 2 / 16) ** 3), 1);
    for (const each of up) expect(each).toMatchObject({ sharedB: false, weightsAreParameters: true });
  });

  it("hits k experts with one token, all with many, fewer where choices are skewed", () => {
    expect(expertsHit(experts, 1)).toBeCloseTo(2, 12);
    expect(expertsHit(experts, 10_000)).toBeCloseTo(16, 9);
    expect(expertsHit({ ...experts, skew: 1 }, 1)).toBeCloseTo(2, 12);
    expect(expertsHit({ ...experts, skew: 1 }, 8)).toBeLessThan(expertsHit(experts, 8) - 0.5);
    expect(expertsHit({ ...experts, skew: 3 }, 8)).toBeLessThan(expertsHit({ ...experts, skew: 1 }, 8));
  });
});

describe("latent attention", () => {
  const latent = { queryRank: 48, keyValueRank: 64, nope: 24, rope: 8, value: 16, absorbed: true } as const;
  const workload = (absorbed: boolean) => buildWorkload(with_({ latent: { ...latent, absorbed }, headSize: 32 }), 1);
  const macsOfDecode = ({ operators }: { readonly operators: readonly Operator[] }) =>
    sumOf(
      operators.filter(({ phase }) => phase === "decode"),
      macsOf,
    );

  it("caches the latent vector and one rotary key for all heads", () => {
    expect(workload(true).kvElementsPerToken).toBe(4 * (64 + 8));
    expect(workload(true).kvCacheElements).toBe(4 * (64 + 8) * 80);
  });

  it("absorbed, a step meets each key with two ranks and a rotary part; spread out, it makes all keys and values again", () => {
    const common = 256 * 48 + 48 * 8 * 32 + 256 * 72 + 8 * 16 * 256 + 3 * 256 * 512;
    const keys = sumOf(
      Array.from({ length: 16 }, (_, i) => 65 + i),
      (each) => each,
    );
    const head = 16 * 256 * 1000;
    expect(macsOfDecode(workload(true))).toBe(head + 4 * (16 * (common + 8 * 64 * 40) + keys * 8 * (2 * 64 + 8)));
    expect(macsOfDecode(workload(false))).toBe(head + 4 * (16 * common + keys * (64 * 8 * 40 + 8 * (32 + 16))));
  });

  it("has the same parameters in both forms", () => {
    expect(totalParameters(workload(true))).toBe(totalParameters(workload(false)));
  });
});

describe("memory that is live at once", () => {
  it("has no scores where attention is fused, and grows with the tokens", () => {
    const at = (tokens: number) => buildWorkload(llama({ ...plain, tokens }), 1);
    const [short, long] = [at(1000), at(2000)];
    expect(long.peakFusedElements).toBe(2 * short.peakFusedElements);
    expect(long.peakActivationElements).toBeGreaterThan(3.5 * short.peakActivationElements);
    expect(short.peakActivationElements - short.peakFusedElements).toBeLessThanOrEqual(8 * 1000 * 1000);
  });
});
