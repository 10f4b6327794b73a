import { expect, test } from "vitest";
import { createEvaluations } from "../../../src/search/evaluations.ts";
import type { EvaluateBatch, Trial } from "../../../src/search/index.ts";

// What comes back in one message of a worker is stored in one transaction, before the next message is read.

const outcome = { kind: "evaluated", metrics: { area_mm2: 1 } } as const;
const points = [0, 1, 2, 3, 4].map((a) => ({ a }));

test("what is reported in one go is stored at once, together, before anything else happens", async () => {
  const appended: number[][] = [];
  const append = (trials: readonly Trial[]): void => void appended.push(trials.map(({ number }) => number));
  const evaluate: EvaluateBatch = async (asked, _first, { report }) => {
    for (const i of [2, 0]) report(i, outcome);
    await Promise.resolve();
    expect(appended).toEqual([[12, 10]]);
    for (const i of [1, 3, 2]) report(i, outcome);
    await Promise.resolve();
    return asked.map(() => outcome);
  };
  const evaluations = await createEvaluations(evaluate, { append, trials: () => [], close: () => undefined });
  await evaluations.run(points, 10, new AbortController().signal);
  expect(appended).toEqual([[12, 10], [11, 13], [14]]);
});

test("what was reported before an evaluator fails is stored", async () => {
  const appended: number[] = [];
  const append = (trials: readonly Trial[]): void => void appended.push(...trials.map(({ number }) => number));
  const evaluate: EvaluateBatch = (_points, _first, { report }) => {
    report(1, outcome);
    return Promise.reject(new Error("stopped"));
  };
  const evaluations = await createEvaluations(evaluate, { append, trials: () => [], close: () => undefined });
  await expect(evaluations.run(points, 0, new AbortController().signal)).rejects.toThrow("stopped");
  expect(appended).toEqual([1]);
});
