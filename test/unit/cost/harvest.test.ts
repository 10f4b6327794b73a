import { describe, expect, it } from "vitest";
import { defectYield } from "../../../src/cost/index.ts";
import { harvestedYield } from "../../../src/cost/carbon/harvest.ts";

const yieldOf = (
  model: Parameters<typeof harvestedYield>[0],
  made: number,
  sold: number,
  [cores, whole]: readonly [number, number],
  alpha = 10,
): number => harvestedYield(model, 8.14, 0.15, alpha, { made, sold, coreShare: cores, wholeShare: whole });

describe("yield of dies that are sold with broken cores", () => {
  it.each(["poisson", "murphy", "negative-binomial"] as const)(
    "%s: where no core must work, of what is whole",
    (model) => {
      for (const whole of [0.1, 0.2, 0.45])
        expect(yieldOf(model, 144, 0, [0.55, whole])).toBeCloseTo(defectYield(model, 8.14 * whole, 0.15, 10), 4);
    },
  );

  it.each([0.5, 1, 3, 10, 1e3, 1e6])("clustering %s: the mixture is the closed form", (alpha) => {
    expect(yieldOf("negative-binomial", 1, 0, [0, 1], alpha)).toBeCloseTo(
      defectYield("negative-binomial", 8.14, 0.15, alpha),
      4,
    );
  });

  it("one defect density: binomials by hand", () => {
    // Two cores of 0.25 cm2 at 2 defects per cm2, e^−0.5 each; one must work: 1 − (1 − e^−0.5)².
    const one = harvestedYield("poisson", 1, 2, 10, { made: 2, sold: 1, coreShare: 0.5, wholeShare: 0 });
    expect(one).toBeCloseTo(1 - (1 - Math.exp(-0.5)) ** 2, 12);
    const both = harvestedYield("poisson", 1, 2, 10, { made: 2, sold: 2, coreShare: 0.5, wholeShare: 0.5 });
    expect(both).toBeCloseTo(Math.exp(-2), 12);
  });

  it("a fair coin for each die, a defect density and each core: the mean of draws", () => {
    // Densities of a gamma law of shape 3 as sums of exponentials: nothing of the code is used.
    let state = 12345;
    const next = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state + 0.5) / 2 ** 32;
    };
    const draws = 20_000;
    let good = 0;
    for (let i = 0; i < draws; i += 1) {
      const density = (-(Math.log(next()) + Math.log(next()) + Math.log(next())) / 3) * 0.5;
      let working = 0;
      for (let core = 0; core < 16; core += 1) if (next() < Math.exp((-density * 4 * 0.6) / 16)) working += 1;
      if (working >= 14 && next() < Math.exp(-density * 4 * 0.2)) good += 1;
    }
    const formula = harvestedYield("negative-binomial", 4, 0.5, 3, {
      made: 16,
      sold: 14,
      coreShare: 0.6,
      wholeShare: 0.2,
    });
    expect(Math.abs(formula - good / draws)).toBeLessThan(0.012); // three standard errors
  });

  it("more may be broken, more is sold", () => {
    const yields = [144, 140, 132, 114].map((sold) => yieldOf("negative-binomial", 144, sold, [0.55, 0.2]));
    expect(yields).toEqual([...yields].sort((a, b) => a - b));
    expect(yields[2]).toBeCloseTo(0.785, 2);
  });
});
