import { describe, expect, it } from "vitest";
import { listPresets, loadHardware, loadModel, region } from "../../../src/spec/index.ts";

describe("presets", () => {
  it.each(listPresets("hardware"))("hardware %s is valid, frozen and named after its file", (name) => {
    const hardware = loadHardware(name);
    expect(hardware.name).toBe(name);
    expect(Object.isFrozen(hardware.array.registers.holds)).toBe(true);
    expect(hardware.description).not.toBe("");
  });

  it.each(listPresets("models"))("model %s is valid, frozen and named after its file", (name) => {
    const model = loadModel(name);
    expect(model.name).toBe(name);
    expect(Object.isFrozen(model)).toBe(true);
    expect(model.description).not.toBe("");
  });

  it("lists what design.md names", () => {
    const models = `clip-vit-b16 clip-vit-b32 clip-vit-l14 clip-vit-h14 tinyclip-8m-16 tinyclip-39m-16 tinyclip-40m-32
      tinyclip-61m-32 vit-s16 vit-b16 vit-l16 bert-tiny bert-mini bert-small bert-medium bert-base bert-large
      llama-2-7b llama-3-8b llama-3.2-1b llama-3.1-70b qwen3-30b-a3b deepseek-v3`.split(/\s+/);
    expect([...listPresets("models")].sort()).toEqual(models.sort());
    const hardware = ["catransformers-22nm", "scale-sim", "stonne-os", "timeloop-16x16", "zigzag-16x16"];
    expect(listPresets("hardware")).toEqual(expect.arrayContaining(hardware));
  });

  it("holds the published point of the 22 nm space", () => {
    const { clock, array, dram, globalBuffer, localBuffer, vector } = loadHardware("catransformers-22nm");
    expect(clock).toBe(625e6);
    expect([array.rows, array.cols, array.registers.words, array.accumulators.count]).toEqual([256, 8, 32, 32]);
    expect(localBuffer?.size).toBe(64 * 1024);
    expect(globalBuffer?.port.write).toEqual({ bytes: 512, cycles: 1 });
    expect(dram?.port.read).toEqual({ bytes: 128, cycles: 1 });
    expect(dram?.capacity).toBe(1e9);
    expect(vector.lanes).toBe(256);
  });

  it("derives vision tokens from the image: 14² + 1, 7² + 1 and 16² + 1", () => {
    const tokens = ["clip-vit-b16", "clip-vit-b32", "clip-vit-l14"].map((name) => {
      const model = loadModel(name);
      return model.family === "clip" ? model.vision.tokens : 0;
    });
    expect(tokens).toEqual([197, 50, 257]);
  });

  it("knows the grids of the study, 68, 224 and 524 gCO2e/kWh, each with source and vintage", () => {
    const names = ["british-columbia", "california", "taiwan"];
    expect(names.map((name) => region(name).intensity)).toEqual([68, 224, 524]);
    for (const name of listPresets("regions")) {
      const { source, vintage, intensity } = region(name);
      expect(source, name).toMatch(/ACT|CATransformers|Ember/);
      expect(vintage, name).toMatch(/^20\d\d/);
      expect(intensity, name).toBeGreaterThan(5);
      expect(intensity, name).toBeLessThan(800);
    }
    expect(region("taiwan-2022").intensity).toBe(583);
    expect(region("taiwan-2023").intensity).toBe(642);
  });
});
