import { expect, test } from "vitest";
import { confidentFront, stepsOf, type ProbabilityAbove } from "../../../src/study/steps.ts";
import type { Trial } from "../../../src/search/index.ts";
import type { Study } from "../../../src/spec/index.ts";

const OBJECTIVES = [
  { metric: "accuracy", direction: "max" },
  { metric: "carbon_total_kgCO2e", direction: "min" },
] as const;
const study = { objectives: OBJECTIVES, accuracy: { confidence: 0.9 } } as unknown as Study;
const front = [
  [0.8, 10],
  [0.79, 8],
  [0.77, 7],
  [0.76, 6],
  [0.74, 5],
].map(([accuracy, carbon], number): Trial => ({
  ...{ number, point: {} },
  outcome: { kind: "evaluated", metrics: { accuracy: accuracy!, carbon_total_kgCO2e: carbon! } },
}));
const accuracyOf = ({ outcome }: Trial): number => (outcome.kind === "evaluated" ? outcome.metrics["accuracy"]! : 0);
/** Told apart from two and a half points on. */
const above: ProbabilityAbove = (a, b) => {
  const difference = accuracyOf(a) - accuracyOf(b);
  return Math.abs(difference) < 0.025 ? 0.5 + 10 * difference : difference > 0 ? 0.95 : 0.05;
};

test("a step is what is not told from its most accurate design, with its cheapest and its ties", () => {
  expect(stepsOf(study, front, above)).toEqual({
    ...{ confidence: 0.9, metric: "carbon_total_kgCO2e" },
    steps: [
      { step: 1, designs: 2, cheapest: 1, cost: 8, accuracy: { low: 0.79, high: 0.8, cheapest: 0.79 }, ties: [0, 1] },
      { step: 2, designs: 2, cheapest: 3, cost: 6, accuracy: { low: 0.76, high: 0.77, cheapest: 0.76 }, ties: [2, 3] },
      { step: 3, designs: 1, cheapest: 4, cost: 5, accuracy: { low: 0.74, high: 0.74, cheapest: 0.74 }, ties: [4] },
    ],
  });
  expect(stepsOf({ ...study, objectives: OBJECTIVES.slice(1) }, front, above)).toBe(null);
  expect(stepsOf(study, front, null)).toBe(null);
});

test("by confidence a design stays only where it is told to be better than all that cost no more", () => {
  const numbers = (confidence: number) => confidentFront(study, front, above, confidence).map(({ number }) => number);
  expect(numbers(0.9)).toEqual([0, 2, 4]);
  expect(numbers(0.5)).toEqual([0, 1, 2, 3, 4]);
});
