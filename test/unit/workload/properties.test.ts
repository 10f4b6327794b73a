import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildWorkload, totalMacs, totalParameters, type Workload } from "../../../src/workload/index.ts";
import type { ModelSpec } from "../../../src/spec/model.ts";
import { forEachLayer } from "../../../src/workload/layer-shape.ts";
import { outsideLayers } from "../../../src/workload/make-operator.ts";
import { transformerLayer } from "../../../src/workload/transformer-layer.ts";
import { bert, clip, clipTextTower, llama, tower, visionTower, vit } from "./models.ts";

const heads = fc.integer({ min: 1, max: 16 });
const layers = fc.integer({ min: 1, max: 12 });

const models: fc.Arbitrary<ModelSpec> = fc.oneof(
  fc
    .tuple(layers, heads, layers, heads, fc.constantFrom(14, 16, 32))
    .map(([a, b, c, d, patch]) => clip(clipTextTower(a, 64 * b, b), visionTower(c, 64 * d, d, patch), 512)),
  fc.tuple(layers, heads).map(([a, b]) => vit(visionTower(a, 64 * b, b, 16))),
  fc.tuple(layers, heads, fc.integer({ min: 1, max: 512 })).map(([a, b, t]) => bert(a, 64 * b, b, t)),
  fc
    .record({
      layers,
      kvHeads: heads,
      group: fc.integer({ min: 1, max: 8 }),
      ffn: fc.integer({ min: 1, max: 4096 }),
      tokens: fc.integer({ min: 1, max: 2048 }),
      contextTokens: fc.integer({ min: 0, max: 2048 }),
      generatedTokens: fc.integer({ min: 0, max: 2048 }),
      tiedEmbedding: fc.boolean(),
    })
    .map(({ group, ...shape }) =>
      llama({ ...shape, hidden: 64 * group * shape.kvHeads, heads: group * shape.kvHeads, vocabulary: 32000 }),
    ),
);

const sizesOf = (workload: Workload): readonly number[] =>
  workload.operators.flatMap((each) =>
    each.type === "gemm"
      ? [each.count, each.batch, each.m, each.n, each.k]
      : [each.count, each.elements, each.rowLength, each.elementsRead, each.elementsWritten],
  );

const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;

describe("every workload", () => {
  it("has whole positive sizes and unique names", () => {
    fc.assert(
      fc.property(models, fc.integer({ min: 1, max: 16 }), (model, batch) => {
        const workload = buildWorkload(model, batch);
        expect(sizesOf(workload).every(isWhole)).toBe(true);
        expect(Object.values(workload.parameters).every(isWhole)).toBe(true);
        expect(isWhole(workload.peakActivationElements)).toBe(true);
        const names = workload.operators.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });

  it("does batch times the MACs (similarities: batch²), with the same parameters", () => {
    fc.assert(
      fc.property(models, fc.integer({ min: 1, max: 16 }), (model, batch) => {
        const one = buildWorkload(model, 1);
        const many = buildWorkload(model, batch);
        const similarity = model.family === "clip" ? model.embedding * (batch ** 2 - batch) : 0;
        expect(totalMacs(many)).toBe(batch * totalMacs(one) + similarity);
        expect(totalParameters(many)).toBe(totalParameters(one));
        expect(many.kvCacheElements).toBe(batch * one.kvCacheElements);
      }),
    );
  });

  it("has as many weights in its GEMMs as parameters, but for tables, norms, biases and the tied head", () => {
    fc.assert(
      fc.property(models, (model) => {
        const workload = buildWorkload(model, 1);
        const weights = workload.operators
          .filter(({ phase }) => phase !== "decode")
          .reduce((sum, each) => sum + (each.type === "gemm" && each.weightsAreParameters ? weightsOf(each) : 0), 0);
        const rest = totalParameters(workload) - weights;
        expect(rest).toBeGreaterThan(model.family === "decoder" && model.tiedEmbedding ? -1 : 0);
        expect(rest).toBeLessThan(0.02 * weights + 60_000 * widestOf(model));
      }),
    );
  });

  it("writes K and V once a token into a cache of that size", () => {
    fc.assert(
      fc.property(models, (model) => {
        fc.pre(model.family === "decoder");
        if (model.family !== "decoder") return;
        const { operators, kvCacheElements } = buildWorkload(model, 1);
        const { heads: queryHeads, kvHeads, headSize } = model.text;
        const keysAndValues = operators
          .filter(({ kind }) => kind === "qkv")
          .reduce(
            (sum, each) =>
              sum + (each.type === "gemm" ? each.count * each.m * (each.n - queryHeads[0]! * headSize) : 0),
            0,
          );
        const prefix = model.contextTokens * model.text.layers * 2 * kvHeads[0]! * headSize;
        expect(prefix + keysAndValues).toBe(kvCacheElements);
      }),
    );
  });
});

function weightsOf(operator: {
  readonly count: number;
  readonly k: number;
  readonly n: number;
  readonly name: string;
}): number {
  return operator.count * operator.k * operator.n;
}

function widestOf(model: ModelSpec): number {
  return Math.max("text" in model ? model.text.hidden : 0, "vision" in model ? model.vision.hidden : 0);
}

describe("layers", () => {
  it("give, listed one by one, the totals that they give listed once", () => {
    fc.assert(
      fc.property(layers, heads, fc.integer({ min: 1, max: 300 }), fc.boolean(), (count, headCount, tokens, isPre) => {
        const pass = { queries: tokens, keys: tokens };
        const stack = tower(count, 64 * headCount, headCount, tokens, { normPosition: isPre ? "pre" : "post" });
        const once = forEachLayer(stack, outsideLayers("text"), (shape, at) => transformerLayer(shape, 2, pass, at));
        // One more layer that differs makes all layers be listed.
        const longer = tower(count + 1, 64 * headCount, headCount, tokens, {
          normPosition: isPre ? "pre" : "post",
          ffn: [...stack.ffn, 1],
        });
        const apart = forEachLayer(longer, outsideLayers("text"), (shape, at) => transformerLayer(shape, 2, pass, at));
        const same = apart.filter(({ layer }) => layer !== count);
        expect(same).toHaveLength(once.length * count);
        for (const each of once) {
          const shape = (operator: typeof each) => ({ ...operator, name: "", layer: null, count: 0 });
          const suffix = each.name.replace("text.layers.", "");
          const twins = same.filter(({ name }) => name.endsWith(`.${suffix}`));
          expect(twins.reduce((sum, twin) => sum + twin.count, 0)).toBe(each.count);
          for (const twin of twins) expect(shape(twin)).toEqual(shape(each));
        }
      }),
      { numRuns: 50 },
    );
  });
});
