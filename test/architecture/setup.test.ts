import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { expect, it } from "vitest";
import { builtList, COMMANDS, listOf } from "../../src/cli/commands.ts";
import { builtYaml, packageRoot } from "../../src/package-root.ts";
import { readYaml } from "../../src/spec/read-yaml.ts";
import { root } from "./files.ts";

// With --check, since a build in the middle of a test run would pull dist/ from under other tests.
it("set-up finds within 2 s, and without a network, whether there is anything to do", () => {
  const start = performance.now();
  const run = spawnSync(process.execPath, [join(root, "scripts/setup.mjs"), "--check"], { encoding: "utf8" });
  expect(performance.now() - start).toBeLessThan(2000);
  expect(run.stdout).toBe("");
  if (run.status !== 0) expect(run.stderr).toBe("Building (assembly/ to WebAssembly, src/ to JavaScript) ...\n");
});

it("the list of commands that the build keeps is that of the commands", async () => {
  const program = new Command();
  for (const load of Object.values(COMMANDS)) (await load())(program);
  expect(builtList()).toEqual(listOf(program));
});

it("what the build has read of the package's YAML files is what they hold", () => {
  const paths = ["src/cost/tables/node.yaml", "presets/regions.yaml", "presets/hardware/h100.yaml"];
  for (const path of paths) {
    const text = readFileSync(new URL(path, packageRoot), "utf8");
    expect(builtYaml(path, text)?.value, path).toEqual(readYaml(text, path).value);
    expect(builtYaml(path, `${text}\n`)).toBeNull();
  }
});
