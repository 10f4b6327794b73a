import { expect, test } from "vitest";
import { greyBoxOf } from "../../../src/study/exact/grey-box.ts";
import {
  assess,
  bestSubsetHypervolume,
  createSpace,
  createStrategy,
  hypervolume,
  nadirOf,
  type Costs,
  type StrategyOptions,
} from "../../../src/search/index.ts";
import { createDesignEvaluator, designContext } from "../../../src/worker/index.ts";
import { enumerated, partOfPublished } from "./subspace.ts";

const EVALUATIONS = 40;

/** The small twin of bench/search/hundred-evaluations.mjs. */
test("forty evaluations of accuracy: bayesian comes close to the best forty designs of the exact front, random does not", async () => {
  const study = partOfPublished({
    "model.text.layers": [6, 8, 10, 12],
    "model.text.ffn": [1024, 1536, 2048],
    "model.vision.layers": [6, 8, 10, 12],
    "model.vision.hidden": [384, 576, 768],
    "model.vision.ffn": [1536, 2304, 3072],
    "array.rows": [32, 64, 256],
    "array.cols": [8, 16],
  });
  const { objectives, constraints } = study;
  const { front: exact } = await enumerated(study, true);
  const front = exact.map(({ values }) => values);
  const reference = nadirOf(front);
  const most = bestSubsetHypervolume(front, EVALUATIONS, reference);
  const space = createSpace(study.space);
  const evaluator = createDesignEvaluator(designContext(study));
  const greyBox = await greyBoxOf(study);
  const shareOf = (name: string, seed: number, options: Partial<StrategyOptions>): number => {
    const strategy = createStrategy(name, { space, seed, objectives, constraints, ...options });
    const found: Costs[] = [];
    for (let number = 0; number < EVALUATIONS; number += 4) {
      const trials = strategy
        .suggest(4)
        .map((point, i) => ({ number: number + i, point, outcome: evaluator.outcome(point) }));
      strategy.update(trials);
      for (const { outcome } of trials) {
        const assessment = assess(outcome, objectives, constraints);
        if (assessment.kind === "feasible") found.push(assessment.costs);
      }
    }
    return hypervolume(found, reference) / most;
  };
  for (const seed of [1, 2, 3]) {
    expect(shareOf("bayesian", seed, { greyBox })).toBeGreaterThan(0.97);
    expect(shareOf("random", seed, {})).toBeLessThan(0.95);
  }
});
