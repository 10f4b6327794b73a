import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { FACTOR_NAMES, factorsInUse } from "../../../src/cost/index.ts";
import {
  countedOf,
  evaluate,
  metricsOf,
  powerOf,
  pricingOf,
  repricedMetrics,
  type Evaluation,
} from "../../../src/evaluate/index.ts";
import { METRICS } from "../../../src/metrics/index.ts";
import { metricLabel } from "../../../src/report/metric-labels.ts";
import { applySettings, loadHardware, loadModel, specSetOf } from "../../../src/spec/index.ts";
import { readConstraint, readObjective } from "../../../src/spec/metrics.ts";
import { UNIT_TABLES } from "../../../src/units/index.ts";

const KEYS = METRICS.map(({ key }) => key);
const NAMED = METRICS.filter(({ name }) => name !== null);

/** Mapped for latency, so that no factor changes a mapping. */
function evaluated(settings: Readonly<Record<string, number>> = {}): Evaluation {
  const base = specSetOf({ model: loadModel("bert-tiny"), hardware: loadHardware("catransformers-22nm") });
  const list = Object.entries(settings).map(([path, value]) => ({ path, value }));
  const specs = applySettings(base, list, FACTOR_NAMES);
  const deployment = { ...specs.deployment, carbonPrice: { perKilogram: 0.08, currency: "EUR" } };
  return evaluate({ ...specs, deployment, mapper: { objective: "latency", effort: "fast" } }) as Evaluation;
}

describe("the table of metrics", () => {
  it("has each key and each name once", () => {
    expect(new Set(KEYS).size).toBe(KEYS.length);
    expect(new Set(NAMED.map(({ name }) => name)).size).toBe(NAMED.length);
  });

  it.each(NAMED.map((metric) => [metric.name!, metric] as const))(
    "%s has its unit in its key, a label, and is understood in objectives and constraints",
    (name, { key, kind, direction, label }) => {
      const { canonical } = UNIT_TABLES[kind!];
      const letters = canonical.replaceAll(/[*^]/g, "");
      expect(key.replaceAll("_", "")).toContain(letters);
      expect(label).not.toBeNull();
      expect(metricLabel(key)).toBe(label);
      expect(readObjective(`${direction} ${name}`)).toEqual({ value: { metric: key, direction } });
      const text = `${key} <= 0.5 ${canonical}`.trim();
      expect(readConstraint(text)).toEqual({ value: { metric: key, comparison: "<=", limit: 0.5, text } });
    },
  );

  it("shows what every result has, and more where a study asks for it", () => {
    const evaluation = evaluated();
    const plain = Object.keys(metricsOf(evaluation));
    expect(plain).toEqual(METRICS.filter(({ column }) => column === "always").map(({ key }) => key));
    expect(Object.keys(metricsOf(evaluation, KEYS))).toEqual(KEYS.filter((key) => key !== "accuracy"));
  });

  it("is priced again as an evaluation under the same factors prices it", () => {
    const evaluation = evaluated();
    const nominal = metricsOf(evaluation, KEYS);
    const pricing = pricingOf(evaluation, KEYS);
    const { hardware, technology } = evaluation.design;
    const moved = new Set<string>();
    let compared = 0;
    for (const { name, high } of factorsInUse(hardware, technology)) {
      const other = evaluated({ [`technology.${name}`]: high });
      // Of mappings that are equally fast the one of least energy is taken, and it may be another one.
      if (!isDeepStrictEqual(countedOf(other), countedOf(evaluation))) continue;
      compared += 1;
      const anew = metricsOf(other, KEYS);
      const again = { ...nominal, ...repricedMetrics(pricing, other.design.technology, KEYS) };
      for (const key of KEYS.filter((each) => each !== "accuracy" && nominal[each] !== null)) {
        expect(Math.abs((again[key] as number) / anew[key]! - 1), `${key} at the high ${name}`).toBeLessThan(1e-12);
        if (anew[key] !== nominal[key]) moved.add(key);
      }
    }
    expect(compared).toBeGreaterThan(10);
    expect([...moved].sort()).toEqual(
      METRICS.filter(({ priced, key }) => priced.length > 0 && nominal[key] !== null)
        .map(({ key }) => key)
        .sort(),
    );
  });

  it("peak-power is the idle power and the highest mean power of an operator; ed2p is energy by latency twice", () => {
    const evaluation = evaluated();
    const { operators, design, energy, latency_s } = evaluation;
    const idle = powerOf(evaluation)!.idle_W;
    const powers = operators.map((each) => {
      const joules = Object.values(each.energy).reduce((sum, part) => sum + part, 0);
      return joules / (each.cycles / design.hardware.clock);
    });
    const metrics = metricsOf(evaluation, KEYS);
    expect(metrics["peak_power_W"]).toBeCloseTo(idle + Math.max(...powers), 12);
    expect(metrics["peak_power_W"]).toBeGreaterThan(powerOf(evaluation)!.running_W);
    expect(metrics["ed2p_Js2"]! / (energy.total! * latency_s ** 2)).toBeCloseTo(1, 14);
  });
});
