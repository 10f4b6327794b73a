import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadTable } from "../../../src/cost/table.ts";
import { checkTable, parseTable, tableNames } from "../../../src/cost/table-check.ts";
import { factorCatalogue, FACTOR_NAMES } from "../../../src/cost/index.ts";
import { packageRoot } from "../../../src/package-root.ts";

const ROW = 'name: a, value: 1, low: 0.5, high: 2, unit: pJ, year: 2020, source: "some paper"';
const rowsOf = (row: string): unknown => parse(`table: t\nedition: e\nrows:\n  - { ${row} }\n`);

describe("cost tables", () => {
  it("read a row with its past", () => {
    expect(parseTable(rowsOf(ROW)).rows[0]).toMatchObject({ name: "a", value: 1, source: "some paper", at: {} });
  });

  it.each([
    ["source", ', source: "some paper"'],
    ["unit", ", unit: pJ"],
    ["year", ", year: 2020"],
    ["low", ", low: 0.5"],
  ])("refuse a row without %s", (field, text) => {
    expect(() => parseTable(rowsOf(ROW.replace(text, "")))).toThrow(new RegExp(`table t, row 1 \\(a\\)[^]*${field}`));
  });

  it("refuse an empty source, an unknown key, a range that does not hold the value, and a bare null", () => {
    expect(() => parseTable(rowsOf(ROW.replace("some paper", "")))).toThrow(/source/);
    expect(() => parseTable(rowsOf(`${ROW}, colour: red`))).toThrow(/colour/);
    expect(() => parseTable(rowsOf(ROW.replace("high: 2", "high: 0.9")))).toThrow(/low <= value <= high/);
    expect(() => parseTable(rowsOf(ROW.replace("value: 1", "value: null")))).toThrow(/needs a note/);
  });

  it("a null value with a reason is kept as null", () => {
    const row = ROW.replace("value: 1, low: 0.5, high: 2", "value: null, low: null, high: null");
    expect(parseTable(rowsOf(`${row}, note: "nothing was published"`)).rows[0]?.value).toBeNull();
  });

  it.each(tableNames())("%s is what it must be", (name) => {
    expect(() => checkTable(name)).not.toThrow();
  });

  it("all files are looked at", () => {
    const files = readdirSync(new URL("src/cost/tables/", packageRoot)).map((file) => file.replace(".yaml", ""));
    expect(tableNames()).toEqual(files.sort());
  });

  const tables = tableNames().filter((name) => !["factors", "profiles"].includes(name));

  it.each(tables)("%s: every row stands once", (name) => {
    const { rows } = loadTable(name);
    expect(rows.length).toBeGreaterThan(3);
    const seen = new Set(rows.map((row) => `${row.name} ${JSON.stringify(row.at)}`));
    expect(seen.size, "no row stands twice").toBe(rows.length);
  });

  it("factors.yaml lists the closed list, in its order, and no path of the machine that made it", () => {
    expect([...factorCatalogue().keys()]).toEqual([...FACTOR_NAMES]);
    for (const { published, calibrated } of factorCatalogue().values()) {
      for (const each of [published, calibrated]) {
        if (each === null || each.value === null) continue;
        expect(each.low).toBeLessThanOrEqual(each.value);
        expect(each.high).toBeGreaterThanOrEqual(each.value);
      }
    }
  });

  it("are loaded once", () => {
    expect(loadTable("dram")).toBe(loadTable("dram"));
    expect(readFileSync(new URL("src/cost/tables/dram.yaml", packageRoot), "utf8").length).toBeGreaterThan(0);
  });
});
