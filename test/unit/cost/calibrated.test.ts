import { describe, expect, it } from "vitest";
import { dieArea, energyCoefficients, staticPower } from "../../../src/cost/index.ts";
import { sramArea, sramEnergy, sramLeakage } from "../../../src/cost/calibrated/sram.ts";
import { macScale, registerBits } from "../../../src/cost/calibrated/components.ts";
import { nodeScaling, type Context } from "../../../src/cost/calibrated/node.ts";
import { factorsOf } from "../../../src/cost/index.ts";
import { buffer, dram, GIB, hardwareAt, KIB, MIB, technology } from "../../fixtures/cost/hardware.ts";

const T = technology("calibrated");

function context(node: number, factors: Readonly<Record<string, number>> = {}): Context {
  const scaling = nodeScaling(node);
  if ("total" in scaling) throw new Error(scaling.reason);
  return { node: scaling, factors: factorsOf(technology("calibrated", factors)) };
}

describe("calibrated SRAM at 22 nm", () => {
  it("CACTI's 2 MiB row: 3.95 pJ/B read, 1.2 mW", () => {
    expect(sramEnergy(2 * MIB, context(22)).read).toBeCloseTo(3.95, 2);
    expect(sramLeakage(2 * MIB, context(22)) * 1000).toBeCloseTo(1.2, 1);
  });

  it("small memories stand on the floor of 1 pJ/B", () => {
    expect(sramEnergy(8 * KIB, context(22))).toEqual({ read: 1, write: 1 });
    expect(sramEnergy(8 * KIB, context(22, { sramEnergyFloor: 0 })).read).toBeCloseTo(0.2, 2);
  });

  it("area of a narrow 1 MiB: 8388608 bits × 0.092 um2 / 0.37", () => {
    expect(sramArea(MIB, 64, context(22))).toBeCloseTo((8_388_608 * 0.092e-6) / 0.37, 12);
  });

  it("energy at 7 nm against Jouppi 2021: 1 MB 14 pJ per 64 bit, from 22 nm CACTI by node^1.057", () => {
    expect(sramEnergy(MIB, context(7, { sramEnergyFloor: 0 })).read * 8).toBeGreaterThan(5);
    expect(sramEnergy(MIB, context(7, { sramEnergyFloor: 0 })).read * 8).toBeLessThan(15);
  });
});

describe("calibrated components", () => {
  it("a MAC grows with the product of its operand widths and with its accumulator", () => {
    const int8 = { input: 8, weight: 8, accumulator: 32, output: 8 };
    expect(macScale(int8, "energy")).toBeCloseTo(1, 12);
    expect(macScale({ ...int8, weight: 4 }, "energy")).toBeCloseTo(0.667 / 2 + 0.333, 12);
    expect(macScale({ ...int8, input: 16, weight: 16 }, "energy")).toBeCloseTo(4 * 0.667 + 0.333, 12);
  });

  it("a float MAC lies between its published neighbours", () => {
    const of = (bits: number, accumulator: number, format: "fp32" | "fp16" | "bf16" | "fp8") =>
      ({ input: bits, weight: bits, accumulator, output: bits, format }) as const;
    // Horowitz, 45 nm: 2.0 pJ (fp16, fp32 sums) and 4.6 pJ (fp32) against 0.3 pJ for int8.
    expect(macScale(of(16, 32, "fp16"), "energy")).toBeCloseTo(2.0 / 0.3, 1);
    expect(macScale(of(32, 32, "fp32"), "energy")).toBeCloseTo(4.6 / 0.3, 1);
    // Jouppi, 7 nm: 0.32 pJ (bf16, bf16 sums) against 0.098 pJ for int8.
    expect(macScale(of(16, 16, "bf16"), "energy")).toBeCloseTo(0.32 / 0.098, 0);
    expect(macScale(of(8, 32, "fp8"), "energy")).toBeLessThan(macScale(of(16, 32, "bf16"), "energy"));
    // TPUv4i: at most 671 um2 per bf16 MAC with fp32 sums at 7 nm.
    const bf16 = factorsOf(T).macArea! * macScale(of(16, 32, "bf16"), "area") * context(7).node.logicArea;
    expect(bf16).toBeLessThan(671);
    expect(bf16).toBeGreaterThan(200);
  });

  it("register bits: 32 weight words a PE, one accumulator a column", () => {
    expect(registerBits(hardwareAt({ rows: 64, cols: 16 }))).toBe(64 * 16 * 32 * 8 + 16 * 32);
  });

  it("MAC and register energy at 22 nm: 0.2 + 0.1 pJ, 0.0063 pJ a bit", () => {
    const cost = energyCoefficients(hardwareAt(), T);
    if ("total" in cost) throw new Error(cost.reason);
    expect(cost.mac).toBeCloseTo(0.3, 12);
    expect(cost.register.read).toBeCloseTo(0.0504, 12);
    expect(cost.dram.read).toBe(120); // LPDDR3: 15 pJ/bit
  });

  it("int8 MAC at 7 nm is 0.2 · (7/22)^0.601 = 0.1004 pJ: Jouppi 2021 has 0.098", () => {
    const cost = energyCoefficients(hardwareAt({}, { node: 7 }), technology("calibrated", { peOverheadEnergy: 0 }));
    if ("total" in cost) throw new Error(cost.reason);
    expect(cost.mac).toBeCloseTo(0.1005, 3);
  });

  it("DRAM background of 1 GB LPDDR3 by state, W", () => {
    const power = staticPower(hardwareAt(), T);
    if ("total" in power) throw new Error(power.reason);
    expect(power.dramActive).toBeCloseTo(0.0888, 12);
    expect(power.dramStandby).toBeCloseTo(0.06528, 12);
    expect(power.dramSelfRefresh).toBeCloseTo(0.0061, 12);
    expect(power.dieIdle).toBeCloseTo(power.dieActive * 0.05, 15);
  });

  it("wider ports cost area and energy", () => {
    const narrow = hardwareAt({ localBandwidth: 32, localKib: 512 });
    const wide = hardwareAt({ localBandwidth: 512, localKib: 512 });
    const [a, b] = [dieArea(narrow, T), dieArea(wide, T)];
    expect(b.total).toBeGreaterThan(a.total ?? NaN);
    const [x, y] = [energyCoefficients(narrow, T), energyCoefficients(wide, T)];
    if ("total" in x || "total" in y) throw new Error("unknown");
    expect(y.local.read).toBeGreaterThan(x.local.read);
  });

  it("what has no table is unknown, with the reason", () => {
    expect(energyCoefficients(hardwareAt({}, { node: 90 }), T)).toMatchObject({ total: null });
    const unlimited = hardwareAt({}, { localBuffer: buffer(Infinity, 32) });
    expect(dieArea(unlimited, T)).toEqual({
      total: null,
      reason: "localBuffer has no size limit, so that the chip has no area",
    });
    const idealised = hardwareAt({}, { dram: dram(null, GIB) });
    expect(energyCoefficients(idealised, T)).toMatchObject({
      reason: expect.stringMatching(/dramEnergyPerBit/) as string,
    });
    const priced = energyCoefficients(idealised, technology("calibrated", { dramEnergyPerBit: 5 }));
    expect(priced).toHaveProperty("dram.read", 40);
  });

  it("private memories, no local buffer and no global buffer have an area and energy", () => {
    const split = buffer(64 * KIB, 32);
    const hardware = hardwareAt(
      {},
      { localBuffer: { ...split, size: { input: 32 * KIB, weight: 64 * KIB, output: 16 * KIB } }, globalBuffer: null },
    );
    const area = dieArea(hardware, T);
    if (area.total === null) throw new Error(area.reason);
    expect(area.parts["globalBuffer"]).toBe(0);
    expect(area.parts["localBuffers"]).toBeGreaterThan(0);
  });
});
