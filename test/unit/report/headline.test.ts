import { expect, test } from "vitest";
import { headlineOf } from "../../../src/report/headline.ts";
import { headlineHtml } from "../../../src/report/html-headline.ts";
import { record, row } from "../../fixtures/report/record.ts";

const text = (html: string): string => html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");

test("least carbon at the baseline's accuracy, and within its interval", () => {
  // Shares 1.2 and 1.1 are as accurate as the baseline of share 1.1, share 1 lies within its interval (0.5 ≥ 0.45 · 1.1).
  const run = { ...record(), front: [row(9, 1.2), row(8, 1.1), row(7, 1), row(2, 0.9)] };
  const headline = headlineOf(run)!;
  expect([headline.floor, headline.best.trial, headline.within?.trial]).toEqual(["accuracy", 8, 7]);
  expect(headlineOf(record())).toMatchObject({ floor: "interval", best: { trial: 7 }, within: null });
  expect(headlineOf({ ...record(), baseline: row(null, 2) })).toMatchObject({ floor: "none", best: { trial: 2 } });
});

test("what is saved by part: kilograms and shares of the baseline", () => {
  // Baseline 0.22 + 0.1 + 0.11 = 0.43 kg, trial 7 0.2 + 0.1 + 0.1 = 0.4 kg: 7.0 % less, by die 0.02 (4.7 %) and use 0.01 (2.3 %).
  const { parts } = headlineOf(record())!;
  expect(parts.map(({ name }) => name)).toEqual(["memory", "die", "use"]);
  const saved = parts.map(({ baseline, best }) => Number((baseline - best).toFixed(9)));
  expect(saved).toEqual([0, 0.02, 0.01]);
  const said = text(headlineHtml(record()));
  expect(said).toContain("Least total carbon within the baseline's interval of accuracy: trial 7");
  expect(said).toContain("0.4 kgCO2e: 7.0 % less than the baseline (0.43)");
  expect(said).toContain("die 0.22 0.2 +0.02 +4.7 %");
  expect(said).toContain("use 0.11 0.1 +0.01 +2.3 %");
  expect(said).toContain("total 0.43 0.4 +0.03 +7.0 %");
});

test("what a study asks for is least: of carbon and latency carbon, of latency alone latency", () => {
  const latency = { metric: "latency_s", direction: "min" } as const;
  const run = { ...record({ objectives: [latency] }), accuracyOrigin: null };
  expect(headlineOf({ ...run, front: [row(7, 1), row(2, 0.9)] })!.metric).toBe("latency_s");
  expect(headlineHtml(run)).toContain("Least latency");
  const carbon = { metric: "carbon_total_kgCO2e", direction: "min" } as const;
  expect(headlineOf(record({ objectives: [latency, carbon] }))!.metric).toBe("carbon_total_kgCO2e");
});

test("no front, no answer; without a baseline no comparison", () => {
  expect(headlineHtml({ ...record(), front: [] })).toBe("");
  const alone = headlineHtml({ ...record(), baseline: null });
  expect(alone).toContain("Least total carbon of the front: trial 2");
  expect(alone).not.toContain("than the baseline");
});
