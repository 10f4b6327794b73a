import { describe, expect, it } from "vitest";
import { parseQuantity, type QuantityKind } from "../../../src/units/index.ts";
import { parseDecimal, ratio, toNumber } from "../../../src/units/ratio.ts";

describe("parseQuantity", () => {
  it.each<[string, QuantityKind, number]>([
    ["48 MiB", "size", 50331648],
    ["64KiB", "size", 65536],
    ["1 GB", "size", 1e9],
    ["625 MHz", "frequency", 625e6],
    ["50 ms", "time", 0.05],
    ["3 years", "time", 94608000],
    ["31.99 mm2", "area", 31.99],
    ["31.990347 mm²", "area", 31.990347],
    ["20.48 TOPS", "throughput", 20.48],
    ["1/s", "rate", 1],
    ["3600/h", "rate", 1],
    ["224 gCO2e/kWh", "intensity", 224],
    ["0.4 kgCO2e/kWh", "intensity", 400],
    ["22 nm", "length", 22],
    ["0.5 kgCO2e", "mass", 0.5],
    ["500 gCO2e", "mass", 0.5],
    ["60 %", "fraction", 0.6],
    ["0.6", "fraction", 0.6],
    [" 1.5e-3 J ", "energy", 0.0015],
    ["250 mW", "power", 0.25],
    ["2 uJ*s^2", "energy-delay-squared", 2e-6],
  ])("%s is %s %d", (text, kind, value) => {
    expect(parseQuantity(text, kind)).toEqual({ ok: true, value });
  });

  it.each<[string, QuantityKind, string]>([
    ["48", "size", "missing-unit"],
    ["48 MHz", "size", "wrong-unit"],
    ["48 mib", "size", "unknown-unit"],
    ["much", "size", "not-a-number"],
    ["", "size", "not-a-number"],
    ["1.2.3 MiB", "size", "not-a-number"],
    ["NaN MiB", "size", "not-a-number"],
    ["Infinity MiB", "size", "not-a-number"],
    ["1e9999 MiB", "size", "not-a-number"],
    [`${"9".repeat(500)} MiB`, "size", "not-a-number"],
  ])("%s is no %s: %s", (text, kind, reason) => {
    const parsed = parseQuantity(text, kind);
    expect(parsed.ok ? "ok" : parsed.failure.reason).toBe(reason);
  });
});

describe("toNumber", () => {
  it("rounds once, as the literal does", () => {
    for (const text of ["0.1", "31.990347", "1e-300", "123456789.123456789e-20", "9007199254740993", "1e22", "-0.7"]) {
      expect(toNumber(parseDecimal(text)!)).toBe(Number(text));
    }
  });

  it("reduces", () => {
    expect(ratio(1024n, 100n)).toEqual({ numerator: 256n, denominator: 25n });
  });
});
