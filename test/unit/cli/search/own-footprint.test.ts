import { expect, test } from "vitest";
import { cpuSeconds, ownFootprintText } from "../../../../src/cli/search/own-footprint.ts";

test("an hour of one core is 12 Wh", () => {
  expect(ownFootprintText(3600, 500, false)).toBe(
    "This search itself: 3600 s of CPU at 12 W a core and 500 gCO2e/kWh, 6 gCO2e (the published search: 57 kg).",
  );
  expect(ownFootprintText(1, 1, true)).toMatch(/command's own work is not in it/);
});

test("CPU time is that of this process, in seconds", () => {
  const start = cpuSeconds();
  const until = performance.now() + 200;
  while (performance.now() < until) Math.sqrt(2);
  expect(cpuSeconds() - start).toBeGreaterThan(0.02);
  expect(cpuSeconds() - start).toBeLessThan(20);
});
