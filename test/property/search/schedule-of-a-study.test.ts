import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { parse, stringify } from "yaml";
import { changedSince, openRun } from "../../../src/cli/explain/stored-run.ts";
import { loadSearchStudy } from "../../../src/study/load.ts";
import { runSearch } from "../../../src/cli/search/run.ts";
import { evaluate, metricsOf } from "../../../src/evaluate/index.ts";
import type { RunRecord } from "../../../src/report/types.ts";
import { createSpace } from "../../../src/search/index.ts";
import {
  applySettings,
  loadHardware,
  loadModel,
  settingsOfPoint,
  type ScheduleSettings,
} from "../../../src/spec/index.ts";

vi.mock("../../../src/worker/farm.ts", () => import("../../fixtures/search/farm-in-process.ts"));
vi.spyOn(process.stderr, "write").mockReturnValue(true);
vi.spyOn(process.stdout, "write").mockReturnValue(true);

const folder = mkdtempSync(join(tmpdir(), "ecotile-schedule-"));
afterAll(() => rmSync(folder, { recursive: true }));

const MAPPER = { objective: "carbon", effort: "fast" } as const;
const SCHEDULE = { fusion: "all", activations: true, weights: false, prefetch: true } as const;
const chip = parse(
  readFileSync(new URL("../../../presets/hardware/catransformers-22nm.yaml", import.meta.url), "utf8"),
) as object;

let runs = 0;

/** A search of BERT-Tiny on four arrays. */
async function run(parts: Readonly<Record<string, unknown>>): Promise<string> {
  const study = {
    ...{
      name: "schedules",
      model: "bert-tiny",
      hardware: chip,
      objectives: ["max accuracy", "min latency", "min energy"],
    },
    ...{ space: { "array.rows": [64, 128], "array.cols": [8, 16] }, ...parts },
  };
  const [file, out] = [join(folder, "study.yaml"), join(folder, String((runs += 1)))];
  writeFileSync(file, stringify(study));
  const loaded = loadSearchStudy(file, {});
  const settings = { folder: out, file, workers: 1, isResumed: false, signal: new AbortController().signal };
  expect(await runSearch(loaded, createSpace(loaded.space), settings)).toBe(0);
  return out;
}

const recordIn = (out: string): RunRecord => JSON.parse(readFileSync(join(out, "front.json"), "utf8")) as RunRecord;

/** What `simulate` says of a point under a schedule. */
function simulated(point: Readonly<Record<string, number | string | boolean>>, schedule: ScheduleSettings) {
  const parts = { model: loadModel("bert-tiny"), hardware: loadHardware("catransformers-22nm"), schedule };
  const result = evaluate({ ...applySettings(parts, settingsOfPoint(point)), mapper: MAPPER });
  if (result.kind !== "evaluated") throw new Error(result.detail);
  return metricsOf(result);
}

const search = (strategy: string) => ({ strategy, trials: 4, batch: 2, population: 4 });

test.each(["nsga2", "nsga3", "random", "bayesian"])(
  "%s evaluates, and explains, designs and baseline under the schedule of the study",
  async (strategy) => {
    const out = await run({ schedule: { fusion: "all", activations: true, prefetch: true }, search: search(strategy) });
    const stored = openRun(out);
    // Where all costs are known exactly, `bayesian` asks for a model's best chips alone.
    expect(stored.trials.length).toBeGreaterThan(strategy === "bayesian" ? 0 : 3);
    for (const trial of stored.trials) {
      const metrics = simulated(trial.point, SCHEDULE);
      expect(trial.outcome).toMatchObject({ kind: "evaluated", metrics });
      const again = stored.evaluate(trial.point);
      if (again.kind !== "evaluated") throw new Error(again.detail);
      expect(changedSince(trial, metricsOf(again))).toEqual([]);
    }
    const { baseline, front, study } = recordIn(out);
    expect(baseline!.metrics).toMatchObject(simulated({}, SCHEDULE));
    for (const { point, metrics } of front) expect(metrics).toMatchObject(simulated(point, SCHEDULE));
    expect(study.schedule).toEqual(SCHEDULE);
    expect(readFileSync(join(out, "report.html"), "utf8")).toContain(
      "<dt>Schedule</dt><dd>fusion all, activations true, weights false, prefetch true</dd>",
    );
  },
);

test("a study without fusion has none on a machine that would fuse, and resumes under its own schedule only", async () => {
  const hardware = { ...chip, schedule: SCHEDULE };
  const none = { fusion: "none", activations: false, prefetch: false };
  const frontOf = (out: string) => recordIn(out).front.map(({ point, metrics }) => ({ point, metrics }));
  const own = await run({ hardware, search: search("random") });
  const against = await run({ hardware, schedule: none, search: search("random") });
  const plain = await run({ search: search("random") });
  expect(frontOf(against)).toEqual(frontOf(plain));
  expect(frontOf(own)).not.toEqual(frontOf(plain));
  expect(recordIn(against).study).not.toHaveProperty("schedule");
});

test("a run is not resumed under another schedule", async () => {
  const parts = { schedule: { fusion: "all" }, search: search("random") };
  const out = await run(parts);
  const file = join(folder, "study.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("fusion: all", "fusion: attention"));
  const other = loadSearchStudy(file, {});
  const settings = { folder: out, file, workers: 1, isResumed: true, signal: new AbortController().signal };
  await expect(runSearch(other, createSpace(other.space), settings)).rejects.toThrow(/holds trials of another study/);
});

test("exact covers designs under the schedule of the study", async () => {
  const out = await run({
    schedule: { fusion: "all", activations: true, prefetch: true },
    search: { strategy: "exact" },
  });
  const { front, study, exact } = recordIn(out);
  expect(exact!.covered).toBe(4);
  expect(front.length).toBeGreaterThan(0);
  for (const { point, metrics } of front) expect(metrics).toMatchObject(simulated(point, SCHEDULE));
  expect(study.schedule).toEqual(SCHEDULE);
});
