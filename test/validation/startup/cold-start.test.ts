import { expect, it } from "vitest";
import { startCosts } from "../../../src/cli/bench/cold-start.ts";

// The least of some samples, since other tests run beside this one. `npm run bench` prints medians.
it("a command starts in a few times what Node takes to do nothing", () => {
  const { bare, commands } = startCosts(6, process.execPath, (samples) => Math.min(...samples));
  expect(commands["--help"] / bare).toBeLessThan(2.5);
  expect(commands.presets / bare).toBeLessThan(2.5);
  expect(commands.gemm / bare).toBeLessThan(5);
});
