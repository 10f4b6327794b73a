import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSqliteStore } from "../../../src/store/index.ts";
import { frontFiles, MOST_TO_END_MS, runCli, smallStudy, startCli, storedTrials, type Ended } from "./cli.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-search-"));
afterAll(() => rmSync(directory, { recursive: true }));
const folder = (name: string): string => join(directory, name);

let one: Ended;
beforeAll(async () => {
  one = await runCli("search", smallStudy, "--out", folder("one"), "--workers", "1");
});

const TRIALS = 96;

test("a search ends with a front of feasible designs, its files and its report", () => {
  expect(one.stderr).toContain("small: 1,080 designs, nsga2, seed 3, 96 trials, 1 workers");
  expect(one.code).toBe(0);
  expect(one.stdout).toContain("baseline");
  expect(one.stdout).toContain(`Report: ${join(folder("one"), "report.html")}`);
  for (const name of ["study.yaml", "trials.db", "front.csv", "front.json", "report.html"])
    expect(existsSync(join(folder("one"), name)), name).toBe(true);
  const [csv, json] = frontFiles(folder("one"));
  const record = JSON.parse(json!) as { front: { metrics: Record<string, number> }[]; trialCount: number };
  expect(record.trialCount).toBe(TRIALS);
  expect(record.front.length).toBeGreaterThan(1);
  expect(csv!.trim().split("\n").length).toBe(record.front.length + 1);
  for (const { metrics } of record.front) {
    expect(metrics.latency_s).toBeLessThanOrEqual(0.012);
    expect(metrics.area_mm2).toBeLessThanOrEqual(20);
    expect(metrics.accuracy_low).toBeLessThan(metrics.accuracy!);
  }
});

test("two workers, both of which evaluate trials, write the same bytes as one", async () => {
  const two = await runCli("search", smallStudy, "--out", folder("two"), "--workers", "2");
  expect(two.code).toBe(0);
  const counts = /Trials by worker: (\d+), (\d+)$/m.exec(two.stderr)!.slice(1).map(Number);
  expect(Math.min(...counts)).toBeGreaterThan(0);
  expect(counts[0]! + counts[1]!).toBeGreaterThan(TRIALS / 2);
  expect(frontFiles(folder("two"))).toEqual(frontFiles(folder("one")));
});

test("a search that is killed and resumed, from its own study.yaml, writes the same bytes", async () => {
  const running = startCli(["search", smallStudy, "--out", folder("killed"), "--workers", "2"]);
  expect(await storedTrials(folder("killed"), running)).toBeGreaterThan(0);
  running.child.kill("SIGKILL");
  expect((await running.ended).code).toBe(null);
  const stored = readSqliteStore(join(folder("killed"), "trials.db")).trials.length;
  expect(stored).toBeGreaterThan(0);
  expect(stored).toBeLessThan(TRIALS);
  const study = join(folder("killed"), "study.yaml");
  const resumed = await runCli("search", study, "--out", folder("killed"), "--resume", "--workers", "1");
  expect(resumed.stderr).not.toContain("bug");
  expect(resumed.code).toBe(0);
  expect(frontFiles(folder("killed"))).toEqual(frontFiles(folder("one")));
});

test("Ctrl-C ends at once with 130 and a run that can be resumed", async () => {
  const running = startCli(["search", smallStudy, "--out", folder("stopped"), "--workers", "2"]);
  expect(await storedTrials(folder("stopped"), running)).toBeGreaterThan(0);
  const before = performance.now();
  running.child.kill("SIGINT");
  const { code, stderr } = await running.ended;
  expect(performance.now() - before).toBeLessThan(MOST_TO_END_MS);
  expect(code).toBe(130);
  expect(stderr).toContain("--resume");
  const resumed = await runCli("search", smallStudy, "--out", folder("stopped"), "--resume");
  expect(resumed.code).toBe(0);
  expect(frontFiles(folder("stopped"))).toEqual(frontFiles(folder("one")));
});

test("a finished run can be resumed, which changes nothing, and not by another seed", async () => {
  const again = await runCli("search", smallStudy, "--out", folder("two"), "--resume");
  expect(again.code).toBe(0);
  expect(frontFiles(folder("two"))).toEqual(frontFiles(folder("one")));
  const other = await runCli("search", smallStudy, "--out", folder("two"), "--resume", "--seed", "4");
  expect(other.code).toBe(2);
  expect(other.stderr).toContain("holds trials of another study");
});

test("report prints csv and json as they were written, and an SVG", async () => {
  const [csv, json] = frontFiles(folder("one"));
  expect((await runCli("report", folder("one"), "--format", "csv")).stdout).toBe(csv);
  expect((await runCli("report", folder("one"), "--format", "json")).stdout).toBe(json);
  const svg = (await runCli("report", folder("one"), "--format", "svg")).stdout;
  expect(svg).toMatch(/^<svg /);
  expect(svg).toContain("Total carbon (kgCO2e)");
});
