import { createSpace, pointKey, type Space } from "./space/index.ts";
import type { StrategyOptions } from "./strategies/index.ts";
import type { Outcome, Point, Strategy, Trial } from "./types.ts";

/** One thing that a strategy must do; `run` throws what is wrong. */
export interface StrategyCheck {
  readonly name: string;
  run(): void;
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/** 12 points, one parameter under a condition. */
const SMALL = createSpace([
  { path: "x", values: range(4) },
  { path: "kind", values: ["a", "b"] },
  { path: "extra", values: [true, false], when: { path: "kind", in: ["b"] } },
]);
/** 65,600 points. */
const LARGE = createSpace([
  { path: "x", values: range(40) },
  { path: "y", values: range(40) },
  { path: "kind", values: ["a", "b", "c"] },
  { path: "z", values: range(20), when: { path: "kind", in: ["b", "c"] } },
]);

/** A made-up evaluator with a front, a limit and designs that do not work at all. */
function outcomeOf(point: Point): Outcome {
  const numberAt = (path: string): number => (point[path] as number | undefined) ?? 0;
  const [x, y, z] = [numberAt("x"), numberAt("y"), numberAt("z")];
  if ((x * 7 + y) % 11 === 0) return { kind: "infeasible", constraint: "local buffer", by: x + 1, unit: "B" };
  return { kind: "evaluated", metrics: { gain: x + z, cost: x * x + y + 3 * z, size: x + y } };
}

function trialsOf(strategy: Strategy, trialCount: number, batchSize: number, outcome = outcomeOf): readonly Trial[] {
  const trials: Trial[] = [];
  while (trials.length < trialCount) {
    const points = strategy.suggest(Math.min(batchSize, trialCount - trials.length));
    if (points.length === 0) break;
    const batch = points.map((point, i) => ({ number: trials.length + i, point, outcome: outcome(point) }));
    strategy.update(batch);
    trials.push(...batch);
  }
  return trials;
}

const keysOf = (trials: readonly Trial[]): string => trials.map(({ point }) => pointKey(point)).join("\n");

function expect(isSo: boolean, otherwise: string): void {
  if (!isSo) throw new Error(otherwise);
}

function expectDistinct(trials: readonly Trial[]): void {
  const seen = new Map<string, number>();
  for (const { number, point } of trials) {
    const before = seen.get(pointKey(point));
    expect(before === undefined, `trials ${before} and ${number} are the same point: ${pointKey(point)}`);
    seen.set(pointKey(point), number);
  }
}

/**
 * What every strategy must do to be usable in a study, built-in ones too. Run them from any test framework:
 * `for (const { name, run } of strategyChecks(create)) test(name, run)`.
 */
export function strategyChecks(create: (options: StrategyOptions) => Strategy): readonly StrategyCheck[] {
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
  const check = (name: string, run: () => void): StrategyCheck => ({ name, run });
  return [
    check("has a name", () => {
      const { name } = make(SMALL);
      expect(/^[a-z][a-z0-9-]*$/.test(name), `"${name}" is no name: small letters, digits and hyphens`);
    }),
    check("suggests points of the space only, as many as asked for", () => {
      const { length } = make(LARGE).suggest(7);
      expect(length === 7, `${length} points for 7`);
      for (const { point } of trialsOf(make(LARGE), 120, 9)) {
        const same = pointKey(LARGE.decode(LARGE.encode(point)));
        expect(same === pointKey(point), `${pointKey(point)} is not written as the space does: ${same}`);
      }
    }),
    check("the same seed gives the same trials, another seed others", () => {
      const trials = keysOf(trialsOf(make(LARGE), 120, 8));
      expect(keysOf(trialsOf(make(LARGE), 120, 8)) === trials, "one seed gave two courses");
      expect(keysOf(trialsOf(make(LARGE, 2), 120, 8)) !== trials, "the seed makes no difference");
    }),
    check("never suggests a point twice", () => expectDistinct(trialsOf(make(LARGE), 400, 16))),
    check("an exhausted space gives an empty batch", () => {
      const trials = trialsOf(make(SMALL), 1000, 5);
      expectDistinct(trials);
      expect(BigInt(trials.length) === SMALL.size, `${trials.length} of ${SMALL.size} points, then none`);
    }),
    check("a smaller batch is the beginning of a larger one, so that a run can be made longer", () => {
      const [first, second] = [make(LARGE), make(LARGE)];
      for (const strategy of [first, second]) trialsOf(strategy, 48, 16);
      const [few, many] = [first.suggest(5), second.suggest(16)];
      expect(
        few.map(pointKey).join() === many.slice(0, 5).map(pointKey).join(),
        "5 points are not the first of 16 after the same trials",
      );
    }),
    check("where it is slow, points asked for one by one are those of one call", () => {
      const [first, second] = [make(LARGE), make(LARGE)];
      if (first.isSlow !== true) return;
      for (const strategy of [first, second]) trialsOf(strategy, 48, 16);
      const single = range(6).flatMap(() => first.suggest(1));
      expect(single.map(pointKey).join() === second.suggest(6).map(pointKey).join(), "they differ");
    }),
    check("copes with batches in which nothing is feasible", () => {
      const nothing = (): Outcome => ({ kind: "infeasible", constraint: "dram", by: 1, unit: "B" });
      const { length } = trialsOf(make(LARGE), 80, 8, nothing);
      expect(length === 80, `${length} points, then none, of a space of ${LARGE.size}`);
    }),
  ];
}
