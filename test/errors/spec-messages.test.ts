import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadSearchStudy } from "../../src/study/load.ts";
import { SpecError } from "../../src/errors/index.ts";
import { INTENSITY } from "../../src/spec/grid-trace-file.ts";
import { readSeriesFile } from "../../src/spec/series.ts";
import {
  applySettings,
  defaultDeployment,
  loadHardware,
  loadModel,
  loadStudy,
  parseSetting,
  readYaml,
} from "../../src/spec/index.ts";
import { check } from "../../src/spec/issues.ts";
import { hardwareSchema } from "../../src/spec/hardware-schema.ts";
import { modelSchema } from "../../src/spec/model-schema.ts";
import { readGridDay } from "../../src/spec/grid-day-file.ts";
import { readStudy } from "../../src/spec/load-study.ts";

// Exact texts of messages. After a wanted change: ECOTILE_BLESS=1 npx vitest run test/errors, then read the diff.

const folder = fileURLToPath(new URL("./", import.meta.url));
const inputs = readdirSync(join(folder, "input"));

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (cause) {
    if (cause instanceof SpecError) return `${cause.message}\n`;
    throw cause;
  }
  throw new Error("nothing was wrong");
}

function expectMessage(name: string, message: string): void {
  const golden = join(folder, "expected", `${name}.txt`);
  if (process.env["ECOTILE_BLESS"] === "1") writeFileSync(golden, message);
  expect(existsSync(golden), `${golden} is missing`).toBe(true);
  expect(message).toBe(readFileSync(golden, "utf8"));
}

/** Inputs end in .txt, since most of them are no files that a formatter should touch; messages show the name without. */
function read(file: string): unknown {
  const shown = file.replace(/\.txt$/, "");
  if (shown.endsWith(".trace.csv")) return readSeriesFile(join(folder, "input", file), shown, [INTENSITY]);
  const document = readYaml(readFileSync(join(folder, "input", file), "utf8"), shown);
  if (shown.endsWith(".study.yaml")) return readStudy(document);
  return check(shown.endsWith(".model.yaml") ? modelSchema : hardwareSchema, document);
}

describe("messages of bad files", () => {
  it.each(inputs)("%s", (file) => {
    expectMessage(
      file.replace(/\..*$/, ""),
      messageOf(() => read(file)),
    );
  });
});

describe("messages of names", () => {
  it.each([
    ["unknown-preset", () => loadHardware("catransformers-22mm")],
    ["unknown-preset-far", () => loadModel("resnet-50")],
    ["unreadable-file", () => loadHardware("no/such/file.yaml")],
    ["unreadable-study", () => loadStudy("no/such/study.yaml")],
    ["directory", () => loadHardware("presets/")],
  ])("%s", (name, act) => {
    expectMessage(name, messageOf(act));
  });
});

describe("messages of files by their bytes", () => {
  const scratch = mkdtempSync(join(tmpdir(), "ecotile-"));
  const write = (name: string, bytes: string | Uint8Array) => {
    const path = join(scratch, name);
    writeFileSync(path, bytes);
    return path;
  };
  it.each([
    ["too-large", write("too-large.yaml", "#".repeat(1024 * 1024 + 1))],
    ["not-utf8", write("not-utf8.yaml", Uint8Array.of(0x6e, 0xff, 0xfe))],
  ])("%s", (name, path) => {
    const message = messageOf(() => loadHardware(path));
    expectMessage(name, message.replaceAll(scratch, "SCRATCH"));
  });

  const day = Array.from({ length: 24 }, () => "200");
  it.each([
    ["grid-empty-hour", ["gCO2e_per_kWh", ...day.with(3, "")].join("\n")],
    [
      "grid-bad-hours",
      ["time,gCO2e_per_kWh", ...day.map((value, hour) => `${hour}h,${hour % 9 === 4 ? "?" : value}`)].join("\n"),
    ],
    ["grid-short", ["gCO2e_per_kWh", ...day.slice(1)].join("\n")],
    ["grid-column", ["hour,g", ...day.map((value, hour) => `${hour},${value}`)].join("\n")],
  ])("%s", (name, text) => {
    expectMessage(
      name,
      messageOf(() => readGridDay(write(`${name}.csv`, text), `${name}.csv`)),
    );
  });
});

describe("messages of studies that no search can follow", () => {
  const scratch = mkdtempSync(join(tmpdir(), "ecotile-"));
  const study = (name: string, model: string, rest: string): string => {
    const path = join(scratch, `${name}.yaml`);
    const head = `name: ${name}\nmodel: ${model}\nhardware: catransformers-22nm\n`;
    const space = rest.startsWith("space:") ? "" : "space: { array.rows: [64, 128] }\n";
    writeFileSync(path, `${head}${space}${rest}\n`);
    return path;
  };
  it.each([
    ["search-metric-of-another-family", "vit-s16", "mode: all\naccuracy: { metric: clip-benchmark-mean }"],
    ["search-unknown-metric", "clip-vit-b16", "mode: all\naccuracy:\n  metric: clip-benchmrk-mean"],
    [
      "search-unpriced-axis",
      "clip-vit-b16",
      "space:\n  precision: { accumulator: [16, 32] }\n  model.text.tokens: [32, 77]\n  array.rows: [8]\nmode: all",
    ],
    [
      "search-narrow-axis",
      "clip-vit-b16",
      "space:\n  precision: { weight: [1, 4, 8], input: [8, 16] }\nmode: all\naccuracy:\n  metric: imagenet-1k-zero-shot",
    ],
    [
      "search-ignored-axis",
      "clip-vit-b16",
      "mode: all\naccuracy:\n  ignore: [precison, model.text.ffn, deployment, precision.accumulator]",
    ],
    ["search-reference", "bert-tiny", "mode: all-hw\nsearch:\n  reference: { carbon: 1 kgCO2e }"],
  ])("%s", (name, model, rest) => {
    const message = messageOf(() => loadSearchStudy(study(name, model, rest), {}));
    expectMessage(name, message.replaceAll(scratch, "SCRATCH"));
  });
});

describe("messages of settings", () => {
  const specs = {
    hardware: loadHardware("zigzag-16x16"),
    model: loadModel("vit-b16"),
    deployment: defaultDeployment(),
    technology: { profile: "calibrated" as const, factors: {} },
  };
  const set = (...texts: string[]) => messageOf(() => applySettings(specs, texts.map(parseSetting), ["sramLevel"]));
  it.each([
    ["set-unknown-path", ["array.rwos=4", "technology.sramlevel=2", "__proto__=1", "model.vision.layer=2"]],
    ["set-bad-value", ["array.rows=-4", "clock=5", "array.dataflow=[weight_stationary]", "globalBuffer.size=-1 KiB"]],
    ["set-does-not-fit", ["localBuffer.size=4 KiB", "model.text.layers=3", "model.vision.ffn=[1, 2]"]],
    [
      "set-schedule",
      ["schedule.fusion=atention", "schedule.activation=true", "schedule.weights=2", "schedule.prefetch=yes"],
    ],
    ["set-meant", ["deployment.lifetime=5y", "globalBuffer.size=64K", "dram.bandwidth=128bit/cycle", "sram=2 MiB"]],
    ["set-tokens", ["model.vision.layers=2", "model.vision.tokens=1"]],
    ["set-no-value", ["array.rows"]],
    ["set-not-plain", ["array.rows={a: 1}"]],
    ["set-control-characters", ["\u001b[2J=1", "array.kind=\u001b[31m"]],
  ])("%s", (name, texts) => {
    expectMessage(name, set(...texts));
  });
});
