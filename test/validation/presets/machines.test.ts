import { describe, expect, it } from "vitest";
import { evaluate, metricsOf } from "../../../src/evaluate/index.ts";
import { defaultDeployment, loadHardware, loadModel } from "../../../src/spec/index.ts";
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
    ["eyeriss", "energy_total_J", /65 nm/],
    ["eyeriss", "area_mm2", /65 nm/],
    ["mi210", "area_mm2", /6 nm/],
    ["edge-tpu", "energy_total_J", /idealised DRAM/],
    ["edge-tpu", "carbon_embodied_kgCO2e", /carbon per GB/],
    ["h100", "carbon_embodied_kgCO2e", /HBM3/],
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
