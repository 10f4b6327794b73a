import { describe, expect, it } from "vitest";
import { buildWorkload, totalParameters, type Workload } from "../../../src/workload/index.ts";
import { visionTower, vit } from "../../unit/workload/models.ts";
import { numberOf, readRows, towerGmacsWithNorms, worst, type Row } from "./reference.ts";

/**
 * timm: parameters rounded to 0.01 million; GMACs as fvcore counts them (5 per element of a LayerNorm), rounded to 0.01.
 *
 * Left out, because their structure is not that of the plain ViT: `siglip` with attention pooling, `beit3` (norms inside), `miil` (no QKV
 * bias) and `rpn` (post-norm), `gap` and `reg` (register tokens whose place in the position table differs), `distilled`, `test_*`.
 */
const isPlain = (row: Row) => !/siglip|beit3|miil|rpn|gap|reg\d|distilled|^test/.test(row["arch"]!);

/** What the published count has beside the plain ViT. */
function extraParameters(row: Row): number {
  const hidden = numberOf(row, "embed_dim");
  const arch = row["arch"]!;
  // Normalised patches of CLIP towers: gain and offset, but no bias of the patch embedding.
  if (arch.includes("_clip_")) return hidden;
  // Per-channel scale of both residual branches; no position for the class token.
  if (arch.startsWith("deit3")) return 2 * hidden * numberOf(row, "depth") - hidden;
  // No position for the class token.
  if (arch.startsWith("flexivit")) return -hidden;
  return 0;
}

const compared = readRows("timm-vit-dims.csv")
  .filter(isPlain)
  .map((row) => ({ row, workload: workloadOf(row) }));

function workloadOf(row: Row): Workload {
  const hidden = numberOf(row, "embed_dim");
  const depth = numberOf(row, "depth");
  const tower = visionTower(depth, hidden, numberOf(row, "num_heads"), numberOf(row, "patch_size"), {
    imageSize: numberOf(row, "img_size"),
    ffn: Array.from({ length: depth }, () => Math.floor(hidden * numberOf(row, "mlp_ratio"))),
  });
  return buildWorkload(vit(tower), 1);
}

describe("timm's plain ViT and DeiT models", () => {
  it("covers them", () => {
    expect(compared.length).toBeGreaterThanOrEqual(60);
  });

  it("parameters", () => {
    const pairs = compared.map(({ row, workload }) => ({
      model: row["arch"]!,
      ours: (totalParameters(workload) + extraParameters(row)) / 1e6,
      theirs: numberOf(row, "param_count_m"),
    }));
    expect(worst("timm million parameters", pairs)).toBeLessThanOrEqual(0.005 + 1e-9);
  });

  it("MACs", () => {
    const pairs = compared
      .filter(({ row }) => row["gmacs"] !== "")
      .map(({ row, workload }) => ({
        model: row["arch"]!,
        ours: towerGmacsWithNorms(workload, "vision"),
        theirs: numberOf(row, "gmacs"),
      }));
    expect(worst("timm GMACs, with fvcore's norms", pairs)).toBeLessThanOrEqual(0.0055);
  });
});
