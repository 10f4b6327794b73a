import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { readSqliteStore } from "../../../src/store/index.ts";
import { frontFiles, repository, runCli, smallStudy, startCli, storedTrials } from "./cli.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-folders-"));
afterAll(() => rmSync(directory, { recursive: true }));
vi.setConfig({ testTimeout: 240_000 });
const folder = (name: string): string => join(directory, name);

/** A search that goes on until it is stopped. */
const endless = folder("endless.yaml");
writeFileSync(
  endless,
  readFileSync(smallStudy, "utf8")
    .replace("ffn: [768, 1152, 1536]", "ffn: 512..3072 step 4")
    .replace("trials: 96", "trials: 500000"),
);
async function started(name: string, ...options: readonly string[]) {
  const running = startCli(["search", endless, "--out", folder(name), "--workers", "1", ...options]);
  expect(await storedTrials(folder(name), running)).toBeGreaterThan(0);
  return running;
}

test("a second search in a folder is refused, also with --resume, and none once the first was killed", async () => {
  const first = await started("shared");
  const second = await runCli("search", endless, "--out", folder("shared"), "--resume", "--workers", "1");
  expect(second.code).toBe(2);
  expect(second.stderr).toContain("another search is writing to this folder");
  expect(first.child.exitCode).toBe(null);
  first.child.kill("SIGKILL");
  await first.ended;
  expect(existsSync(join(folder("shared"), "run.lock"))).toBe(true);
  const storedCount = (): number => readSqliteStore(join(folder("shared"), "trials.db")).trials.length;
  const stored = storedCount();
  const third = await started("shared", "--resume");
  while (storedCount() <= stored) expect(third.child.exitCode).toBe(null);
  third.child.kill("SIGINT");
  expect((await third.ended).code).toBe(130);
  expect(existsSync(join(folder("shared"), "run.lock"))).toBe(false);
  expect(storedCount()).toBeGreaterThan(stored);
});

test("a folder that is removed during a run ends it with exit 2, and is not made again", async () => {
  const running = await started("removed");
  rmSync(folder("removed"), { recursive: true });
  const { code, stderr } = await running.ended;
  expect(stderr).toContain("is gone: it or its folder was removed, moved or replaced while the search ran");
  expect(stderr).not.toContain("bug");
  expect(code).toBe(2);
  expect(existsSync(folder("removed"))).toBe(false);
});

test.each(["SIGHUP", "SIGTERM"] as const)("%s: exit 130, and how to go on", async (signal) => {
  const running = await started(signal);
  running.child.kill(signal);
  const { code, stderr } = await running.ended;
  expect(code).toBe(130);
  expect(stderr).toContain(`Continue with: ecotile search ${endless} --out ${folder(signal)} --resume`);
});

/** A study that asks a program beside it, in a folder of its own. */
function project(name: string): string {
  mkdirSync(folder(name));
  copyFileSync(join(repository, "test/fixtures/search/accuracy-program.mjs"), join(folder(name), "program.mjs"));
  const study = join(folder(name), "study.yaml");
  const command = "accuracy: { evaluator: command, metric: mine, command: [node, program.mjs, plain, asked.log] }";
  const text = readFileSync(smallStudy, "utf8").replace("accuracy: { metric: imagenet-1k }", command);
  writeFileSync(study, text.replace("trials: 96, batch: 12", "trials: 24, batch: 8"));
  return study;
}

test("a run with a command names no machine, and goes on where it was moved to with its study", async () => {
  const out = (place: string): string => join(folder(place), "runs", "night");
  expect((await runCli("search", project("here"), "--out", out("here"))).code).toBe(0);
  const text = readFileSync(join(out("here"), "study.yaml"), "utf8");
  expect(text).toContain("folder: ../..\n");
  for (const name of ["study.yaml", "front.json", "front.csv", "report.html"])
    expect(readFileSync(join(out("here"), name), "utf8"), name).not.toContain(directory);
  const files = frontFiles(out("here"));
  renameSync(folder("here"), folder("there"));
  // A longer run of the moved study asks the program anew.
  const moved = join(out("there"), "study.yaml");
  const asked = readFileSync(join(folder("there"), "asked.log"), "utf8");
  expect((await runCli("search", moved, "--out", out("there"), "--resume")).code).toBe(0);
  expect(frontFiles(out("there"))).toEqual(files);
  expect(readFileSync(moved, "utf8")).toBe(text);
  const longer = folder("longer.yaml");
  writeFileSync(longer, text.replace("trials: 24", "trials: 48").replace("folder: ../..", "folder: there"));
  expect((await runCli("search", longer, "--out", out("there"), "--resume")).code).toBe(0);
  expect(readFileSync(join(folder("there"), "asked.log"), "utf8").length).toBeGreaterThan(asked.length);
  // The folder alone: its study does not find the program, but the study itself goes on with it.
  cpSync(out("there"), folder("elsewhere"), { recursive: true });
  const alone = join(folder("elsewhere"), "study.yaml");
  writeFileSync(alone, readFileSync(alone, "utf8").replace(/folder: .*/, "folder: ../../no-such-place"));
  const lost = await runCli("search", alone, "--out", folder("elsewhere"), "--resume");
  expect(lost.code).toBe(2);
  expect(lost.stderr).toContain("no-such-place, which is no folder");
  expect((await runCli("search", longer, "--out", folder("elsewhere"), "--resume")).code).toBe(0);
  expect(frontFiles(folder("elsewhere"))).toEqual(frontFiles(out("there")));
});

test("--dry-run prints the size of a space that is too large for its strategy, and why it is", async () => {
  const study = folder("large.yaml");
  const text = readFileSync(smallStudy, "utf8").replace(
    "ffn: [768, 1152, 1536]",
    "ffn: { 1: 512..3072, 2: 512..3072, 3: 512..3072 }",
  );
  writeFileSync(study, text.replace("strategy: nsga2", "strategy: exact"));
  const dry = await runCli("search", study, "--dry-run");
  expect(dry.code).toBe(0);
  expect(dry.stdout).toMatch(/small: [\d,]+ designs\n/);
  expect(dry.stdout).toContain("cannot be searched so: Strategy exact looks at every setting of a layer");
  const refused = await runCli("search", study, "--out", folder("large"));
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("Strategy exact looks at every setting of a layer");
  expect(existsSync(folder("large"))).toBe(false);
});
