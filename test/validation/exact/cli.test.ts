import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { frontFiles, MOST_TO_END_MS, runCli, smallStudy, startCli, type Ended } from "../search/cli.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-exact-"));
afterAll(() => rmSync(directory, { recursive: true }));
const folder = (name: string): string => join(directory, name);

interface Front {
  readonly front: readonly { readonly point: unknown; readonly metrics: Readonly<Record<string, number>> }[];
  readonly exact?: {
    readonly covered: number;
    readonly frontCount: number;
    readonly shownWithin?: number;
    readonly hardwarePoints: unknown;
  };
}
const read = (name: string): Front => JSON.parse(readFileSync(join(folder(name), "front.json"), "utf8")) as Front;

let one: Ended;
beforeAll(async () => {
  one = await runCli("search", smallStudy, "--strategy", "exact", "--out", folder("one"), "--workers", "1");
});

test("a study with one tower: all designs covered, counted and explained", () => {
  expect(one.stderr).toContain("small: 1,080 designs, exact, all of them, 1 workers");
  expect(one.stderr).toMatch(/Covered 1,080 designs with [\d,]+ simulated GEMMs/);
  expect(one.stderr).toContain("area <= 20 mm2");
  expect(one.stderr).toContain("mapped by objective carbon, effort fast");
  expect(one.code).toBe(0);
  const { front, exact } = read("one");
  expect(exact!.covered).toBe(1080);
  expect(exact!.frontCount).toBe(front.length);
});

test("two workers write the same bytes as one", async () => {
  const two = await runCli("search", smallStudy, "--strategy", "exact", "--out", folder("two"), "--workers", "2");
  expect(two.code).toBe(0);
  expect(frontFiles(folder("two"))).toEqual(frontFiles(folder("one")));
});

test("the front is that of trying every design", async () => {
  const study = folder("random.yaml");
  writeFileSync(study, readFileSync(smallStudy, "utf8").replace("trials: 96", "trials: 1080"));
  const { code } = await runCli("search", study, "--strategy", "random", "--out", folder("random"));
  expect(code).toBe(0);
  const points = (name: string): readonly string[] => read(name).front.map(({ point }) => JSON.stringify(point));
  expect([...points("one")].sort()).toEqual([...points("random")].sort());
});

test("nothing feasible: exit 3, which limit rules out how many designs and the nearest miss", async () => {
  const study = folder("impossible.yaml");
  writeFileSync(study, readFileSync(smallStudy, "utf8").replace("latency <= 12 ms", "latency <= 1 us"));
  const { code, stderr } = await runCli("search", study, "--strategy", "exact", "--out", folder("impossible"));
  expect(code).toBe(3);
  expect(stderr).toContain("No feasible design among 1080 designs.");
  expect(stderr).toMatch(/latency <= 1 us: rules out \d+ of 1080 designs; the nearest misses by [\d.]+ [mu]s/);
  // Nothing is ruled out unseen: every design is counted, as by trying them all one by one.
  const reasonsOf = (text: string): readonly string[] =>
    [...text.matchAll(/^ {2}(.*): rules out (\d+) of .* misses by (.*)$/gm)].map((m) => `${m[1]}: ${m[2]}, ${m[3]}`);
  writeFileSync(study, readFileSync(study, "utf8").replace("trials: 96", "trials: 1080"));
  const tried = await runCli("search", study, "--strategy", "random", "--out", folder("impossible-tried"));
  expect(tried.code).toBe(3);
  expect(reasonsOf(stderr).length).toBe(2);
  expect(reasonsOf(stderr)).toEqual(reasonsOf(tried.stderr));
  const counts = [...stderr.matchAll(/rules out (\d+) of 1080/g)].map((match) => Number(match[1]));
  expect(counts.reduce((a, b) => a + b)).toBe(1080);
});

test.each([
  ["edp", "latency <= 12 ms", "latency <= 12 ms, edp >= 0.001 mJ*s", "cannot search by edp, which is no sum"],
  ["many", "mode: carbon", "objectives: [max accuracy, min edp, min tcdp, min area]", "takes at most 4 objectives"],
  ["max", "mode: carbon", "objectives: [max accuracy, max energy]", "cannot make energy maximal"],
  [
    "condition",
    "  cores: [1, 2]",
    "  cores: { values: [1, 2], when: { model.vision.layers: [4] } }",
    "cannot search cores where model.vision.layers has some values",
  ],
])("a study that does not fall into sums (%s): exit 2", async (name, before, after, message) => {
  const study = folder(`${name}.yaml`);
  writeFileSync(study, readFileSync(smallStudy, "utf8").replace(before, after));
  const { code, stderr } = await runCli("search", study, "--strategy", "exact", "--out", folder(name));
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

test("Ctrl-C ends an exact search at once with 130", async () => {
  const running = startCli(["search", "examples/clip-vit-b16.yaml", "--strategy", "exact", "--out", folder("stopped")]);
  // Its store is there once it has begun.
  while (!existsSync(join(folder("stopped"), "trials.db"))) {
    expect(running.child.exitCode).toBe(null);
    await sleep(20);
  }
  await sleep(1000);
  const before = performance.now();
  running.child.kill("SIGINT");
  const { code, stderr } = await running.ended;
  expect(performance.now() - before).toBeLessThan(MOST_TO_END_MS);
  expect(code).toBe(130);
  expect(stderr).toContain("Interrupted. Continue with");
});

test("a long front is shown in part, and front.json says how near each of the others is to what it shows", async () => {
  const study = folder("long.yaml");
  const objectives = ["accuracy", "latency_s", "energy_total_J", "area_mm2"];
  writeFileSync(
    study,
    `name: long
model: vit-s16
hardware: catransformers-22nm
space:
  model.vision: { layers: 4..12 step 1, ffn: 512..2048 step 64 }
  array.rows: [16, 32, 64, 128]
  array.cols: [4, 8, 16]
  clock: [500 MHz, 700 MHz, 1 GHz]
objectives: [max accuracy, min latency, min energy, min area]
search: { strategy: exact }
`,
  );
  expect((await runCli("search", study, "--out", folder("long"), "--workers", "1")).code).toBe(0);
  const { front, exact } = read("long");
  expect([front.length, exact!.frontCount > 1000]).toEqual([1000, true]);
  const [head, ...lines] = readFileSync(join(folder("long"), "front.csv"), "utf8")
    .trim()
    .split("\n");
  const columns = objectives.map((metric) => head!.split(",").indexOf(metric));
  const whole = lines.map((line) => columns.map((at) => Number(line.split(",")[at])));
  expect(whole.length).toBe(exact!.frontCount);
  const shown = front.map(({ metrics }) => objectives.map((metric) => metrics[metric]!));
  const nearest = (design: readonly number[]): number =>
    Math.min(
      ...shown.map((near) => Math.max(...near.map((x, k) => Math.abs(x - design[k]!) / Math.max(x, design[k]!)))),
    );
  expect(Math.max(...whole.map(nearest))).toBeCloseTo(exact!.shownWithin!, 12);
  for (const k of objectives.keys())
    for (const end of [Math.min, Math.max])
      expect(end(...shown.map((each) => each[k]!))).toBe(end(...whole.map((each) => each[k]!)));
  const percent = /This page holds 1,000 of them, .* differs by at most ([\d.]+) % from one/.exec(
    readFileSync(join(folder("long"), "report.html"), "utf8"),
  );
  expect(Number(percent![1]) / 100).toBeGreaterThanOrEqual(exact!.shownWithin!);
});
