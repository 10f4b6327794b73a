import { describe, expect, it } from "vitest";
import { buildWorkload } from "../../../src/workload/index.ts";
import { clip } from "../../unit/workload/models.ts";
import { openClipModels } from "./openclip-models.ts";
import { numberOf, readRows, towerGmacs, towerGmacsWithNorms, worst } from "./reference.ts";

/** CLIP_benchmark `clip_table_2.csv`: GMACs as fvcore counts them, which adds 5 per element of a LayerNorm; rounded to 0.01. */
const known = openClipModels();
const compared = readRows("clip-benchmark-arch-profile.csv")
  .filter((row) => known.has(row["model"]!) || known.has(row["model"]!.replace(/-\d{3}$/, "")))
  .map((row) => {
    const model = known.get(row["model"]!) ?? known.get(row["model"]!.replace(/-\d{3}$/, ""))!;
    const { vision } = model;
    const imageSize = numberOf(row, "image_size");
    const tokens = Math.floor(imageSize / vision.patchSize) ** 2 + 1;
    return { row, workload: buildWorkload(clip(model.text, { ...vision, imageSize, tokens }, model.embedding), 1) };
  });

describe("CLIP_benchmark profile of plain ViT models", () => {
  it("covers them", () => {
    expect(compared.length).toBeGreaterThanOrEqual(12);
  });

  it.each(["text", "vision"])("%s GMACs with fvcore's norms", (tower) => {
    const column = tower === "text" ? "text_gmacs" : "image_gmacs";
    const rows = compared.map(({ row, workload }) => ({
      model: row["model"]!,
      theirs: numberOf(row, column),
      workload,
    }));
    const bare = rows.map((each) => ({ ...each, ours: towerGmacs(each.workload, tower) }));
    worst(`CLIP_benchmark ${tower} GMACs, ours without norms`, bare);
    const pairs = rows.map((each) => ({ ...each, ours: towerGmacsWithNorms(each.workload, tower) }));
    expect(worst(`CLIP_benchmark ${tower} GMACs, with norms`, pairs)).toBeLessThanOrEqual(0.0051);
  });

  it.each(["text", "vision"])("%s parameters", (tower) => {
    const column = tower === "text" ? "text_mparams" : "image_mparams";
    const pairs = compared.map(({ row, workload }) => ({
      model: row["model"]!,
      ours: workload.parameters[tower]! / 1e6,
      theirs: numberOf(row, column),
    }));
    expect(worst(`CLIP_benchmark ${tower} million parameters`, pairs)).toBeLessThanOrEqual(0.005 + 1e-9);
  });
});
