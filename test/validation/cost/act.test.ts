import { describe, expect, it } from "vitest";
import { actCarbonPerArea, gasPerArea, imecCarbonPerArea } from "../../../src/cost/index.ts";
import { processRows } from "../../../src/cost/carbon/process.ts";
import { readFixture } from "../../fixtures/cost/csv.ts";

describe("ACT, ISCA 2022: carbon per area (act_cpa_expected.csv)", () => {
  const rows = readFixture("act_cpa_expected.csv");

  it("has all its rows", () => {
    expect(rows.length).toBe(432);
  });

  it("equals every row to the four decimals it is given with", () => {
    for (const row of rows) {
      const process = processRows().get(Number(row["node_nm"]));
      if (!process) throw new Error(`no process row for ${row["node_nm"]} nm`);
      const cpa = actCarbonPerArea(
        Number(row["fab_ci_gco2e_per_kwh"]),
        {
          energyPerArea: process.EPA,
          gasPerArea: gasPerArea(process.GPA95, process.GPA99, Number(row["gas_abatement_pct"])),
          materialPerArea: process.MPA,
        },
        Number(row["fab_yield"]),
      );
      expect(Math.abs(cpa - Number(row["cpa_expected_gco2e_per_cm2"])), JSON.stringify(row)).toBeLessThanOrEqual(
        0.5e-4 + 1e-9,
      );
    }
  });
});

describe("ACT, ISCA 2022: logic process table (act_logic_process.csv)", () => {
  const rows = readFixture("act_logic_process.csv");

  it("has all its rows", () => {
    expect(rows.length).toBe(9);
  });

  it.each(rows.map((row) => [Number(row["node_nm"]), row] as const))("%s nm", (node, row) => {
    const process = processRows().get(node);
    expect(process?.EPA).toBe(Number(row["epa_kwh_per_cm2"]));
    expect(process?.GPA95).toBe(Number(row["gpa_95pct_abatement_gco2e_per_cm2"]));
    expect(process?.GPA99).toBe(Number(row["gpa_99pct_abatement_gco2e_per_cm2"]));
    expect(process?.MPA).toBe(Number(row["mpa_gco2e_per_cm2"]));
    expect(gasPerArea(process?.GPA95 ?? NaN, process?.GPA99 ?? NaN, 97)).toBeCloseTo(
      Number(row["gpa_97pct_abatement_gco2e_per_cm2"]),
      9,
    );
  });
});

describe("imec.netzero 4.0 beside ACT (97 % abatement, Taiwan 2022, yield 1)", () => {
  it("ACT lies within 0.7 to 1.3 times imec at every node that both have", () => {
    for (const [node, process] of processRows()) {
      const imec = imecCarbonPerArea(node, process.MPA);
      if (typeof imec !== "number") continue;
      const gas = gasPerArea(process.GPA95, process.GPA99, 97);
      const ratio =
        actCarbonPerArea(583, { energyPerArea: process.EPA, gasPerArea: gas, materialPerArea: process.MPA }, 1) / imec;
      expect(ratio, `${node} nm: ${ratio}`).toBeGreaterThan(0.7);
      expect(ratio, `${node} nm: ${ratio}`).toBeLessThan(1.3);
    }
    expect(imecCarbonPerArea(28, 500)).toBe(1410);
    expect(imecCarbonPerArea(22, 500)).toMatchObject({ total: null });
  });
});
