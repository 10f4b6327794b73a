import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runCli, smallStudy } from "./cli.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-refusal-"));
afterAll(() => rmSync(directory, { recursive: true }));
const folder = (name: string): string => join(directory, name);

/** The small study with one line exchanged. */
function studyWith(name: string, before: string | RegExp, after: string): string {
  const path = folder(`${name}.yaml`);
  const text = readFileSync(smallStudy, "utf8");
  expect(text).toMatch(before);
  writeFileSync(path, text.replace(before, after));
  return path;
}

test("no feasible design: exit 3, per constraint the trials it rules out and the nearest miss", async () => {
  const study = studyWith("impossible", "latency <= 12 ms, area <= 20 mm2", "latency <= 1 us, area <= 9 mm2");
  const short = studyWith("impossible-short", /search: .*/, "search: { strategy: nsga2, trials: 24, batch: 12 }");
  writeFileSync(
    study,
    readFileSync(study, "utf8").replace(/search: .*/, /search: .*/.exec(readFileSync(short, "utf8"))![0]),
  );
  const { code, stderr, stdout } = await runCli("search", study, "--out", folder("impossible"));
  expect(code).toBe(3);
  expect(stdout).toBe("");
  expect(stderr).toContain("No feasible design among 24 trials.");
  expect(stderr).toMatch(/area <= 9 mm2: rules out \d+ of 24 trials.*misses by [\d.]+ mm2 \([\d.]+ %\)/);
  expect(existsSync(join(folder("impossible"), "front.json"))).toBe(true);
});

test("a limit on what needs simulation alone", async () => {
  const study = studyWith("too-fast", /constraints: .*/, "constraints: [latency <= 1 us]");
  writeFileSync(study, readFileSync(study, "utf8").replace("trials: 96", "trials: 12"));
  const { code, stderr } = await runCli("search", study, "--out", folder("too-fast"), "--strategy", "random");
  expect(code).toBe(3);
  expect(stderr).toMatch(/latency <= 1 us: rules out 12 of 12 trials; the nearest, trial \d+, misses by [\d.]+ [mu]s/);
});

test("a folder that is not empty, and one that holds no run: exit 2", async () => {
  mkdirSync(folder("full"));
  writeFileSync(join(folder("full"), "notes.txt"), "mine");
  const fresh = await runCli("search", smallStudy, "--out", folder("full"));
  expect(fresh.code).toBe(2);
  expect(fresh.stderr).toContain("is not empty. Continue the run in it with --resume");
  const resumed = await runCli("search", smallStudy, "--out", folder("full"), "--resume");
  expect(resumed.code).toBe(2);
  expect(resumed.stderr).toContain("holds no run to resume");
  const file = await runCli("search", smallStudy, "--out", join(folder("full"), "notes.txt"));
  expect(file.code).toBe(2);
});

test("a folder that cannot be written: exit 2", async () => {
  // Root may write everywhere but into the kernel's own files.
  const isRoot = process.getuid?.() === 0;
  const target = isRoot ? "/proc/self/fdinfo/run" : join(folder("read-only"), "run");
  if (!isRoot) {
    mkdirSync(folder("read-only"));
    chmodSync(folder("read-only"), 0o555);
  }
  const { code, stderr } = await runCli("search", smallStudy, "--out", target);
  expect(code).toBe(2);
  expect(stderr).toContain("cannot be made");
});

test.each([
  ["malformed", "mode: carbon", "mode: carbn", "spec/"],
  [
    "metric",
    "metric: imagenet-1k",
    "metric: nonsense",
    "accuracy.metric is nonsense, which the predictor does not know",
  ],
  [
    "family",
    "metric: imagenet-1k",
    "metric: glue",
    "a metric of bert models; vit-s16 is of family vit. Metrics of this family: imagenet-1k",
  ],
  ["reference", "search: {", "search: { reference: { carbon: 2 kgCO2e },", "search.reference needs a value"],
])("a study that cannot be searched (%s): exit 2, nothing is made", async (name, before, after, message) => {
  const { code, stderr } = await runCli("search", studyWith(name, before, after), "--out", folder(name));
  expect(stderr).toContain(message);
  expect(code).toBe(2);
  expect(existsSync(folder(name))).toBe(false);
});

test("a missing file and a wrong option: exit 2", async () => {
  expect((await runCli("search", folder("none.yaml"))).code).toBe(2);
  expect((await runCli("search", smallStudy, "--workers", "0")).code).toBe(2);
  const strategy = await runCli("search", smallStudy, "--strategy", "guess", "--out", folder("guess"));
  expect(strategy.code).toBe(2);
  expect(strategy.stderr).toContain("there are: auto, exact, nsga2, nsga3, random, bayesian");
  expect((await runCli("report", folder("none"))).code).toBe(2);
});

test("--dry-run prints the sizes and makes nothing", async () => {
  const { code, stdout } = await runCli("search", "examples/clip-vit-b16.yaml", "--dry-run", "--out", folder("dry"));
  expect(code).toBe(0);
  expect(stdout).toContain("clip-vit-b16: 3,472,875,000 designs");
  expect(stdout).toContain("text tower: 875");
  expect(stdout).toContain("vision tower: 1,225");
  expect(stdout).toContain("hardware: 3,240");
  expect(existsSync(folder("dry"))).toBe(false);
});

test("sizes that the published tables do not have rule a trial out, with the reason", async () => {
  const study = folder("published.yaml");
  const text = readFileSync(smallStudy, "utf8")
    .replace("mode: carbon", "technology: { profile: published }\nmode: carbon")
    .replace("128 KiB, 256 KiB", "96 KiB")
    .replace(/constraints: .*/, "constraints: [latency <= 1 s]")
    .replace("trials: 96", "trials: 24");
  writeFileSync(study, text);
  const { code, stderr } = await runCli("search", study, "--out", folder("published"));
  expect(stderr).not.toContain("bug");
  expect(code).toBe(0);
  const record = JSON.parse(readFileSync(join(folder("published"), "front.json"), "utf8")) as {
    violations: { constraint: string }[];
  };
  expect(record.violations.map(({ constraint }) => constraint).join()).toContain("localBuffer");
});

test("a search stops when so many trials bring nothing, or when the space is exhausted, and says why", async () => {
  const stoppedOf = (name: string): unknown =>
    (JSON.parse(readFileSync(join(folder(name), "front.json"), "utf8")) as { stopped: unknown }).stopped;
  const patient = studyWith("patient", "trials: 96", "trials: 1000, patience: 36");
  expect((await runCli("search", patient, "--out", folder("patient"))).code).toBe(0);
  expect(stoppedOf("patient")).toBe("stalled");
  const small = studyWith("exhausted", "layers: 4..12 step 2, ffn: [768, 1152, 1536]", "layers: [4], ffn: [768]");
  expect((await runCli("search", small, "--out", folder("exhausted"))).code).toBe(0);
  expect(stoppedOf("exhausted")).toBe("exhausted");
});
