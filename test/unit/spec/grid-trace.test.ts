import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inferenceIntensity } from "../../../src/cost/index.ts";
import { SpecError } from "../../../src/errors/index.ts";
import { withGridHours } from "../../../src/spec/grid-hours.ts";
import { daysOf, meanDay } from "../../../src/spec/grid-trace.ts";
import { readGridTrace } from "../../../src/spec/grid-trace-file.ts";
import { defaultDeployment, loadStudy, studyText } from "../../../src/spec/index.ts";
import { parse } from "yaml";

const folder = mkdtempSync(join(tmpdir(), "ecotile-trace-"));

function file(name: string, rows: readonly string[], header = "time,intensity_gCO2e_per_kWh"): string {
  const path = join(folder, name);
  writeFileSync(path, [header, ...rows].join("\n"));
  return path;
}

const read = (path: string, region: string | null = null) => readGridTrace({ path, region, shownAs: "grid.csv" });

function problem(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof SpecError) return error.problems[0]!.message;
  }
  throw new Error("no problem was found");
}

const two = (value: number): string => String(value).padStart(2, "0");
/** Hours of some days of May, each with the value of its place. */
const hours = (days: readonly number[], offset: string, at = (day: number, hour: number): number => 100 * day + hour) =>
  days.flatMap((day) =>
    Array.from({ length: 24 }, (_, hour) => `2024-05-${two(day)}T${two(hour)}:00${offset},${at(day, hour)}`),
  );

describe("a trace is its complete days, by the clock that it is written in", () => {
  it("whatever that clock's offset is", () => {
    for (const offset of ["Z", "+05:30", "-08:00"]) {
      const trace = read(file("may.csv", hours([1, 2, 3], offset)));
      expect(trace).toMatchObject({ region: "trace", slotsPerDay: 24 });
      expect(daysOf(trace).map((day) => [day[0], day[23]])).toEqual([
        [100, 123],
        [200, 223],
        [300, 323],
      ]);
      expect(meanDay(trace)[7]).toBe(207);
    }
  });

  it("without a first and last day that are there in part", () => {
    const rows = hours([1, 2, 3], "Z").slice(5, -3);
    expect(daysOf(read(file("part.csv", rows))).map(([first]) => first)).toEqual([200]);
    expect(problem(() => read(file("none.csv", rows.slice(30))))).toBe(
      "The file has no complete day; 2 of its days are there in part.",
    );
  });

  it("without the days on which the clock is changed", () => {
    const start = Date.UTC(2024, 9, 25, 22);
    const rows = Array.from({ length: 24 * 4 + 1 }, (_, i) => {
      const at = start + i * 3_600_000;
      const offset = at < Date.UTC(2024, 9, 27, 1) ? 2 : 1;
      return `${new Date(at + offset * 3_600_000).toISOString().slice(0, 16)}+0${offset}:00,${100 + i}`;
    });
    const days = daysOf(read(file("clock.csv", rows)));
    // 26, 28 and 29 October; the 27th has 25 hours.
    expect(days.map(([first]) => first)).toEqual([100, 149, 173]);
  });

  it("of one region, which must be said where there are several", () => {
    const rows = ["DE", "FR"].flatMap((region, r) =>
      hours([1], "Z", (_, hour) => 10 + 100 * r + hour).map((row) => row.replace(",", `,${region},`)),
    );
    const path = file("regions.csv", rows, "time,region,intensity_gCO2e_per_kWh");
    expect(read(path, "FR").values[0]).toBe(110);
    expect(problem(() => read(path))).toBe("The file has 2 regions: DE, FR.");
    expect(problem(() => read(path, "PL"))).toBe('The file has no region "PL"; it has DE, FR.');
  });

  it("and a study holds them, so that it needs no other file", () => {
    file(
      "half.csv",
      hours([1, 2], "Z", (day, hour) => 50 * day + hour),
    );
    const path = join(folder, "study.yaml");
    writeFileSync(
      path,
      "name: s\nmodel: bert-tiny\nhardware: catransformers-22nm\ndeployment: { gridTrace: half.csv, canWait: 50 %, hoursPerDay: 12, useFrom: 6 }\nspace: { array.rows: [8, 16] }\nobjectives: [min carbon]\n",
    );
    const study = loadStudy(path);
    const { gridTrace, gridIntensity, gridCleanest } = study.specs.deployment;
    expect(gridIntensity).toBe(75 + 11.5);
    expect(gridCleanest).toEqual(Array.from({ length: 12 }, (_, rank) => 75 + 6 + rank));
    const kept = (parse(studyText(study)) as { deployment: { gridTrace: unknown } }).deployment.gridTrace;
    expect(kept).toEqual(gridTrace);
  });
});

describe("work that can wait fills the cleanest slots of its day", () => {
  const technology = { profile: "calibrated" as const, factors: {} };
  const day = (slots: number) => fc.array(fc.integer({ min: 1, max: 900 }), { minLength: slots, maxLength: slots });

  it("as far as the rest leaves room there", () => {
    fc.assert(
      fc.property(
        fc.array(day(24), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 1, max: 24 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (days, useFrom, hoursPerDay, canWait, busy) => {
          const gridTrace = { region: "x", slotsPerDay: 24, values: days.flat() };
          const deployment = withGridHours({
            ...defaultDeployment(),
            gridTrace,
            useFrom,
            hoursPerDay,
            canWait,
            rate: 10,
          });
          const found = inferenceIntensity(busy / 10, deployment, technology);
          const means = days.map((values) => {
            const used = values.filter((_, hour) => (hour - useFrom + 24) % 24 < hoursPerDay).sort((a, b) => a - b);
            let left = canWait * busy * used.length;
            let grams = 0;
            for (const value of used) {
              const waits = Math.min(left, 1 - (1 - canWait) * busy);
              left -= waits;
              grams += value * ((1 - canWait) * busy + waits);
            }
            return grams / (busy * used.length);
          });
          const expected = means.reduce((sum, mean) => sum + mean, 0) / means.length;
          expect(Math.abs(found / expected - 1)).toBeLessThan(1e-9);
        },
      ),
    );
  });

  it("and is never dirtier on a faster device, nor with more that can wait", () => {
    fc.assert(
      fc.property(
        day(48),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (gridDay, a, b) => {
          const at = (latency: number, canWait: number): number =>
            inferenceIntensity(latency, withGridHours({ ...defaultDeployment(), gridDay, canWait }), technology);
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          expect(at(low, 0.5)).toBeLessThanOrEqual(at(high, 0.5) * (1 + 1e-12));
          expect(at(0.3, high)).toBeLessThanOrEqual(at(0.3, low) * (1 + 1e-12));
          expect(at(a, 0)).toBe(withGridHours({ ...defaultDeployment(), gridDay }).gridIntensity);
        },
      ),
    );
  });
});
