import { describe, expect, it } from "vitest";
import {
  actCarbonPerArea,
  defectYield,
  diesPerWafer,
  dramType,
  dramTypes,
  embodiedCarbon,
  estimatedParts,
  reticleLimit,
} from "../../../src/cost/index.ts";
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
    const idealised = of(hardwareAt({}, { dram: dram(null, GIB) }));
    const without = of(hardwareAt({}, { dram: null }));
    const { dram: none, ...parts } = (without as { parts: Record<string, number> }).parts;
    expect(none).toBe(0);
    expect(idealised).toMatchObject({ total: null, parts, missing: [{ part: "dram" }] });
    expect(idealised).toHaveProperty("atLeast", without.total);
    const set = technology("calibrated", { dramCarbonPerGB: 0.05 });
    expect(embodiedCarbon(AREA, hardwareAt({}, { dram: dram("HBM2", GIB) }), set).total).toBeGreaterThan(0.05);
  });

  it("every memory type that is sold has a figure with a range; an estimate is the rule's, by hand", () => {
    for (const { name, carbonPerGB } of dramTypes().values()) {
      const { value, low, high } = carbonPerGB;
      expect([name, low > 0 && low <= value && value <= high]).toEqual([name, true]);
    }
    const of = (name: string) => dramType(name)!.carbonPerGB;
    expect(of("HBM3")).toMatchObject({ value: 0.853, isEstimate: false });
    expect(of("LPDDR4")).toMatchObject({ value: 0.048, high: 0.29 });
    // 1.15 kg/cm2 of wafer over 4.1 GB/cm2, times 4.53 for a stack: EcoServe's 0.28 of a wafer, finished.
    expect(of("HBM2").value).toBeCloseTo((1.15 / 4.1) * 4.53, 9);
    expect(of("HBM2").isEstimate).toBe(true);
    expect(of("GDDR7").high).toBeCloseTo((2.2 / 2.5) * 4.53, 9);
    const estimated = estimatedParts(hardwareAt({}, { dram: dram("HBM2", GIB) }), technology("calibrated"));
    expect(estimated).toEqual([{ part: "dram", rule: "HBM2, estimate by die area" }]);
  });

  it("a die beyond the reticle is found", () => {
    expect(reticleLimit(AREA, hardwareAt())).toBeNull();
    expect(reticleLimit(breakdown({ all: 900 }), hardwareAt())).toMatchObject({ by: 42, unit: "mm2" });
  });
});
