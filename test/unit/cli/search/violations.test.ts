import { expect, test } from "vitest";
import { infeasibleText } from "../../../../src/cli/search/infeasible-text.ts";
import { constraintSummaries } from "../../../../src/study/violations.ts";
import type { Trial } from "../../../../src/search/index.ts";

const latency = { metric: "latency_s", comparison: "<=", limit: 0.05, text: "latency <= 50 ms" } as const;
const area = { metric: "area_mm2", comparison: "<=", limit: 10, text: "area <= 10 mm2" } as const;
const peak = { metric: "peak_TOPS", comparison: "<=", limit: 2, text: "peak <= 2 TOPS" } as const;
const objectives = [{ metric: "latency_s", direction: "min" }] as const;

const evaluated = (number: number, latency_s: number): Trial => ({
  number,
  point: { cores: number },
  outcome: { kind: "evaluated", metrics: { latency_s, area_mm2: 5, peak_TOPS: 1 } },
});
const tooLarge = (number: number): Trial => ({
  number,
  point: { cores: number },
  outcome: { kind: "infeasible", constraint: area.text, by: 5, unit: "mm2" },
});

test("a trial that was ruled out before its simulation counts for every cheap limit that it breaks", () => {
  const trials = [evaluated(0, 0.06), evaluated(1, 0.051), evaluated(2, 0.04), tooLarge(3), tooLarge(4)];
  const brokenCheap = ({ cores }: Readonly<Record<string, unknown>>) =>
    cores === 3
      ? [{ limit: area, by: 5 }]
      : [
          { limit: area, by: 4 },
          { limit: peak, by: 1 },
        ];
  const summaries = constraintSummaries(trials, objectives, [latency, area, peak], { brokenCheap });
  expect(
    summaries.map(({ constraint, trialCount, aloneCount, nearestTrial }) => [
      constraint,
      trialCount,
      aloneCount,
      nearestTrial,
    ]),
  ).toEqual([
    [area.text, 2, 1, 4],
    [latency.text, 2, 2, 1],
    [peak.text, 1, 0, 4],
  ]);
  const text = infeasibleText(summaries, [latency, area, peak], 5);
  expect(text).toContain(
    "area <= 10 mm2: rules out 2 of 5 trials (1 of them break nothing else); the nearest, trial 4, misses by 4 mm2 (40 %)",
  );
  expect(text).toContain("latency <= 50 ms: rules out 2 of 5 trials; the nearest, trial 1, misses by 1 ms (2 %)");
});
