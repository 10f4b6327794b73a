import { describe, expect, it } from "vitest";
import type { ClipModel } from "../../../src/spec/model.ts";
import { buildWorkload } from "../../../src/workload/index.ts";
import { openClipModels } from "./openclip-models.ts";
import { numberOf, readRows, towerGmacs, worst } from "./reference.ts";

/**
 * OpenCLIP `docs/model_profile.csv`. It counts 2 FLOPs per MAC of linear layers and attention products, nothing for norms and
 * element-wise work, and rounds to 0.01 (10^9 FLOPs, 10^6 parameters).
 */
const models = openClipModels();
const compared = readRows("openclip-model-profile.csv")
  .filter((row) => models.has(row["model"]!))
  .map((row) => ({ row, workload: buildWorkload(models.get(row["model"]!)!, 1) }));

/** Vision parameters in which a configuration differs from the plain tower. */
function extraParameters(model: ClipModel): number {
  const { hidden, layers } = model.vision;
  // `ls_init_value`, in this configuration alone: a scale per channel of both residual branches, which ecotile does not model.
  if (model.name === "ViT-M-16-alt") return 2 * hidden * layers;
  // `no_ln_pre`: no normalisation before the first layer.
  return model.name.includes("CLIPA") ? -2 * hidden : 0;
}

const ROUNDING = 0.005 + 1e-9;

describe("OpenCLIP profile of plain ViT models", () => {
  it("covers them", () => {
    expect(compared.length).toBeGreaterThanOrEqual(25);
  });

  it.each(["text", "vision"])("%s FLOPs", (tower) => {
    const column = tower === "text" ? "text_gflops" : "image_gflops";
    const pairs = compared.map(({ row, workload }) => ({
      model: row["model"]!,
      ours: 2 * towerGmacs(workload, tower),
      theirs: numberOf(row, column),
    }));
    expect(worst(`OpenCLIP ${tower} GFLOPs`, pairs)).toBeLessThanOrEqual(ROUNDING);
  });

  it.each(["text", "vision"])("%s parameters", (tower) => {
    const column = tower === "text" ? "text_mparams" : "image_mparams";
    const pairs = compared.map(({ row, workload }) => ({
      model: row["model"]!,
      ours:
        (workload.parameters[tower]! + (tower === "vision" ? extraParameters(models.get(row["model"]!)!) : 0)) / 1e6,
      theirs: numberOf(row, column),
    }));
    expect(worst(`OpenCLIP ${tower} million parameters`, pairs)).toBeLessThanOrEqual(ROUNDING);
  });
});
