import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "./files.ts";

// With --check, since a build in the middle of a test run would pull dist/ from under other tests.
it("set-up finds within 2 s, and without a network, whether there is anything to do", () => {
  const start = performance.now();
  const run = spawnSync(process.execPath, [join(root, "scripts/setup.mjs"), "--check"], { encoding: "utf8" });
  expect(performance.now() - start).toBeLessThan(2000);
  expect(run.stdout).toBe("");
  if (run.status !== 0) expect(run.stderr).toBe("Building (assembly/ to WebAssembly, src/ to JavaScript) ...\n");
});
