import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assess, createSpace, dominates, pointKey } from "../../../src/search/index.ts";
import { readSqliteStore } from "../../../src/store/index.ts";
import { loadSearchStudy } from "../../../src/study/index.ts";
import { createDesignEvaluator, designContext } from "../../../src/worker/index.ts";
import { frontFiles, runCli, smallStudy, startCli, storedTrials } from "./cli.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-coarse-"));
afterAll(() => rmSync(directory, { recursive: true }));
const folder = (name: string): string => join(directory, name);
const file = join(directory, "coarse.yaml");
writeFileSync(file, readFileSync(smallStudy, "utf8").replace("population: 24", "population: 24, coarse: 2"));

beforeAll(async () => {
  expect((await runCli("search", file, "--out", folder("one"), "--workers", "1")).code).toBe(0);
});

test("the first trials are the study's own design and the front of the lists' ends, as every design of them has it", () => {
  const study = loadSearchStudy(file, {});
  const ends = study.space.map((each) => ({ ...each, values: [...new Set([each.values[0]!, each.values.at(-1)!])] }));
  const space = createSpace(ends);
  expect(Number(space.size)).toBe(64);
  const evaluator = createDesignEvaluator(designContext(study));
  const designs = Array.from({ length: Number(space.size) }, (_, i) => {
    const point = space.decode(space.genesAt(BigInt(i)));
    return { point, assessment: assess(evaluator.outcome(point), study.objectives, study.constraints) };
  });
  const costs = designs.flatMap(({ assessment }) => (assessment.kind === "feasible" ? [assessment.costs] : []));
  const front = designs.filter(
    ({ assessment }) => assessment.kind === "feasible" && !costs.some((each) => dominates(each, assessment.costs)),
  );
  expect(front.length).toBeGreaterThan(3);
  const { trials } = readSqliteStore(join(folder("one"), "trials.db"));
  const first = trials.slice(0, 1 + front.length).map(({ point }) => pointKey(point));
  expect(new Set(first.slice(1))).toEqual(new Set(front.map(({ point }) => pointKey(point))));
});

test("what it began with stands in front.json", () => {
  const record = JSON.parse(frontFiles(folder("one"))[1]!) as { study: Record<string, unknown> };
  expect(record.study).toMatchObject({ strategy: "nsga2", coarse: 2 });
});

test("a coarse space without a design within all limits is given up early, and the search goes on without it", async () => {
  const tight = join(directory, "tight.yaml");
  writeFileSync(tight, readFileSync(file, "utf8").replace("latency <= 12 ms", "latency <= 1 us"));
  const { code, stderr } = await runCli("search", tight, "--out", folder("tight"), "--workers", "1");
  expect(code).toBe(3);
  expect(stderr).toContain("It has no design within all limits on the first chips; the search begins without it.");
  expect(readSqliteStore(join(folder("tight"), "trials.db")).trials).toHaveLength(96);
});

test("two workers, and a search that is killed and resumed from its own study.yaml, write the same bytes", async () => {
  expect((await runCli("search", file, "--out", folder("two"), "--workers", "2")).code).toBe(0);
  expect(frontFiles(folder("two"))).toEqual(frontFiles(folder("one")));
  const running = startCli(["search", file, "--out", folder("killed"), "--workers", "2"]);
  expect(await storedTrials(folder("killed"), running)).toBeGreaterThan(0);
  running.child.kill("SIGKILL");
  expect((await running.ended).code).toBe(null);
  const own = join(folder("killed"), "study.yaml");
  const resumed = await runCli("search", own, "--out", folder("killed"), "--resume", "--workers", "1");
  expect(resumed.code).toBe(0);
  expect(frontFiles(folder("killed"))).toEqual(frontFiles(folder("one")));
});
