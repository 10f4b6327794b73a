import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CostError, FACTOR_NAMES, factorInUse, factorsInUse, factorsOf } from "../../../src/cost/index.ts";
import { packageRoot } from "../../../src/package-root.ts";
import { hardwareAt, technology } from "../../fixtures/cost/hardware.ts";

function refused(profile: "published" | "calibrated", name: string, value: number): CostError {
  try {
    factorsOf(technology(profile, { [name]: value }));
  } catch (error) {
    if (error instanceof CostError) return error;
  }
  throw new Error(`${name}=${value} was accepted`);
}

describe("named factors", () => {
  it("come from the profile, and are overridden by name", () => {
    expect(factorsOf(technology("published")).macEnergy).toBe(2.2);
    expect(factorsOf(technology("calibrated")).macEnergy).toBe(0.2);
    expect(factorsOf(technology("calibrated", { macEnergy: 0.3 })).macEnergy).toBe(0.3);
  });

  it("refuse what is not a factor, not of the profile, or out of range", () => {
    expect(refused("calibrated", "macEnergie", 1).code).toBe("cost/unknown-factor");
    expect(refused("published", "leakageLevel", 1).code).toBe("cost/factor-not-in-profile");
    expect(refused("calibrated", "macEnergy", NaN).code).toBe("cost/factor-range");
    expect(refused("calibrated", "macEnergy", -1).code).toBe("cost/factor-range");
    expect(refused("calibrated", "fabYield", 1.2).code).toBe("cost/factor-range");
    expect(refused("calibrated", "fabYield", 0).code).toBe("cost/factor-range");
    expect(refused("calibrated", "yieldModel", 1.5).code).toBe("cost/factor-range");
    expect(refused("calibrated", "gasAbatement", 90).code).toBe("cost/factor-range");
    expect(refused("calibrated", "constructor", 1).code).toBe("cost/unknown-factor");
  });

  it("those of a table follow the memory type and the node, with the row's source", () => {
    const carbon = factorInUse("dramCarbonPerGB", hardwareAt(), technology("calibrated"));
    expect(carbon).toMatchObject({ value: 0.184, high: 0.29, unit: "kgCO2e/GB", isOverridden: false });
    expect(carbon?.source).toMatch(/ACT/);
    expect(factorInUse("fabEnergyPerArea", hardwareAt({}, { node: 7 }), technology("calibrated"))?.value).toBe(2.15);
    const set = factorInUse("dramCarbonPerGB", hardwareAt(), technology("calibrated", { dramCarbonPerGB: 0.1 }));
    expect(set).toMatchObject({ value: 0.1, low: 0.1, high: 0.1, isOverridden: true });
  });

  it("every factor in use has a source", () => {
    for (const profile of ["published", "calibrated"] as const) {
      for (const { source } of factorsInUse(hardwareAt(), technology(profile)))
        expect(source.length).toBeGreaterThan(3);
    }
  });

  it("stand in the manual, each of them", () => {
    const manual = readFileSync(new URL("docs/carbon.md", packageRoot), "utf8");
    for (const name of FACTOR_NAMES) expect(manual).toContain(`| \`${name}\` |`);
  });
});
