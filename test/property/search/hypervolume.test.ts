import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exclusiveHypervolume, hypervolume, nonDominated } from "../../../src/search/pareto/index.ts";

const GRID = 6;
const costs = (dimensions: number) =>
  fc.array(fc.integer({ min: 0, max: GRID }), { minLength: dimensions, maxLength: dimensions });

/** Counts the unit cells that some entry dominates: exact, and nothing like the code under test. */
function countCells(entries: readonly (readonly number[])[], dimensions: number): number {
  let count = 0;
  for (let cell = 0; cell < GRID ** dimensions; cell += 1) {
    const corner = Array.from({ length: dimensions }, (_, i) => Math.floor(cell / GRID ** i) % GRID);
    if (entries.some((entry) => entry.every((cost, i) => cost <= corner[i]!))) count += 1;
  }
  return count;
}

describe.each([1, 2, 3, 4])("%i objectives", (dimensions) => {
  const reference = new Array<number>(dimensions).fill(GRID);
  const sets = fc.array(costs(dimensions), { maxLength: 14 });

  test("equals the number of dominated unit cells", () => {
    fc.assert(
      fc.property(sets, (entries) => {
        expect(hypervolume(entries, reference)).toBe(countCells(entries, dimensions));
      }),
      { numRuns: 150 },
    );
  });

  test("never falls when a point is added, and rises by the exclusive volume", () => {
    fc.assert(
      fc.property(sets, costs(dimensions), (entries, added) => {
        const before = hypervolume(entries, reference);
        const after = hypervolume([...entries, added], reference);
        expect(after).toBeGreaterThanOrEqual(before);
        expect(after - before).toBe(exclusiveHypervolume(added, entries, reference));
      }),
    );
  });

  test("depends on the front only, bit for bit, in any order", () => {
    const reals = fc.array(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: dimensions, maxLength: dimensions }),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(reals, (entries) => {
        const one = new Array<number>(dimensions).fill(1);
        const front = nonDominated(entries).map((i) => entries[i]!);
        expect(hypervolume([...entries].reverse(), one)).toBe(hypervolume(entries, one));
        expect(hypervolume(front, one)).toBe(hypervolume(entries, one));
      }),
    );
  });
});

test("agrees with Optuna's WFG on its documented example", () => {
  expect(
    hypervolume(
      [
        [1, 3],
        [2, 1],
      ],
      [4, 4],
    ),
  ).toBe(7);
});
