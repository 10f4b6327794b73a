import { describe, expect, it } from "vitest";
import { buildWorkload, totalMacs, totalParameters } from "../../../src/workload/index.ts";
import { named } from "./find.ts";
import { visionTower, vit } from "./models.ts";

describe("ViT-B/16 at 224", () => {
  const workload = buildWorkload(vit(visionTower(12, 768, 12, 16)), 1);

  it("has the MACs worked out by hand", () => {
    const layer = 197 * 12 * 768 * 768 + 2 * 197 * 197 * 768;
    expect(totalMacs(workload)).toBe(196 * 768 * 768 + 12 * layer + 768 * 1000);
  });

  it("has the 86,567,656 parameters that its authors' checkpoint has", () => {
    expect(totalParameters(workload)).toBe(86_567_656);
  });

  it("normalises all tokens, picks one, classifies it", () => {
    expect(workload.operators.slice(-3).map(({ name }) => name)).toEqual([
      "vision.final-norm",
      "vision.pooling",
      "vision.head",
    ]);
    expect(named(workload.operators, "vision.final-norm")).toMatchObject({ elements: 197 * 768, rowLength: 768 });
    expect(named(workload.operators, "vision.head")).toMatchObject({ m: 1, k: 768, n: 1000 });
  });

  it("reads patches, class token and positions, and writes tokens", () => {
    expect(named(workload.operators, "vision.position-embedding")).toMatchObject({
      elements: 197 * 768,
      elementsRead: 196 * 768,
      parametersRead: 198 * 768,
      elementsWritten: 197 * 768,
    });
  });

  it("holds x, q, k, v and scores at the most; with few tokens x, norm(x) and the wide FFN result", () => {
    const x = 197 * 768;
    expect(12 * 197 * 197 + 3 * x).toBeGreaterThan(5 * x);
    expect(workload.peakActivationElements).toBe(x + 3 * x + 12 * 197 * 197);
    const few = buildWorkload(vit(visionTower(12, 768, 12, 32)), 1);
    const small = 50 * 768;
    expect(few.peakActivationElements).toBe(Math.max(small + small + 4 * small, 3 * 224 * 224 + 49 * 768));
  });
});

describe("vision towers of other kinds", () => {
  it("averages the patches where there is no class token", () => {
    const { operators } = buildWorkload(vit(visionTower(2, 64, 2, 16, { tokens: 196 })), 2);
    expect(named(operators, "vision.pooling")).toMatchObject({
      primitive: "mean",
      elements: 2 * 64,
      rowLength: 196,
      elementsRead: 2 * 196 * 64,
    });
  });

  it("has no head without classes", () => {
    const { operators } = buildWorkload(vit(visionTower(2, 64, 2, 16), 0), 1);
    expect(operators.some(({ kind }) => kind === "head")).toBe(false);
  });

  it("has no position table with rotary positions, and still a class token", () => {
    const learned = buildWorkload(vit(visionTower(2, 64, 2, 16)), 1);
    const rotary = buildWorkload(vit(visionTower(2, 64, 2, 16, { position: "rotary" })), 1);
    expect(totalParameters(learned) - totalParameters(rotary)).toBe(197 * 64);
    expect(named(rotary.operators, "vision.class-token")).toMatchObject({ elements: 64, parametersRead: 64 });
    expect(named(rotary.operators, "vision.layers.rope")).toMatchObject({ count: 2, elements: 2 * 197 * 64 });
  });

  it("refuses fewer tokens than patches, and lists of the wrong length", () => {
    expect(() => buildWorkload(vit(visionTower(2, 64, 2, 16, { tokens: 195 })), 1)).toThrow(
      "195 tokens are fewer than 196 patches",
    );
    expect(() => buildWorkload(vit(visionTower(2, 64, 2, 16, { ffn: [256] })), 1)).toThrow(
      "ffn has 1 values for 2 layers",
    );
    expect(() => buildWorkload(vit(visionTower(2, 64, 2, 16, { kvHeads: [1, 3] })), 1)).toThrow(
      "layer 1: 2 heads are not a multiple of 3 kvHeads",
    );
    expect(() => buildWorkload(vit(visionTower(2, 64, 2, 16)), 0)).toThrow("batch is 0");
  });
});
