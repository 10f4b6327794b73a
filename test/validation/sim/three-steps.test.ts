import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Mapping } from "../../../src/mapping/mapping.ts";
import { simulateMapping } from "../../../src/sim/index.ts";
import { loadHardware } from "../../../src/spec/index.ts";

const none = { input: false, weight: false, output: false };
const all = { input: true, weight: true, output: true };

/** The three inner tiles along n of docs/model/time.md. */
const THREE_STEPS: Mapping = {
  coreSplit: { b: 1, m: 1, n: 1, k: 1 },
  arraySplit: { b: 1, m: 1, n: 1 },
  packed: 1,
  dataflow: "output-stationary",
  bypass: null,
  registerTile: { m: 1, n: 1, k: 1 },
  spatial: { rows: { m: 4, n: 1, k: 1 }, cols: { m: 1, n: 4, k: 1 } },
  globalTile: { m: 4, n: 12, k: 16 },
  dramOrder: ["m", "n", "k"],
  localTile: { m: 4, n: 4, k: 16 },
  globalOrder: ["m", "n", "k"],
  kept: none,
  arrayTile: null,
  doubleBuffered: { global: none, local: all },
};

test("docs/model/time.md: three steps, followed by hand", () => {
  const hardware = loadHardware(fileURLToPath(new URL("../../../examples/hardware/three-steps.yaml", import.meta.url)));
  const result = simulateMapping(hardware, { batch: 1, m: 4, n: 12, k: 16, sharedB: false }, THREE_STEPS);
  if (result.kind !== "mapped") throw new Error(`not mapped: ${result.kind}`);
  // Latency 10; inputs 8 and weights 8 cycles on DRAM's port; 4 cycles on the inner port.
  const firstStart = 8 + 8 + 10 + 4;
  const lastStreamEnd = firstStart + 3 * 16;
  // Skew r + c - 2; 16 B of results take 1 cycle on the inner port and 2 on DRAM's, and 10 to get there.
  const end = lastStreamEnd + (4 + 4 - 2) + 1 + 2 + 10;
  expect(end).toBe(97);
  expect(result.timing).toMatchObject({
    cycles: end,
    computeCycles: 3 * 16 + 6,
    firstFillCycles: firstStart,
    lastDrainCycles: end - lastStreamEnd,
    stallCycles: { dram: 42, global: 1, local: 0 },
  });
});
