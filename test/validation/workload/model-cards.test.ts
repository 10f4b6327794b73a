import { describe, expect, it } from "vitest";
import { buildWorkload, totalParameters } from "../../../src/workload/index.ts";
import { bert, clip, clipTextTower, llama, llama3Of8B, visionTower } from "../../unit/workload/models.ts";
import { worst } from "./reference.ts";

const parameters = (model: Parameters<typeof buildWorkload>[0]) => totalParameters(buildWorkload(model, 1));

describe("parameters on model cards", () => {
  it.each([
    // Number of tensor elements in the published checkpoints; cards round to 6.74 B, 8.03 B, 1.236 B (1.24 B) and 3.21 B.
    ["Llama 2 7B", { layers: 32, hidden: 4096, ffn: 11008, heads: 32, kvHeads: 32, vocabulary: 32000 }, 6_738_415_616],
    ["Llama 3 8B", llama3Of8B, 8_030_261_248],
    [
      "Llama 3.2 1B",
      { layers: 16, hidden: 2048, ffn: 8192, heads: 32, kvHeads: 8, vocabulary: 128256, tiedEmbedding: true },
      1_235_814_400,
    ],
    [
      "Llama 3.2 3B",
      { layers: 28, hidden: 3072, ffn: 8192, heads: 24, kvHeads: 8, vocabulary: 128256, tiedEmbedding: true },
      3_212_749_824,
    ],
    ["Mistral 7B", { layers: 32, hidden: 4096, ffn: 14336, heads: 32, kvHeads: 8, vocabulary: 32000 }, 7_241_732_096],
  ])("%s: exact", (name, shape, published) => {
    const ours = parameters(llama(shape));
    console.info(`${name}: ${ours} parameters, published ${published}, difference ${ours - published}`);
    expect(ours).toBe(published);
  });

  it("BERT sizes of Turc et al. 2019 (arXiv 1908.08962, table 1), which include the heads of pre-training", () => {
    const sizes = [
      ["BERT-Tiny", 2, 128, 4.4],
      ["BERT-Mini", 4, 256, 11.3],
      ["BERT-Small", 4, 512, 29.1],
      ["BERT-Medium", 8, 512, 41.7],
      ["BERT-Base", 12, 768, 110.1],
    ] as const;
    const pairs = sizes.map(([model, layers, hidden, theirs]) => ({
      model,
      // Masked language model: a layer, a norm, a bias for each word; next sentence: 2 outputs.
      ours:
        (parameters(bert(layers, hidden, hidden / 64, 128)) + hidden ** 2 + 3 * hidden + 30522 + 2 * (hidden + 1)) /
        1e6,
      theirs,
    }));
    expect(worst("BERT million parameters", pairs)).toBeLessThanOrEqual(0.05 + 1e-9);
  });

  it("BERT-base and -large as on their cards, 110 M and 335 M (336 M), without heads", () => {
    const pairs = [
      { model: "bert-base-uncased", ours: parameters(bert(12, 768, 12, 128)) / 1e6, theirs: 110 },
      { model: "bert-large-uncased", ours: parameters(bert(24, 1024, 16, 128)) / 1e6, theirs: 336 },
    ];
    worst("BERT cards, million parameters", pairs);
    for (const { ours, theirs } of pairs) expect(Math.abs(ours / theirs - 1)).toBeLessThan(0.005);
  });

  it("text towers of MobileCLIP-B and -L/14, whose text towers are those of CLIP", () => {
    const text = (layers: number, hidden: number) =>
      buildWorkload(clip(clipTextTower(layers, hidden, hidden / 64), visionTower(1, 64, 1, 16), hidden), 1).parameters[
        "text"
      ]!;
    const pairs = [
      { model: "MobileCLIP-B", ours: text(12, 512) / 1e6, theirs: 63.4 },
      { model: "MobileCLIP-L/14", ours: text(12, 768) / 1e6, theirs: 123.6 },
    ];
    // 123.65 is cut, not rounded, to 123.6.
    expect(worst("MobileCLIP text million parameters", pairs)).toBeLessThanOrEqual(0.051);
  });
});
