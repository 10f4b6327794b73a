import { expect, it } from "vitest";
import { buildWorkload, totalMacs } from "../../../src/workload/index.ts";
import { clip, clipTextTower, visionTower } from "../../unit/workload/models.ts";
import { numberOf, readRows, worst } from "./reference.ts";

/**
 * TinyCLIP read-me: GMACs of both towers, rounded to 0.1. Shapes of the manually inherited models: configurations in the same
 * repository (`src/open_clip/model_configs/TinyCLIP-*.json`); the automatically pruned ones have uneven shapes that are not published.
 */
const models = {
  "TinyCLIP ViT-39M/16 Text-19M": clip(clipTextTower(6, 512, 8), visionTower(12, 512, 8, 16), 512),
  "TinyCLIP ViT-8M/16 Text-3M": clip(clipTextTower(3, 256, 4), visionTower(10, 256, 4, 16), 512),
  "TinyCLIP ViT-61M/32 Text-29M": clip(clipTextTower(9, 512, 8), visionTower(12, 640, 10, 32), 512),
  "TinyCLIP ViT-40M/32 Text-19M": clip(clipTextTower(6, 512, 8), visionTower(12, 512, 8, 32), 512),
};

it("has TinyCLIP's MACs", () => {
  const rows = readRows("tinyclip.csv");
  const pairs = Object.entries(models).map(([model, spec]) => ({
    model,
    ours: totalMacs(buildWorkload(spec, 1)) / 1e9,
    theirs: numberOf(
      rows.find((row) => row["model"] === model)!,
      "gmacs",
    ),
  }));
  expect(worst("TinyCLIP GMACs", pairs)).toBeLessThanOrEqual(0.05 + 1e-9);
});
