import { expect, test } from "vitest";
import { createSpace } from "../../../src/search/index.ts";
import { evaluate } from "../../../src/evaluate/index.ts";
import { createDesignEvaluator, designContext } from "../../../src/worker/index.ts";
import { enumerated, randomStudy } from "./subspace.ts";

test.each([11, 12, 13])("sub-space %i: designs are counted under the limits that they break", async (seed) => {
  const study = randomStudy(seed, 300);
  const evaluator = createDesignEvaluator(designContext(study));
  const space = createSpace(study.space);
  const counts = new Map<string, number>();
  let feasible = 0;
  for (let i = 0n; i < space.size; i += 1n) {
    const point = space.decode(space.genesAt(i));
    const specs = evaluator.specsOf(point);
    const result = evaluate({ ...specs, mapper: study.mapping });
    if (result.kind === "infeasible") throw new Error(result.detail);
    const outcome = evaluator.outcome(point);
    const accuracy = outcome.kind === "evaluated" ? outcome.metrics["accuracy"]! : NaN;
    const values: Readonly<Record<string, number | null>> = {
      area_mm2: result.area.total,
      latency_s: result.latency_s,
      accuracy,
    };
    const isOnTooLargeADie = study.constraints.some((c) => c.metric === "area_mm2" && values.area_mm2! > c.limit);
    const broken = study.constraints.filter(({ metric, comparison, limit }) => {
      // Of hardware that is ruled out by itself, nothing else is counted.
      if (isOnTooLargeADie && metric !== "area_mm2") return false;
      if (metric === "accuracy" && outcome.kind === "infeasible") return outcome.constraint.startsWith("accuracy");
      return comparison === "<=" ? values[metric]! > limit : values[metric]! < limit;
    });
    for (const { text } of broken) counts.set(text, (counts.get(text) ?? 0) + 1);
    if (broken.length === 0) feasible += 1;
  }
  const { result } = await enumerated(study, false);
  expect(new Map(result.reasons.map(({ constraint, designCount }) => [constraint, designCount]))).toEqual(counts);
  expect(result.feasibleCount).toBe(feasible);
  expect(result.boundedCount).toBe(0);
});
