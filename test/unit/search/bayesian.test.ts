import { expect, test } from "vitest";
import { createRandom } from "../../../src/random/index.ts";
import { cholesky, solveLower, solveUpper } from "../../../src/search/bayesian/cholesky.ts";
import { fitProcess } from "../../../src/search/bayesian/fit.ts";
import { gaussianProcess } from "../../../src/search/bayesian/gaussian-process.ts";
import { createExpectedImprovement } from "../../../src/search/bayesian/improvement.ts";
import { expectedExcess, normalCumulative } from "../../../src/search/bayesian/normal.ts";
import {
  attainmentSurface,
  bestHardware,
  bestSubsetHypervolume,
  hypervolume,
  type Costs,
  type Decomposition,
} from "../../../src/search/index.ts";

test("Cholesky: a matrix worked by hand, and a system solved by it", () => {
  const a = Float64Array.from([4, 2, 2, 3]);
  expect(cholesky(a, 2)).toBe(true);
  expect([a[0], a[2], a[3]]).toEqual([2, 1, Math.SQRT2]);
  const x = solveUpper(a, 2, solveLower(a, 2, Float64Array.from([8, 8])));
  expect(x[0]).toBeCloseTo(1, 12);
  expect(x[1]).toBeCloseTo(2, 12);
  expect(cholesky(Float64Array.from([1, 2, 2, 1]), 2)).toBe(false);
});

test("a process passes through what it was told, and knows nothing far away", () => {
  const inputs = [0, 0.3, 1].map((x) => Float64Array.of(x));
  const process = gaussianProcess({ inputs, values: [1, 2, 0] }, { lengths: Float64Array.of(0.2), signal: 0 })!;
  expect(process.predict(inputs[1]!).mean).toBeCloseTo(2, 4);
  expect(process.predict(inputs[1]!).deviation).toBeLessThan(0.01);
  const far = process.predict(Float64Array.of(50));
  expect(far.mean).toBeCloseTo(1, 6);
  expect(far.deviation).toBeGreaterThan(0.5);
});

test("fitted lengths: an input that does nothing gets a long one", () => {
  const random = createRandom(3);
  const inputs = Array.from({ length: 40 }, () => Float64Array.of(random.float(), random.float()));
  const lengths = Float64Array.of(1, 1);
  const process = fitProcess({ inputs, values: inputs.map(([x]) => Math.sin(6 * x!)) }, { lengths, signal: 0 });
  expect(lengths[1]!).toBeGreaterThan(4 * lengths[0]!);
  expect(process.predict(Float64Array.of(0.5, 0.5)).mean).toBeCloseTo(Math.sin(3), 2);
});

test("noise: a process believes a value by the share of the signal in it", () => {
  // Points that say nothing of each other: mean + s² / (s² + v) · (value − mean), variance s² · v / (s² + v).
  const inputs = [0, 100].map((x) => Float64Array.of(x));
  const scales = { lengths: Float64Array.of(0.1), signal: 0.5 };
  const process = gaussianProcess({ inputs, values: [1, 3], variances: [0.5, 2] }, scales)!;
  expect(process.predict(inputs[0]!).mean).toBeCloseTo(1.5, 5);
  expect(process.predict(inputs[0]!).deviation).toBeCloseTo(0.5, 5);
  expect(process.predict(inputs[1]!).mean).toBeCloseTo(2.2, 5);
  expect(process.predict(inputs[1]!).deviation).toBeCloseTo(Math.sqrt(0.4), 5);
});

test("noise: a fit that knows of it is nearer to what lies behind, and says how near", () => {
  const errors = [true, false].map((isKnown) => {
    let squares = 0;
    let inside = 0;
    for (let seed = 1; seed <= 10; seed += 1) {
      const random = createRandom(seed);
      const normal = (): number => Array.from({ length: 12 }, () => random.float()).reduce((sum, x) => sum + x, -6);
      const inputs = Array.from({ length: 40 }, () => Float64Array.of(random.float()));
      const values = inputs.map(([x]) => Math.sin(6 * x!) + 0.3 * normal());
      const noise = isKnown ? { variances: values.map(() => 0.09) } : {};
      const process = fitProcess({ inputs, values, ...noise }, { lengths: Float64Array.of(1), signal: 0 });
      for (let i = 0; i <= 20; i += 1) {
        const { mean, deviation } = process.predict(Float64Array.of(i / 20));
        const error = mean - Math.sin(6 * (i / 20));
        squares += error * error;
        inside += Math.abs(error) < 1.645 * deviation ? 1 : 0;
      }
    }
    return { rms: Math.sqrt(squares / 210), inside: inside / 210 };
  });
  expect(errors[0]!.rms).toBeLessThan(0.15);
  const miss = errors.map(({ inside }) => Math.abs(inside - 0.9));
  expect(miss[0]).toBeLessThan(0.05);
  expect(miss[0]).toBeLessThan(miss[1]!);
});

test("normal distribution: tabled values", () => {
  expect(normalCumulative(0)).toBeCloseTo(0.5, 7);
  expect(normalCumulative(1.959964)).toBeCloseTo(0.975, 6);
  expect(normalCumulative(-3)).toBeCloseTo(0.0013499, 8);
  expect(expectedExcess(1, 0, 0.25)).toBe(0.75);
  expect(expectedExcess(0, 1, 0)).toBeCloseTo(0.3989423, 6);
});

test.each([1, 2])("expected improvement with %i known costs is the mean over draws", (dimension) => {
  const random = createRandom(7, dimension);
  const normal = (): number => Array.from({ length: 12 }, () => random.float()).reduce((sum, x) => sum + x, -6);
  const costsOf = (): Costs => Array.from({ length: dimension }, () => random.float());
  const front = Array.from({ length: 6 }, () => ({ gain: random.float(), costs: costsOf() }));
  const reference = new Array<number>(dimension).fill(1.2);
  const improvement = createExpectedImprovement(front, -0.5, reference);
  const known = front.map(({ gain, costs }) => [-gain, ...costs]);
  const worst = [0.5, ...reference];
  const before = hypervolume(known, worst);
  const costs = costsOf();
  const draws = 20_000;
  let total = 0;
  for (let i = 0; i < draws; i += 1)
    total += hypervolume([...known, [-(0.6 + 0.3 * normal()), ...costs]], worst) - before;
  expect(improvement({ mean: 0.6, deviation: 0.3 }, costs)).toBeCloseTo(total / draws, 2);
});

test("best subsets of a front are those of trying all", () => {
  const front: Costs[] = [
    [0, 9],
    [1, 7],
    [2, 6.5],
    [4, 3],
    [5, 2.5],
    [8, 0],
  ];
  const reference = [10, 10];
  for (const count of [1, 2, 3, 6]) {
    let most = 0;
    for (let mask = 0; mask < 64; mask += 1) {
      const chosen = front.filter((_, i) => (mask >> i) & 1);
      if (chosen.length <= count) most = Math.max(most, hypervolume(chosen, reference));
    }
    expect(bestSubsetHypervolume(front, count, reference)).toBeCloseTo(most, 12);
  }
});

test("attainment surfaces: what half of the runs, and what all of them, reach", () => {
  const fronts: Costs[][] = [
    [
      [0, 4],
      [2, 1],
    ],
    [[1, 3]],
    [
      [0, 5],
      [3, 0],
    ],
  ];
  expect(attainmentSurface(fronts, 0.5)).toEqual([
    [0, 5],
    [1, 4],
    [2, 3],
    [3, 1],
  ]);
  expect(attainmentSurface(fronts, 1)).toEqual([
    [1, 5],
    [3, 3],
  ]);
});

test("best hardware of every pair is that of trying all", async () => {
  const random = createRandom(9);
  const column = (count: number): Float64Array => Float64Array.from({ length: count }, () => random.float());
  const points = Array.from({ length: 12 }, () => ({
    base: [random.float(), random.float()],
    columns: [0, 1].map(() => ({ a: column(4), b: column(5) })),
  }));
  const decomposition: Decomposition = {
    hardwareCount: points.length,
    optionCounts: [4, 5],
    metrics: ["carbon", "latency"],
    accuracy: { kind: "pairs", metric: "accuracy", values: new Float64Array(20) },
    tables: (hardware) => ({ kind: "tables", variants: [points[hardware]!] }),
    floor: (hardware) => points[hardware]!,
  };
  const constraints = [{ metric: "latency", comparison: "<=", limit: 1.2, text: "latency <= 1.2" }] as const;
  const objectives = [
    { metric: "accuracy", direction: "max" },
    { metric: "carbon", direction: "min" },
  ] as const;
  const best = await bestHardware(decomposition, { objectives, constraints });
  expect(best.tableCount).toBeLessThanOrEqual(points.length);
  for (let a = 0; a < 4; a += 1)
    for (let b = 0; b < 5; b += 1) {
      const sums = points.map(({ base, columns }) => columns.map((c, m) => base[m]! + (c.a[a]! + c.b[b]!)));
      const feasible = sums.filter((each) => each[1]! <= 1.2).map((each) => each[0]!);
      expect(best.of(a, b).map(({ costs }) => costs[0])).toEqual(feasible.length === 0 ? [] : [Math.min(...feasible)]);
    }
});
