import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { METRICS } from "../../../src/metrics/index.ts";
import { STRATEGY_NAMES } from "../../../src/search/index.ts";
import { runCli } from "./cli.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-metrics-"));
afterAll(() => rmSync(directory, { recursive: true }));

const STUDY = `name: metrics
model: vit-s16
hardware: catransformers-22nm
space:
  model.vision: { layers: [4, 6], ffn: [768, 1536] }
  array.rows: [32, 64]
  cores: [1, 2]
objectives: [max accuracy, min ed2p, min peak-power]
constraints: [ed2p <= 1 uJ*s2, peak-power <= 16010 mW]
search: { strategy: nsga2, seed: 1, trials: 16, batch: 8, population: 8 }
`;

interface Row {
  readonly trial: number;
  readonly metrics: Readonly<Record<string, number>>;
}

const study = join(directory, "study.yaml");
writeFileSync(study, STUDY);

test.each(["exact", ...STRATEGY_NAMES])(
  "%s aims at and limits ed2p and peak-power, and shows them in its files",
  async (strategy) => {
    const folder = join(directory, strategy);
    const { code, stderr } = await runCli("search", study, "--strategy", strategy, "--out", folder, "--workers", "1");
    expect(code, stderr).toBe(0);
    const { front } = JSON.parse(readFileSync(join(folder, "front.json"), "utf8")) as { readonly front: Row[] };
    const [head, ...lines] = readFileSync(join(folder, "front.csv"), "utf8").trim().split("\n");
    expect(head).toContain("ed2p_Js2,");
    expect(head).toContain("peak_power_W,");
    expect(lines.length).toBe(front.length);
    expect(front.length).toBeGreaterThan(1);
    for (const { metrics } of front) {
      expect(metrics["ed2p_Js2"]).toBeLessThanOrEqual(1e-6);
      expect(metrics["peak_power_W"]).toBeLessThanOrEqual(16.01);
      expect(metrics["ed2p_Js2"]! / (metrics["energy_total_J"]! * metrics["latency_s"]! ** 2)).toBeCloseTo(1, 12);
    }
    expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("Peak power");
    const draws = await runCli("explain", folder, "--draws", "5", "--json");
    expect(draws.code, draws.stderr).toBe(0);
  },
);

test("a search of every design and the exact one have the same front", () => {
  const values = (strategy: string): readonly string[] => {
    const { front } = JSON.parse(readFileSync(join(directory, strategy, "front.json"), "utf8")) as {
      readonly front: Row[];
    };
    const keys = ["accuracy", "ed2p_Js2", "peak_power_W"];
    return front.map(({ metrics }) => keys.map((key) => metrics[key]!.toPrecision(11)).join(" ")).sort();
  };
  expect(values("exact")).toEqual(values("random"));
});

test("schema study lists every metric that a study can name", async () => {
  const { stdout } = await runCli("schema", "study");
  const listed = (JSON.parse(stdout) as { readonly "x-metrics": readonly { readonly name: string }[] })["x-metrics"];
  expect(listed.map(({ name }) => name)).toEqual(METRICS.flatMap(({ name }) => name ?? []));
});

test("exact refuses to make a product or a peak the most, or to keep it at least", async () => {
  const refusal = async (from: string, to: string): Promise<string> => {
    const file = join(directory, "refused.yaml");
    writeFileSync(file, STUDY.replace(from, to));
    const { code, stderr } = await runCli("search", file, "--strategy", "exact", "--out", join(directory, "refused"));
    expect(code).toBe(2);
    return stderr;
  };
  expect(await refusal("min ed2p", "max ed2p")).toContain("Strategy exact cannot make ed2p maximal.");
  expect(await refusal("min peak-power", "max peak-power")).toContain("Strategy exact cannot make peak-power maximal.");
  expect(await refusal("peak-power <= 16010 mW", "peak-power >= 1 W")).toContain("cannot search by peak-power");
});
