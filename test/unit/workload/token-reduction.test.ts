import { describe, expect, it } from "vitest";
import type { TokenReduction } from "../../../src/spec/index.ts";
import { layerTokens, shareOfTokens } from "../../../src/spec/token-reduction.ts";
import { buildWorkload, totalMacs, totalParameters } from "../../../src/workload/index.ts";
import { named } from "./find.ts";
import { visionTower, vit } from "./models.ts";

const small = (tokenReduction?: TokenReduction) =>
  vit(visionTower(12, 384, 6, 16, tokenReduction === undefined ? {} : { tokenReduction }));
const merging = (count: number): TokenReduction => ({
  merge: Array.from({ length: 12 }, () => count),
  retrained: false,
});

describe("token pruning", () => {
  // DeiT-S by EViT, keep rates at layers 4, 7 and 10: 10^9 MACs as its README prints them, with and without fused tokens.
  it.each([
    [1, 4.6],
    [0.9, 4.0],
    [0.8, 3.5],
    [0.7, 3.0],
    [0.6, 2.6],
    [0.5, 2.3],
  ])("keeps %d of the patches: %d GMACs", (keep, printed) => {
    for (const fuse of [true, false]) {
      const workload = buildWorkload(small(keep === 1 ? undefined : { keep, fuse, retrained: true }), 1);
      expect(Math.abs(totalMacs(workload) / 1e9 - printed)).toBeLessThanOrEqual(0.061);
    }
  });

  it("gathers what stays, and makes one token of the others where they are fused", () => {
    const { operators } = buildWorkload(small({ keep: 0.7, layers: [2], fuse: true, retrained: false }), 2);
    // Of 196 patches ⌈137.2⌉ = 138 stay beside the class token, and 58 become one.
    expect(named(operators, "vision.layer1.prune-attention")).toMatchObject({ elements: 2 * 196, rowLength: 6 });
    expect(named(operators, "vision.layer1.prune-gather")).toMatchObject({ elements: 2 * 139 * 384 });
    expect(named(operators, "vision.layer1.prune-fuse")).toMatchObject({ elements: 2 * 384, rowLength: 58 });
    expect(named(operators, "vision.layer1.scores")).toMatchObject({ m: 197, n: 197 });
    expect(named(operators, "vision.layer1.ffn-up")).toMatchObject({ m: 2 * 140 });
    expect(named(operators, "vision.layer2.scores")).toMatchObject({ m: 140, n: 140 });
    expect(named(operators, "vision.final-norm")).toMatchObject({ elements: 2 * 140 * 384 });
  });
});

describe("token merging", () => {
  it("matches every second token with those between, in each layer fewer", () => {
    const { operators } = buildWorkload(small(merging(13)), 1);
    expect(named(operators, "vision.layer0.merge-scores")).toMatchObject({ batch: 1, m: 99, k: 64, n: 98 });
    expect(named(operators, "vision.layer1.merge-scores")).toMatchObject({ m: 92, n: 92 });
    expect(named(operators, "vision.layer0.merge-metric")).toMatchObject({ elements: 197 * 64, rowLength: 6 });
    // 128 places, 7 · 8 / 2 steps.
    expect(named(operators, "vision.layer0.merge-ranking")).toMatchObject({ elements: 128 * 28, elementsRead: 99 });
    expect(named(operators, "vision.layer0.merge-sum")).toMatchObject({ elements: 13 * 384 });
    expect(named(operators, "vision.layer0.ffn-down")).toMatchObject({ m: 184 });
    expect(named(operators, "vision.layer11.scores")).toMatchObject({ m: 197 - 11 * 13 });
  });

  it("has the MACs of its layers and of the matching, worked out by hand", () => {
    let [tokens, sum] = [197, 196 * 768 * 384 + 384 * 1000];
    for (let layer = 0; layer < 12; layer++) {
      sum += tokens * 4 * 384 * 384 + 2 * tokens * tokens * 384 + Math.ceil(tokens / 2) * Math.floor(tokens / 2) * 64;
      tokens -= 13;
      sum += tokens * 8 * 384 * 384;
    }
    expect(totalMacs(buildWorkload(small(merging(13)), 1))).toBe(sum);
  });

  it("never merges more than half of what is no class token, and keeps all parameters", () => {
    const tower = small(merging(100)).vision;
    expect(layerTokens(tower)!.map(({ after }) => after)).toEqual([99, 50, 26, 14, 8, 5, 3, 2, 2, 2, 2, 2]);
    expect(shareOfTokens(small().vision)).toBe(1);
    const [plain, fewer] = [small(), small(merging(100))].map((model) => buildWorkload(model, 1));
    expect(totalParameters(fewer!)).toBe(totalParameters(plain!));
    expect(fewer!.peakActivationElements).toBeLessThanOrEqual(plain!.peakActivationElements);
  });
});
