import { describe, expect, it } from "vitest";
import { buildWorkload, macsOf } from "../../../src/workload/index.ts";
import { named } from "./find.ts";
import { clipVitB16 } from "./models.ts";

describe("CLIP ViT-B/16, one text of 77 tokens and one image of 224 × 224", () => {
  const workload = buildWorkload(clipVitB16, 1);
  const { operators } = workload;

  it("has the MACs worked out by hand", () => {
    // Vision: 14 × 14 patches of 3 × 16 × 16 values, 197 tokens, 12 layers of hidden 768, FFN 3072, 12 heads of 64.
    const patches = 196 * 768 * 768;
    const visionLinear = 12 * 197 * (3 * 768 * 768 + 768 * 768 + 2 * 768 * 3072);
    const visionAttention = 12 * 2 * 12 * 197 * 197 * 64;
    const visionProjection = 768 * 512;
    // Text: 77 tokens, 12 layers of hidden 512, FFN 2048, 8 heads of 64.
    const textLinear = 12 * 77 * (3 * 512 * 512 + 512 * 512 + 2 * 512 * 2048);
    const textAttention = 12 * 2 * 8 * 77 * 77 * 64;
    const textProjection = 512 * 512;
    const similarity = 512;
    const total =
      patches +
      visionLinear +
      visionAttention +
      visionProjection +
      textLinear +
      textAttention +
      textProjection +
      similarity;
    expect(total).toBe(20_543_224_320);
    expect(operators.reduce((sum, operator) => sum + macsOf(operator), 0)).toBe(total);
  });

  it("has the parameters worked out by hand", () => {
    // A layer: 12 h² weights, 3h + h + 4h + h biases, 4h in the norms: 12 h² + 13 h.
    const layer = (hidden: number) => 12 * hidden ** 2 + 13 * hidden;
    expect(workload.parameters).toEqual({
      text: (49408 + 77) * 512 + 12 * layer(512) + 2 * 512 + 512 * 512,
      vision: 768 * 768 + 768 + 197 * 768 + 2 * 768 + 12 * layer(768) + 2 * 768 + 768 * 512,
      joint: 1,
    });
    // 149,620,737: what openai/clip-vit-base-patch16 has.
    expect(Object.values(workload.parameters).reduce((a, b) => a + b)).toBe(149_620_737);
  });

  it("lists equal layers once and nothing is missing", () => {
    expect(operators.map((operator) => `${operator.count} ${operator.name}`)).toMatchInlineSnapshot(`
      [
        "1 text.token-embedding",
        "1 text.position-embedding",
        "12 text.layers.attention-norm",
        "12 text.layers.qkv",
        "12 text.layers.scores",
        "12 text.layers.softmax",
        "12 text.layers.context",
        "12 text.layers.output-projection",
        "12 text.layers.attention-residual",
        "12 text.layers.ffn-norm",
        "12 text.layers.ffn-up",
        "12 text.layers.activation",
        "12 text.layers.ffn-down",
        "12 text.layers.ffn-residual",
        "1 text.final-norm",
        "1 text.pooling",
        "1 text.projection",
        "1 text.l2-normalise",
        "1 vision.patch-embedding",
        "1 vision.position-embedding",
        "1 vision.embedding-norm",
        "12 vision.layers.attention-norm",
        "12 vision.layers.qkv",
        "12 vision.layers.scores",
        "12 vision.layers.softmax",
        "12 vision.layers.context",
        "12 vision.layers.output-projection",
        "12 vision.layers.attention-residual",
        "12 vision.layers.ffn-norm",
        "12 vision.layers.ffn-up",
        "12 vision.layers.activation",
        "12 vision.layers.ffn-down",
        "12 vision.layers.ffn-residual",
        "1 vision.pooling",
        "1 vision.final-norm",
        "1 vision.projection",
        "1 vision.l2-normalise",
        "1 joint.similarity",
        "1 joint.temperature",
      ]
    `);
    expect(new Set(operators.map((operator) => operator.name)).size).toBe(operators.length);
  });

  it("gives attention its shapes", () => {
    expect(named(operators, "vision.layers.qkv")).toMatchObject({
      count: 12,
      batch: 1,
      m: 197,
      k: 768,
      n: 2304,
      sharedB: true,
    });
    expect(named(operators, "vision.layers.scores")).toMatchObject({
      batch: 12,
      m: 197,
      k: 64,
      n: 197,
      sharedB: false,
    });
    expect(named(operators, "text.layers.context")).toMatchObject({
      batch: 8,
      m: 77,
      k: 77,
      n: 64,
      weightsAreParameters: false,
    });
    expect(named(operators, "text.layers.softmax")).toMatchObject({ elements: 8 * 77 * 77, rowLength: 77 });
  });

  it("has the peak of activations worked out by hand: the vision tower's scores, while the text embedding waits", () => {
    const x = 197 * 768;
    expect(workload.peakActivationElements).toBe(512 + x + 3 * x + 12 * 197 * 197);
  });
});

describe("pruned CLIP", () => {
  it("keeps head size 64 where hidden is not heads × 64", () => {
    const vision = {
      ...clipVitB16.vision,
      hidden: 480,
      heads: Array.from({ length: 12 }, () => 7),
      kvHeads: Array.from({ length: 12 }, () => 7),
    };
    const { operators } = buildWorkload({ ...clipVitB16, vision }, 4);
    expect(named(operators, "vision.layers.qkv")).toMatchObject({ m: 4 * 197, k: 480, n: 3 * 7 * 64 });
    expect(named(operators, "vision.layers.scores")).toMatchObject({ batch: 28, m: 197, k: 64, n: 197 });
    expect(named(operators, "vision.layers.output-projection")).toMatchObject({ m: 4 * 197, k: 7 * 64, n: 480 });
    expect(named(operators, "vision.projection")).toMatchObject({ m: 4, k: 480, n: 512 });
  });

  it("lists layers apart where one differs", () => {
    const ffn = clipVitB16.text.ffn.map((size, layer) => (layer === 3 ? 1024 : size));
    const { operators } = buildWorkload({ ...clipVitB16, text: { ...clipVitB16.text, ffn } }, 1);
    expect(named(operators, "text.layer3.ffn-up")).toMatchObject({ layer: 3, count: 1, n: 1024 });
    expect(named(operators, "text.layer4.ffn-up")).toMatchObject({ layer: 4, count: 1, n: 2048 });
    expect(operators.some((operator) => operator.name.startsWith("text.layers."))).toBe(false);
  });
});
