import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

// Some seconds of what `npm run fuzz -- inputs` does for longer, and every input that it has found before.

const SEED = 1;
const CASES = 500;

it(`${CASES} inputs that nobody should give (seed ${SEED}) are refused in words, or give finite numbers`, () => {
  const main = fileURLToPath(new URL("../../../scripts/fuzz.mjs", import.meta.url));
  const args = [main, "inputs", "--cases", String(CASES), "--seed", String(SEED)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).not.toContain("FOUND");
  expect(status, stdout).toBe(0);
}, 300_000);
