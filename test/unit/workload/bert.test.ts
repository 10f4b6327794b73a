import { describe, expect, it } from "vitest";
import { loadModel } from "../../../src/spec/index.ts";
import { buildWorkload, macsOf, totalMacs, totalParameters } from "../../../src/workload/index.ts";
import { named } from "./find.ts";
import { bert } from "./models.ts";

/** 12 layers: QKV, output and FFN are 12 h² a token, scores and context T·h each a token; pooler h². */
const bertBaseMacs = (tokens: number) => 12 * (tokens * 12 * 768 * 768 + 2 * tokens * tokens * 768) + 768 * 768;

describe("BERT-base", () => {
  it.each([128, 512])("has the MACs worked out by hand at %i tokens", (tokens) => {
    expect(totalMacs(buildWorkload(bert(12, 768, 12, tokens), 1))).toBe(bertBaseMacs(tokens));
  });

  it("has 11.17 and 48.32 G of them", () => {
    expect(bertBaseMacs(128)).toBe(11_174_215_680);
    expect(bertBaseMacs(512)).toBe(48_318_971_904);
  });

  it("has the 109,482,240 parameters of bert-base-uncased without task heads", () => {
    expect(totalParameters(buildWorkload(bert(12, 768, 12, 128), 1))).toBe(109_482_240);
  });

  it("normalises after the residual, and has no norm at the end", () => {
    const names = buildWorkload(bert(12, 768, 12, 128), 1).operators.map(({ name }) => name);
    expect(names).toEqual([
      "text.token-embedding",
      "text.position-embedding",
      "text.segment-embedding",
      "text.embedding-norm",
      ...["qkv", "scores", "softmax", "context", "output-projection", "attention-residual", "attention-norm"].map(
        (name) => `text.layers.${name}`,
      ),
      ...["ffn-up", "activation", "ffn-down", "ffn-residual", "ffn-norm"].map((name) => `text.layers.${name}`),
      "text.pooling",
      "text.pooler",
      "text.pooler-activation",
    ]);
  });

  it("reads the rows of its tables once, whatever the batch", () => {
    const { operators } = buildWorkload(bert(12, 768, 12, 128), 8);
    expect(named(operators, "text.position-embedding")).toMatchObject({
      elements: 8 * 128 * 768,
      elementsRead: 8 * 128 * 768,
      parametersRead: 128 * 768,
    });
    expect(named(operators, "text.segment-embedding")).toMatchObject({ parametersRead: 2 * 768 });
    expect(named(operators, "text.token-embedding")).toMatchObject({
      parametersRead: 8 * 128 * 768,
      elementsRead: 1024,
    });
    expect(named(operators, "text.layers.qkv")).toMatchObject({ batch: 1, m: 1024, k: 768, n: 2304 });
    expect(named(operators, "text.layers.scores")).toMatchObject({ batch: 96, m: 128, k: 64, n: 128 });
  });

  it("holds x, q, k, v and the scores at the most at 512 tokens", () => {
    const x = 512 * 768;
    expect(buildWorkload(bert(12, 768, 12, 512), 2).peakActivationElements).toBe(2 * (4 * x + 12 * 512 * 512));
  });

  it("leaves the pooler out where there is none", () => {
    const model = bert(12, 768, 12, 128);
    const { operators, parameters } = buildWorkload({ ...model, pooler: false }, 1);
    expect(operators.at(-1)?.name).toBe("text.layers.ffn-norm");
    expect(parameters["text"]).toBe(109_482_240 - 768 * 769);
  });
});

describe("the example with uneven layers", () => {
  it("has the MACs worked out by hand, layer by layer", () => {
    const [tokens, hidden, headSize] = [128, 256, 64];
    const layers = [
      [1024, 4, 4],
      [768, 3, 3],
      [896, 4, 2],
      [512, 2, 1],
    ] as const;
    const byHand = layers.map(
      ([ffn, heads, kvHeads]) =>
        tokens * hidden * (heads + 2 * kvHeads) * headSize + // QKV
        2 * heads * tokens * tokens * headSize + // scores and context
        tokens * heads * headSize * hidden + // output projection
        2 * tokens * hidden * ffn,
    );
    const { operators } = buildWorkload(loadModel("examples/models/uneven-encoder.yaml"), 1);
    const inLayer = (layer: number) => operators.filter((each) => each.layer === layer);
    expect(layers.map((_, i) => inLayer(i).reduce((sum, each) => sum + macsOf(each), 0))).toEqual(byHand);
    expect(operators.filter((each) => each.layer === null && macsOf(each) > 0)).toEqual([]);
  });
});
