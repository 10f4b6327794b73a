import { describe, expect, it } from "vitest";
import {
  coverageOf,
  createPredictor,
  formatsOf,
  metricDefinitions,
  type EvaluatorKind,
} from "../../../src/accuracy/index.ts";
import { requestLine } from "../../../src/accuracy/command/protocol.ts";
import { FACTOR_NAMES } from "../../../src/cost/index.ts";
import { applySettings, listSetPaths, loadHardware, loadModel, type SpecSet } from "../../../src/spec/index.ts";

// An axis that an evaluator does not see is a free lunch: what `coverageOf` says of a path is held against what the evaluator does.

const PRESETS = { clip: "clip-vit-b16", vit: "vit-b16", bert: "bert-base", decoder: "llama-3.2-1b" } as const;
const hardware = loadHardware("catransformers-22nm");
/** Sparse weights need a width of their own. */
const WIDE = { path: "quantisation.weights", value: 16 };
const VALUES: readonly unknown[] = [2, 4, 12, 96, 300, "window:8", "fp16", "int4:128"];

/** Specs with a path at each value that it takes of these models; empty: it is not of such a model. */
function variants(base: SpecSet, path: string, example: string): readonly SpecSet[] {
  return [example, Number(example), ...VALUES].flatMap((value) => {
    try {
      return [applySettings(base, [{ path, value }], FACTOR_NAMES)];
    } catch {
      return [];
    }
  });
}

const seen = ({ model, hardware: { precision } }: SpecSet): string => JSON.stringify([model, precision]);

describe("what evaluators say of settable paths", () => {
  const paths = listSetPaths(FACTOR_NAMES);

  it.each(metricDefinitions)("predictor of $metric", ({ metric, family }) => {
    const base = applySettings(
      { model: loadModel(PRESETS[family as keyof typeof PRESETS]), hardware },
      [],
      FACTOR_NAMES,
    );
    const predictor = createPredictor(metric);
    const kind: EvaluatorKind = { evaluator: "predictor", metric };
    /** What a search that varies precision is told; a width that no row stands for has none. */
    const answer = (specs: SpecSet): number | null => {
      const reduced = coverageOf(kind, "model.vision.tokenReduction.merge") === "priced";
      const formats = formatsOf(
        { input: true, weight: true, stored: true, sparse: true, reduced, zeros: ["text", "vision"] },
        specs.hardware,
      );
      return predictor.unpriced(specs.model, formats).length > 0
        ? null
        : predictor.evaluate(specs.model, formats).accuracy;
    };
    const accuracy = answer(base);
    const counts = { priced: 0, indifferent: 0, unknown: 0 };
    for (const { path, example } of paths) {
      const found = variants(base, path, example);
      const coverage = coverageOf(kind, path);
      if (found.length === 0) continue;
      counts[coverage] += 1;
      const moves = found.some((specs) => answer(specs) !== accuracy);
      expect([path, moves]).toEqual([path, coverage === "priced"]);
      if (coverage === "indifferent")
        expect([path, ...found.map(seen)]).toEqual([path, ...found.map(() => seen(base))]);
    }
    expect(counts.priced).toBeGreaterThanOrEqual(6);
    expect(counts.unknown).toBeGreaterThan(10);
    expect(counts.indifferent).toBeGreaterThan(30);
  });

  it("command: priced is what it is told", () => {
    const base = applySettings({ model: loadModel("clip-vit-b16"), hardware }, [WIDE], FACTOR_NAMES);
    const told = ({ model }: SpecSet): string => requestLine(1, "own", model);
    for (const { path, example } of paths) {
      const found = variants(base, path, example);
      const coverage = coverageOf({ evaluator: "command", metric: "own" }, path);
      if (found.length === 0) continue;
      expect([path, found.some((each) => told(each) !== told(base))]).toEqual([path, coverage === "priced"]);
      if (coverage === "indifferent")
        expect([path, ...found.map(seen)]).toEqual([path, ...found.map(() => seen(base))]);
    }
  });

  it("no path of the machine, its use or its prices but those of number formats moves an answer", () => {
    const ofModel = ["model", "quantisation", "sparsity", "precision"];
    const others = paths.filter(({ path }) => !ofModel.includes(path.split(".")[0]!));
    expect(others.length).toBeGreaterThan(100);
    for (const evaluator of ["predictor", "command"] as const)
      for (const { path } of others)
        expect([path, coverageOf({ evaluator, metric: "imagenet-1k" }, path)]).toEqual([path, "indifferent"]);
  });

  it("a path that nobody has thought of is unknown", () => {
    expect(coverageOf({ evaluator: "predictor", metric: "imagenet-1k" }, "voltage")).toBe("unknown");
    expect(coverageOf({ evaluator: "predictor", metric: "imagenet-1k" }, "model.vision.ffn.1-6")).toBe("priced");
    expect(coverageOf({ evaluator: "predictor", metric: "imagenet-1k" }, "quantisation.vision.kv.1-6")).toBe("unknown");
    expect(coverageOf({ evaluator: "predictor", metric: "imagenet-1k" }, "quantisation.weights.1-6")).toBe("priced");
  });
});
