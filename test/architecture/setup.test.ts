import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { Command } from "commander";
import { expect, it } from "vitest";
import { builtList, COMMANDS, listOf } from "../../src/cli/commands.ts";
import { packagedDigest, packagedPaths, packagedSource, packagedText, packagedValue } from "../../src/data/index.ts";
import { readYaml } from "../../src/spec/read-yaml.ts";
import { leastTime } from "../fixtures/least.ts";
import { filesUnder, readSource, root } from "./files.ts";

// With --check, since a build in the middle of a test run would pull dist/ from under other tests.
it("set-up finds within 2 s, and without a network, whether there is anything to do", async () => {
  const spent = await leastTime(2000, () => {
    const start = performance.now();
    const run = spawnSync(process.execPath, [join(root, "scripts/setup.mjs"), "--check"], { encoding: "utf8" });
    expect(run.stdout).toBe("");
    if (run.status !== 0) expect(run.stderr).toBe("Building (assembly/ to WebAssembly, src/ to JavaScript) ...\n");
    return performance.now() - start;
  });
  expect(spent).toBeLessThan(2000);
});

it("the list of commands that the build keeps is that of the commands", async () => {
  const program = new Command();
  for (const load of Object.values(COMMANDS)) (await load())(program);
  expect(builtList()).toEqual(listOf(program));
});

it("what the build has read of the package's YAML files is what they hold", () => {
  const paths = ["presets", "src/cost/tables"].flatMap((folder) => filesUnder(folder, ".yaml"));
  expect([...packagedPaths("presets/"), ...packagedPaths("src/")]).toEqual(paths);
  expect(paths.length).toBeGreaterThan(50);
  for (const path of paths) {
    const text = readSource(path);
    expect(packagedValue(path), path).toEqual(readYaml(text, path).value);
    expect(packagedDigest(path), path).toBe(createHash("sha256").update(text).digest("hex"));
    expect(readYaml(packagedSource(path), path).value, path).toEqual(packagedValue(path));
    if (/^presets\/(hardware|models)\//.test(path)) expect(packagedText(path), path).toBe(text);
  }
  expect(() => packagedValue("presets/none.yaml")).toThrow("presets/none.yaml");
});
