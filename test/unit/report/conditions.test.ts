import { describe, expect, it } from "vitest";
import { conditionsChart } from "../../../src/report/charts/conditions-chart.ts";
import { sweepsOf } from "../../../src/report/conditions.ts";
import type { FrontRow } from "../../../src/report/types.ts";
import { record, row } from "../../fixtures/report/record.ts";

const breakdown = (parts: Readonly<Record<string, number>>) => ({
  total: Object.values(parts).reduce((a, b) => a + b, 0),
  parts,
});

function design(trial: number, embodied: number, inference: number, idle: number, latency_s: number): FrontRow {
  const made = row(trial, 1);
  return {
    ...made,
    metrics: { ...made.metrics, latency_s },
    energy_J: breakdown({ mac: inference }),
    embodied_kgCO2e: breakdown({ dieEnergy: embodied }),
    operational_kgCO2e: breakdown({ inference, idleInUse: idle }),
  };
}

/** A small chip that uses much, and a large one that uses little; 1 inference/s, 3 years, 224 gCO2e/kWh. */
const front = [design(1, 0.2, 0.5, 0.1, 0.5), design(2, 0.3, 0.2, 0.1, 0.25)];
const sweeps = sweepsOf({ ...record(), front, baseline: null });
const takeover = (name: string): number =>
  sweeps.find((sweep) => sweep.name === name)!.optima.find(({ trial }) => trial === 2)!.x;

describe("the best design under other conditions", () => {
  it("takes over where the carbon of use saved is the carbon of silicon, worked by hand", () => {
    const step = { grid: (524 - 68) / 40, life: 5 / 40 };
    // 0.2 + 0.6 x = 0.3 + 0.3 x at x = 1/3 of the study's grid or life.
    expect(takeover("grid")).toBeGreaterThanOrEqual(224 / 3);
    expect(takeover("grid")).toBeLessThan(224 / 3 + step.grid);
    expect(takeover("life")).toBeGreaterThanOrEqual(3 / 3);
    expect(takeover("life")).toBeLessThanOrEqual(3 / 3 + step.life); // at 1 year they are equal
    // 0.2 + 0.5 x = 0.3 + 0.2 x at a third of the rate; the slower one is busy half of the time at 1/s.
    expect(takeover("duty")).toBeGreaterThanOrEqual(50 / 3);
    expect(takeover("duty")).toBeLessThan((50 / 3) * 100 ** (1 / 40));
  });

  it("never goes back: embodied carbon rises and energy falls with use", () => {
    for (const { optima } of sweeps)
      for (let i = 1; i < optima.length; i += 1) {
        expect(optima[i]!.embodied).toBeGreaterThanOrEqual(optima[i - 1]!.embodied);
        expect(optima[i]!.energy).toBeLessThanOrEqual(optima[i - 1]!.energy);
      }
  });

  it("what a site adds to the inferences goes with their rate; where work waits, nothing is said of the rate", () => {
    const { deployment } = record().study;
    const inSite = front.map((each) => {
      const { parts, total } = each.operational_kgCO2e!;
      return { ...each, operational_kgCO2e: { total: 1.5 * total, parts: { ...parts, site: 0.5 * total } } };
    });
    const sited = sweepsOf({ ...record({ deployment: { ...deployment, pue: 1.5 } }), front: inSite, baseline: null });
    const duty = sited.find(({ name }) => name === "duty")!;
    // 0.2 + 0.75 x = 0.3 + 0.3 x at two ninths of the rate, idle power 0.15 on both sides.
    const first = duty.optima.find(({ trial }) => trial === 2)!.x;
    expect(first).toBeGreaterThanOrEqual((50 * 2) / 9);
    expect(first).toBeLessThan(((50 * 2) / 9) * 100 ** (1 / 40));
    const waiting = sweepsOf({ ...record({ deployment: { ...deployment, canWait: 0.3 } }), front, baseline: null });
    expect(waiting.map(({ name }) => name)).toEqual(["grid", "life"]);
  });

  it("inferences given in all count as their rate", () => {
    const inferences = 2 * 3 * 365 * 6 * 3600;
    const given = sweepsOf({
      ...record({ deployment: { ...record().study.deployment, hoursPerDay: 6, inferences } }),
      front,
    });
    expect(given.find(({ name }) => name === "duty")!.own).toBeCloseTo(100, 9); // 2/s of 0.5 s
  });

  it("leaves out what is less accurate than the baseline's interval, and has nothing to say where carbon is unknown", () => {
    const baseline = { ...row(null, 1), metrics: { ...row(null, 1).metrics, accuracy_low: 0.9 } };
    expect(sweepsOf({ ...record(), front, baseline })).toEqual([]);
    expect(sweepsOf({ ...record(), front: [{ ...front[0]!, embodied_kgCO2e: null }] })).toEqual([]);
  });

  it("names where another one takes over: two straight lines cross once", () => {
    const [grid, life, duty] = sweeps.map(({ takeovers }) => takeovers);
    // 0.2 + 0.6 x = 0.3 + 0.3 x at a third of the study's 224 gCO2e/kWh and of its 3 years.
    expect(grid!.map(({ from, to }) => [from, to])).toEqual([[1, 2]]);
    expect(grid![0]!.x).toBeCloseTo(224 / 3, 9);
    expect(life!.map(({ x }) => x).every((x) => Math.abs(x - 1) < 1e-9)).toBe(true);
    // 0.2 + 0.5 x = 0.3 + 0.2 x at a third of 1/s, where the slower one is busy for a sixth of the time.
    expect(duty![0]!.x).toBeCloseTo(50 / 3, 9);
  });

  it("is total carbon, embodied below use, and says which design takes over", () => {
    const { series } = conditionsChart(sweeps[0]!) as { series: { data: number[][]; markLine?: object }[] };
    const { x, total } = sweeps[0]!.optima.at(-1)!;
    expect(series.map(({ data }) => data.at(-1)![0])).toEqual([x, x]);
    expect(series.reduce((sum, { data }) => sum + data.at(-1)![1]!, 0)).toBeCloseTo(total, 4);
    expect(JSON.stringify(series[0]!.markLine)).toContain("trial 2");
  });

  it("is drawn with a line at the study's own condition", () => {
    const chart = JSON.stringify(conditionsChart(sweeps[0]!));
    expect(chart).toContain('"xAxis":224');
    expect(chart).toContain('"name":"Grid (gCO2e/kWh)"');
  });
});
