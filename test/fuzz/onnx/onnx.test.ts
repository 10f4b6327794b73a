import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

// Some seconds of what `npm run fuzz -- onnx` does for longer.

const SEED = 1;
const CASES = 1000;

it(`${CASES} damaged ONNX files (seed ${SEED}) are refused in words, or give a list of operators, in less than 512 MB`, () => {
  const main = fileURLToPath(new URL("../../../scripts/fuzz.mjs", import.meta.url));
  const args = [main, "onnx", "--cases", String(CASES), "--seed", String(SEED)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout).not.toContain("FOUND");
  expect(status, stdout).toBe(0);
  expect(stdout).toMatch(/\d+ a model/);
}, 300_000);
