import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { axisRange, frontAxes, otherPairs } from "../../../src/report/charts/axes.ts";
import { carbonParts } from "../../../src/report/charts/carbon-chart.ts";
import { FRONT_SERIES, frontChart } from "../../../src/report/charts/front-chart.ts";
import { frontCsv, frontJson } from "../../../src/report/front-files.ts";
import { frontParquet } from "../../../src/report/front-parquet.ts";
import { frontTable, thinned } from "../../../src/report/front-table.ts";
import { labelsWithRoom } from "../../../src/report/charts/label-room.ts";
import { SVG_CHARTS } from "../../../src/report/charts/names.ts";
import { MOST_LINES, parallelChart } from "../../../src/report/charts/parallel-chart.ts";
import { frontSvg, recordSvg } from "../../../src/report/svg.ts";
import { record, row } from "../../fixtures/report/record.ts";

test("front.csv: one line per design, metrics with units, values of the space", () => {
  const [head, first, ...rest] = frontCsv(record()).trim().split("\n");
  expect(head).toMatch(/^trial,accuracy,accuracy_low,accuracy_high,latency_s,.*,nearest,cores,localBuffer\.size$/);
  expect(first).toMatch(/^7,0\.5,0\.45,0\.55,0\.02,.*,CarbonCLIP-M,1,64 KiB$/);
  expect(rest.length).toBe(1);
  expect(
    frontCsv({ ...record(), front: [] })
      .trim()
      .split("\n").length,
  ).toBe(1);
});

test("front.json is the record", () => {
  expect(JSON.parse(frontJson(record()))).toEqual(record());
});

test("the table has the baseline first, and the ends of a long front", () => {
  const { head, rows } = frontTable(record(), 20);
  expect(head.slice(0, 3)).toEqual(["Trial", "Accuracy (%)", "Total (kgCO2e)"]);
  expect(rows.map(([trial, accuracy]) => [trial, accuracy])).toEqual([
    ["baseline", "55.0 (49.5–60.5)"],
    ["7", "50.0 (45.0–55.0)"],
    ["2", "45.0 (40.5–49.5)"],
  ]);
  expect(thinned([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4)).toEqual([0, 3, 6, 9]);
});

test("axes follow the objectives", () => {
  expect(frontAxes(record())).toEqual({ x: "carbon_total_kgCO2e", y: "accuracy", colour: "latency_s" });
  const objectives = [
    { metric: "carbon_total_kgCO2e", direction: "min" },
    { metric: "latency_s", direction: "min" },
  ] as const;
  expect(frontAxes(record({ objectives }))).toEqual({
    x: "latency_s",
    y: "carbon_total_kgCO2e",
    colour: "energy_total_J",
  });
});

test("an axis holds its values and ends on round numbers", () => {
  const { min, max, interval } = axisRange(record().front, ["accuracy_low", "accuracy_high"], "accuracy");
  expect(min).toBeLessThanOrEqual(40.5);
  expect(max).toBeGreaterThanOrEqual(55);
  expect([min, max].map((end) => Math.abs(end / interval - Math.round(end / interval)) < 1e-9)).toEqual([true, true]);
  expect(axisRange([], ["accuracy"], "accuracy").max).toBeGreaterThan(1);
});

test("the chart has axis titles with units, the baseline and the intervals", () => {
  const chart = frontChart(record()) as {
    xAxis: { name: string };
    yAxis: { name: string };
    series: { name: string; data: unknown[] }[];
  };
  expect(chart.xAxis.name).toBe("Total carbon (kgCO2e)");
  expect(chart.yAxis.name).toBe("Accuracy (%)");
  expect(chart.series.map(({ name, data }) => [name, data.length])).toEqual([
    ["Other designs", 1],
    ["Interval of accuracy (90 %)", 3],
    ["Front", 2],
    ["Baseline", 1],
    ["Cheapest of its step", 0],
    ["Published models", 0],
  ]);
});

test("the cheapest design of each step is marked with its number, and published models that lie on the chart", () => {
  const step = (number: number, cheapest: number) => ({
    ...{ step: number, designs: 1, cheapest, cost: 0.4, ties: [cheapest] },
    accuracy: { low: 0.4, high: 0.5, cheapest: 0.5 },
  });
  const steps = { confidence: 0.9, metric: "carbon_total_kgCO2e", steps: [step(1, 7), step(2, 2)] };
  const model = (name: string, accuracy: number) => ({
    ...{ name, hardware: "h", towers: "t" },
    metrics: { accuracy, carbon_total_kgCO2e: 0.38 },
  });
  const published = [model("small", 0.46), model("far", 0.99)];
  const { series } = frontChart({ ...record(), steps, published }) as {
    series: { data: { name: string; value: unknown[] }[] }[];
  };
  expect(series[FRONT_SERIES.steps]!.data.map(({ value }) => value)).toEqual([
    [0.4, 50, "step 1"],
    [0.37, 45, "step 2"],
  ]);
  expect(series[FRONT_SERIES.published]!.data.map(({ value }) => value)).toEqual([[0.38, 46, "small"]]);
});

test("the parts of the carbon, embodied before use", () => {
  expect(carbonParts(row(1, 1)).map(({ name, value }) => [name, value])).toEqual([
    ["die: energy of the fab", 0.2],
    ["DRAM", 0.1],
    ["use: inferences", 0.1],
  ]);
});

test("the SVG is the same each time", () => {
  const svg = frontSvg(record());
  expect(svg).toContain("Accuracy (%)");
  expect(frontSvg(record())).toBe(svg);
});

const THREE = [
  { metric: "accuracy", direction: "max" },
  { metric: "carbon_total_kgCO2e", direction: "min" },
  { metric: "latency_s", direction: "min" },
] as const;

test("three objectives: the third colours the front, the other pairs follow", () => {
  const three = record({ objectives: THREE });
  expect(frontAxes(three)).toEqual({ x: "carbon_total_kgCO2e", y: "accuracy", colour: "latency_s" });
  expect(otherPairs(three)).toEqual([
    { x: "latency_s", y: "accuracy", colour: "carbon_total_kgCO2e" },
    { x: "latency_s", y: "carbon_total_kgCO2e", colour: "accuracy" },
  ]);
  expect(otherPairs(record())).toEqual([]);
  const four = record({ objectives: [...THREE, { metric: "energy_total_J", direction: "min" }] });
  expect(otherPairs(four).length).toBe(5);
});

test("parallel coordinates: every value of the study on its axis, a line for each design, constants left out", () => {
  const chart = parallelChart(record()) as {
    parallelAxis: { name: string; data?: unknown[] }[];
    series: { data: unknown[][] }[];
  };
  expect(chart.parallelAxis.map(({ name, data }) => [name, data])).toEqual([
    ["cores", ["1", "2", "4"]],
    ["localBuffer\nsize", ["64 KiB", "128 KiB"]],
    ["Accuracy\n(%)", undefined],
    ["Total carbon\n(kgCO2e)", undefined],
  ]);
  expect(chart.series[0]!.data).toEqual([
    ["1", "64 KiB", 50, 0.4],
    ["1", "64 KiB", 45, 0.37],
  ]);
  expect(parallelChart({ ...record(), front: [] })).toBe(null);
});

test("a long front has fewer lines and intervals than designs", () => {
  const long = { ...record(), front: Array.from({ length: 500 }, (_, i) => row(i, 1 + i / 1000)) };
  const parallel = parallelChart(long) as { series: { data: unknown[] }[] };
  expect(parallel.series[0]!.data.length).toBe(MOST_LINES);
  const { series } = frontChart(long) as { series: { data: unknown[] }[] };
  expect(series[1]!.data.length).toBe(60);
  expect(series[2]!.data.length).toBe(500);
});

test("every chart can be had as SVG, where the record has it", () => {
  const three = record({ objectives: THREE });
  for (const chart of SVG_CHARTS) expect(recordSvg(three, chart), chart).toMatch(/^<svg[\s\S]*<\/svg>\n$/);
  expect(String(recordSvg(three, "pairs")).match(/<svg/g)!.length).toBe(3);
  expect(recordSvg(record(), "pairs")).toEqual({
    reason: "they are drawn of three objectives and more, beside the front, and it has 2",
  });
});

test("Parquet: the table of front.csv, numbers as numbers, empty cells as nulls, the same bytes each time", async () => {
  const run = record();
  const [first, second] = run.front;
  const csv = frontCsv({ ...run, front: [first!, { ...second!, metrics: { ...second!.metrics, latency_s: null } }] });
  const bytes = frontParquet(csv);
  expect(frontParquet(csv)).toEqual(bytes);
  const rows = await parquetReadObjects({ file: bytes.buffer as ArrayBuffer });
  expect(rows.length).toBe(2);
  expect(rows[0]).toMatchObject({ trial: 7, accuracy: 0.5, latency_s: 0.02, "localBuffer.size": "64 KiB" });
  expect(rows[1]).toMatchObject({ trial: 2, latency_s: null, extrapolation: "vision_layers" });
});

test("a label that would lie on one before it is left out; in a wider chart it has room", () => {
  const axis = { min: 0, max: 10, interval: 1 };
  const labels = [
    { value: [1, 5, "step 1"], side: "below" },
    { value: [1.5, 5, "step 2"], side: "below" },
    { value: [9, 5, "elsewhere"], side: "right" },
    { value: [1.5, 9, "above"], side: "right" },
  ] as const;
  // Half a unit is 20 px of 400 and 100 px of 2000; "step 1" takes about 37.
  expect(labelsWithRoom(labels, axis, axis, 400, 300)).toEqual([true, false, true, true]);
  expect(labelsWithRoom(labels, axis, axis, 2000, 300)).toEqual([true, true, true, true]);
});
