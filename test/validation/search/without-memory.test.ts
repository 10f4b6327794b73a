import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import type { RunRecord } from "../../../src/report/types.ts";
import { runCli } from "./cli.ts";

/**
 * Where no parameter moves the memory, what is unknown of it is one constant: the front without it is that of a memory of any
 * carbon, and every total differs by that memory's carbon.
 */
const folder = mkdtempSync(join(tmpdir(), "ecotile-without-memory-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TOTAL = "carbon_total_kgCO2e";
const BOUND = "carbon_total_at_least_kgCO2e";
const GIGABYTES = 3;
const PER_GIGABYTE = 0.4;

interface Change {
  readonly strategy?: string;
  readonly more?: string;
  readonly objective?: string;
  readonly space?: string;
}

let runs = 0;
async function search({ strategy = "nsga2", more = "", objective = "carbon", space }: Change) {
  runs += 1;
  const [file, out] = [join(folder, `study-${runs}.yaml`), join(folder, `run-${runs}`)];
  writeFileSync(
    file,
    `name: without-memory
model: bert-tiny
hardware: timeloop-16x16
objectives: [min ${objective}, min latency]
accuracy: none
deployment: { region: california, lifetime: 3 years, rate: 1/s, hoursPerDay: 6 }
space: { array.rows: [4, 8, 16], ${space ?? "globalBuffer.size: [64 KiB, 128 KiB, 256 KiB]"} }
search: { strategy: ${strategy}, trials: 20 }
${more}`,
  );
  return { out, ...(await runCli("search", file, "--out", out, "--workers", "1")) };
}

const recordOf = (out: string): RunRecord => JSON.parse(readFileSync(join(out, "front.json"), "utf8")) as RunRecord;

function byPoint({ front }: RunRecord, metric: string): ReadonlyMap<string, number> {
  return new Map(front.map(({ point, metrics }) => [JSON.stringify(point), metrics[metric]!]));
}

describe.each(["exact", "nsga2"])("a memory of unknown carbon, %s", (strategy) => {
  test("the front is that of any carbon of the memory, and totals differ by it", async () => {
    const bounded = await search({ strategy });
    const factors = `technology: { profile: calibrated, dramCarbonPerGB: ${PER_GIGABYTE}, dramChargedCapacity: ${GIGABYTES} }`;
    const known = await search({ strategy, more: factors });
    expect([bounded.code, known.code]).toEqual([0, 0]);
    expect(bounded.stderr).toMatch(/designs are compared without it, by carbon_total_at_least_kgCO2e/);
    expect(bounded.stdout).toMatch(/Total, at least \(kgCO2e\)/);
    expect(bounded.stdout).toMatch(/Least carbon: at least .* kgCO2e \([−+][\d.]+ kgCO2e\)/);
    const [without, whole] = [recordOf(bounded.out), recordOf(known.out)];
    expect(without.study.objectives.map(({ metric }) => metric)).toEqual([BOUND, "latency_s"]);
    expect(whole.study.objectives.map(({ metric }) => metric)).toEqual([TOTAL, "latency_s"]);
    const [least, totals] = [byPoint(without, BOUND), byPoint(whole, TOTAL)];
    expect(least.size).toBeGreaterThan(1);
    expect([...least.keys()].sort()).toEqual([...totals.keys()].sort());
    for (const [point, value] of least) expect(totals.get(point)! - value).toBeCloseTo(GIGABYTES * PER_GIGABYTE, 12);
  }, 120_000);
});

describe("what does not compare without the memory is refused, with the reason", () => {
  it.each<[string, Change, RegExp]>([
    ["a parameter of the memory", { space: "dram.capacity: [1 GB, 2 GB]" }, /space\.dram\.capacity may change it/],
    ["one of the deployment", { space: "deployment.lifetime: [1 years, 2 years]" }, /space\.deployment\.lifetime may/],
    ["a limit on carbon", { more: "constraints: [carbon <= 1 kgCO2e]" }, /which no limit can be held against/],
    ["a product with time", { objective: "tcdp" }, /the memory's part grows with the latency/],
  ])(
    "%s",
    async (_, change, message) => {
      const { code, stderr } = await search(change);
      expect(code).toBe(2);
      expect(stderr).toMatch(message);
    },
    180_000,
  );
});
