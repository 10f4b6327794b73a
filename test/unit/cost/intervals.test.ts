import { describe, expect, it } from "vitest";
import { breakEvenTime, resultIntervals, technologyInDraw, triangular, drawFactors } from "../../../src/cost/index.ts";
import { hardwareAt, technology } from "../../fixtures/cost/hardware.ts";

describe("break-even", () => {
  it("0.2 kg more at the start, 0.1 kg a year less", () => {
    const a = { embodied: 0.3, operationalPerSecond: 0.3 };
    const b = { embodied: 0.5, operationalPerSecond: 0.2 };
    expect(breakEvenTime(a, b)).toBeCloseTo(2, 12);
    expect(breakEvenTime(b, a)).toBeCloseTo(2, 12);
    expect(breakEvenTime(a, { embodied: 0.5, operationalPerSecond: 0.4 })).toBeNull();
    expect(breakEvenTime(a, { embodied: 0.5, operationalPerSecond: 0.3 })).toBeNull();
    expect(breakEvenTime(a, { embodied: 0.3, operationalPerSecond: 0.9 })).toBe(0);
  });
});

describe("intervals", () => {
  const T = technology("calibrated");

  it("one at a time, independent: package 0.05 to 0.3 around 0.15", () => {
    const nominal = { interval: 0.15, unknown: null };
    const { interval, unknown } = resultIntervals(hardwareAt(), T, nominal, ({ factors }) => ({
      interval: factors["packageCarbon"] ?? 0.15,
      unknown: { total: null, reason: "not modelled" },
    }));
    expect(unknown).toBeNull();
    expect(interval?.low).toBeCloseTo(0.05, 12);
    expect(interval?.high).toBeCloseTo(0.3, 12);
    expect(interval).toMatchObject({ swings: [{ factor: "packageCarbon", atLow: 0.05, atHigh: 0.3 }] });
  });

  it("falls add up as independent, but never below every factor at its least", () => {
    // Package 0.05 to 0.3 around 0.15, die leakage 0.01 to 0.2 around 0.05, and their product.
    const at = ({ factors }: typeof T): number =>
      (factors["packageCarbon"] ?? 0.15) * (factors["gatedLeakage"] ?? 0.05);
    const product = resultIntervals(hardwareAt(), T, { product: 0.15 * 0.05 }, (tech) => ({
      product: at(tech),
    })).product;
    const [fall, other] = [0.1 * 0.05, 0.15 * 0.04];
    expect(0.15 * 0.05 - Math.hypot(fall, other)).toBeLessThan(0);
    expect(product?.low).toBeCloseTo(0.05 * 0.01, 12);
    expect(product?.nominal).toBe(0.15 * 0.05);
    expect(product?.high).toBeCloseTo(0.15 * 0.05 + Math.hypot(0.15 * 0.05, 0.15 * 0.15), 12);
  });

  it("an end that is not known leaves the result without an interval, and says why", () => {
    const of = resultIntervals(hardwareAt(), T, { result: 0.15 }, ({ factors }) => ({
      result: (factors["packageCarbon"] ?? 0) > 0.2 ? { total: null, reason: "yields nothing" } : 0.15,
    }));
    expect(of.result).toEqual({ low: null, nominal: 0.15, high: null, reason: "yields nothing" });
  });

  it("triangle: ends, peak, median of a symmetric one", () => {
    expect(triangular(1, 2, 3, 0)).toBe(1);
    expect(triangular(1, 2, 3, 0.5)).toBe(2);
    expect(triangular(1, 1, 5, 0)).toBe(1);
    expect(triangular(1, 5, 5, 0.25)).toBe(3);
  });

  it("a draw moves every design by the same quantile", () => {
    const draw = drawFactors(
      () => 0.9,
      () => 0.9,
    );
    const a = technologyInDraw(hardwareAt(), T, draw);
    const b = technologyInDraw(hardwareAt({ cores: 4 }), T, draw);
    expect(a.factors["fabIntensity"]).toBe(b.factors["fabIntensity"]);
    expect(a.factors["fabIntensity"]).toBeGreaterThan(642);
    expect(a.factors["yieldModel"]).toBeUndefined();
  });

  it("an overridden factor is certain", () => {
    const fixed = technology("calibrated", { packageCarbon: 0.2 });
    expect(
      technologyInDraw(
        hardwareAt(),
        fixed,
        drawFactors(
          () => 0.9,
          () => 0.9,
        ),
      ).factors["packageCarbon"],
    ).toBe(0.2);
  });
});
