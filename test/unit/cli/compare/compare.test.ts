import { expect, test } from "vitest";
import { compareRuns } from "../../../../src/cli/compare/compare.ts";
import type { FinishedRun } from "../../../../src/cli/compare/read-run.ts";
import { comparisonCsv, comparisonJson, comparisonSvg } from "../../../../src/report/comparison/files.ts";
import { comparisonHtml } from "../../../../src/report/comparison/html.ts";
import { measuredText, ownBestTable, runsTable } from "../../../../src/report/comparison/rows.ts";
import type { RunRecord } from "../../../../src/report/types.ts";
import { record } from "../../../fixtures/report/record.ts";

/** A run whose front has these accuracies and kilograms. */
function run(
  label: string,
  designs: readonly (readonly [accuracy: number, carbon: number])[],
  change: Partial<RunRecord["study"]> = {},
  more: Partial<RunRecord> = {},
): FinishedRun {
  const front = designs.map(([accuracy, carbon_total_kgCO2e]) => ({ accuracy, carbon_total_kgCO2e }));
  return { label, record: { ...record(change), ...more }, front };
}
const exact = {
  ...{ policy: "p", frontCount: 2, covered: 9, bounded: 0, feasible: 9, dominated: 7, tied: 0 },
  ...{ hardwarePoints: { ruledOut: 0, bounded: 0, enumerated: 1 }, gemmShapes: 1, simulations: 1 },
  secondLook: { simulations: 0, hardwarePoints: 0, designs: 0, feasible: 0, onFront: 0 },
};
// Worst of all: accuracy 0.4, 2 kg. Rectangles from there: (2 - 1) * (0.6 - 0.4) = 0.2 and so on.
const whole = run(
  "whole",
  [
    [0.6, 1],
    [0.5, 0.5],
  ],
  { strategy: "exact" },
  { exact },
);
const good = run("good", [[0.6, 1]], { seed: 1 });
const poor = run(
  "poor",
  [
    [0.4, 1],
    [0.5, 2],
  ],
  { seed: 2 },
);

test("hypervolumes from the worst of all fronts, shares and distances against the exact front", () => {
  const { referencePoint, referenceFront, runs } = compareRuns([good, poor, whole]);
  expect(referencePoint).toEqual([0.4, 2]);
  expect(referenceFront).toEqual({ of: "whole", isExact: true, designCount: 2 });
  expect(runs.map(({ hypervolume }) => hypervolume)).toEqual([
    expect.closeTo(0.2, 12),
    0,
    expect.closeTo(0.2 + 0.5 * 0.1, 12),
  ]);
  expect(runs.map(({ share }) => share)).toEqual([expect.closeTo(0.8, 12), 0, 1]);
  // (0.6, 1) is reached; (0.5, 0.5) is missed by the whole range of carbon: (0 + 1) / 2.
  expect(runs[0]!.igdPlus).toBeCloseTo(0.5, 12);
  expect(runs[2]!.igdPlus).toBe(0);
});

test("without an exact run the best of all together is the reference", () => {
  const { referenceFront, runs } = compareRuns([good, poor]);
  expect(referenceFront).toEqual({ of: "all runs together", isExact: false, designCount: 1 });
  expect(runs[0]!.igdPlus).toBe(0);
});

test("runs that differ in their seeds are a group, with what a share of them attains", () => {
  const { groups } = compareRuns([good, poor, whole]);
  expect(groups.length).toBe(1);
  expect(groups[0]).toMatchObject({ label: "made up, nsga2, 10 trials, 2 seeds", runs: [0, 1] });
  expect(groups[0]!.hypervolume).toEqual({ least: 0, median: expect.closeTo(0.2, 12), most: expect.closeTo(0.2, 12) });
  // All attain 0.4 from 1 kg on and 0.5 from 2 kg on; the best attains 0.6 at 1 kg.
  const corners = (share: number) => groups[0]!.attainment.find((each) => each.share === share)!.corners;
  expect([...corners(1)].sort()).toEqual([
    [0.4, 1],
    [0.5, 2],
  ]);
  expect(corners(0.5)).toEqual([[0.6, 1]]);
});

test("another mode is measured by the objectives of the first run; what it does not know is left out and counted", () => {
  const objectives = [
    { metric: "accuracy", direction: "max" },
    { metric: "latency_s", direction: "min" },
  ] as const;
  const other = run("latency", [[0.55, 1.5]], { mode: "latency", objectives });
  const unknown: FinishedRun = { ...other, front: [...other.front, { accuracy: 0.5 }] };
  const comparison = compareRuns([whole, unknown]);
  expect(comparison.runs[1]).toMatchObject({ designCount: 1, unknownCount: 1, mode: "latency" });
  expect(comparison.ownBest.map(({ run: label, metric, trial }) => [label, metric, trial])).toEqual([
    ["whole", "carbon_total_kgCO2e", 7],
    ["latency", "latency_s", 3],
  ]);
  expect(ownBestTable(comparison).rows[1]).toEqual(
    expect.arrayContaining(["latency", "0.7 (+75.0 %)", "10 (−50.0 %)"]),
  );
  expect(measuredText(comparison).join(" ")).toContain("exact front of whole (2 designs)");
});

test("what else differs is said", () => {
  const { differences } = compareRuns([whole, run("b", [[0.5, 1]], { constraints: [] })]);
  expect(differences).toEqual(["The runs differ in constraints: whole: latency <= 50 ms; b: none."]);
  const set = {
    schedule: { fusion: "all" },
    technologyFactors: { yield: 0.8 },
    mappingPolicy: "objective edp, effort fast",
  };
  expect(compareRuns([whole, run("c", [[0.5, 1]], set)]).differences).toEqual([
    'The runs differ in technology factors: whole: none set; c: {"yield":0.8}.',
    'The runs differ in schedule: whole: none; c: {"fusion":"all"}.',
    "The runs differ in mapping: whole: objective carbon, effort fast; c: objective edp, effort fast.",
  ]);
});

test("nothing to compare is an error of the user's", () => {
  expect(() => compareRuns([run("a", []), run("b", [])])).toThrow("None of the runs has a design to compare.");
});

test("tables and documents, hostile names kept text", () => {
  const comparison = compareRuns([run("<b>=1", [[0.6, 1]]), whole]);
  expect(runsTable(comparison).rows[1]!.slice(0, 3)).toEqual(["whole", "exact", "-"]);
  expect(JSON.parse(comparisonJson(comparison))).toEqual(JSON.parse(JSON.stringify(comparison)));
  expect(comparisonCsv(comparison).split("\n").length).toBe(4);
  expect(comparisonSvg(comparison)).toContain("Accuracy (%)");
  const html = comparisonHtml(comparison).replace(/<script[\s\S]*?<\/script>/g, "");
  expect(html).toContain("&lt;b&gt;=1");
  expect(html).not.toContain("<b>=1");
});
