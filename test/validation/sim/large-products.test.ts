import { expect, it } from "vitest";
import { simulateGemms } from "../../../src/sim/index.ts";
import { loadHardware } from "../../../src/spec/index.ts";

/**
 * Products whose tiles are many, on presets whose ports can feed the array: the fast search comes within a tenth of the
 * largest roof. What it must not do is leave rows of the array idle for the sake of a tile's shape.
 */
it.each([
  ["catransformers-22nm", 1_000_000, 4096, 4096],
  ["catransformers-22nm", 200_000, 1024, 1024],
  ["catransformers-22nm", 50_257, 768, 768],
  ["catransformers-22nm", 8, 14_336, 4096],
  ["tpu-v4i", 65_536, 8192, 8192],
  ["a100", 16_384, 12_288, 12_288],
] as const)("%s, %d x %d x %d: within a tenth of the roofline", (name, m, n, k) => {
  const [result] = simulateGemms(loadHardware(name), [{ batch: 1, m, n, k, sharedB: true }]);
  if (result?.kind !== "mapped") throw new Error("not mapped");
  const { cycles, roofline } = result.timing;
  const ratio = cycles / Math.max(roofline.compute, roofline.dram, roofline.local);
  console.log(`${name}, ${m} x ${n} x ${k}: ${ratio.toFixed(3)} of the roofline`);
  expect(ratio).toBeLessThan(1.1);
});
