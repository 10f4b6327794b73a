import { describe, expect, it } from "vitest";
import type { Unknown } from "../../../src/cost/index.ts";
import { evaluate, intervalsOf, knownMetricsOf, metricsOf, pricingOf } from "../../../src/evaluate/index.ts";
import { defaultDeployment, listPresets, loadHardware, loadModel } from "../../../src/spec/index.ts";
import { simulateGemms } from "../../../src/sim/index.ts";

/** Published peak, 10^12 operations a second, 2 per MAC; how far the clock of the preset may be from what it was rounded to. */
const MACHINES = [
  ["a100", 296.4, 0.001], // 312 at the boost clock, 0.95 of it sustained
  ["mi210", 149, 0.001], // 104 units x 1,024 operations x 1.4 GHz; 181 at the peak clock
  ["h100", 940.5, 0.001], // 989 at the boost clock
  ["tpu-v1", 92, 0.004],
  ["tpu-v4i", 138, 0.004],
  ["gaudi-2", 432, 0.002],
  ["nvdla-2048", 4.096, 1e-9],
  ["eyeriss", 0.0672, 1e-9],
  ["edge-tpu", 4, 0.02],
] as const;

describe("presets of real machines", () => {
  it.each(MACHINES)("%s: MACs x 2 x clock is the published peak, %d TOPS", (name, peak, tolerance) => {
    const { cores, arraysPerCore, array, clock } = loadHardware(name);
    const tops = (2 * cores * arraysPerCore * array.rows * array.cols * clock) / 1e12;
    expect(Math.abs(tops / peak - 1)).toBeLessThanOrEqual(tolerance);
  });

  it.each(MACHINES)("%s has a mapping for large, small and odd products", (name) => {
    const shapes = [
      [1, 512, 512, 512],
      [12, 197, 197, 64],
      [1, 1, 1000, 768],
      [1, 77, 3, 5],
    ] as const;
    const problems = shapes.map(([batch, m, n, k]) => ({ batch, m, n, k, sharedB: batch === 1 }));
    for (const result of simulateGemms(loadHardware(name), problems)) {
      expect(result.kind).toBe("mapped");
      if (result.kind !== "mapped") continue;
      expect(result.timing.utilisation).toBeGreaterThan(0);
      expect(result.timing.utilisation).toBeLessThanOrEqual(1);
    }
  });

  it("runs at half of its peak or more on a large product, where nothing outside the chip holds it back", () => {
    for (const name of ["a100", "mi210", "h100", "tpu-v4i", "gaudi-2", "nvdla-2048"]) {
      const [result] = simulateGemms(loadHardware(name), [{ batch: 1, m: 2048, n: 2048, k: 2048, sharedB: true }]);
      expect(result?.kind === "mapped" ? result.timing.utilisation : 0, name).toBeGreaterThan(0.5);
    }
  });
});

describe("what no table covers", () => {
  it.each([
    ["scale-sim", "energy_total_J", /no size limit/],
    ["stonne-os", "area_mm2", /no size limit/],
    ["zigzag-16x16", "carbon_embodied_kgCO2e", /carbon per GB/],
    ["timeloop-16x16", "carbon_embodied_kgCO2e", /carbon per GB/],
  ] as const)("%s: %s is null with its reason, never 0", (name, metric, reason) => {
    const evaluation = evaluate({
      model: loadModel("bert-tiny"),
      hardware: loadHardware(name),
      deployment: defaultDeployment(),
      technology: { profile: "calibrated", factors: {} },
      mapper: { objective: "latency", effort: "fast" },
    });
    if (evaluation.kind !== "evaluated") throw new Error(evaluation.detail);
    expect(metricsOf(evaluation)[metric]).toBeNull();
    const { energy, area, embodied } = evaluation;
    const part = metric === "energy_total_J" ? energy : metric === "area_mm2" ? area : embodied;
    expect(part.total === null ? part.reason : "").toMatch(reason);
  });
});

/** Machines that peers describe, of which nothing can be bought. */
const PEERS = ["scale-sim", "stonne-os", "timeloop-16x16", "zigzag-16x16"];

describe("carbon of the presets", () => {
  const run = (name: string) => {
    const evaluation = evaluate({
      model: loadModel("bert-tiny"),
      hardware: loadHardware(name),
      deployment: defaultDeployment(),
      technology: { profile: "calibrated", factors: {} },
      mapper: { objective: "carbon", effort: "fast" },
    });
    if (evaluation.kind !== "evaluated") throw new Error(evaluation.detail);
    return evaluation;
  };

  it.each(listPresets("hardware").filter((name) => !PEERS.includes(name)))(
    "%s has a total with an interval",
    (name) => {
      const { carbon_total_kgCO2e: total } = intervalsOf(pricingOf(run(name)));
      if (total === null || total.low === null) throw new Error("no interval");
      expect(total.low).toBeGreaterThan(0);
      expect(total.high).toBeGreaterThan(total.nominal);
    },
  );

  it.each(PEERS)("%s: at least what is known, and the missing part is named", (name) => {
    const known = knownMetricsOf(run(name))["carbon_total_kgCO2e"];
    expect(known).toMatchObject({ total: null, atLeast: expect.any(Number) as number });
    expect((known as Unknown).missing).not.toEqual([]);
  });

  // Memory and board of the model are those of this very footprint: only its integrated circuits are a test.
  it("H100 against the product carbon footprint of an HGX H100: 164 kg, of which 41.5 are integrated circuits", () => {
    const { embodied } = run("h100");
    if (embodied.total === null) throw new Error(embodied.reason);
    const { dieEnergy, dieGas, dieMaterial, package: body, interposer } = embodied.parts;
    expect((dieEnergy! + dieGas! + dieMaterial! + body! + interposer!) / 41.5).toBeCloseTo(1.2, 1);
    expect(embodied.total / 164).toBeCloseTo(1.05, 1);
  });

  it("A100: the published 127.6 kg (teardown) and 181 kg (parametric) lie inside the interval", () => {
    const interval = intervalsOf(pricingOf(run("a100"))).carbon_embodied_kgCO2e!;
    expect([127.6, 181].map((kg) => kg > interval.low! && kg < interval.high!)).toEqual([true, true]);
  });
});
