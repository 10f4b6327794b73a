import { describe, expect, it } from "vitest";
import {
  breakEvenTime,
  carbonMetrics,
  resultIntervals,
  technologyInDraw,
  triangular,
  drawFactors,
} from "../../../src/cost/index.ts";
import { deployment, hardwareAt, technology } from "../../fixtures/cost/hardware.ts";

describe("metrics", () => {
  it("total, per inference, EDP, CDP, tCDP", () => {
    const metrics = carbonMetrics({ energy: 0.01, latency: 0.02, embodied: 0.4, operational: 0.1 }, deployment());
    expect(metrics.total).toBe(0.5);
    expect(metrics.perInference).toBe(0.5 / 23_652_000);
    expect(metrics.edp).toBeCloseTo(2e-4, 15);
    expect(metrics.cdp).toBeCloseTo(8e-3, 15);
    expect(metrics.tcdp).toBeCloseTo(1e-2, 15);
  });

  it("break-even: 0.2 kg more at the start, 0.1 kg a year less", () => {
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
    const { interval, unknown } = resultIntervals(hardwareAt(), T, ({ factors }) => ({
      interval: factors["packageCarbon"] ?? 0.15,
      unknown: null,
    }));
    expect(unknown).toBeNull();
    expect(interval?.low).toBeCloseTo(0.05, 12);
    expect(interval?.high).toBeCloseTo(0.3, 12);
    expect(interval?.swings).toEqual([{ factor: "packageCarbon", atLow: 0.05, atHigh: 0.3 }]);
  });

  it("triangle: ends, peak, median of a symmetric one", () => {
    expect(triangular(1, 2, 3, 0)).toBe(1);
    expect(triangular(1, 2, 3, 0.5)).toBe(2);
    expect(triangular(1, 1, 5, 0)).toBe(1);
    expect(triangular(1, 5, 5, 0.25)).toBe(3);
  });

  it("a draw moves every design by the same quantile", () => {
    const draw = drawFactors(() => 0.9);
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
        drawFactors(() => 0.9),
      ).factors["packageCarbon"],
    ).toBe(0.2);
  });
});
