import { describe, expect, it } from "vitest";
import { inferencesOverLife, keepsUp, operationalCarbon } from "../../../src/cost/index.ts";
import { deployment, operationalOf, technology, YEAR_S } from "../../fixtures/cost/hardware.ts";

const POWER = { dieActive: 0.1, dieIdle: 0.01, dieOff: 0, dramActive: 0.09, dramStandby: 0.06, dramSelfRefresh: 0.006 };
const KWH = 3.6e6;

describe("operational carbon", () => {
  it("the paper's usage is 23.652 million inferences", () => {
    expect(inferencesOverLife(deployment())).toBe(23_652_000);
  });

  it("given inferences are taken as given", () => {
    expect(inferencesOverLife(deployment({ inferences: 3e7 }))).toBe(3e7);
  });

  it("published: 3e7 inferences of 0.0831 J at 68 g/kWh, as the reference's first row", () => {
    const result = operationalOf({
      energyPerInference: 0.08311047831,
      latency: 0.3230109184,
      staticPower: POWER,
      deployment: deployment({ inferences: 3e7, gridIntensity: 68 }),
      technology: technology("published"),
    });
    expect(result.total).toBeCloseTo(0.04709593771, 10);
    expect(result.alwaysOnTotal).toBe(result.total);
  });

  it("calibrated: inference, idle in hours of use, off hours, and always on, worked by hand", () => {
    const result = operationalOf({
      energyPerInference: 0.01,
      latency: 0.1,
      staticPower: POWER,
      deployment: deployment(),
      technology: technology("calibrated"),
    });
    const use = 23_652_000;
    const off = 3 * YEAR_S - use;
    expect(result.parts["inference"]).toBeCloseTo(((use * 0.01) / KWH) * 0.224, 12);
    expect(result.parts["idleInUse"]).toBeCloseTo(((use * 0.07) / KWH) * 0.224, 12);
    expect(result.parts["offHours"]).toBeCloseTo(((off * 0.006) / KWH) * 0.224, 12);
    // 0.01 J of each inference holds 0.12 W × 0.1 s of static rise, which the active 0.19 W already covers.
    const alwaysOn = use * (0.01 - 0.12 * 0.1) + 0.19 * 3 * YEAR_S;
    expect(result.alwaysOnTotal).toBeCloseTo((alwaysOn / KWH) * 0.224, 12);
    expect(result.policy).toMatch(/self-refresh/);
  });

  it("a device that is too slow for its rate is infeasible, and says by how much", () => {
    expect(keepsUp(1, deployment()).infeasible).toBeNull();
    const slow = keepsUp(0.5, deployment({ rate: 3 }));
    expect(slow.duty).toBe(1.5);
    expect(slow.infeasible?.by).toBe(0.5);
    expect(keepsUp(2, deployment({ inferences: 23_652_000 })).infeasible?.by).toBe(1);
  });

  it.each(["published", "calibrated"] as const)(
    "%s: no carbon of a life that cannot be, with the reason",
    (profile) => {
      const operation = {
        ...{ energyPerInference: 0.01, latency: 0.5, staticPower: POWER },
        ...{ deployment: deployment({ rate: 3 }), technology: technology(profile) },
      };
      expect(operationalCarbon(operation)).toEqual({
        total: null,
        reason: expect.stringMatching(
          /^the device cannot keep its rate: 3 inferences\/s of 0.5 s each .* 1.5 of/,
        ) as string,
      });
      expect(operationalCarbon({ ...operation, latency: 1 / 3 }).total).not.toBeNull();
    },
  );

  it("a device that is used all day has no other hours, whatever its life", () => {
    // Of the first, days times 24 hours are more than the life, by rounding.
    const lives = [39425679.127526, ...Array.from({ length: 2000 }, (_, i) => YEAR_S * (1 + i / 977))];
    for (const lifetime of lives) {
      const operation = { energyPerInference: 1e-3, latency: 1e-3, staticPower: POWER };
      const carbon = operationalCarbon({
        ...operation,
        deployment: { ...deployment(), lifetime, rate: 1, hoursPerDay: 24 },
        technology: technology("calibrated"),
      });
      expect(carbon.total, `${lifetime} s`).toBeGreaterThan(0);
    }
  });

  it("a sum that no number holds is unknown, and names its part", () => {
    const operation = {
      ...{ energyPerInference: 1e305, latency: 0.5, staticPower: POWER },
      ...{ deployment: deployment(), technology: technology("calibrated") },
    };
    expect(operationalCarbon(operation)).toMatchObject({
      total: null,
      reason: "operational carbon: part inference is larger than a number can be",
    });
    const still = { ...POWER, dieActive: NaN };
    expect(operationalCarbon({ ...operation, energyPerInference: 1, staticPower: still })).toMatchObject({
      total: null,
      reason: "operational carbon of a device that is always on is not a number",
    });
  });
});
