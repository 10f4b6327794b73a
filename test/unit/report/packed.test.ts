import { expect, test } from "vitest";
import { frontLines } from "../../../src/report/front-columns.ts";
import { frontCsv } from "../../../src/report/front-files.ts";
import { plainCsv } from "../../../src/csv/cell.ts";
import { packRecord, unpackRecord } from "../../../src/report/page/packed.ts";
import { createRandom } from "../../../src/random/index.ts";
import { record, row } from "../../fixtures/report/record.ts";

const others = (count: number) =>
  Array.from({ length: count }, (_, trial) => ({
    ...{ trial, metrics: { accuracy: 0.4 + trial / 1e6, carbon_total_kgCO2e: 0.39 } },
    places: [trial % 3, (trial % 3) - 1, -1],
  }));

test("a page has the front of the record, to the last digit, and the points of others", () => {
  const run = { ...record(), front: [{ ...row(7, 1 / 3), designs: 12, step: 2 }, row(2, 0.9)], others: others(5) };
  const page = unpackRecord(JSON.parse(JSON.stringify(packRecord(run))) as ReturnType<typeof packRecord>);
  page.front.forEach((each, i) => {
    const { energy_J, area_mm2, ...own } = run.front[i]!;
    expect(each).toMatchObject(own);
    expect([each.energy_J!.total, each.area_mm2!.total]).toEqual([energy_J!.total, area_mm2!.total]);
  });
  expect(page.baseline).toMatchObject({ trial: null, point: {}, metrics: run.baseline!.metrics });
  expect(page.others.map(({ trial, point }) => [trial, point])).toEqual([
    [0, { cores: 1 }],
    [1, { cores: 2, "localBuffer.size": "64 KiB" }],
    [2, { cores: 4, "localBuffer.size": "128 KiB" }],
    [3, { cores: 1 }],
    [4, { cores: 2, "localBuffer.size": "64 KiB" }],
  ]);
  expect(page.others[4]!.metrics["accuracy"]).toBeCloseTo(0.400004, 7);
  // What the page saves as CSV is what the run's file has.
  expect(plainCsv(frontLines(page))).toBe(frontCsv(run));
});

test("CSV without the library is that of the library", () => {
  const hostile = { ...row(1, 1), nearest: '=1+1,"x"\n', point: { a: "-2", b: "@sum", c: true } };
  const run = { ...record(), front: [hostile] };
  expect(plainCsv(frontLines(run))).toBe(frontCsv(run));
});

test("a design that is not shown in detail takes at most 40 characters of the page", () => {
  // As the space of examples/clip-vit-b16.yaml: 14 parameters, two objectives.
  const parameters = [7, 5, 5, 5, 7, 5, 5, 7, 3, 4, 6, 5, 3, 3].map((count, i) => ({
    path: `p${i}`,
    values: Array.from({ length: count }, (_, value) => value),
  }));
  const of = (count: number): number => {
    const all = others(count).map((each) => ({ ...each, places: parameters.map(() => 1) }));
    return JSON.stringify(packRecord({ ...record({ parameters }), others: all })).length;
  };
  expect((of(12_000) - of(2000)) / 10_000).toBeLessThan(40);
});

test("a design of the front takes its numbers and at most 80 characters of the page; what all have alike is there once", () => {
  const random = createRandom(1);
  const names = Array.from({ length: 10 }, (_, i) => `metric_${i}`);
  const rowOf = (trial: number) => ({
    ...row(trial, 0.5),
    metrics: Object.fromEntries([...names.map((name) => [name, random.float()]), ["same", 0.1], ["none", null]]),
    towers: `text 12×${random.below(8)}, vision 12×${random.below(8)}`,
    step: 1 + Math.floor(trial / 100),
  });
  const rows = Array.from({ length: 2000 }, (_, trial) => rowOf(trial));
  const of = (count: number): string => JSON.stringify(packRecord({ ...record(), front: rows.slice(0, count) }));
  expect((of(2000).length - of(1000).length) / 1000).toBeLessThan((10 * 8 * 4) / 3 + 80);
  const page = unpackRecord(JSON.parse(of(2000)) as ReturnType<typeof packRecord>);
  for (const at of [0, 999, 1999]) {
    const { towers, step, metrics } = rows[at]!;
    expect(page.front[at]).toMatchObject({ trial: at, towers, step, metrics });
  }
});

test("records of older versions have no places, and records without a front no rows", () => {
  const old = unpackRecord(packRecord({ ...record(), front: [], baseline: null }));
  expect([old.front, old.baseline, old.others[0]!.point]).toEqual([[], null, {}]);
});
