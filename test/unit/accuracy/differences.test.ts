import { describe, expect, it } from "vitest";
import { createPredictor, formatsOf, type Standing } from "../../../src/accuracy/index.ts";
import { normalBelow } from "../../../src/accuracy/normal.ts";
import { storedDifferences } from "../../../src/accuracy/differences/stored.ts";
import { createRandom } from "../../../src/random/index.ts";
import { loadHardware, loadModel, type VitModel } from "../../../src/spec/index.ts";

const predictor = createPredictor("imagenet-1k");
const vit = loadModel("vit-b16") as VitModel;
const { precision } = loadHardware("catransformers-22nm");
const withLayers = (layers: number): VitModel => {
  const { vision } = vit;
  const cut = (values: readonly number[]) => values.slice(0, layers);
  const tower = { ...vision, layers, ffn: cut(vision.ffn), heads: cut(vision.heads), kvHeads: cut(vision.kvHeads) };
  return { ...vit, vision: tower };
};
const at = (weight: number, input: number) =>
  formatsOf(
    { input: true, weight: true, stored: true, sparse: true, reduced: true, zeros: ["text", "vision"] },
    { precision: { ...precision, weight, input } },
  );
const standings: readonly Standing[] = [
  ...[6, 9, 11, 12].map((layers) => predictor.standing(withLayers(layers))),
  ...[at(8, 8), at(4, 8), at(4, 4)].map((formats) => predictor.standing(vit, formats)),
  predictor.standing(withLayers(9), at(6, 6)),
];

describe("P(one model is more accurate than another)", () => {
  it("is Φ, to 1e-7", () => {
    // Table of the normal distribution.
    expect([0, 1, 1.2816, 1.6449, -2].map((x) => normalBelow(x).toFixed(4))).toEqual([
      "0.5000",
      "0.8413",
      "0.9000",
      "0.9500",
      "0.0228",
    ]);
  });

  it("is that of the form in full precision, by hand", () => {
    const { residual, covariance, factor } = storedDifferences().get("imagenet-1k")!;
    const [a, b] = [standings[3]!, standings[0]!];
    const d = a.terms.map((value, j) => value - b.terms[j]!);
    const spread =
      d[0]! ** 2 * covariance[0]![0]! + 2 * d[0]! * d[1]! * covariance[0]![1]! + d[1]! ** 2 * covariance[1]![1]!;
    const z = (a.score - b.score) / Math.sqrt(factor * (residual + spread));
    expect(predictor.probabilityAbove(a, b)).toBeCloseTo(normalBelow(z), 10);
  });

  it("is 0.5 of equals, falls with the other's accuracy, and of both orders adds up to 1", () => {
    for (const a of standings)
      for (const b of standings) {
        const [there, back] = [predictor.probabilityAbove(a, b), predictor.probabilityAbove(b, a)];
        expect(there + back).toBeCloseTo(1, 10);
        if (a === b) expect(there).toBe(0.5);
      }
    const [six, nine, eleven, twelve, ...narrow] = standings;
    expect(predictor.probabilityAbove(twelve!, six!)).toBeGreaterThan(0.9);
    expect(predictor.probabilityAbove(twelve!, eleven!)).toBeLessThan(0.8);
    expect(predictor.probabilityAbove(twelve!, nine!)).toBeGreaterThan(predictor.probabilityAbove(twelve!, eleven!));
    expect(predictor.probabilityAbove(twelve!, narrow[2]!)).toBeGreaterThan(0.9);
    expect(predictor.probabilityAbove(narrow[0]!, narrow[1]!)).toBeGreaterThan(0.8);
  });

  it("is what draws give", () => {
    const random = createRandom(1);
    const normal = (): number => {
      let sum = -6;
      for (let i = 0; i < 12; i++) sum += random.float();
      return sum;
    };
    const draws = Array.from({ length: 4000 }, () => predictor.drawn(standings, normal));
    const pairs = [
      [3, 2],
      [3, 1],
      [2, 0],
      [4, 5],
      [5, 6],
    ] as const;
    for (const [i, j] of pairs) {
      const share = draws.filter((each) => each[i]! > each[j]!).length / draws.length;
      expect(Math.abs(share - predictor.probabilityAbove(standings[i]!, standings[j]!))).toBeLessThan(0.06);
    }
  });
});
