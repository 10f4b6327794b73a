import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../../src/random/index.ts";
import {
  compareCosts,
  createFront,
  exclusiveHypervolume,
  nonDominated,
  type FrontEntry,
} from "../../../src/search/pareto/index.ts";

const bitsOf = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** The front as its definition says: every entry compared with every other one. */
function plainFront(entries: readonly FrontEntry[]): readonly FrontEntry[] {
  return nonDominated(entries.map(({ costs }) => costs))
    .map((i) => entries[i]!)
    .sort((a, b) => compareCosts(a.costs, b.costs) || a.number - b.number);
}

/** Sets that fill several leaves: on a grid, with many equal entries; anywhere; and close to a front. */
const sets = (objectives: number) => {
  const costs = (cost: fc.Arbitrary<number>) => fc.array(cost, { minLength: objectives, maxLength: objectives });
  const many = { minLength: 1, maxLength: 150, size: "max" } as const;
  const onFront = costs(fc.double({ min: 0.01, max: 1, noNaN: true })).map((found) => {
    const sum = found.reduce((total, cost) => total + cost, 0);
    return found.map((cost) => cost / sum);
  });
  return fc.oneof(
    fc.array(costs(fc.integer({ min: 0, max: 4 }).map((i) => i / 4)), many),
    fc.array(costs(fc.double({ min: 0, max: 1, noNaN: true })), many),
    fc.array(onFront, many),
  );
};

describe.each([1, 2, 3, 4])("a front of %i objectives that grows", (objectives) => {
  const reference = Array.from({ length: objectives }, () => 0.9);

  test("gains what exclusiveHypervolume says, to the bit, and holds what is not dominated", () => {
    fc.assert(
      fc.property(sets(objectives), (found) => {
        const front = createFront();
        const entries: FrontEntry[] = [];
        for (const [number, costs] of found.slice(0, objectives > 3 ? 60 : 150).entries()) {
          const before = plainFront(entries).map((entry) => entry.costs);
          expect(bitsOf(front.gainOf(costs, reference))).toBe(bitsOf(exclusiveHypervolume(costs, before, reference)));
          entries.push({ number, costs });
          const isOn = plainFront(entries).some((entry) => entry.number === number);
          expect(front.add({ number, costs })).toBe(isOn);
        }
        expect(front.entries()).toEqual(plainFront(entries));
        expect(front.size).toBe(front.entries().length);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a look at a front meets few of its entries", () => {
  const COUNT = 4000;
  const REFERENCE = [2, 2, 2];

  /** Entries of which none dominates another one, as two cuts of a line of length 1. */
  const cut = (first: number, second: number): readonly number[] => {
    const [low, high] = [Math.min(first, second), Math.max(first, second)];
    return [low, high - low, 1 - high];
  };

  /** Visits of a growing front, in the fourth quarter beside the first. */
  function visits(costsAt: (i: number) => readonly number[]): { readonly first: number; readonly last: number } {
    const front = createFront();
    const counts: number[] = [];
    for (let i = 0; i < COUNT; i += 1) {
      const before = front.visitCount;
      front.gainOf(costsAt(i), REFERENCE);
      front.add({ number: i, costs: costsAt(i) });
      counts.push(front.visitCount - before);
    }
    const sum = (from: number, to: number): number => counts.slice(from, to).reduce((total, count) => total + count, 0);
    return { first: sum(0, COUNT / 4), last: sum((3 * COUNT) / 4, COUNT) };
  }

  const random = createRandom(3);
  const drawn = Array.from({ length: COUNT }, () => [random.float(), random.float()] as const);

  // A front that is looked through from end to end takes seven times as many in the fourth quarter as in the first.
  test.each([
    ["in random order", (i: number) => cut(...drawn[i]!)],
    ["in order along one objective", (i: number) => cut(i / COUNT, drawn[i]![1])],
    ["two objectives that oppose each other, in order", (i: number) => [i / COUNT, 1 - i / COUNT, 1]],
    ["each dominates the one before", (i: number) => [1 - i / COUNT, 1 - i / COUNT, 1 - i / COUNT]],
    ["all equal in two objectives", (i: number) => [1, 1, (i * 7) % COUNT]],
  ])("%s: the visits of a trial hardly grow", (_, costsAt) => {
    const { first, last } = visits(costsAt);
    expect(last).toBeLessThan(2.5 * first);
    expect(last / (COUNT / 4)).toBeLessThan(500);
  });
});
