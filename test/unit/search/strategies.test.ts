import { expect, test } from "vitest";
import { assess, hypervolume } from "../../../src/search/pareto/index.ts";
import { createSpace } from "../../../src/search/space/index.ts";
import { createStrategy } from "../../../src/search/strategies/index.ts";
import { referenceDirections } from "../../../src/search/strategies/directions.ts";
import type { Objective, Point } from "../../../src/search/types.ts";

const space = createSpace(
  Array.from({ length: 8 }, (_, i) => ({ path: `p${i}`, values: Array.from({ length: 21 }, (_, v) => v) })),
);

/** DTLZ2-like without trigonometry: the first parameters say where on the front, the others how far from it. */
function metricsOf(point: Point, objectiveCount: number): Record<string, number> {
  const x = Array.from({ length: 8 }, (_, i) => (point[`p${i}`] as number) / 20);
  const away = 1 + x.slice(objectiveCount - 1).reduce((sum, v) => sum + (v - 0.35) * (v - 0.35), 0);
  const metrics: Record<string, number> = {};
  let left = 1;
  for (let m = 0; m < objectiveCount; m += 1) {
    const share = m === objectiveCount - 1 ? left : left * x[m]!;
    metrics[`f${m}`] = away * share;
    left -= share;
  }
  return metrics;
}

function hypervolumeAfter(name: string, seed: number, objectiveCount: number, trialCount: number): number {
  const objectives: Objective[] = Array.from({ length: objectiveCount }, (_, m) => ({
    metric: `f${m}`,
    direction: "min",
  }));
  const strategy = createStrategy(name, { space, seed, objectives, constraints: [], populationSize: 40 });
  const found: (readonly number[])[] = [];
  for (let n = 0; n < trialCount; n += 20) {
    const trials = strategy.suggest(20).map((point, i) => ({
      number: n + i,
      point,
      outcome: { kind: "evaluated", metrics: metricsOf(point, objectiveCount) } as const,
    }));
    strategy.update(trials);
    for (const { outcome } of trials) {
      const assessment = assess(outcome, objectives, []);
      if (assessment.kind === "feasible") found.push(assessment.costs);
    }
  }
  return hypervolume(found, new Array<number>(objectiveCount).fill(1.5));
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;

test.each([
  ["nsga2", 2],
  ["nsga3", 3],
  ["nsga2", 3],
])("%s beats random search with %i objectives at the same budget, median of 5 seeds", (name, objectiveCount) => {
  const seeds = [1, 2, 3, 4, 5];
  const own = median(seeds.map((seed) => hypervolumeAfter(name, seed, objectiveCount, 800)));
  const random = median(seeds.map((seed) => hypervolumeAfter("random", seed, objectiveCount, 800)));
  expect(own).toBeGreaterThan(random * 1.02);
});

test("initial points come first, once each", () => {
  const point = space.decode(space.genesAt(12345n));
  for (const name of ["random", "nsga2", "nsga3"]) {
    const strategy = createStrategy(name, {
      space,
      seed: 1,
      objectives: [{ metric: "f0", direction: "min" }],
      constraints: [],
      initial: [point, point],
    });
    const [first, second] = strategy.suggest(2);
    expect(first).toEqual(point);
    expect(second).not.toEqual(point);
  }
});

test("unknown strategies are refused with the list of known ones", () => {
  expect(() => createStrategy("grid", { space, seed: 1, objectives: [], constraints: [] })).toThrow(
    "nsga2, nsga3, random",
  );
});

test("reference directions lie on the simplex, as many as fit", () => {
  expect(referenceDirections(3, 91).length).toBe(91);
  expect(referenceDirections(3, 100).length).toBe(91);
  for (const d of referenceDirections(4, 100)) expect(d.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
});
