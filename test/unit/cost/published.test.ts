import { describe, expect, it } from "vitest";
import {
  chargedCounters,
  chargingRuleRows,
  chargingRules,
  CostError,
  dieArea,
  embodiedCarbon,
  energyCoefficients,
  factorsOf,
  gemmEnergy,
  operationalCarbon,
  staticPower,
  vectorEnergy,
  type ChargingRules,
} from "../../../src/cost/index.ts";
import { publishedArea } from "../../../src/cost/published/area.ts";
import { publishedCoefficients } from "../../../src/cost/published/energy.ts";
import { buffer, counters, deployment, hardwareAt, KIB, softmax, technology } from "../../fixtures/cost/hardware.ts";

const PUBLISHED = technology("published");
/** Of a core whose arrays share nothing out. */
const ONE_ARRAY = { b: 1, m: 1, n: 1 };
const OPERATION = {
  energyPerInference: 0.1,
  latency: 0.01,
  staticPower: {
    dieActive: 0.1,
    dieIdle: 0.01,
    dieOff: 0,
    dramActive: 0.09,
    dramStandby: 0.06,
    dramSelfRefresh: 0.006,
  },
  deployment: deployment(),
  technology: PUBLISHED,
};

function problem(run: () => unknown): CostError {
  try {
    run();
  } catch (error) {
    if (error instanceof CostError) return error;
  }
  throw new Error("no CostError was thrown");
}

describe("profile published", () => {
  it("area of one 32 × 2 core worked by hand", () => {
    // 64·(379.846667 + 0.348053) + 105921 + 32·(379.846667 + 0.13052) + 105921 + 3100860 um2
    const area = dieArea(hardwareAt({ cores: 1, rows: 32, cols: 2, localKib: 64 }), PUBLISHED);
    expect((area.total ?? NaN) * 1e6).toBeCloseTo(3_349_193.732, 3);
  });

  it("a GEMM of 1000 MACs and one byte each way of each operand at each level", () => {
    const cost = energyCoefficients(hardwareAt({ localKib: 64 }), PUBLISHED);
    if ("total" in cost) throw new Error(cost.reason);
    // One step: 8 columns share an input word, 32 rows add into one sum; the two sums of the accumulators lie in the local buffer.
    const spatial = { rows: { m: 1, n: 1, k: 32 }, cols: { m: 1, n: 8, k: 1 } };
    const hardware = hardwareAt({ localKib: 64 });
    const charged = chargedCounters(counters(), { spatial, arraySplit: ONE_ARRAY }, hardware, PUBLISHED);
    const { parts } = gemmEnergy(charged, 500, cost);
    // Of two arrays that share n out, 16 columns do.
    const arraySplit = { ...ONE_ARRAY, n: 2 };
    const ofTwo = chargedCounters(counters(), { spatial, arraySplit }, hardware, PUBLISHED);
    expect(ofTwo.local.reads.input).toBe(1000 / 16);
    expect(parts["mac"]).toBeCloseTo(2200e-12, 20);
    expect(parts["local"]).toBeCloseTo((5 + 1000 / 8 + 2) * 5.428359e-12, 20);
    expect(parts["global"]).toBeCloseTo(6 * 24.296144e-12, 20);
    expect(parts["dram"]).toBeCloseTo(6 * 256e-12, 20);
    expect(parts["register"]).toBeCloseTo((2 * 0.190888 + 2 * 0.254518) * 1e-12, 20);
    expect(parts["static"]).toBe(0);
  });

  it("a buffer size outside the table is an error that lists the sizes", () => {
    const hardware = hardwareAt({}, { localBuffer: buffer(96 * KIB, 32) });
    const error = problem(() => dieArea(hardware, PUBLISHED));
    expect(error.code).toBe("cost/size-not-in-table");
    expect(error.path).toBe("localBuffer.size");
    expect(error.message).toBe(
      'localBuffer.size: 96 KiB is not in the table of technology.profile "published". Allowed: 64 KiB, 128 KiB, 256 KiB, 512 KiB, 1024 KiB.',
    );
    expect(problem(() => energyCoefficients(hardware, PUBLISHED)).code).toBe("cost/size-not-in-table");
  });

  it("each charging rule, switched off alone, changes area, coefficients or what is charged", () => {
    const hardware = hardwareAt({}, { precision: { input: 16, weight: 16, accumulator: 32, output: 16 } });
    const factors = factorsOf(PUBLISHED);
    const rules = chargingRules("published");
    const spatial = { rows: { m: 1, n: 1, k: 64 }, cols: { m: 1, n: 16, k: 1 } };
    const outcome = (changed: ChargingRules): string =>
      JSON.stringify([
        publishedArea(hardware, factors, changed),
        publishedCoefficients(hardware, factors, changed),
        chargedCounters(counters(), { spatial, arraySplit: ONE_ARRAY }, hardware, PUBLISHED, changed),
        operationalCarbon({ ...OPERATION, rules: changed }),
      ]);
    for (const { name, published, calibrated } of chargingRuleRows()) {
      expect([published, calibrated]).toEqual([true, false]);
      expect(outcome({ ...rules, [name]: false }), name).not.toBe(outcome(rules));
    }
  });

  it("another node is unknown, not 0", () => {
    const hardware = hardwareAt({}, { node: 7 });
    expect(dieArea(hardware, PUBLISHED)).toEqual({
      total: null,
      reason: "the published tables hold 22 nm only, not 7 nm",
    });
    expect(embodiedCarbon(dieArea(hardware, PUBLISHED), hardware, PUBLISHED).total).toBeNull();
  });

  it("no leakage, no memory background", () => {
    expect(Object.values(staticPower(hardwareAt(), PUBLISHED))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("vector work pays a quarter of a 32-bit access per byte; softmax takes 8 lane-cycles an element and 4 a row", () => {
    const energy = vectorEnergy(softmax(1000), hardwareAt({ localKib: 64 }), PUBLISHED);
    if (energy.total === null) throw new Error(energy.reason);
    expect(energy.parts["local"]).toBeCloseTo((5000 * 5.428359e-12) / 4, 18);
    expect(energy.parts["global"]).toBeCloseTo((2000 * 24.296144e-12) / 4, 18);
    expect(energy.parts["vector"]).toBeCloseTo(
      (8 * 1000 + (4 * 1000) / 64) * (0.469035 + 0.088823 + 0.11843) * 1e-12,
      18,
    );
  });
});
