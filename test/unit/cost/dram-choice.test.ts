import { describe, expect, it } from "vitest";
import { dramChoices, dramType, dramTypes } from "../../../src/cost/index.ts";
import { dramInterfaces } from "../../../src/cost/dram-interface.ts";
import { soldDrams } from "../../../src/spec/index.ts";
import { dram, GIB, port } from "../../fixtures/cost/hardware.ts";

describe("DRAM that is sold", () => {
  it("capacity, dies, bandwidth, power and carbon of 512 MB of LPDDR4", () => {
    const choice = dramChoices("LPDDR4").find(({ capacity_B }) => capacity_B === GIB / 2);
    expect(choice?.dies).toEqual([1, 2]); // 4 Gbit, or 2 × 2 Gbit
    expect(choice?.bandwidth_Bps).toEqual([6.4e9, 25.6e9]); // 16 to 64 bits × 3200 MT/s / 8
    expect(choice?.carbon_kgCO2e).toBeCloseTo(0.024, 15);
    expect(choice?.standbyPower_W).toBeCloseTo(0.03264, 15);
  });

  it("starts below 1 GB", () => {
    expect(dramChoices("LPDDR4")[0]).toMatchObject({ capacity_B: GIB / 4, dies: [1] });
    expect(dramChoices("LPDDR3")[0]).toMatchObject({ capacity_B: GIB / 8 });
    expect(dramChoices("LPDDR5")[0]?.carbon_kgCO2e).toBeCloseTo(0.29, 9);
    expect(() => dramChoices("SDRAM")).toThrow(/"SDRAM" is not in the DRAM table/);
  });

  it("has costs for every type that is sold", () => {
    expect([...dramTypes().keys()]).toEqual([...soldDrams().keys()]);
  });

  it("interfaces: of the dies that are bought, else the narrowest memory that gives the bandwidth, else the fewest dies", () => {
    const sold = dramType("LPDDR3")?.sold;
    if (sold === undefined) throw new Error("no LPDDR3");
    expect(dramInterfaces({ ...dram("LPDDR3", GIB), dies: 2 }, sold, 625e6)).toBe(2);
    expect(dramInterfaces({ ...dram("LPDDR3", GIB), dies: 2, width: 32 }, sold, 625e6)).toBe(1);
    expect(dramInterfaces(dram("LPDDR3", GIB), sold, 625e6)).toBe(1); // 6.25 GB/s: one x32 die
    expect(dramInterfaces({ ...dram("LPDDR3", GIB), port: port(20) }, sold, 625e6)).toBe(2); // 12.5 GB/s: 64 bits
    expect(dramInterfaces({ ...dram("LPDDR3", GIB), port: port(128) }, sold, 625e6)).toBe(1);
  });
});
