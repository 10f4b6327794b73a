import { describe, expect, it } from "vitest";
import { actCarbonPerArea, defectYield, diesPerWafer, embodiedCarbon, reticleLimit } from "../../../src/cost/index.ts";
import { chargedWaferArea } from "../../../src/cost/carbon/yield.ts";
import { breakdown } from "../../../src/metrics/index.ts";
import { dram, GIB, hardwareAt, technology } from "../../fixtures/cost/hardware.ts";

const AREA = breakdown({ all: 100 });

describe("embodied carbon", () => {
  it("yield models at 1 cm² and 0.5 defects per cm², worked by hand", () => {
    expect(defectYield("fixed", 1, 0.5, 10)).toBe(1);
    expect(defectYield("poisson", 1, 0.5, 10)).toBeCloseTo(0.60653066, 8);
    expect(defectYield("murphy", 1, 0.5, 10)).toBeCloseTo(0.61927, 5); // ((1 − 0.60653066) / 0.5)²
    expect(defectYield("negative-binomial", 1, 0.5, 10)).toBeCloseTo(0.6139133, 7); // 1.05^−10
    expect(defectYield("murphy", 0, 0.5, 10)).toBe(1);
  });

  it("100 mm² on a 300 mm wafer: 640.2 dies, 110.4 mm² of wafer each", () => {
    expect(diesPerWafer(100, 300)).toBeCloseTo(640.2151, 4); // 706.8583 − 66.6432
    expect(chargedWaferArea(100, true, 300)).toBeCloseTo(70685.8347 / 640.2152, 3);
    expect(chargedWaferArea(100, false, 300)).toBe(100);
  });

  it("fixed yield without edge is ACT's area × CPA; 97 % abatement at 22 nm", () => {
    const act = technology("calibrated", { yieldModel: 0, fabYield: 0.875, edgeLoss: 0, packageCarbon: 0 });
    const { total, ...rest } = embodiedCarbon(AREA, hardwareAt({}, { dram: null }), act);
    const cpa = actCarbonPerArea(642, { energyPerArea: 1.077, gasPerArea: 149.14, materialPerArea: 500 }, 0.875);
    expect(total).toBeCloseTo(cpa / 1000, 12);
    expect(rest).toHaveProperty("parts.dieGas", 149.14 / 0.875 / 1000);
  });

  it("memory by type and capacity, without a second yield, and 150 g for the package", () => {
    const hardware = hardwareAt({}, { dram: dram("LPDDR4", GIB / 2) });
    const carbon = embodiedCarbon(AREA, hardware, technology("calibrated"));
    if (carbon.total === null) throw new Error(carbon.reason);
    expect(carbon.parts["dram"]).toBeCloseTo(0.024, 12);
    expect(carbon.parts["package"]).toBe(0.15);
  });

  it("what has no source is unknown with a reason, never 0", () => {
    const of = (hardware: ReturnType<typeof hardwareAt>) => embodiedCarbon(AREA, hardware, technology("calibrated"));
    expect(of(hardwareAt({}, { node: 90 }))).toMatchObject({
      total: null,
      reason: expect.stringMatching(/90 nm/) as string,
    });
    expect(of(hardwareAt({}, { dram: dram("HBM2", 16 * GIB) }))).toMatchObject({
      total: null,
      reason: "DRAM type HBM2 has no published carbon per GB; technology.dramCarbonPerGB sets one",
    });
    expect(of(hardwareAt({}, { dram: dram(null, GIB) })).total).toBeNull();
    const set = technology("calibrated", { dramCarbonPerGB: 0.05 });
    expect(embodiedCarbon(AREA, hardwareAt({}, { dram: dram("HBM2", GIB) }), set).total).toBeGreaterThan(0.05);
  });

  it("a die beyond the reticle is found", () => {
    expect(reticleLimit(AREA, hardwareAt())).toBeNull();
    expect(reticleLimit(breakdown({ all: 900 }), hardwareAt())).toMatchObject({ by: 42, unit: "mm2" });
  });
});
