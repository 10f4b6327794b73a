import { expect, it } from "vitest";
import * as abi from "../../../assembly/abi.ts";
import { createCore, simulateGemms } from "../../../src/sim/index.ts";
import { loadHardware } from "../../../src/spec/index.ts";

/** Mappings that are walked tile by tile on request have the record of the walk that is cut short, bit for bit. */
it.each([
  ["catransformers-22nm", 1, 4096, 4096, 4096],
  ["catransformers-22nm", 12, 1970, 64, 1970],
  ["timeloop-16x16", 1, 1000, 769, 333],
  ["mi210", 3, 777, 1111, 2049],
] as const)("%s, %d x %d x %d x %d", (name, batch, m, n, k) => {
  const core = createCore();
  simulateGemms(loadHardware(name), [{ batch, m, n, k, sharedB: false }], { core });
  const found = core.results.slice(0, abi.RES_FIELDS);
  core.problems[abi.IN_GIVEN_MAPPING] = 1;
  const walked = [0, 1].map((everyTile) => {
    core.results.set(found);
    core.problems[abi.IN_EVERY_TILE] = everyTile;
    expect(core.evaluate(1)).toBe(0);
    return core.results.slice(0, abi.RES_FIELDS);
  });
  expect(walked[1]).toEqual(walked[0]);
  expect(core.searchOf(0).steps).toBeGreaterThan(50);
});
