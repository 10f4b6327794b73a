import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { ecotile, json, settings } from "./run.ts";

const SWEEP = ["sweep", "vit-s16,bert-mini", "catransformers-22nm"] as const;
type Row = Readonly<Record<string, unknown>> & { readonly fits: boolean; readonly violations: readonly unknown[] };
const rowsOf = (...args: readonly string[]): readonly Row[] =>
  json(ecotile(...args, "--json"))["rows"] as readonly Row[];
const csvOf = (...args: readonly string[]): readonly Readonly<Record<string, string>>[] => {
  const run = ecotile(...args, "--format", "csv");
  expect(run.stderr).toBe("");
  expect(run.status).toBe(0);
  return parse(run.stdout, { columns: true });
};

describe("sweep", () => {
  it("has the numbers of simulate in every cell, whether they are made on one thread or on several", () => {
    const swept = settings("array.rows=32..128 x2", "globalBuffer.size=[1 MiB, 2 MiB]", "clock=500 MHz");
    const rows = rowsOf(...SWEEP, ...swept);
    expect(rows.length).toBe(12);
    const own = rows[7]!;
    expect([own["model"], own["array.rows"], own["globalBuffer.size"], own["clock"]]).toEqual([
      "bert-mini",
      32,
      "2 MiB",
      "500 MHz",
    ]);
    const one = json(
      ecotile(
        ...["simulate", "bert-mini", "catransformers-22nm", "--json"],
        ...settings("array.rows=32", "globalBuffer.size=2 MiB", "clock=500 MHz"),
      ),
    );
    for (const key of ["latency_s", "cycles", "macs", "energy_total_J", "area_mm2", "carbon_total_kgCO2e"])
      expect(own[key], key).toBe(one[key]);
    const inThreads = ecotile(...SWEEP, ...swept, "--json", "--workers", "2").stdout;
    expect(inThreads).toBe(ecotile(...SWEEP, ...swept, "--json", "--workers", "1").stdout);
  });

  it("writes the columns of the contract, paths that are set to one value among them", () => {
    const [row] = csvOf(...SWEEP, ...settings("array.rows=[64,32]", "cores=2"));
    expect(Object.keys(row!).slice(0, 7)).toEqual([
      ...["model", "hardware", "array.rows", "cores", "fits", "violations", "latency_s"],
    ]);
    expect([row!["array.rows"], row!["fits"], row!["violations"]]).toEqual(["64", "true", ""]);
  });

  it("says what breaks a limit, and sorts the best first", () => {
    const rows = csvOf(
      ...["sweep", "vit-b16", "catransformers-22nm", "--limit", "latency <= 20 ms", "--sort", "latency"],
      ...settings("array.rows=8..256 x2"),
    );
    const latencies = rows.map((row) => Number(row["latency_s"]));
    expect(latencies).toEqual([...latencies].sort((a, b) => a - b));
    for (const row of rows) expect(row["fits"]).toBe(String(Number(row["latency_s"]) <= 0.02));
    const slow = rows.at(-1)!;
    expect(slow["violations"]).toMatch(/^latency <= 20 ms: it is [\d.]+ ms$/);
    const peaks = rowsOf(...SWEEP.slice(0, 1), "bert-tiny", "scale-sim,tpu-v1", "--sort", "peak");
    expect(peaks.map((row) => row["hardware"])).toEqual(["tpu-v1", "scale-sim"]);
  });

  it("keeps cells that cannot run, each with its reason, and ends with 0", () => {
    const run = ecotile("sweep", "llama-2-7b,bert-tiny", "catransformers-22nm", ...settings("array.kind=[systolic]"));
    expect(run.status).toBe(0);
    expect(run.stdout).toMatch(/no: dram\.capacity/);
    expect(run.stdout).toMatch(/llama-2-7b: dram\.capacity: weights, KV cache and activations need \d+ bytes/);
    const [absent, fine] = csvOf(
      "sweep",
      "bert-tiny",
      "catransformers-22nm",
      ...settings("deployment.useFrom=[3]"),
      "--set",
      "cores=[1,2]",
    );
    expect([absent!["fits"], absent!["latency_s"], fine!["fits"]]).toEqual(["false", "", "false"]);
    expect(absent!["violations"]).toMatch(/deployment\.useFrom cannot be set without deployment\.gridHours/);
  });

  it("judges accuracy where it is asked for, each model by the metric of its family", () => {
    const rows = csvOf(...SWEEP, "--limit", "accuracy >= 70 %");
    expect(rows.map((row) => [row["model"], row["fits"]])).toEqual([
      ["vit-s16", "true"],
      ["bert-mini", String(Number(rows[1]!["accuracy"]) >= 0.7)],
    ]);
    expect(Object.keys(csvOf(...SWEEP)[0]!)).not.toContain("accuracy");
  });

  it("takes all presets, patterns, files, and lists as values of a path that takes lists", () => {
    const models = rowsOf("sweep", "bert-*,bert-tiny", "scale-sim").map((row) => row["model"]);
    expect(models).toEqual(["bert-base", "bert-large", "bert-medium", "bert-mini", "bert-small", "bert-tiny"]);
    const rows = csvOf(
      ...["sweep", "bert-tiny", "examples/hardware/edge-lpddr5.yaml"],
      ...settings("array.dataflow=[[weight-stationary, output-stationary], input-stationary]"),
    );
    expect(rows.map((row) => row["array.dataflow"])).toEqual([
      "weight-stationary output-stationary",
      "input-stationary",
    ]);
  });

  it("shows every problem of a command line at once", () => {
    const run = ecotile(
      ...["sweep", "vit-b61,bert-tiny", "catransformers-22mn", "--limit", "latencyms <= 3", "--sort", "speed"],
      ...settings("array.rwos=1..8", "array.rows=8..100 x2", "array.cols=[1,1]"),
    );
    expect(run.status).toBe(2);
    expect(run.stdout).toBe("");
    for (const part of [
      "vit-b61",
      "catransformers-22mn",
      "latencyms",
      "speed",
      "array.rwos",
      "does not reach 100",
      "twice",
    ])
      expect(run.stderr).toContain(part);
    expect(run.stderr).toMatch(/7 problems, nothing was run/);
  });

  it("says of two chips what differs, and what it costs", () => {
    const { stdout } = ecotile("sweep", "bert-mini", "catransformers-22nm,nvdla-2048");
    expect(stdout).toMatch(/what differs +│ catransformers-22nm +│ nvdla-2048/);
    expect(stdout).toMatch(/│ array\.rows +│ 256 +│ \d+/);
    expect(stdout).toMatch(/│ Latency \(ms\) +│ +[\d.]+ │ +[\d.]+ │ × [\d.]+/);
  });

  it("is drawn: a heat map of two paths, lines of one, a grid of models and chips, and a reason for more", () => {
    const svg = (...args: readonly string[]) => ecotile("sweep", ...args, "--format", "svg");
    const map = svg("bert-mini", "catransformers-22nm", ...settings("array.rows=8..32 x2", "array.cols=8..32 x2"));
    expect(map.stdout).toMatch(/^<svg/);
    expect(map.stdout).toContain(">array.rows<");
    const lines = svg("bert-mini,bert-tiny", "catransformers-22nm", ...settings("array.rows=8..32 x2"));
    expect(lines.stdout).toContain(">bert-tiny<");
    const grid = svg("bert-mini,llama-2-7b", "catransformers-22nm,a100");
    expect(grid.stdout).toContain(">llama-2-7b<");
    expect(grid.stdout).toContain(">-<");
    const many = svg("bert-mini,bert-tiny", "catransformers-22nm", ...settings("array.rows=[8,16]", "cores=[1,2]"));
    expect([many.status, many.stdout]).toEqual([2, ""]);
    expect(many.stderr).toMatch(/3 things vary/);
  });
});
