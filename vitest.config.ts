import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const root = import.meta.dirname;
/** Files that put something else in the place of modules, or of what the process has: nothing of theirs may be seen by others. */
const alone = readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts") && /\bvi\.\w/.test(readFileSync(join(root, "test", name), "utf8")))
  .map((name) => `test/${name.replaceAll("\\", "/")}`);

export default defineConfig({
  test: {
    globalSetup: "test/built-files.ts",
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    reporters: ["default", "./test/count-reporter.ts"],
    projects: [
      // One process after the other runs many files: loading what they share took twice the time of their tests (0.6 s of CPU a file).
      { extends: true, test: { name: "shared", include: ["test/**/*.test.ts"], exclude: alone, isolate: false } },
      { extends: true, test: { name: "alone", include: alone } },
    ],
  },
});
