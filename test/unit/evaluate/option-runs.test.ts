import { expect, test } from "vitest";
import { bundledRuns, largestOf, singleRuns, sumsOf } from "../../../src/evaluate/decompose/option-runs.ts";
import { createRandom, type Random } from "../../../src/random/index.ts";

const ROWS = 24;
const SETTINGS = 5;

/** Options that are made of layers: each setting runs rows of its own, and of what all have, every option runs as much. */
function layeredOptions(
  random: Random,
): readonly { readonly rows: readonly number[]; readonly counts: readonly number[] }[] {
  const settingOf = Array.from({ length: ROWS }, () => random.below(SETTINGS + 1));
  const timesOf = Array.from({ length: ROWS }, () => 1 + random.below(6));
  return Array.from({ length: 40 }, () => {
    const layers = [...Array.from({ length: SETTINGS }, () => random.below(4)), 1];
    const counts = settingOf.map((setting, row) => layers[setting]! * timesOf[row]!);
    const rows = [...counts.keys()].filter((row) => counts[row]! > 0);
    return { rows, counts: rows.map((row) => counts[row]!) };
  });
}

test.each([1, 2, 3, 4, 5])(
  "sums over bundles of rows are those over the rows, exact where values are whole (seed %i)",
  (seed) => {
    const random = createRandom(seed);
    const options = layeredOptions(random);
    const cycles = Float64Array.from({ length: ROWS }, () => random.below(2 ** 40));
    const energy = Float64Array.from({ length: ROWS }, () => random.uint32() / 3);
    const sumOf = (values: Float64Array): readonly number[] =>
      options.map(({ rows, counts }) => rows.reduce((sum, row, i) => sum + counts[i]! * values[row]!, 0));
    const bundled = bundledRuns(options, ROWS);
    expect(bundled.bundles.length).toBeLessThanOrEqual(SETTINGS + 1);
    expect(bundled.bundles.flatMap(({ rows }) => [...rows]).sort((a, b) => a - b)).toEqual([...Array(ROWS).keys()]);
    const [whole, joules] = sumsOf(bundled, cycles, energy);
    expect([...whole]).toEqual(sumOf(cycles));
    sumOf(energy).forEach((sum, i) => expect(joules[i]! / sum).toBeCloseTo(1, 12));
    const single = singleRuns(options, ROWS);
    expect([...sumsOf(single, cycles, energy)[1]]).toEqual(sumOf(energy));
    const most = options.map(({ rows }) => rows.reduce((largest, row) => Math.max(largest, energy[row]!), 7));
    expect([...largestOf(bundled, energy, 7)]).toEqual(most);
    expect([...largestOf(single, energy, 7)]).toEqual(most);
  },
);

test("a row without a mapping leaves the options that do not run it as they are", () => {
  const options = [
    { rows: [0, 1], counts: [2, 6] },
    { rows: [0, 2], counts: [2, 4] },
  ];
  const [sums] = sumsOf(bundledRuns(options, 3), Float64Array.of(1, Infinity, 10), new Float64Array(3));
  expect([...sums]).toEqual([Infinity, 42]);
});

test("counts that are no whole numbers, and rows that part once, stay apart", () => {
  const options = [
    { rows: [0, 1, 2], counts: [1.5, 3, 2] },
    { rows: [0, 1, 2], counts: [3, 6, 5] },
  ];
  const { bundles } = bundledRuns(options, 3);
  expect(bundles.map(({ rows }) => [...rows])).toEqual([[0], [1], [2]]);
  expect([...sumsOf(bundledRuns(options, 3), Float64Array.of(2, 3, 4), new Float64Array(3))[0]]).toEqual([20, 44]);
});
