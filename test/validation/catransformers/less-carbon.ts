import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { FACTOR_NAMES } from "../../../src/cost/index.ts";
import type { Evaluation } from "../../../src/evaluate/index.ts";
import type { RunRecord } from "../../../src/report/types.ts";
import { applySettings, settingsOfPoint, type Setting, type SpecSet } from "../../../src/spec/index.ts";
import { packageRoot } from "../../../src/package-root.ts";
import { ecotile, scratch } from "../../unit/cli/run.ts";
import { evaluateUnderPolicy } from "../../../src/worker/mapping-policy.ts";
import { evaluated, MAPPER, type PublishedDesign } from "./family.ts";

type Yaml = Record<string, unknown>;
const read = (path: string): Yaml => parse(readFileSync(new URL(path, packageRoot), "utf8")) as Yaml;

/** Totals of one published design and of what replaces it step by step, kgCO2e over the life. */
export interface Steps {
  readonly name: string;
  /** The published design, 1 GB of LPDDR3. */
  readonly published: number;
  /** (a) LPDDR4 in place of LPDDR3, 1 GB. */
  readonly type: number;
  /** (b) the capacity that the search found. */
  readonly capacity: number;
  /** (c) the chip that the search found, too. */
  readonly found: number;
  /** What the second yield division of memory adds to the published design, and to the found one. */
  readonly accounting: readonly [number, number];
  readonly latency: readonly [number, number];
  readonly point: Readonly<Record<string, number | string | boolean>>;
}

const totalOf = ({ carbon_total_kgCO2e }: Evaluation): number => carbon_total_kgCO2e ?? NaN;

/** A design with other settings, mapped as the search maps it under a latency limit. */
function under(specs: SpecSet, limit: number, settings: readonly Setting[]): Evaluation {
  const limits = [{ metric: "latency_s", comparison: "<=", limit, text: "" }] as const;
  const result = evaluateUnderPolicy(applySettings(specs, settings, FACTOR_NAMES), MAPPER, limits);
  if (result.kind === "infeasible") throw new Error(result.detail);
  return result;
}

/** A part of the example's space: in this profile larger buffers and more cores only add carbon at these latencies. */
const PART = {
  cores: [1, 2],
  "array.cols": [4, 8, 16, 32, 64],
  "localBuffer.size": ["64 KiB", "128 KiB"],
  "globalBuffer.size": ["2 MiB"],
  "dram.capacity": ["256 MB", "1 GB"],
};

/** The study of examples/ for another model, at the latency of its published design. */
function studyOf({ name, specs }: PublishedDesign, latency: number): string {
  const study = read("examples/hardware-and-memory.yaml");
  const { model } = specs;
  if (model.family !== "clip") throw new Error("a CLIP model is expected");
  const written = read("presets/models/clip-vit-b16.yaml");
  for (const name of ["text", "vision"] as const) {
    const { layers, hidden, ffn, heads } = model[name];
    written[name] = { ...(written[name] as Yaml), layers, hidden, ffn: ffn[0], heads: heads[0] };
  }
  const changed = {
    ...study,
    name,
    model: written,
    hardware: hardwareOf(specs),
    // The published design is on the limit itself: room for the rounding of sums that are made in another order.
    constraints: [`latency <= ${latency * (1 + 1e-12)} s`],
    space: { ...(study["space"] as Yaml), ...PART },
  };
  const path = join(scratch, `${name.replace(/\W+/g, "-")}.yaml`);
  writeFileSync(path, stringify(changed));
  return path;
}

/** The published design as a hardware file. */
function hardwareOf({ hardware }: SpecSet): Yaml {
  const preset = read("presets/hardware/catransformers-22nm.yaml");
  const { cores, array, localBuffer, globalBuffer } = hardware;
  const { rows, cols } = array;
  const level = (name: string, { size, port }: NonNullable<typeof localBuffer>): Yaml => ({
    ...(preset[name] as Yaml),
    size: `${Number(size)} B`,
    bandwidth: `${port.read.bytes} B/cycle`,
  });
  return {
    ...preset,
    cores,
    array: { ...(preset["array"] as Yaml), rows, cols },
    localBuffer: level("localBuffer", localBuffer!),
    globalBuffer: level("globalBuffer", globalBuffer!),
  };
}

/** Searches hardware and memory for the model of a published design, and takes the steps apart. */
export function stepsTo(design: PublishedDesign): Steps {
  const { name, specs } = design;
  const before = evaluated(specs);
  const study = studyOf(design, before.latency_s);
  const folder = study.replace(/\.yaml$/, "");
  const run = ecotile("search", study, "--out", folder, "--workers", "1");
  if (run.status !== 0) throw new Error(run.stderr);
  const { front } = JSON.parse(readFileSync(join(folder, "front.json"), "utf8")) as RunRecord;
  const best = front.reduce((a, b) => (b.metrics["carbon_total_kgCO2e"]! < a.metrics["carbon_total_kgCO2e"]! ? b : a));
  const settings = settingsOfPoint(best.point);
  const memory = settings.filter(({ path }) => path.startsWith("dram."));
  const type = memory.filter(({ path }) => path === "dram.type");
  const onceYielded = { path: "technology.dramYield", value: 1 };
  const total = (...changed: readonly Setting[]): number => totalOf(under(specs, before.latency_s, changed));
  const after = under(specs, before.latency_s, settings);
  return {
    name,
    published: totalOf(before),
    type: total(...type),
    capacity: total(...memory),
    found: totalOf(after),
    accounting: [totalOf(before) - total(onceYielded), totalOf(after) - total(...settings, onceYielded)],
    latency: [before.latency_s, after.latency_s],
    point: best.point,
  };
}
