import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { repository, runCli } from "./cli.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-storage-search-"));
afterAll(() => rmSync(directory, { recursive: true }));
const study = join(repository, "test/fixtures/search/storage.yaml");

interface Front {
  readonly front: readonly {
    readonly point: Readonly<Record<string, number | string>>;
    readonly metrics: Readonly<Record<string, number>>;
  }[];
}

/** Points and costs of the front, the same whatever order they were found in. */
async function frontOf(strategy: string): Promise<readonly string[]> {
  const out = join(directory, strategy);
  await runCli("search", study, "--strategy", strategy, "--out", out, "--workers", "1");
  const { front } = JSON.parse(readFileSync(join(out, "front.json"), "utf8")) as Front;
  return front.map(({ point, metrics }) => JSON.stringify([point, metrics["latency_s"], metrics["area_mm2"]])).sort();
}

const exact = frontOf("exact");

test("attention and storage by layer are searched, and both decide the front", async () => {
  const points = (await exact).map((each) => (JSON.parse(each) as [Record<string, unknown>])[0]);
  expect(points.length).toBeGreaterThan(2);
  for (const path of ["model.text.attention.1-2", "quantisation.weights.1-2", "quantisation.kv"])
    expect(points.every((point) => Object.hasOwn(point, path))).toBe(true);
});

test.each(["nsga2", "nsga3", "random", "bayesian"])(
  "strategy %s, with every design tried, has the front of exact",
  async (strategy) => {
    expect(await frontOf(strategy)).toEqual(await exact);
  },
);
