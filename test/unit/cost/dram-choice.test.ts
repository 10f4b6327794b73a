import { describe, expect, it } from "vitest";
import {
  CostError,
  dramBandwidthLimit,
  dramChoice,
  dramChoices,
  dramOfChoice,
  dramType,
  soldGigabytes,
} from "../../../src/cost/index.ts";
import { dramInterfaces } from "../../../src/cost/dram-interface.ts";
import { dram, GIB, port } from "../../fixtures/cost/hardware.ts";

describe("DRAM as a design variable", () => {
  it("capacity, bandwidth, power, carbon and PHY follow from type, density, width and dies", () => {
    const choice = dramChoice({ type: "LPDDR4", densityGbit: 2, widthBits: 32, dies: 2 });
    expect(choice.capacity_B).toBe(GIB / 2);
    expect(choice.bandwidth_Bps).toBe(12.8e9); // 32 bit × 3200 MT/s / 8
    expect(choice.carbon_kgCO2e).toBeCloseTo(0.024, 15);
    expect(choice.standbyPower_W).toBeCloseTo(0.03264, 15);
    expect(choice.phyArea_mm2).toBe(1.45);
  });

  it("what is not sold is refused, with what is", () => {
    expect(() => dramChoice({ type: "LPDDR4", densityGbit: 3, widthBits: 32, dies: 1 })).toThrow(
      /3 Gbit is not sold.*4 Gbit/,
    );
    expect(() => dramChoice({ type: "LPDDR4", densityGbit: 4, widthBits: 256, dies: 1 })).toThrow(
      /256 bits in all.*16 bits, 32 bits/,
    );
    expect(() => dramChoice({ type: "LPDDR4", densityGbit: 4, widthBits: 512, dies: 16 })).toThrow(CostError);
    expect(() => dramChoice({ type: "SDRAM", densityGbit: 4, widthBits: 16, dies: 1 })).toThrow(
      /"SDRAM" is not in the DRAM table/,
    );
  });

  it("there are memories below 1 GB, and carbon that nobody published stays null", () => {
    expect(dramChoices("LPDDR4")[0]).toMatchObject({ capacity_B: GIB / 4, dies: 1 });
    expect(dramChoice({ type: "LPDDR5", densityGbit: 8, widthBits: 16, dies: 1 }).carbon_kgCO2e).toBeNull();
  });

  it("as a level it has exactly the bandwidth of its dies", () => {
    const level = dramOfChoice(dramChoice({ type: "LPDDR3", densityGbit: 8, widthBits: 32, dies: 1 }), 625e6);
    expect(level.port.read).toEqual({ bytes: 256, cycles: 25 }); // 6.4 GB/s at 625 MHz
    expect(level.port.shared).toBe(true);
    expect(dramBandwidthLimit(level, 625e6)).toBeNull();
  });

  it("a bandwidth that no memory of this capacity gives is found", () => {
    const asked = { ...dram("LPDDR3", GIB), port: port(128) };
    const limit = dramBandwidthLimit(asked, 625e6);
    expect(limit?.asked_Bps).toBe(80e9);
    expect(limit?.most_Bps).toBe(25.6e9); // four dies of 2 Gbit, x32
    expect(dramBandwidthLimit({ ...asked, type: null }, 625e6)).toBeNull();
  });

  it("interfaces: the narrowest memory that gives the bandwidth, else the fewest dies", () => {
    const type = dramType("LPDDR3");
    if (type === null) throw new Error("no LPDDR3");
    expect(dramInterfaces(dram("LPDDR3", GIB), type, 625e6)).toBe(1); // 6.25 GB/s: one x32 die
    expect(dramInterfaces({ ...dram("LPDDR3", GIB), port: port(20) }, type, 625e6)).toBe(2); // 12.5 GB/s: 64 bits
    expect(dramInterfaces({ ...dram("LPDDR3", GIB), port: port(128) }, type, 625e6)).toBe(1);
  });

  it("1 GB and 1 GiB name the same part", () => {
    expect([soldGigabytes(1e9), soldGigabytes(GIB), soldGigabytes(GIB / 4), soldGigabytes(500e6)]).toEqual([
      1, 1, 0.25, 0.5,
    ]);
  });
});
