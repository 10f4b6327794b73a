import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

// A second of what `npm run fuzz -- serve` does for longer.

const SEED = 1;
const CASES = 600;

it(`${CASES} damaged lines (seed ${SEED}) are each answered by serve, which neither ends nor hangs`, () => {
  const main = fileURLToPath(new URL("../../../scripts/fuzz.mjs", import.meta.url));
  const args = [main, "serve", "--cases", String(CASES), "--seed", String(SEED)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).not.toContain("FOUND");
  expect(status, stdout).toBe(0);
  expect(Number(/(\d+) results/.exec(stdout)?.[1])).toBeGreaterThan(20);
}, 120_000);
