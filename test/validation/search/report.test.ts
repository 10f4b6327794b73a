import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli, smallStudy } from "./cli.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-compare-"));
afterAll(() => rmSync(directory, { recursive: true }));
const folder = (name: string): string => join(directory, name);

beforeAll(async () => {
  const latency = folder("latency.yaml");
  writeFileSync(latency, readFileSync(smallStudy, "utf8").replace("mode: carbon", "mode: latency"));
  const runs = [
    ["exact", smallStudy, "--strategy", "exact"],
    ["one", smallStudy, "--seed", "1"],
    ["two", smallStudy, "--seed", "2"],
    ["fast", latency, "--strategy", "exact"],
  ] as const;
  for (const [name, study, ...options] of runs)
    expect((await runCli("search", study, "--out", folder(name), ...options)).code).toBe(0);
}, 120_000);

interface Json {
  readonly runs: readonly { readonly label: string; readonly share: number; readonly igdPlus: number }[];
  readonly groups: readonly { readonly runs: readonly number[] }[];
  readonly ownBest: readonly {
    readonly run: string;
    readonly metric: string;
    readonly metrics: Record<string, number>;
  }[];
  readonly referencePoint: readonly number[];
  readonly differences: readonly string[];
}

test("runs side by side: shares of the exact front, seeds together, what each aim gives up", async () => {
  const folders = ["exact", "one", "two", "fast"].map(folder);
  const { code, stdout } = await runCli("report", "--compare", ...folders, "--format", "json");
  expect(code).toBe(0);
  const { runs, groups, ownBest, differences, referencePoint } = JSON.parse(stdout) as Json;
  expect(runs.map(({ label }) => label)).toEqual(["exact", "one", "two", "fast"]);
  expect(runs[0]).toMatchObject({ share: 1, igdPlus: 0 });
  for (const { share, igdPlus } of runs.slice(1)) {
    expect(share).toBeLessThanOrEqual(1);
    expect(igdPlus).toBeGreaterThanOrEqual(0);
  }
  expect(groups.map((group) => group.runs)).toEqual([[1, 2]]);
  expect(referencePoint.length).toBe(2);
  expect(differences).toEqual([]);
  // The exact carbon design has less carbon than the exact latency design, which is faster.
  const [carbon, latency] = ["exact", "fast"].map((run) => ownBest.find((each) => each.run === run)!.metrics);
  expect(carbon!["carbon_total_kgCO2e"]).toBeLessThan(latency!["carbon_total_kgCO2e"]!);
  expect(latency!["latency_s"]).toBeLessThan(carbon!["latency_s"]!);
});

test("the same as a page and as tables, and as csv", async () => {
  const { code, stdout } = await runCli("report", "--compare", folder("exact"), folder("one"));
  expect(code).toBe(0);
  expect(stdout).toContain("Reference point, the worst of all fronts: accuracy");
  const path = join(folder("exact"), "comparison.html");
  expect(stdout).toContain(`Report: ${path}`);
  expect(readFileSync(path, "utf8")).toContain("Comparison of 2 runs");
  const csv = await runCli("report", "--compare", folder("exact"), folder("one"), "--format", "csv");
  expect(csv.stdout.split("\n")[0]).toContain("hypervolume_share,igd_plus,reference_front");
});

test("one run has all of its charts as SVG; what it lacks is said", async () => {
  for (const chart of ["front", "parallel", "convergence", "carbon"]) {
    const { code, stdout } = await runCli("report", folder("one"), "--format", "svg", "--chart", chart);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^<svg/);
  }
  const none = await runCli("report", folder("one"), "--format", "svg", "--chart", "pairs");
  expect(none.code).toBe(2);
  expect(none.stderr).toContain("has no chart pairs");
});

test("too few or too many folders: exit 2", async () => {
  expect((await runCli("report", "--compare", folder("one"))).stderr).toContain(
    "needs the folders of two runs or more",
  );
  expect((await runCli("report", folder("one"), folder("two"))).code).toBe(2);
  expect((await runCli("report", "--compare", folder("one"), folder("nothing"))).code).toBe(2);
});
