import { expect, test } from "vitest";
import { createRandom } from "../../../src/random/index.ts";
import {
  createSpace,
  createStrategy,
  hypervolume,
  pointKey,
  runStrategy,
  type GreyBox,
  type Point,
  type Screen,
  type Trial,
} from "../../../src/search/index.ts";
import { createMemoryStore } from "../../../src/store/index.ts";

// Models of two sizes: cost is known, gain is not. A short training tells less, and what it tells is biased.

const values = Array.from({ length: 12 }, (_, i) => i + 1);
const space = createSpace([
  { path: "model.a", values },
  { path: "model.b", values },
]);
const FULL = 1;
const gainOf = ({ a, b }: { a: number; b: number }, fidelity: number): number =>
  0.9 - 0.3 / a - 0.4 / b - 0.002 * (a - 6) ** 2 - (1 - fidelity) * (0.1 + 0.01 * a);
const sizes = (point: Point) => ({ a: Number(point["model.a"]), b: Number(point["model.b"]) });
const costOf = (point: Point): number => sizes(point).a * sizes(point).b;
/** Noise of a model's answer: the same each time it is asked for. */
const noiseAt = (point: Point, deviation: number): number => {
  const random = createRandom(11, sizes(point).a * 100 + sizes(point).b);
  return deviation * Array.from({ length: 12 }, () => random.float()).reduce((sum, x) => sum + x, -6);
};
const objectives = [
  { metric: "accuracy", direction: "max" },
  { metric: "cost", direction: "min" },
] as const;
const greyBox: GreyBox = {
  metric: "accuracy",
  interval: ["low", "high"],
  paths: ["model.a", "model.b"],
  complete: (model) => [{ point: model, costs: [costOf(model)] }],
};

interface Ran {
  readonly trials: readonly Trial[];
  readonly screened: readonly string[];
}

async function run(
  seed: number,
  fidelities: readonly number[],
  deviation: number,
  before: readonly Trial[] = [],
): Promise<Ran> {
  const screened: string[] = [];
  const store = createMemoryStore();
  await store.append(before);
  const screen: Screen = (points, fidelity) => {
    screened.push(...points.map((point) => `${fidelity} ${pointKey(point)}`));
    return Promise.resolve(
      points.map((point) => ({
        value: gainOf(sizes(point), fidelity) + noiseAt(point, deviation),
        variance: deviation ** 2,
      })),
    );
  };
  await runStrategy({
    ...{ objectives, constraints: [], batchSize: 4, maxTrials: 16, store, screen },
    strategy: createStrategy("bayesian", { space, seed, objectives, constraints: [], greyBox, fidelities }),
    evaluateBatch: (points) =>
      Promise.resolve(
        points.map((point) => {
          const accuracy = gainOf(sizes(point), FULL) + noiseAt(point, deviation);
          const half = 1.645 * deviation;
          const metrics = { accuracy, low: accuracy - half, high: accuracy + half, cost: costOf(point) };
          return { kind: "evaluated", metrics } as const;
        }),
      ),
  });
  return { trials: await store.trials(), screened };
}

/** What the front is worth without noise. */
const worth = ({ trials }: Ran): number =>
  hypervolume(
    trials.map(({ point }) => [0 - gainOf(sizes(point), FULL), costOf(point)]),
    [0, 144],
  );
const SEEDS = [1, 2, 3, 4, 5, 6];

test("candidates are screened, a third goes on, and the front is better for as many trials", async () => {
  const totals = { plain: 0, screened: 0 };
  for (const seed of SEEDS) {
    const [plain, halved] = [await run(seed, [], 0.005), await run(seed, [0.1], 0.005)];
    expect(plain.screened).toEqual([]);
    expect(halved.trials).toHaveLength(16);
    expect(halved.screened).toHaveLength(3 * 16);
    const asked = new Set(halved.screened);
    for (const { point } of halved.trials) expect(asked).toContain(`0.1 ${pointKey(point)}`);
    totals.plain += worth(plain);
    totals.screened += worth(halved);
  }
  expect(totals.screened).toBeGreaterThan(totals.plain);
});

test("several fidelities: each asks a third of the one before it", async () => {
  const { trials, screened } = await run(1, [0.1, 0.3], 0.005);
  const at = (fidelity: number): readonly string[] => screened.filter((each) => each.startsWith(`${fidelity} `));
  expect([at(0.1).length, at(0.3).length, trials.length]).toEqual([9 * 16, 3 * 16, 16]);
});

test("a run that goes on from half of its trials proposes the rest of them", async () => {
  const { trials } = await run(2, [0.2], 0.01);
  expect((await run(2, [0.2], 0.01, trials.slice(0, 7))).trials).toEqual(trials);
});
