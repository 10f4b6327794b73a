import { describe, expect, test } from "vitest";
import { createSpace, pointKey, type Space } from "../../src/search/space/index.ts";
import type { StrategyOptions } from "../../src/search/strategies/index.ts";
import type { Outcome, Point, Strategy, Trial } from "../../src/search/types.ts";

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

const small = createSpace([
  { path: "x", values: range(4) },
  { path: "kind", values: ["a", "b"] },
  { path: "extra", values: [true, false], when: { path: "kind", in: ["b"] } },
]);
const large = createSpace([
  { path: "x", values: range(40) },
  { path: "y", values: range(40) },
  { path: "kind", values: ["a", "b", "c"] },
  { path: "z", values: range(20), when: { path: "kind", in: ["b", "c"] } },
]);

/** A made-up evaluator with a front, a constraint and designs that do not work at all. */
function evaluate(point: Point): Outcome {
  const x = point["x"] as number;
  const y = (point["y"] as number | undefined) ?? 0;
  const z = (point["z"] as number | undefined) ?? 0;
  if ((x * 7 + y) % 11 === 0) return { kind: "infeasible", constraint: "local buffer", by: x + 1, unit: "B" };
  return { kind: "evaluated", metrics: { gain: x + z, cost: x * x + y + 3 * z, size: x + y } };
}

function run(strategy: Strategy, trialCount: number, batchSize: number): Trial[] {
  const trials: Trial[] = [];
  while (trials.length < trialCount) {
    const points = strategy.suggest(Math.min(batchSize, trialCount - trials.length));
    if (points.length === 0) break;
    const batch = points.map((point, i) => ({ number: trials.length + i, point, outcome: evaluate(point) }));
    strategy.update(batch);
    trials.push(...batch);
  }
  return trials;
}

/** What every strategy must do to be usable in a study. Call it from a test file with the strategy's constructor. */
export function strategyConformance(name: string, create: (options: StrategyOptions) => Strategy): void {
  const make = (space: Space, seed = 1): Strategy =>
    create({
      space,
      seed,
      objectives: [
        { metric: "gain", direction: "max" },
        { metric: "cost", direction: "min" },
      ],
      constraints: [{ metric: "size", comparison: "<=", limit: 50, text: "size <= 50" }],
      populationSize: 16,
    });

  describe(`strategy ${name}`, () => {
    test("has a name", () => {
      expect(make(small).name).toMatch(/^[a-z][a-z0-9-]*$/);
    });

    test("suggests points of the space only, at most as many as asked for", () => {
      const strategy = make(large);
      const points = strategy.suggest(7);
      expect(points.length).toBe(7);
      for (const { point } of run(make(large), 120, 9)) expect(large.decode(large.encode(point))).toEqual(point);
    });

    test("the same seed gives the same trials, another seed others", () => {
      const trials = run(make(large), 120, 8);
      expect(run(make(large), 120, 8)).toEqual(trials);
      expect(run(make(large, 2), 120, 8)).not.toEqual(trials);
    });

    test("never suggests a point twice, and an exhausted space gives an empty batch", () => {
      const trials = run(make(small), 1000, 5);
      expect(new Set(trials.map(({ point }) => pointKey(point))).size).toBe(trials.length);
      expect(BigInt(trials.length)).toBe(small.size);
      expect(new Set(run(make(large), 400, 16).map(({ point }) => pointKey(point))).size).toBe(400);
    });

    test("a smaller batch is the beginning of a larger one, so a run can be made longer", () => {
      const [first, second] = [make(large), make(large)];
      for (const strategy of [first, second]) run(strategy, 48, 16);
      expect(first.suggest(5)).toEqual(second.suggest(16).slice(0, 5));
    });

    test("copes with batches in which nothing is feasible", () => {
      const strategy = make(large);
      for (let n = 0; n < 80; n += 8) {
        const points = strategy.suggest(8);
        expect(points.length).toBe(8);
        strategy.update(
          points.map((point, i) => ({
            number: n + i,
            point,
            outcome: { kind: "infeasible", constraint: "dram", by: i, unit: "B" },
          })),
        );
      }
    });
  });
}
