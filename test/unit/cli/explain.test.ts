import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ecotile, json, scratch, type Run } from "./run.ts";

const STUDY = "test/fixtures/search/small.yaml";
const folders = { nsga2: join(scratch, "explain-nsga2"), exact: join(scratch, "explain-exact") };

beforeAll(() => {
  for (const [strategy, folder] of Object.entries(folders)) {
    const run = ecotile("search", STUDY, "--out", folder, "--strategy", strategy, "--workers", "1");
    expect(run.status, run.stderr).toBe(0);
  }
});

interface Line {
  readonly energy_J: number;
  readonly carbon_kgCO2e: number;
}
interface Document {
  readonly trial: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly energy: readonly Line[];
  readonly operators: readonly (Line & { readonly mapping?: unknown; readonly counters?: unknown })[];
  readonly carbon_embodied: { readonly total: number; readonly parts: Readonly<Record<string, number>> };
  readonly carbon_operational: { readonly total: number; readonly parts: Readonly<Record<string, number>> };
  readonly factors: readonly Readonly<Record<string, unknown>>[];
  readonly table_rows: readonly Readonly<Record<string, unknown>>[];
  readonly intervals: Readonly<
    Record<string, { readonly low: number; readonly nominal: number; readonly high: number }>
  >;
}

const documentOf = (run: Run): Document => json(run) as unknown as Document;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const frontTrial = (folder: string): string => {
  const [, row] = ecotile("report", folder, "--format", "csv").stdout.split("\n");
  return row!.split(",")[0]!;
};

describe.each(["nsga2", "exact"] as const)("ecotile explain, a run of %s", (strategy) => {
  it("the lines sum to the energy, the energy to the carbon of inferences, the parts to the total", () => {
    const document = documentOf(ecotile("explain", folders[strategy], frontTrial(folders[strategy]), "--json"));
    const { metrics, energy, operators, carbon_embodied: embodied, carbon_operational: operational } = document;
    expect(sum(energy.map((line) => line.energy_J)) / metrics["energy_total_J"]!).toBeCloseTo(1, 12);
    expect(sum(operators.map((line) => line.energy_J)) / metrics["energy_total_J"]!).toBeCloseTo(1, 12);
    expect(sum(energy.map((line) => line.carbon_kgCO2e)) / operational.parts["inference"]!).toBeCloseTo(1, 12);
    expect(sum(Object.values(embodied.parts))).toBeCloseTo(embodied.total, 14);
    expect(sum(Object.values(operational.parts))).toBeCloseTo(operational.total, 14);
    expect(embodied.total + operational.total).toBeCloseTo(metrics["carbon_total_kgCO2e"]!, 14);
    const gemms = operators.filter(({ mapping }) => mapping !== undefined);
    expect(gemms.length).toBeGreaterThan(5);
    for (const { counters } of gemms) expect(counters).toBeDefined();
  });

  it("says what the search stored, and every number has a range, a unit, a source and a year", () => {
    const trial = frontTrial(folders[strategy]);
    const run = ecotile("explain", folders[strategy], trial, "--json");
    expect(run.stderr).toBe("");
    const { metrics, factors, table_rows: rows, intervals } = documentOf(run);
    const front = json(ecotile("report", folders[strategy], "--format", "json")) as {
      readonly front: readonly { readonly trial: number; readonly metrics: Readonly<Record<string, number>> }[];
    };
    const stored = front.front.find((row) => row.trial === Number(trial))!;
    for (const [metric, value] of Object.entries(metrics)) expect(stored.metrics[metric], metric).toBe(value);
    for (const row of [...factors, ...rows]) {
      for (const field of ["value", "low", "high", "year"])
        expect(typeof row[field], JSON.stringify(row)).toBe("number");
      expect(String(row["source"]).length).toBeGreaterThan(3);
      expect(String(row["unit"]).length).toBeGreaterThan(0);
    }
    expect(new Set(rows.map(({ table }) => table))).toEqual(
      new Set(["components", "node", "sram", "process", "dram", "presets/dram.yaml"]),
    );
    const total = intervals["carbon_total_kgCO2e"]!;
    expect(total.low).toBeLessThan(total.nominal);
    expect(total.high).toBeGreaterThan(total.nominal);
  });

  it("tells people the same, with the mapping of any operator", () => {
    const { status, stdout } = ecotile(
      "explain",
      folders[strategy],
      frontTrial(folders[strategy]),
      "--operator",
      "vision.layers.scores",
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/Total carbon 0\.\d+ kgCO2e, 0\.\d+ to 0\.\d+ over the ranges/);
    expect(stdout).toMatch(/Mapping of vision\.layers\.scores, tiles m × n × k\nglobal buffer/);
    expect(stdout).toMatch(/packageCarbon .* ACT \(Gupta et al/);
    expect(stdout).toMatch(/dram standbyPower .*LPDDR3.*gem5/);
  });
});

describe("ecotile explain, the front and pairs", () => {
  it("says in how many draws each design is on the front, and what comes to it from behind; same seed, same bytes", () => {
    const folder = join(scratch, "explain-busy");
    expect(ecotile("search", "test/fixtures/search/busy.yaml", "--out", folder, "--workers", "1").status).toBe(0);
    const draw = (seed: string): string => ecotile("explain", folder, "--draws", "50", "--seed", seed, "--json").stdout;
    const text = draw("4");
    const { designs } = JSON.parse(text) as {
      readonly designs: readonly {
        readonly on_nominal_front: boolean;
        readonly on_front_in_draws: number;
        readonly carbon_total_kgCO2e: { readonly low: number; readonly nominal: number; readonly high: number };
      }[];
    };
    for (const { on_front_in_draws: count, carbon_total_kgCO2e: total } of designs) {
      expect(count).toBeLessThanOrEqual(50);
      expect(total.low).toBeLessThan(total.high);
    }
    expect(designs.some((each) => each.on_nominal_front && each.on_front_in_draws > 20)).toBe(true);
    expect(designs.some((each) => each.on_nominal_front && each.on_front_in_draws < 50)).toBe(true);
    expect(designs.some((each) => !each.on_nominal_front && each.on_front_in_draws > 0)).toBe(true);
    expect(draw("4")).toBe(text);
    expect(draw("5")).not.toBe(text);
  });

  it("compares two designs: difference by shared draws, and the life at which they break even", () => {
    const pair = json(
      ecotile("explain", folders.nsga2, frontTrial(folders.nsga2), "--against", "baseline", "--json"),
    ) as {
      readonly carbon_embodied_kgCO2e: readonly [number, number];
      readonly carbon_operational_per_year_kgCO2e: readonly [number, number];
      readonly carbon_total_kgCO2e: readonly [number, number];
      readonly difference_kgCO2e: { readonly low: number; readonly nominal: number; readonly high: number };
      readonly breakEven_years: number | null;
    };
    const [embodied, perYear, total] = [
      pair.carbon_embodied_kgCO2e,
      pair.carbon_operational_per_year_kgCO2e,
      pair.carbon_total_kgCO2e,
    ];
    expect(total[0]).toBeCloseTo(embodied[0] + 3 * perYear[0], 12);
    const expected = (embodied[1] - embodied[0]) / (perYear[0] - perYear[1]);
    if (expected > 0) expect(pair.breakEven_years).toBeCloseTo(expected, 9);
    else expect(pair.breakEven_years).toBeNull();
    // What both share moves both: their difference is known far better than either.
    const { low, high, nominal } = pair.difference_kgCO2e;
    expect(high - low).toBeLessThan(0.1);
    expect(nominal).toBeCloseTo(total[0] - total[1], 12);
  });

  it("names what is wrong, with the nearest", () => {
    const said = (...args: readonly string[]): string => {
      const run = ecotile("explain", ...args);
      expect(run.status).toBe(2);
      expect(run.stdout).toBe("");
      return run.stderr.trim();
    };
    expect(said(join(scratch, "nowhere"), "1")).toMatch(/nowhere holds no run: there is no .*study\.yaml\.$/);
    expect(said(folders.nsga2, "97")).toMatch(/Trial 97 is not in .*, which holds 96 trials, 0 to 95\. Nearest: 95\.$/);
    expect(said(folders.nsga2, "best")).toBe('"best" is no trial: give its number, or baseline.');
    expect(said(folders.nsga2, "baseline", "--operator", "vision.layers.score")).toMatch(
      /has no operator "vision\.layers\.score"\. Did you mean "vision\.layers\.scores"\?$/,
    );
    expect(said(folders.nsga2, "--against", "3")).toMatch(/need a trial/);
    expect(said(folders.nsga2, "3", "--draws", "0")).toMatch(/must be a whole number from 1/);
  });
});
