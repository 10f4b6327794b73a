import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readCsvText } from "../../../src/csv/index.ts";
import {
  carbonOfVariants,
  meanQuality,
  plan,
  planVariants,
  type DemandSlot,
  type Job,
  type Variant,
} from "../../../src/plan/index.ts";
import type { Series } from "../../../src/spec/series.ts";

// Published assignments, and sums found by programs that share no code with this one.

const HOUR = 3_600_000;
const read = (name: string) => {
  const path = fileURLToPath(new URL(`../../fixtures/time/${name}`, import.meta.url));
  return readCsvText(readFileSync(path, "utf8"), name).rows.map(({ cells }) => cells);
};

/** The number that was printed with so many digits behind the point. */
function expectPrinted(value: number, printed: number, digits: number): void {
  expect(Math.abs(value - printed)).toBeLessThanOrEqual(0.5000001 * 10 ** -digits);
}

function gridOf(name: string): Series {
  const rows = read(`grid_${name}.csv`);
  const start = Date.parse(rows[0]!["first_hour"]!);
  return { start, step: HOUR, values: Float64Array.from(rows, (row) => Number(row["g_per_kwh"])) };
}

describe("moved jobs on four grids", () => {
  const cases = read("expected_shifting.csv");
  const grids = new Map(["gb_2024", "de_2020", "us_ciso_2022", "us_erco_2022"].map((name) => [name, gridOf(name)]));

  it.each(cases.map((row) => [row["trace"]!, row["case"]!, row] as const))("%s: %s", async (trace, _, row) => {
    const number = (column: string): number => Number(row[column]);
    const grid = grids.get(trace)!;
    const [hours, earlier, later] = [
      number("job_hours"),
      number("earlier_hours_allowed"),
      number("later_hours_allowed"),
    ];
    const jobs: Job[] = [];
    for (let at = number("first_arrival_hour"); at < grid.values.length; at += number("arrival_every_hours")) {
      if (at - earlier < 0 || at + later + hours > grid.values.length) continue;
      jobs.push({
        ...{ id: String(at), power: 1, duration: hours * HOUR, regions: [""], transfer: 0 },
        from: grid.start + (at - earlier) * HOUR,
        deadline: grid.start + (at + later + hours) * HOUR,
        pause: row["pausable"] === "yes" ? { cost: 0, least: 0 } : null,
      });
    }
    expect(jobs.length).toBe(number("jobs"));
    const regions = new Map([["", { truth: grid, forecast: grid, supply: null }]]);
    const result = await plan({ jobs, regions, capacity: null }, { policy: "optimal", quantile: 0.3 });
    if (result.kind !== "planned") expect.unreachable();
    expect(result.isProved).toBe(true);
    // kgCO2e of 1 W, as the sum of g/kWh over hours.
    const sum = (result.carbonTotal * 1e6) / jobs.length;
    expectPrinted(sum, number("sum_g_per_kwh_best_mean_per_job"), 4);
    if (earlier > 0) return;
    const now = (result.jobs.reduce((total, { carbonNow }) => total + carbonNow, 0) * 1e6) / jobs.length;
    expectPrinted(now, number("sum_g_per_kwh_unshifted_mean_per_job"), 4);
    expectPrinted((1 - sum / now) * 100, number("saving_percent"), 4);
  });
});

describe("carbonstat's variants", () => {
  const variants = read("carbonstat_variants.csv").map((row): Variant & { readonly exact: Variant } => {
    const name = row["variant"]!;
    // The published program rounds times to whole ms and errors to hundredths of a percent.
    const quality = 1 - Number(row["error_used_hundredths"]) / 10_000;
    const exact = { name, quality: 1 - Number(row["error_percent"]) / 100, energy: Number(row["elapsed_time_ms"]) };
    return { name, quality, energy: Number(row["elapsed_used"]), exact };
  });
  const letters = ["H", "M", "L"];
  const slots = read("carbonstat_slots.csv");
  const of = (row: Readonly<Record<string, string>>, what: "forecast" | "actual"): readonly DemandSlot[] =>
    slots
      .filter(({ profile, month }) => profile === row["profile"] && month === row["month"])
      .map((slot) => ({
        start: Date.parse(slot["time_utc"]!),
        requests: Number(slot[`requests_${what}`]),
        intensity: Number(slot[`carbon_${what}`]),
      }));
  // Emissions are intensity × requests × ms: as g of 1 W that runs so many seconds.
  const emissions = (grams: number): number => Math.round(grams * 3.6e6);

  it.each(read("carbonstat_expected.csv").map((row, i) => [i, row] as const))(
    "case %i: the integer optimum, and what was published",
    async (_, row) => {
      const expected = of(row, "forecast");
      const limit = (10_000 - Number(row["error_limit_percent"]) * 100) / 10_000;
      const found = await planVariants(expected, variants, limit);
      expect(found.isProved).toBe(true);
      expect(emissions(found.cost)).toBe(Number(row["optimal_emissions"]));
      expect(meanQuality(expected, variants, found.chosen)).toBeGreaterThanOrEqual(limit - 1e-12);
      if (!row["published_assignment"]) return;
      const published = [...row["published_assignment"]].map((letter) => letters.indexOf(letter));
      expect(emissions(carbonOfVariants(expected, variants, published))).toBe(Number(row["published_emissions"]));
      const best = carbonOfVariants(
        expected,
        variants,
        published.map(() => 0),
      );
      expectPrinted(
        carbonOfVariants(expected, variants, published) / best,
        Number(row["published_share_of_all_high"]),
        6,
      );
      const error = (1 - meanQuality(expected, variants, published)) * 100;
      expectPrinted(error, Number(row["published_mean_error_percent"]), 5);
    },
  );

  it("the published test day by exact errors, and under the demand that came", () => {
    const row = read("carbonstat_expected.csv").find(({ profile }) => profile === "test")!;
    const published = [...row["published_assignment"]!].map((letter) => letters.indexOf(letter));
    const exact = variants.map(({ exact: each }) => each);
    const error = (what: "forecast" | "actual", by: readonly Variant[]): string =>
      ((1 - meanQuality(of(row, what), by, published)) * 100).toFixed(5);
    expect(error("forecast", exact)).toBe("2.99651");
    // The limit of 3 % holds for the forecast only.
    expect(Number(error("actual", exact))).toBeGreaterThan(3);
  });
});
