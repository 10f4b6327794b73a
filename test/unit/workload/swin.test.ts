import { describe, expect, it } from "vitest";
import type { OperatorsModel } from "../../../src/spec/model.ts";
import { buildWorkload, importHuggingFace, totalMacs, totalParameters } from "../../../src/workload/index.ts";

const tiny = {
  model_type: "swin",
  architectures: ["SwinForImageClassification"],
  ...{ image_size: 224, patch_size: 4, num_channels: 3, window_size: 7, mlp_ratio: 4, qkv_bias: true },
  ...{ embed_dim: 96, depths: [2, 2, 6, 2], num_heads: [3, 6, 12, 24], num_labels: 1000 },
};

function read(config: object) {
  const result = importHuggingFace(config);
  if ("problems" in result) throw new Error(result.problems.join());
  return { ...result, workload: buildWorkload(result.model, 1) };
}

describe("Swin", () => {
  // Parameters of the published checkpoints: timm's results tables (Apache-2.0).
  it.each([
    ["tiny", {}, 28_288_354],
    ["small", { depths: [2, 2, 18, 2] }, 49_606_258],
    ["base", { embed_dim: 128, depths: [2, 2, 18, 2], num_heads: [4, 8, 16, 32] }, 87_768_224],
    ["large", { embed_dim: 192, depths: [2, 2, 18, 2], num_heads: [6, 12, 24, 48] }, 196_532_476],
  ])("%s has its parameters", (_, change, parameters) => {
    expect(totalParameters(read({ ...tiny, ...change }).workload)).toBe(parameters);
  });

  it("does the products of its windows, counted here from the architecture alone", () => {
    const macs = [56, 28, 14, 7].map((side, i) => {
      const [rows, width] = [side * side, 96 * 2 ** i];
      const block = 4 * rows * width * width + 2 * rows * 49 * width + 8 * rows * width * width;
      const merge = i === 3 ? 0 : (rows / 4) * 4 * width * 2 * width;
      return tiny.depths[i]! * block + merge;
    });
    const expected = 56 * 56 * 48 * 96 + macs.reduce((sum, each) => sum + each, 0) + 768 * 1000;
    expect(totalMacs(read(tiny).workload)).toBe(expected);
  });

  it("fills sides up to whole windows, and has none that is larger than its side", () => {
    const { model } = read({ ...tiny, image_size: 240, depths: [1, 1], num_heads: [3, 6] });
    const scores = (model as OperatorsModel).operators.filter(({ name }) => name.endsWith("scores"));
    // 60 and 30 patches a side: 9 and 5 windows.
    expect(scores.map((each) => (each.kind === "product" ? [each.batch, each.m] : []))).toEqual([
      [81 * 3, 49],
      [25 * 6, 49],
    ]);
    const small = read({ ...tiny, image_size: 16, depths: [1], num_heads: [3] }).model as OperatorsModel;
    expect(small.operators.find(({ name }) => name.endsWith("scores"))).toMatchObject({ batch: 3, m: 16 });
  });

  it("says what a file leaves open, and refuses stages that do not go together", () => {
    expect(read({ ...tiny, num_labels: null }).notes.join()).toMatch(/num_labels is not given: 1000/);
    expect(importHuggingFace({ ...tiny, num_heads: [3, 6] })).toMatchObject({
      problems: [expect.stringMatching(/num_heads has 2 stages, and depths has 4/)],
    });
  });
});
