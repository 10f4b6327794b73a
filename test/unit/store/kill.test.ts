import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, expect, test } from "vitest";
import { createRandom } from "../../../src/random/index.ts";
import { readSqliteStore } from "../../../src/store/index.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "ecotile-kill-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** Plain JavaScript of the rooms that a study needs, since a child process reads no TypeScript. */
function transpile(): void {
  writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
  symlinkSync(join(repository, "node_modules"), join(directory, "node_modules"));
  for (const room of ["math", "random", "search", "store"]) {
    for (const entry of readdirSync(join(repository, "src", room), { recursive: true, encoding: "utf8" })) {
      if (!entry.endsWith(".ts")) continue;
      const source = readFileSync(join(repository, "src", room, entry), "utf8");
      const compilerOptions = {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        rewriteRelativeImportExtensions: true,
        verbatimModuleSyntax: true,
      };
      const target = join(directory, "src", room, entry.replace(/\.ts$/, ".js"));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, ts.transpileModule(source, { compilerOptions }).outputText);
    }
  }
}

/** Runs the study; kills it once more than `killAfter` trials are stored. @returns its output, and whether it was killed */
function runStudyProcess(
  file: string,
  killAfter: number,
): Promise<{ readonly output: string; readonly killed: boolean; readonly error: string }> {
  const child = spawn(process.execPath, [
    fileURLToPath(new URL("../../fixtures/store/study.mjs", import.meta.url)),
    directory,
    file,
  ]);
  let output = "";
  let error = "";
  child.stderr.on("data", (text: Buffer) => (error += text.toString()));
  child.stdout.on("data", (text: Buffer) => {
    output += text.toString();
    if (storedCount(output) > killAfter) child.kill("SIGKILL");
  });
  return new Promise((resolve) =>
    child.on("close", (_code, signal) => resolve({ output, error, killed: signal === "SIGKILL" })),
  );
}

const storedCount = (output: string): number => Number([...output.matchAll(/stored (\d+)\n/g)].at(-1)?.[1] ?? 0);
const resultOf = (output: string): string | undefined => /^result (.*)$/m.exec(output)?.[1];

test("kill −9 at ten moments loses no stored trial, and the resumed run ends with the same bytes", async () => {
  transpile();
  const whole = join(directory, "whole.db");
  const uninterrupted = await runStudyProcess(whole, Infinity);
  expect(uninterrupted.error).toContain('"evaluatedCount":400');
  const file = join(directory, "killed.db");
  const random = createRandom(11);
  let killCount = 0;
  let kept = 0;
  for (let round = 0; round < 10; round += 1) {
    const { output, killed } = await runStudyProcess(file, kept + 1 + random.below(30));
    const stored = readSqliteStore(file).trials;
    expect(stored.length).toBeGreaterThanOrEqual(Math.max(kept, storedCount(output)));
    kept = stored.length;
    if (killed) killCount += 1;
  }
  const resumed = await runStudyProcess(file, Infinity);
  expect(killCount).toBeGreaterThanOrEqual(8);
  expect(resumed.error).toContain(`"evaluatedCount":${400 - kept},"replayedCount":${kept}`);
  expect(resultOf(resumed.output)).toBe(resultOf(uninterrupted.output));
  expect(resultOf(resumed.output)).toBeDefined();
  expect(readSqliteStore(file)).toEqual(readSqliteStore(whole));
});
