import { expect, test } from "vitest";
import { createRandom } from "../../../../src/random/index.ts";
import { growForest, predict, type Table } from "../../../../src/search/importance/forest.ts";
import { importanceOfFront, importanceOfTrials, pedAnova } from "../../../../src/search/importance/index.ts";
import { sobolIndices } from "../../../../src/search/importance/sobol.ts";
import type { Trial } from "../../../../src/search/index.ts";

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/** Every design of a grid with the value of a function. */
function gridOf(levels: readonly number[], value: (places: readonly number[]) => number): Table {
  const all = levels.reduce<readonly (readonly number[])[]>(
    (before, count) => before.flatMap((places) => range(count).map((place) => [...places, place])),
    [[]],
  );
  const columns = levels.map((_, feature) => Uint16Array.from(all, (places) => places[feature]!));
  return { columns, levels, values: Float64Array.from(all, value) };
}

/** One tree that has learned the table by heart. */
const known = (table: Table) => growForest(table, { trees: 1, leastLeaf: 1, isRandom: false }, createRandom(1));

test("a tree without chance repeats its table, also where no single split gains anything", () => {
  const table = gridOf([4, 5, 2], ([a, b]) => (a! - 1.5) * (b! - 2));
  const [tree] = known(table).trees;
  table.values.forEach((value, row) => {
    expect(predict(tree!, (feature) => table.columns[feature]![row]!)).toBeCloseTo(value, 12);
  });
});

test("a sum: variances of uniform whole numbers, (n² − 1) / 12 each", () => {
  const table = gridOf([4, 5, 3], ([a, b]) => 3 * a! + b!);
  const [a, b, c] = sobolIndices(known(table), table.levels, createRandom(2), 20_000)!;
  // 9 · 15/12 = 11.25 and 24/12 = 2.
  const shares = [11.25 / 13.25, 2 / 13.25, 0];
  [a, b, c].forEach((index, i) => {
    expect(index!.first).toBeCloseTo(shares[i]!, 2);
    expect(index!.total).toBeCloseTo(shares[i]!, 2);
  });
  [2, 5, 8, 11].forEach((mean, level) => expect(a!.marginal[level]).toBeCloseTo(mean, 9));
  for (const mean of c!.marginal) expect(mean).toBeCloseTo(6.5, 9);
});

test("a product about its means: nothing alone, everything together", () => {
  const table = gridOf([4, 5], ([a, b]) => (a! - 1.5) * (b! - 2));
  for (const { first, total } of sobolIndices(known(table), table.levels, createRandom(3), 20_000)!) {
    expect(first).toBeCloseTo(0, 9);
    expect(total).toBeCloseTo(1, 1);
  }
  const flat = gridOf([4, 5], () => 7);
  expect(sobolIndices(known(flat), flat.levels, createRandom(3))).toBe(null);
});

const LEVELS = 12;
const parameters = ["x1", "x2", "x3", "unused"].map((path) => ({ path, values: range(LEVELS) }));
const constant = { path: "constant", values: [1] };
const place = (value: unknown): number => -Math.PI + ((Number(value) + 0.5) * 2 * Math.PI) / LEVELS;

/** Ishigami and Homma (1990) with a = 7, b = 0.1. */
const ishigami = (x1: number, x2: number, x3: number): number =>
  Math.sin(x1) + 7 * Math.sin(x2) ** 2 + 0.1 * x3 ** 4 * Math.sin(x1);

function trialsOf(count: number): readonly Trial[] {
  const random = createRandom(4);
  return range(count).map((number) => {
    const point = Object.fromEntries([...parameters, constant].map(({ path, values }) => [path, random.pick(values)]));
    const value = ishigami(place(point["x1"]), place(point["x2"]), place(point["x3"]));
    return { number, point, outcome: { kind: "evaluated", metrics: { value, other: 1 } } };
  });
}

test("trials of the Ishigami function: the published indices", () => {
  const found = importanceOfTrials([...parameters, constant], trialsOf(4000), ["value", "other"], 1)!;
  expect(found).toMatchObject({ method: "sobol", designs: 2048, of: [{ metric: "value" }] });
  const [{ fit, parameters: all }] = found.of as [(typeof found.of)[0]];
  expect(fit!).toBeGreaterThan(0.9);
  // Analytic: Saltelli et al. 2008, Global Sensitivity Analysis, section 4.
  const first = { x1: 0.3139, x2: 0.4424, x3: 0, unused: 0 };
  const total = { x1: 0.5576, x2: 0.4424, x3: 0.2437, unused: 0 };
  expect(all.map(({ path }) => path)).toEqual(["x1", "x2", "x3", "unused"]);
  for (const each of all) {
    const path = each.path as keyof typeof first;
    expect(Math.abs(each.first - first[path]), `first ${path}`).toBeLessThan(0.04);
    expect(Math.abs(each.total! - total[path]), `total ${path}`).toBeLessThan(0.06);
  }
}, 180_000);

test("equal trials give equal importance; too few say nothing", () => {
  const trials = trialsOf(200);
  expect(importanceOfTrials(parameters, trials, ["value"], 1)).toEqual(
    importanceOfTrials(parameters, trials, ["value"], 1),
  );
  expect(importanceOfTrials(parameters, trials.slice(0, 29), ["value"], 1)).toBe(null);
  expect(importanceOfTrials([constant], trials, ["value"], 1)).toBe(null);
});

test("PED-ANOVA: divergence from the space, by hand", () => {
  // Always the first of three values: (1/3)(4 + 1 + 1) = 2. Three to one of two values: (1/2)(1/4 + 1/4) = 1/4.
  const chosen = [
    { places: [0, 0, 0], times: 3 },
    { places: [0, 1, 1], times: 1 },
  ];
  const even = pedAnova([3, 2], chosen)!;
  expect(even.map(({ share }) => share)).toEqual([2 / 2.25, 0.25 / 2.25]);
  expect(even[1]!.marginal).toEqual([0.75, 0.25]);
  expect(
    pedAnova(
      [2],
      [
        { places: [0], times: 1 },
        { places: [1], times: 1 },
      ],
    ),
  ).toBe(null);
});

test("an exact front: what all of its designs share matters, what is as in the space does not", () => {
  const front = range(60).map((i) => ({ point: { cores: 1, rows: [16, 32][i % 2]!, clock: 1 } }));
  const space = [
    { path: "rows", values: [16, 32] },
    { path: "cores", values: [1, 2, 4] },
    { path: "clock", values: [1] },
  ];
  const found = importanceOfFront(space, front)!;
  expect(found.of[0]!.parameters.map(({ path, first }) => [path, first])).toEqual([
    ["cores", 1],
    ["rows", 0],
  ]);
  expect(importanceOfFront(space, front.slice(0, 29))).toBe(null);
});
