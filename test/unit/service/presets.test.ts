import { expect, it } from "vitest";
import { footprintOf } from "../../../src/evaluate/index.ts";
import { PLAIN_SCHEDULE, defaultDeployment, loadHardware, loadModel } from "../../../src/spec/index.ts";

/** Parameters, those that are active, and elements that a token leaves in the cache, as the model cards and papers have them. */
it.each([
  ["llama-3.1-70b", 70.6e9, 70.6e9, 80 * 2 * 8 * 128],
  ["qwen3-30b-a3b", 30.5e9, 3.3e9, 48 * 2 * 4 * 128],
  // 671 B with 37 B active, without the module for the second token.
  ["deepseek-v3", 671e9, 37e9, 61 * (512 + 64)],
])("%s has the parameters of its card", (name, all, active, cached) => {
  const model = loadModel(name);
  const parts = { model, hardware: loadHardware("h100"), deployment: defaultDeployment(), schedule: PLAIN_SCHEDULE };
  const { parameters, activeParameters, kvPerToken_B } = footprintOf(parts);
  expect(parameters / all).toBeCloseTo(1, 2);
  expect(activeParameters / active).toBeGreaterThan(0.97);
  expect(activeParameters / active).toBeLessThan(1.03);
  expect(kvPerToken_B).toBe(2 * cached);
});
