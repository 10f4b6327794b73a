import fc from "fast-check";
import { expect, test } from "vitest";
import {
  compareCosts,
  constrainedDominance,
  createFront,
  crowdingDistances,
  dominates,
  igdPlus,
  nonDominated,
  nonDominatedSort,
  type Assessment,
} from "../../../src/search/pareto/index.ts";

const costs = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 3, maxLength: 3 });
const assessment: fc.Arbitrary<Assessment> = fc.oneof(
  costs.map((values): Assessment => ({ kind: "feasible", costs: values })),
  fc.integer({ min: 1, max: 3 }).map((total): Assessment => ({ kind: "violating", total, violations: [] })),
  fc
    .record({
      constraint: fc.constantFrom("local buffer", "dram"),
      by: fc.integer({ min: 0, max: 2 }),
      missed: fc.option(fc.integer({ min: 1, max: 3 })),
    })
    .map((own): Assessment => ({ kind: "unusable", unit: "B", ...own })),
);

const constrainedDominates = (a: Assessment, b: Assessment): boolean => constrainedDominance(a, b) < 0;

test("dominance is a strict partial order", () => {
  fc.assert(
    fc.property(costs, costs, costs, (a, b, c) => {
      expect(dominates(a, a)).toBe(false);
      expect(dominates(a, b)).toBe(a.every((value, i) => value <= b[i]!) && a.some((value, i) => value < b[i]!));
      if (dominates(a, b)) expect(dominates(b, a)).toBe(false);
      if (dominates(a, b) && dominates(b, c)) expect(dominates(a, c)).toBe(true);
      if (dominates(a, b)) expect(compareCosts(a, b)).toBe(-1);
    }),
    { numRuns: 2000 },
  );
});

test("constraint-domination is a strict partial order that puts feasible designs first", () => {
  fc.assert(
    fc.property(assessment, assessment, assessment, (a, b, c) => {
      expect(constrainedDominates(a, a)).toBe(false);
      expect(Math.sign(constrainedDominance(b, a))).toBe(0 - Math.sign(constrainedDominance(a, b)));
      if (constrainedDominates(a, b) && constrainedDominates(b, c)) expect(constrainedDominates(a, c)).toBe(true);
      if (a.kind === "feasible" && b.kind !== "feasible") expect(constrainedDominates(a, b)).toBe(true);
      if (a.kind === "unusable" && b.kind === "unusable" && a.missed !== null && b.missed !== null)
        expect(constrainedDominates(a, b)).toBe(a.missed < b.missed);
    }),
    { numRuns: 3000 },
  );
});

test("the front is what brute force says, in any order, and equal entries both survive", () => {
  fc.assert(
    fc.property(fc.array(costs, { maxLength: 25 }), (all) => {
      const expected = all.flatMap((a, i) => (all.some((b) => dominates(b, a)) ? [] : [i]));
      expect(nonDominated(all)).toEqual(expected);
      const entries = all.map((c, number) => ({ number, costs: c }));
      const forward = createFront();
      const backward = createFront();
      entries.forEach((entry) => forward.add(entry));
      [...entries].reverse().forEach((entry) => backward.add(entry));
      expect(
        forward
          .entries()
          .map((e) => e.number)
          .sort((a, b) => a - b),
      ).toEqual(expected);
      expect(backward.entries()).toEqual(forward.entries());
    }),
  );
});

test("layers: each entry once, none dominated within its layer, each later one by the layer before", () => {
  fc.assert(
    fc.property(fc.array(assessment, { maxLength: 25 }), (entries) => {
      const layers = nonDominatedSort(entries);
      expect(layers.flat().sort((a, b) => a - b)).toEqual(entries.map((_, i) => i));
      layers.forEach((layer, depth) => {
        for (const i of layer) {
          expect(layer.some((j) => constrainedDominates(entries[j]!, entries[i]!))).toBe(false);
          if (depth > 0)
            expect(layers[depth - 1]!.some((j) => constrainedDominates(entries[j]!, entries[i]!))).toBe(true);
        }
      });
    }),
  );
});

test("crowding distance by hand: ends are infinite, the middle counts both gaps", () => {
  expect(
    crowdingDistances([
      [0, 10],
      [4, 5],
      [10, 0],
    ]),
  ).toEqual([Infinity, 2, Infinity]);
  expect(crowdingDistances([[1, 1]])).toEqual([Infinity]);
});

test("IGD+ is 0 exactly when every reference point is reached or beaten", () => {
  fc.assert(
    fc.property(
      fc.array(costs, { minLength: 1, maxLength: 8 }),
      fc.array(costs, { minLength: 1, maxLength: 8 }),
      (entries, reference) => {
        const reached = reference.every((r) => entries.some((e) => e.every((cost, i) => cost <= r[i]!)));
        expect(igdPlus(entries, reference) === 0).toBe(reached);
        expect(igdPlus([...entries, reference[0]!], reference)).toBeLessThanOrEqual(igdPlus(entries, reference));
      },
    ),
  );
  expect(
    igdPlus(
      [[2, 2]],
      [
        [0, 4],
        [4, 0],
      ],
    ),
  ).toBe(0.5);
});
