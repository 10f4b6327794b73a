import { describe, expect, it } from "vitest";
import { evaluate, rooflineOf } from "../../../src/evaluate/index.ts";
import { defaultDeployment, loadHardware, loadModel, PLAIN_SCHEDULE } from "../../../src/spec/index.ts";

function roofline(model: string, hardware: string, fused: boolean) {
  const evaluation = evaluate({
    model: loadModel(model),
    hardware: loadHardware(hardware),
    deployment: defaultDeployment(),
    technology: { profile: "calibrated", factors: {} },
    mapper: { objective: "latency", effort: "fast" },
    schedule: fused ? { fusion: "all", activations: true, weights: false, prefetch: true } : PLAIN_SCHEDULE,
  });
  if (evaluation.kind !== "evaluated") throw new Error(evaluation.detail);
  return rooflineOf(evaluation);
}

describe("rooflineOf", () => {
  it("roofs are the machine's: 2 x 2,048 x 625 MHz, 80 GB/s, 320 GB/s, 32 B/cycle a core", () => {
    const { peak, vectorPeak, roofs } = roofline("bert-tiny", "catransformers-22nm", false);
    expect(peak).toBe(2 * 2048 * 625e6);
    expect(vectorPeak).toBe(256 * 625e6);
    const { port } = loadHardware("catransformers-22nm").localBuffer!;
    expect(roofs).toEqual([
      { level: "dram", bytesPerSecond: 80e9 },
      { level: "global", bytesPerSecond: 320e9 },
      { level: "local", bytesPerSecond: (port.read.bytes / port.read.cycles) * 625e6 },
    ]);
  });

  it.each([
    ["clip-vit-b16", "catransformers-22nm"],
    ["bert-base", "a100"],
    ["vit-b16", "nvdla-2048"],
    ["llama-3.2-1b", "tpu-v4i"],
  ] as const)("%s on %s: no point is above a roof, fused or not, and shares make up the time", (model, hardware) => {
    for (const fused of [false, true]) {
      const { peak, vectorPeak, roofs, points } = roofline(model, hardware, fused);
      for (const { name, isVector, operations, seconds, levels } of points) {
        const reached = operations / seconds;
        expect(reached, name).toBeLessThanOrEqual((isVector ? vectorPeak : peak) * (1 + 1e-9));
        for (const { level, bytes } of levels) {
          const { bytesPerSecond } = roofs.find((each) => each.level === level)!;
          expect(reached, `${name} ${level}`).toBeLessThanOrEqual((operations / bytes) * bytesPerSecond * (1 + 1e-9));
        }
      }
      const share = points.reduce((sum, point) => sum + point.share, 0);
      // What stays on chip all the way lies under no roof but that of the lanes.
      expect(share).toBeGreaterThan(fused ? 0.7 : 0.99);
      expect(share).toBeLessThanOrEqual(1 + 1e-9);
    }
  });

  it("has no roofs, and no points, where every bandwidth is unlimited", () => {
    expect(roofline("bert-tiny", "scale-sim", false)).toMatchObject({ roofs: [], points: [] });
  });

  it("tells prefill from decode", () => {
    const names = roofline("llama-3.2-1b", "tpu-v4i", false).points.map(({ name }) => name);
    expect(names).toContain("text prefill ffn-up");
    expect(names).toContain("text decode ffn-up");
  });
});
