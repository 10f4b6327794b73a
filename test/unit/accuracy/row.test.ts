import { describe, expect, it } from "vitest";
import { accuracyColumns, modelFromRow } from "../../../src/accuracy/index.ts";

const vision = {
  vision_layers: "12",
  vision_hidden: "768",
  vision_ffn: "3072",
  vision_heads: "12",
  vision_patch: "16",
};
const model = (row: Record<string, string>) => {
  const read = modelFromRow(row);
  if (read.kind === "problems") throw new Error(JSON.stringify(read.problems));
  return read.model;
};

describe("a model from one row", () => {
  it("is a dual encoder, a classifier, an encoder or a decoder by its columns", () => {
    const text = { text_layers: "2", text_hidden: "128" };
    expect(model({ family: "x", ...text, ...vision }).family).toBe("clip");
    expect(model({ family: "deit", ...vision }).family).toBe("vit");
    expect(model({ family: "bert", ...text }).family).toBe("bert");
    expect(model({ family: "pythia", ...text }).family).toBe("decoder");
  });

  it("takes the shape of a known architecture where it gives none", () => {
    const found = model({ family: "ViT-L-14-336", pretrained: "openai" });
    expect(found).toMatchObject({ family: "clip", embedding: 768, text: { layers: 12, hidden: 768 } });
    expect(found).toMatchObject({ vision: { layers: 24, hidden: 1024, headSize: 64, imageSize: 336, patchSize: 14 } });
  });

  it("reads the names that OpenCLIP and timm use", () => {
    const timm = model({
      arch: "vit_tiny",
      pretrain_tag: "in1k",
      img_size: "160",
      patch_size: "16",
      embed_dim: "96",
      depth: "9",
      num_heads: "3",
      mlp_ratio: "2.0",
    });
    expect(timm).toMatchObject({
      family: "vit",
      vision: { layers: 9, hidden: 96, headSize: 32, imageSize: 160, tokens: 101 },
    });
    expect(timm).toMatchObject({ vision: { ffn: Array(9).fill(192) } });
  });

  it("keeps the head size of the parent in pruned models", () => {
    expect(
      model({
        family: "CarbonCLIP-XL",
        text_layers: "12",
        text_hidden: "512",
        text_heads: "4",
        ...vision,
        vision_heads: "5",
      }),
    ).toMatchObject({
      text: { headSize: 64 },
      vision: { headSize: 64 },
    });
  });

  it.each([["RN50"], ["convnext_base_w"], ["ViTamin-L"], ["nllb-clip-base"], ["MobileCLIP-S1"]])(
    "refuses %s",
    (family) => {
      const read = modelFromRow({ family, text_layers: "12", text_hidden: "512", ...vision });
      expect(read).toMatchObject({
        kind: "problems",
        problems: [{ code: "accuracy/unsupported-family", column: "family" }],
      });
    },
  );

  it("reports every problem of a row", () => {
    const read = modelFromRow({ family: "mine", text_layers: "six", text_hidden: "512", vision_hidden: "-1" });
    expect(read.kind === "problems" && read.problems.map(({ code, column }) => [code, column])).toEqual([
      ["accuracy/bad-value", "text_layers"],
      ["accuracy/bad-value", "vision_hidden"],
    ]);
    expect(modelFromRow({ family: "mine" })).toMatchObject({
      problems: [{ column: "text_layers" }, { column: "text_hidden" }],
    });
  });

  it("does not read names that objects inherit", () => {
    expect(modelFromRow(Object.create({ family: "ViT-B-16" }) as Record<string, string>).kind).toBe("problems");
  });

  it("has columns with a description each and no name twice", () => {
    const names = accuracyColumns.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
    expect(accuracyColumns.every(({ description }) => description !== "")).toBe(true);
  });
});
