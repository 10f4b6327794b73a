import { describe, expect, it } from "vitest";
import { dieArea, embodiedCarbon, energyCoefficients } from "../../../src/cost/index.ts";
import { readFixture } from "../../fixtures/cost/csv.ts";
import { hardwareAt, technology } from "../../fixtures/cost/hardware.ts";

const PUBLISHED = technology("published");
/** Arrays whose shipped area belongs to another local buffer than the one asked for. */
const OTHER_BUFFER = new Set(["128x64", "256x32", "256x64"]);
const TOLERANCE = 1e-9;

function relativeError(value: number | null, expected: number): number {
  return value === null ? Infinity : Math.abs(value / expected - 1);
}

describe("published estimator: shipped area grid (estimator_area_grid.csv)", () => {
  const rows = readFixture("estimator_area_grid.csv");

  it("has all its rows", () => {
    expect(rows.length).toBe(1944);
  });

  it("area and embodied carbon equal every row but the three arrays, to 1e-9 relative", () => {
    let compared = 0;
    let worst = 0;
    for (const row of rows) {
      const of = (column: string): number => Number(row[column]);
      if (OTHER_BUFFER.has(`${row["pe_width"]}x${row["pe_depth"]}`)) continue;
      const hardware = hardwareAt({
        cores: of("cluster_num"),
        rows: of("pe_width"),
        cols: of("pe_depth"),
        localKib: of("l2_kib"),
        localBandwidth: of("l2_bw_words_per_cycle"),
        globalMib: of("glb_mib"),
      });
      const area = dieArea(hardware, PUBLISHED);
      const withMemory = embodiedCarbon(area, hardware, PUBLISHED);
      const chip = embodiedCarbon(area, { ...hardware, dram: null }, PUBLISHED);
      worst = Math.max(
        worst,
        relativeError(area.total === null ? null : area.total * 1e6, of("area_um2")),
        relativeError(chip.total, of("embodied_chip_kgco2e")),
        relativeError(withMemory.total, of("embodied_total_1gb_kgco2e")),
      );
      compared += 1;
    }
    expect(compared).toBe(1717);
    expect(worst, `worst relative error ${worst}`).toBeLessThanOrEqual(TOLERANCE);
  });
});

describe("published estimator: hardware points (estimator_hardware.csv)", () => {
  const rows = readFixture("estimator_hardware.csv");

  it("has all its rows", () => {
    expect(rows.length).toBe(19);
  });

  it.each(rows.map((row) => [row["hw_id"], row] as const))("area afresh and access energies of %s", (_, row) => {
    const of = (column: string): number => Number(row[column]);
    const hardware = hardwareAt({
      cores: of("cluster_num"),
      rows: of("pe_width"),
      cols: of("pe_depth"),
      localKib: of("effective_l2_kib"),
      globalMib: of("glb_mib"),
    });
    const area = dieArea(hardware, PUBLISHED);
    expect(relativeError((area.total ?? NaN) * 1e6, of("total_area_um2_recomputed"))).toBeLessThanOrEqual(TOLERANCE);
    const cost = energyCoefficients(hardware, PUBLISHED);
    if ("total" in cost) throw new Error(cost.reason);
    expect(cost.mac).toBe(2.2);
    expect(cost.local.read).toBe(of("energy_l2_read_pj"));
    expect(cost.global.read).toBe(of("energy_glb_read_pj"));
    expect(cost.dram).toEqual({ read: 256, write: 256 });
    expect(cost.activePerCycle).toBe(0);
  });
});
