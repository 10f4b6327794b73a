import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { parse, stringify } from "yaml";
import { loadSearchStudy } from "../../../src/study/load.ts";
import { runSearch } from "../../../src/cli/search/run.ts";
import { frontCsv } from "../../../src/report/front-files.ts";
import { runStudy } from "../../../src/study/run.ts";
import { summaryText } from "../../../src/cli/search/summary-text.ts";
import type { RunRecord } from "../../../src/report/types.ts";
import { createSpace } from "../../../src/search/index.ts";
import { FAMILY_METRIC, listPresets, loadModel, MODES } from "../../../src/spec/index.ts";

vi.mock("../../../src/worker/farm.ts", () => import("../../fixtures/search/farm-in-process.ts"));
vi.spyOn(process.stderr, "write").mockReturnValue(true);
vi.spyOn(process.stdout, "write").mockReturnValue(true);

const folder = mkdtempSync(join(tmpdir(), "ecotile-modes-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The published chip with a memory that has room for the weights of any preset: with as much LPDDR3 its die would be beyond the reticle. */
const preset = readFileSync(new URL("../../../presets/hardware/catransformers-22nm.yaml", import.meta.url), "utf8");
const raw = parse(preset) as Readonly<Record<string, object>>;
const hardware = { ...raw, dram: { ...raw["dram"], type: "LPDDR5X", capacity: "1 TB" } };

interface Ran {
  /** With the files of the report, where they are written. */
  readonly folder: string;
  readonly code: number;
  readonly record: RunRecord;
  readonly header: readonly string[];
}

let runs = 0;

/** A study of four designs: two depths of the model on two arrays. */
function studyOf(model: string, strategy: string, parts: Readonly<Record<string, unknown>>) {
  const spec: Readonly<Record<string, unknown>> = { ...loadModel(model) };
  const tower = ["vision", "text", "encoder"].find((name) => spec[name] !== undefined)!;
  const { layers } = spec[tower] as { readonly layers: number };
  const study = {
    ...{ name: "tiny", model, hardware, deployment: { rate: "1/h" }, constraints: ["latency <= 1 h"] },
    space: { [`model.${tower}.layers`]: [layers - 1, layers], "array.rows": [64, 128] },
    search: { strategy, trials: 4, batch: 2, population: 4 },
    ...parts,
  };
  const [file, out] = [join(folder, "study.yaml"), join(folder, String((runs += 1)))];
  writeFileSync(file, stringify(study));
  return { study: loadSearchStudy(file, {}), file, out };
}

/** A search as the command line makes it, with its files. */
async function run(...of: Parameters<typeof studyOf>): Promise<Ran> {
  const { study, file, out } = studyOf(...of);
  const { signal } = new AbortController();
  const settings = { folder: out, file, workers: 1, isResumed: false, signal };
  const code = await runSearch(study, createSpace(study.space), settings);
  return {
    folder: out,
    code,
    record: JSON.parse(readFileSync(join(out, "front.json"), "utf8")) as RunRecord,
    header: headerOf(readFileSync(join(out, "front.csv"), "utf8")),
  };
}

const headerOf = (csv: string): readonly string[] => csv.split("\n")[0]!.split(",");

/** The same search without its files. */
async function searched(...of: Parameters<typeof studyOf>): Promise<Omit<Ran, "folder">> {
  const { study, out } = studyOf(...of);
  const { record } = await runStudy(study, { folder: out, workers: 1 });
  expect(summaryText(record)).toContain("kgCO2e");
  return { code: record.front.length === 0 ? 3 : 0, record, header: headerOf(frontCsv(record)) };
}

test.each(
  ["tinyclip-8m-16", "vit-s16", "bert-tiny", "llama-3.2-1b"].flatMap((model) =>
    ["nsga2", "nsga3", "bayesian"].flatMap((strategy) =>
      ["all", "all-hw"].map((mode) => [model, strategy, mode] as const),
    ),
  ),
)("%s, strategy %s, mode %s", async (model, strategy, mode) => {
  const { code, record } = await (mode === "all" ? run : searched)(model, strategy, { mode });
  expect(code).toBe(0);
  expect(record.accuracyOrigin === null).toBe(mode === "all-hw");
});

const LEAN = { objectives: ["min carbon", "min latency"] };
const bytesOf = (ran: Ran, file: string): string => readFileSync(join(ran.folder, file), "utf8");

test.each(["exact", "random"])(
  "accuracy is shown where it is named, though nothing asks for it: %s",
  async (strategy) => {
    const { code, header, record } = await run("bert-mini", strategy, { ...LEAN, accuracy: {} });
    expect(code).toBe(0);
    expect(header).toEqual(expect.arrayContaining(["accuracy", "accuracy_low", "accuracy_high", "nearest"]));
    expect(record.accuracyOrigin).toContain("predictor, glue");
    expect(record.baseline!.metrics["accuracy"]).toBeGreaterThan(0.5);
  },
);

test.each(["exact", "random"])("without accuracy no table and no text has a place for it: %s", async (strategy) => {
  const [silent, none] = [
    await run("vit-s16", strategy, LEAN),
    await run("vit-s16", strategy, { ...LEAN, accuracy: "none" }),
  ];
  expect([silent.code, none.code]).toEqual([0, 0]);
  for (const file of ["front.csv", "front.json", "report.html"])
    expect(bytesOf(none, file)).toBe(bytesOf(silent, file));
  expect(silent.header).not.toEqual(expect.arrayContaining(["nearest"]));
  const page = bytesOf(silent, "report.html");
  const body = page.slice(page.indexOf("<body"), page.indexOf("<script"));
  const said = [
    "none: no objective or constraint asks for it",
    "Accuracy was no matter in this search: designs with other models may be of other accuracy",
    "<dt>Accuracy</dt>",
  ];
  expect(said.filter((text) => !body.includes(text))).toEqual([]);
  const rest = said.reduce((text, each) => text.replace(each, ""), body);
  expect(rest.match(/.{0,60}(accura|nearest published|extrapolat).{0,60}/gi)).toBe(null);
  expect(summaryText(silent.record)).not.toMatch(/accura/i);
  expect(summaryText(silent.record)).toMatch(/^Least carbon: \S+ kgCO2e/m);
});

/** Every model has its page drawn, and so have all modes and strategies: one in six of all searches, two or three of each model. */
const PAGES = 6;

describe.each(listPresets("models").map((model, place) => [model, place] as const))("%s", (model, place) => {
  const cases = Object.keys(MODES).flatMap((mode) => ["exact", "random"].map((strategy) => [mode, strategy] as const));
  test.each(cases.map(([mode, strategy], at) => [mode, strategy, (place + at) % PAGES === 0] as const))(
    "mode %s with strategy %s needs no word on accuracy",
    async (mode, strategy, isDrawn) => {
      const { code, record, header } = await (isDrawn ? run : searched)(model, strategy, { mode });
      expect(code).toBe(0);
      const isJudged = MODES[mode]!.objectives.some(({ metric }) => metric === "accuracy");
      expect(header.includes("accuracy")).toBe(isJudged);
      if (isJudged) expect(record.accuracyOrigin).toContain(`predictor, ${FAMILY_METRIC[loadModel(model).family]}`);
      else expect(record.accuracyOrigin).toBe(null);
    },
  );
});
