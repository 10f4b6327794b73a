import { describe, expect, it } from "vitest";
import { SpecError } from "../../../src/errors/index.ts";
import { readYaml } from "../../../src/spec/index.ts";
import { readSearchStudy } from "../../../src/study/load.ts";

/** What a study of a vision transformer with this space is told; nothing where it is taken. */
function told(model: string, metric: string, space: string): string {
  const text = `name: axes\nmodel: ${model}\nhardware: catransformers-22nm\naccuracy: { metric: ${metric} }\nspace: ${space}\nobjectives: [max accuracy, min carbon]\nsearch: { strategy: nsga2, seed: 1, trials: 8 }\n`;
  try {
    readSearchStudy(readYaml(text, "study.yaml"), {});
    return "";
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return error.problems.map(({ code, message }) => `${code} ${message}`).join("\n");
  }
}
const vit = (space: string): string => told("vit-b16", "imagenet-1k", space);
const KEEP = "model.vision.tokenReduction.keep";
const MERGE = "model.vision.tokenReduction.merge";
const RETRAINED = "model.vision.tokenReduction.retrained";

describe("axes that belong together", () => {
  it("are looked at together: a method with what it is a method of", () => {
    expect(vit(`{ ${MERGE}: [0, 13], ${RETRAINED}: [true, false] }`)).toBe("");
    expect(vit(`{ ${KEEP}: [0.7, 1], ${RETRAINED}: [true] }`)).toBe("");
    expect(vit(`{ ${KEEP}: [0.7, 1] }`)).toMatch(/not trained again is published/);
    expect(vit(`{ ${KEEP}: [0.7, 1], ${RETRAINED}: [true, false] }`)).toMatch(/not trained again is published/);
    expect(vit(`{ ${MERGE}: [0, 30] }`)).toMatch(/below a mean share of 0.493/);
    const sparse =
      "{ quantisation.weights: [16], sparsity.weights: [none, 2:4], sparsity.method: [oneshot, magnitude] }";
    expect(told("llama-3.2-1b", "lm-zero-shot-mean", sparse)).toBe("");
    expect(told("llama-3.2-1b", "lm-zero-shot-mean", sparse.replace("magnitude", "retrained"))).toMatch(
      /accuracy\/unpriced-precision/,
    );
  });

  it("no row of the family, no search: fewer tokens of a CLIP are refused with the way out", () => {
    const clip = told("clip-vit-b16", "clip-benchmark-mean", `{ ${MERGE}: [0, 8] }`);
    expect(clip).toMatch(/accuracy\/unpriced-axis/);
    expect(clip).toContain("ignore: [model.vision.tokenReduction]");
  });
});
