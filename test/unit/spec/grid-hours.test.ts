import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { operationalOf } from "../../fixtures/cost/hardware.ts";
import { SpecError } from "../../../src/errors/index.ts";
import { readGridDay } from "../../../src/spec/grid-day-file.ts";
import { withGridHours } from "../../../src/spec/grid-hours.ts";
import {
  applySettings,
  defaultDeployment,
  loadHardware,
  loadModel,
  loadStudy,
  parseSetting,
  studyText,
} from "../../../src/spec/index.ts";

const folder = mkdtempSync(join(tmpdir(), "ecotile-grid-"));
function file(name: string, rows: readonly string[], header = "hour,gCO2e_per_kWh"): string {
  const path = join(folder, name);
  writeFileSync(path, [header, ...rows].join("\n"));
  return path;
}
/** 100 g/kWh by night, 400 from 8 to 14 o'clock. */
const DAY = Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 14 ? 400 : 100));
const dayFile = file(
  "day.csv",
  DAY.map((value, hour) => `${hour},${value}`),
);

function problem(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof SpecError) return error.problems[0]!.message;
  }
  throw new Error("no problem was found");
}

function problems(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof SpecError)
      return error.problems.map(({ file, line, message }) => `${file}:${line} ${message}`);
  }
  throw new Error("no problem was found");
}

describe("an hour without a value is named, and no other takes its place", () => {
  const read = (values: readonly (number | string)[]) =>
    readGridDay(file("one.csv", values.map(String), "gCO2e_per_kWh"), "one.csv");
  const without = (hour: number, from: readonly number[]) => from.map((value, i) => (i === hour ? "" : value));

  it("in a file of one column, as an empty line", () => {
    expect(read(DAY)).toEqual(DAY);
    expect(read([...DAY, "", ""])).toEqual(DAY);
    expect(problems(() => read(without(3, DAY)))).toEqual(["one.csv:5 Hour 3 has no value: the line is empty."]);
    // 24 values all the same: the empty line would move those behind it by an hour.
    const more = [...without(3, DAY), 100];
    expect(problems(() => read(more))).toEqual(["one.csv:5 Hour 3 of day 1 has no value: the line is empty."]);
    const year = Array.from({ length: 8760 }, (_, i) => i % 7);
    expect(problems(() => read(without(50, year)))).toEqual([
      "one.csv:52 Hour 2 of day 3 has no value: the line is empty.",
    ]);
  });

  it("in a file of more columns, where blank lines stand between rows only", () => {
    const rows = DAY.map((value, hour) => `${hour},${value}`);
    expect(readGridDay(file("gap.csv", [...rows.slice(0, 9), "", ...rows.slice(9)]), "gap.csv")).toEqual(DAY);
    const gap = file(
      "gap.csv",
      rows.map((row, hour) => (hour === 9 ? "" : row)),
    );
    expect(problems(() => readGridDay(gap, "gap.csv"))).toEqual([
      "gap.csv:null The file has 23 rows; a grid by hour has 24 rows for a day, 8760 or 8784 for a year; by half hours 2 times as many, by quarters 4 times. Line 11 is empty.",
    ]);
  });
});

describe("a grid by hour", () => {
  it("gives the hours of use and the others their own means", () => {
    const base = { ...defaultDeployment(), gridDay: DAY };
    expect(withGridHours({ ...base, useFrom: 8 })).toMatchObject({ gridIntensity: 400, gridIntensityOff: 100 });
    // 6 hours from half past 11: 2.5 of them at 400; the other 18 hold 3.5 at 400.
    expect(withGridHours({ ...base, useFrom: 11.5 }).gridIntensity).toBeCloseTo((2.5 * 400 + 3.5 * 100) / 6, 12);
    expect(withGridHours({ ...base, useFrom: 11.5 }).gridIntensityOff).toBeCloseTo((3.5 * 400 + 14.5 * 100) / 18, 12);
    // Over midnight, and the whole day.
    expect(withGridHours({ ...base, useFrom: 22 })).toMatchObject({ gridIntensity: 100 });
    expect(withGridHours({ ...base, hoursPerDay: 24 })).toMatchObject({ gridIntensity: 175, gridIntensityOff: 175 });
  });

  it("reads a day, or a year as its mean day", () => {
    expect(readGridDay(dayFile, "day.csv")).toEqual(DAY);
    const year = file(
      "year.csv",
      Array.from({ length: 8760 }, (_, hour) => `${hour},${hour < 4380 ? 100 : 300}`),
    );
    const mean = readGridDay(year, "year.csv");
    expect(mean.length).toBe(24);
    expect(mean.reduce((sum, value) => sum + value, 0) / 24).toBeCloseTo(200, 9);
  });

  it.each([
    [48, 1],
    [96, 1],
    [48, 365],
    [96, 365],
    [96, 366],
  ])("of %d slots a day and %d days is its mean day, and is told by the clock where it is wrong", (slots, days) => {
    const rows = Array.from({ length: slots * days }, (_, i) => `${i},${(i % slots) + 2 * Math.floor(i / slots)}`);
    const day = readGridDay(file("fine.csv", rows), "fine.csv");
    expect(day).toHaveLength(slots);
    expect(day[5]).toBeCloseTo(5 + (days - 1), 9);
    const half = withGridHours({ ...defaultDeployment(), gridDay: day, useFrom: 0.5, hoursPerDay: 1.5 });
    const first = (slots / 24) * 0.5;
    expect(half.gridIntensity).toBeCloseTo(days - 1 + first + ((slots / 24) * 1.5 - 1) / 2, 9);
    rows[7] = "7,x";
    const at = slots === 48 ? "03:30" : "01:45";
    expect(problems(() => readGridDay(file("fine.csv", rows), "fine.csv"))[0]).toBe(
      `fine.csv:9 ${at}${days === 1 ? "" : " of day 1"} is "x"; gCO2e_per_kWh must be a number from 0 to 10000.`,
    );
  });

  it("says what is wrong with a file", () => {
    expect(problem(() => readGridDay(file("short.csv", ["0,1"]), "short.csv"))).toBe(
      "The file has 1 rows; a grid by hour has 24 rows for a day, 8760 or 8784 for a year; by half hours 2 times as many, by quarters 4 times.",
    );
    expect(problem(() => readGridDay(file("column.csv", ["0,1"], "hour,g"), "column.csv"))).toMatch(
      /column gCO2e_per_kWh/,
    );
    const bad = DAY.map((value, hour) => `${hour},${hour === 3 ? "high" : hour === 7 ? "" : value}`);
    expect(problems(() => readGridDay(file("bad.csv", bad), "bad.csv"))).toEqual([
      'bad.csv:5 Hour 3 is "high"; gCO2e_per_kWh must be a number from 0 to 10000.',
      "bad.csv:9 Hour 7 has no value; gCO2e_per_kWh must be a number from 0 to 10000.",
    ]);
    expect(problem(() => readGridDay(join(folder, "none.csv"), "none.csv"))).toMatch(/there is no such file/);
  });

  it("is set from the command line, with the hours that use begins at, and moves the result", () => {
    const base = {
      model: loadModel("vit-s16"),
      hardware: loadHardware("catransformers-22nm"),
      deployment: defaultDeployment(),
      technology: { profile: "calibrated", factors: {} },
    } as const;
    const at = (...texts: readonly string[]) => applySettings(base, texts.map(parseSetting), []).deployment;
    expect(at(`deployment.gridHours=${dayFile}`)).toMatchObject({
      region: "hourly",
      gridIntensity: 400,
    });
    expect(at(`deployment.gridHours=[${DAY.join(", ")}]`, "deployment.useFrom=14")).toMatchObject({
      gridIntensity: 100,
    });
    expect(at(`deployment.gridHours=${dayFile}`, "deployment.hoursPerDay=12")).toMatchObject({ gridIntensity: 250 });
    expect(problem(() => at("deployment.useFrom=9"))).toBe(
      "deployment.useFrom cannot be set without deployment.gridHours or gridTrace.",
    );
    const power = {
      dieActive: 0.1,
      dieIdle: 0.01,
      dieOff: 0,
      dramActive: 0.09,
      dramStandby: 0.06,
      dramSelfRefresh: 0.006,
    };
    const carbon = (useFrom: number) =>
      operationalOf({
        ...{ energyPerInference: 0.01, latency: 0.1, staticPower: power, technology: base.technology },
        deployment: at(`deployment.gridHours=${dayFile}`, `deployment.useFrom=${useFrom}`),
      });
    // The same work at night: a quarter of the carbon in the hours of use.
    expect(carbon(14).parts["inference"]! / carbon(8).parts["inference"]!).toBeCloseTo(0.25, 12);
    expect(carbon(14).parts["offHours"]! / carbon(8).parts["offHours"]!).toBeCloseTo(
      (6 * 400 + 12 * 100) / (18 * 100),
      12,
    );
    const kWh = 3.6e6;
    const { lifetime } = base.deployment;
    const busy = 23_652_000 * 0.1 * 0.12; // J that the inferences carry of it already
    const alwaysOn =
      ((23_652_000 * 0.01 - busy + (0.19 * lifetime) / 4) * 0.4 + ((0.19 * lifetime * 3) / 4) * 0.1) / kWh;
    expect(carbon(8).alwaysOnTotal).toBeCloseTo(alwaysOn, 12);
  });

  it("is taken into a study as its mean day, so that the run needs no other file", () => {
    const path = join(folder, "study.yaml");
    writeFileSync(
      path,
      [
        "name: hourly",
        "model: vit-s16",
        "hardware: catransformers-22nm",
        "deployment: { gridHours: day.csv, useFrom: 10 }",
        "space: { cores: [1, 2] }",
        "mode: carbon",
        "constraints: [latency <= 50 ms]",
        "accuracy: { metric: imagenet-1k }",
      ].join("\n"),
    );
    const study = loadStudy(path);
    expect(study.specs.deployment.gridIntensity).toBeCloseTo((4 * 400 + 2 * 100) / 6, 12);
    expect((parse(studyText(study)) as { deployment: { gridHours: unknown } }).deployment.gridHours).toEqual(DAY);
    writeFileSync(path, studyText(study));
    expect(loadStudy(path).specs.deployment).toEqual(study.specs.deployment);
  });
});
