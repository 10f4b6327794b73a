import { describe, expect, it } from "vitest";
import { FACTOR_NAMES } from "../../../src/cost/index.ts";
import { metricsOf, type Evaluation } from "../../../src/evaluate/index.ts";
import { applySettings, loadHardware, loadModel } from "../../../src/spec/index.ts";
import { evaluateAsStudies } from "../../../src/worker/index.ts";

const specs = { model: loadModel("bert-mini"), hardware: loadHardware("catransformers-22nm") };
const evaluated = (settings: Readonly<Record<string, unknown>>): Evaluation => {
  const all = Object.entries(settings).map(([path, value]) => ({ path, value }));
  const result = evaluateAsStudies(applySettings(specs, all, FACTOR_NAMES));
  if (result.kind === "infeasible") throw new Error(result.detail);
  return result;
};

describe("deployment.duty", () => {
  it("is the rate at which the device is busy for that share of its hours", () => {
    const byDuty = evaluated({ "deployment.duty": "10 %", "deployment.hoursPerDay": 24 });
    const { latency_s } = byDuty;
    const byRate = evaluated({ "deployment.rate": `${0.1 / latency_s}/s`, "deployment.hoursPerDay": 24 });
    expect(byRate.latency_s).toBe(latency_s);
    expect(byDuty.operational.total).toBeCloseTo(byRate.operational.total!, 12);
    expect(metricsOf(byDuty)["carbon_per_inference_kgCO2e"]).toBeCloseTo(
      metricsOf(byRate)["carbon_per_inference_kgCO2e"]!,
      15,
    );
    // 3 years of 365 days.
    const inferences = (0.1 / latency_s) * 3 * 365 * 86_400;
    expect(byDuty.operational.total === null ? 0 : byDuty.operational.inferences / inferences).toBeCloseTo(1, 12);
  });

  it("is always kept up with, and a slower chip makes fewer inferences", () => {
    const slow = evaluated({ "deployment.duty": "100 %", "array.rows": 2, "array.cols": 2 });
    const fast = evaluated({ "deployment.duty": "100 %" });
    const count = ({ operational }: Evaluation) => (operational.total === null ? 0 : operational.inferences);
    expect(count(slow)).toBeGreaterThan(0);
    expect(count(slow) * slow.latency_s).toBeCloseTo(count(fast) * fast.latency_s, 3);
  });

  it("stands alone, outlives a change of the grid, and gives way to a rate that is set later", () => {
    expect(() =>
      applySettings(specs, [
        { path: "deployment.duty", value: "10 %" },
        { path: "deployment.rate", value: "1/s" },
      ]),
    ).toThrow(/deployment\.duty stands instead of rate and inferences/);
    const first = applySettings(specs, [{ path: "deployment.duty", value: "10 %" }]);
    const inFrance = applySettings(first, [{ path: "deployment.region", value: "france" }]);
    expect(inFrance.deployment.duty).toBe(0.1);
    expect(applySettings(first, [{ path: "deployment.rate", value: "2/s" }]).deployment).toMatchObject({ rate: 2 });
    expect(applySettings(first, [{ path: "deployment.rate", value: "2/s" }]).deployment.duty).toBeUndefined();
  });
});
