import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  createSpace,
  createStrategy,
  pointKey,
  runStrategy,
  type EvaluateBatch,
  type Outcome,
  type Point,
  type Strategy,
  type StudyOptions,
  type StudyResult,
  type Trial,
  type TrialStore,
} from "../../../src/search/index.ts";
import { createMemoryStore } from "../../../src/store/index.ts";
import { laterStore } from "../../fixtures/search/later-store.ts";

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const space = createSpace(["a", "b", "c", "d"].map((path) => ({ path, values: range(12) })));
const objectives = [
  { metric: "accuracy", direction: "max" },
  { metric: "carbon", direction: "min" },
] as const;
const constraints = [{ metric: "latency", comparison: "<=", limit: 20, text: "latency <= 20 ms" }] as const;

function evaluate(point: Point): Outcome {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((path) => point[path] as number) as [number, number, number, number];
  if (a === 11 && b > 8) return { kind: "infeasible", constraint: "dram", by: b, unit: "B" };
  return { kind: "evaluated", metrics: { accuracy: a + b + (c % 3), carbon: a * b + d, latency: a + 2 * c + d } };
}
const evaluateBatch: EvaluateBatch = (points) => Promise.resolve(points.map(evaluate));
const strategy = (name = "nsga2", seed = 1) =>
  createStrategy(name, { space, seed, objectives, constraints, populationSize: 20 });

const study = (changes: Partial<StudyOptions> = {}) =>
  runStrategy({
    objectives,
    constraints,
    strategy: strategy(),
    evaluateBatch,
    store: createMemoryStore(),
    batchSize: 16,
    maxTrials: 150,
    ...changes,
  });

/** All that must be equal whether or not a run was interrupted. */
const bytes = ({ evaluatedCount, replayedCount, ...result }: StudyResult) => {
  expect(evaluatedCount + replayedCount).toBeGreaterThanOrEqual(0);
  return JSON.stringify(result);
};

test("counts, front, progress and hypervolume agree with the stored trials", async () => {
  const store = createMemoryStore();
  const progress: number[] = [];
  const result = await study({ store, onProgress: ({ trialCount }) => progress.push(trialCount) });
  const trials = store.trials();
  expect(trials.map(({ number }) => number)).toEqual(range(150));
  expect(progress).toEqual([16, 32, 48, 64, 80, 96, 112, 128, 144, 150]);
  expect(result).toMatchObject({ stopped: "max-trials", trialCount: 150, evaluatedCount: 150, replayedCount: 0 });
  const feasible = trials.filter(({ outcome }) => outcome.kind === "evaluated" && outcome.metrics["latency"]! <= 20);
  expect(result.feasibleCount).toBe(feasible.length);
  const metrics = (trial: Trial) => (trial.outcome as { metrics: Record<string, number> }).metrics;
  const beats = (a: Trial, b: Trial) => {
    const [x, y] = [metrics(a), metrics(b)];
    const no = x["accuracy"]! < y["accuracy"]! || x["carbon"]! > y["carbon"]!;
    return !no && (x["accuracy"] !== y["accuracy"] || x["carbon"] !== y["carbon"]);
  };
  const front = feasible.filter((b) => !feasible.some((a) => beats(a, b)));
  expect(new Set(result.front.map(({ number }) => number))).toEqual(new Set(front.map(({ number }) => number)));
  expect(result.front.map((t) => -metrics(t)["accuracy"]!)).toEqual(
    result.front.map((t) => -metrics(t)["accuracy"]!).sort((a, b) => a - b),
  );
  const rising = result.convergence.map(({ hypervolume }) => hypervolume);
  expect(rising).toEqual([...rising].sort((a, b) => a - b));
  expect(rising.at(-1)).toBeCloseTo(result.hypervolume, 9);
});

test("the same study gives the same bytes; another seed does not", async () => {
  const first = bytes(await study());
  expect(bytes(await study())).toBe(first);
  expect(bytes(await study({ strategy: strategy("nsga2", 2) }))).not.toBe(first);
});

test.each(["random", "nsga2", "nsga3"])(
  "%s resumed from any stored part gives the bytes of an uninterrupted run",
  async (name) => {
    const full = createMemoryStore();
    const whole = await study({ strategy: strategy(name), store: full });
    for (const kept of [0, 1, 16, 37, 149, 150]) {
      const stored = full.trials().filter(({ number }) => number < kept);
      // Trials that finished out of order, too.
      const extra = full.trials().filter(({ number }) => number === kept + 3 && kept % 16 < 10);
      const store = createMemoryStore([...stored, ...extra]);
      const resumed = await study({ strategy: strategy(name), store });
      expect(bytes(resumed)).toBe(bytes(whole));
      expect(resumed.replayedCount).toBe(stored.length + extra.length);
      expect(resumed.evaluatedCount).toBe(150 - stored.length - extra.length);
      expect(store.trials()).toEqual(full.trials());
    }
  },
);

test("a finished run made longer equals one that was long from the start", async () => {
  const store = createMemoryStore();
  await study({ store, maxTrials: 70 });
  expect(bytes(await study({ store }))).toBe(bytes(await study()));
});

test("abort gives up the batch under way, keeps what it reported, and the run can be resumed", async () => {
  const controller = new AbortController();
  const store = createMemoryStore();
  const slow: EvaluateBatch = (points, first, { signal, report }) => {
    if (first < 48) return evaluateBatch(points, first, { signal, report });
    report(2, evaluate(points[2]!));
    report(0, evaluate(points[0]!));
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new Error("stopped")));
      controller.abort();
    });
  };
  const aborted = await study({ store, evaluateBatch: slow, signal: controller.signal });
  expect(aborted).toMatchObject({ stopped: "aborted", trialCount: 48 });
  expect(store.trials().map(({ number }) => number)).toEqual([...range(49), 50]);
  const firsts: [number, number][] = [];
  const counted: EvaluateBatch = (points, first, context) => {
    firsts.push([first, points.length]);
    return evaluateBatch(points, first, context);
  };
  const resumed = await study({ store, evaluateBatch: counted });
  expect(firsts[0]).toEqual([49, 14]);
  expect(bytes(resumed)).toBe(bytes(await study()));
});

test("a slow strategy is asked for one point at a time, and stops between two", async () => {
  const stop = new AbortController();
  const asked: number[] = [];
  const slow: Strategy = {
    name: "slow",
    isSlow: true,
    suggest: (count) => {
      asked.push(count);
      if (asked.length === 21) setTimeout(() => stop.abort(), 0);
      const until = performance.now() + 3;
      while (performance.now() < until);
      return [{ a: asked.length % 12, b: Math.floor(asked.length / 12) }];
    },
    update: () => undefined,
  };
  const result = await study({ strategy: slow, signal: stop.signal });
  expect(result).toMatchObject({ stopped: "aborted", trialCount: 16 });
  expect(asked.length).toBeLessThan(30);
  expect(new Set(asked)).toEqual(new Set([1]));
});

test("equal points are evaluated once and stand on the front once; equal designs both stay", async () => {
  const points: Point[] = [{ a: 1 }, { a: 2 }, { a: 1 }, { a: 3 }];
  let calls = 0;
  const twice: Strategy = {
    name: "twice",
    suggest: (count) => (calls++ === 0 ? points.slice(0, count) : []),
    update: () => undefined,
  };
  const evaluated: Point[] = [];
  const result = await study({
    strategy: twice,
    constraints: [],
    evaluateBatch: (batch) => {
      evaluated.push(...batch);
      return Promise.resolve(
        batch.map(({ a }) => ({ kind: "evaluated", metrics: { accuracy: a === 3 ? 0 : 1, carbon: 1 } })),
      );
    },
  });
  expect(evaluated.map(pointKey)).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }].map(pointKey));
  expect(result).toMatchObject({ stopped: "exhausted", trialCount: 4, evaluatedCount: 3 });
  expect(result.front.map(({ number }) => number)).toEqual([0, 1]);
});

test("an impossible constraint: nothing is feasible, and the summary says what rules out how many and how nearly", async () => {
  const store = createMemoryStore();
  const impossible = [
    ...constraints,
    { metric: "carbon", comparison: ">=", limit: 500, text: "carbon >= 500 kg" },
  ] as const;
  const result = await study({ store, constraints: impossible, strategy: strategy("random") });
  expect(result).toMatchObject({ feasibleCount: 0, front: [], referencePoint: null, hypervolume: 0 });
  const outcomes = store.trials().map(({ outcome }) => outcome);
  const carbon = outcomes.flatMap((o) => (o.kind === "evaluated" ? [o.metrics["carbon"]!] : []));
  const summary = result.violations.find(({ constraint }) => constraint === "carbon >= 500 kg")!;
  expect(summary.trialCount).toBe(carbon.length);
  expect(summary.nearestAmount).toBe(500 - Math.max(...carbon));
  expect(summary.nearestRelative).toBe(summary.nearestAmount / 500);
  const dram = result.violations.find(({ constraint }) => constraint === "dram");
  expect(dram?.trialCount ?? 0).toBe(outcomes.filter((o) => o.kind === "infeasible").length);
});

test("stops when the hypervolume stalls, at the same place after a resume", async () => {
  const stall = { batches: 3, minimumGain: 1e-3 };
  const store = createMemoryStore();
  const result = await study({ store, stall, maxTrials: 5000 });
  expect(result.stopped).toBe("stalled");
  expect(result.trialCount).toBeLessThan(5000);
  const last = result.convergence.slice(-4).map(({ hypervolume }) => hypervolume);
  for (const i of [1, 2, 3]) expect(last[i]! - last[i - 1]!).toBeLessThanOrEqual(1e-3 * last[i - 1]!);
  expect(bytes(await study({ store, stall, maxTrials: 5000 }))).toBe(bytes(result));
});

test("a given reference point is used and stated", async () => {
  const result = await study({ referencePoint: [0, 200] });
  expect(result.referencePoint).toEqual([0, 200]);
});

test("metrics that are not finite rule a design out, missing ones end the study", async () => {
  const odd: EvaluateBatch = (points) =>
    Promise.resolve(
      points.map((_, i) => ({ kind: "evaluated", metrics: { accuracy: i === 0 ? NaN : 1, carbon: 1, latency: 1 } })),
    );
  const result = await study({ evaluateBatch: odd, maxTrials: 16 });
  expect(result.violations).toMatchObject([{ constraint: "accuracy is a finite number", trialCount: 1 }]);
  const poor: EvaluateBatch = (points) =>
    Promise.resolve(points.map(() => ({ kind: "evaluated", metrics: { accuracy: 1 } })));
  await expect(study({ evaluateBatch: poor })).rejects.toMatchObject({ code: "search/unknown-metric" });
});

test("a store with other trials is refused", async () => {
  const store = createMemoryStore();
  await study({ store, strategy: strategy("nsga2", 2) });
  await expect(study({ store })).rejects.toMatchObject({ code: "search/replay-mismatch" });
});

test("a store that answers later gives the same, from a new run and from what it holds", async () => {
  const near = createMemoryStore();
  const store = laterStore(near);
  const reporting: EvaluateBatch = (points, _first, { report }) => {
    points.forEach((point, i) => report(i, evaluate(point)));
    return Promise.resolve(points.map(evaluate));
  };
  const expected = bytes(await study());
  expect(bytes(await study({ store, evaluateBatch: reporting }))).toBe(expected);
  expect(near.trials().length).toBe(150);
  const again = await study({ store });
  expect(bytes(again)).toBe(expected);
  expect(again.replayedCount).toBe(150);
});

test("a store that fails later ends the run with its error", async () => {
  const store: TrialStore = {
    append: () => Promise.reject(new Error("no such host")),
    trials: () => Promise.resolve([]),
    close: () => undefined,
  };
  const reporting: EvaluateBatch = async (points, _first, { report }) => {
    points.forEach((point, i) => report(i, evaluate(point)));
    await setImmediate();
    return points.map(evaluate);
  };
  await expect(study({ store, evaluateBatch: reporting })).rejects.toThrow("no such host");
});
