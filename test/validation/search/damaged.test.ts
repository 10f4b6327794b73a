import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repository, runCli } from "./cli.ts";

/* What reads a run's folder names what is damaged in it, and the way out. */

const directory = mkdtempSync(join(tmpdir(), "ecotile-damaged-"));
afterAll(() => rmSync(directory, { recursive: true }));
const whole = join(directory, "whole");
const study = join(repository, "test/fixtures/search/tiny.yaml");
beforeAll(async () => {
  expect((await runCli("search", study, "--out", whole, "--workers", "1")).code).toBe(0);
});

/** The run with one of its files changed. */
function damaged(name: string, file: string, change: (text: string) => string): string {
  const folder = join(directory, name);
  cpSync(whole, folder, { recursive: true });
  const text = readFileSync(join(folder, file), "utf8");
  expect(change(text)).not.toBe(text);
  writeFileSync(join(folder, file), change(text));
  return folder;
}

/** A change of the record, as a value. */
const record = (change: (value: Record<string, unknown>) => unknown) => (text: string) => {
  const value = JSON.parse(text) as Record<string, unknown>;
  change(value);
  return JSON.stringify(value);
};

test.each<readonly [string, string, (text: string) => string, readonly string[]]>([
  ["cut-off", "front.json", (text) => text.slice(0, 500), ["It is no JSON."]],
  ["list", "front.json", () => "[]", ["It must be the record of a run."]],
  ["no-front", "front.json", record((value) => delete value["front"]), ["front must be a list of designs."]],
  [
    "two-values",
    "front.json",
    record((value) => Object.assign(value, { hypervolume: -1, trialCount: "x" })),
    ["trialCount must be a number.", "hypervolume must not be negative."],
  ],
  [
    "no-objective",
    "front.json",
    record(({ front }) => delete (front as { metrics: Record<string, unknown> }[])[0]!.metrics["latency_s"]),
    ["front.0.metrics.latency_s must be a number, since it is an objective."],
  ],
  [
    "rows",
    "front.csv",
    (text) => text.split("\n").slice(0, 2).join("\n"),
    ["It has 1 designs, but front.json says 12."],
  ],
  ["cell", "front.csv", (text) => text.replace(/\n(\d+),[^,]+,/, "\n$1,many,"), ["Line 2: step must be a number."]],
])("a damaged file of the front (%s): exit 2, place and way out", async (name, file, change, problems) => {
  const folder = damaged(name, file, change);
  const { code, stdout, stderr } = await runCli("report", folder, "--format", "csv");
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr.trimEnd().split("\n")).toEqual([
    `${join(folder, file)}  run/damaged`,
    "  The file is damaged.",
    ...problems.map((problem) => `  ${problem}`),
    `  Remove it; it is made anew by ecotile search ${join(folder, "study.yaml")} --out ${folder} --resume.`,
    "1 problem, nothing was run.",
  ]);
  rmSync(join(folder, file));
  expect((await runCli("search", join(folder, "study.yaml"), "--out", folder, "--resume")).code).toBe(0);
  expect(readFileSync(join(folder, file))).toEqual(readFileSync(join(whole, file)));
});

test("trials that are no designs of the study beside them: explain ends with exit 2", async () => {
  const folder = damaged("other", "study.yaml", (text) =>
    text.replace("array.rows:\n    - 16\n", "array.rows:\n    - 8\n"),
  );
  const { code, stderr } = await runCli("explain", folder, "3");
  expect(code).toBe(2);
  expect(stderr).toMatch(/trial \d+ has array\.rows 16, which is no design of the study beside it, study\.yaml/);
});

test("explain says where trials were made with another study", async () => {
  const folder = damaged("changed", "study.yaml", (text) => text.replace("latency <= 1 ms", "latency <= 2 ms"));
  const { code, stderr } = await runCli("explain", folder, "3");
  expect(code).toBe(0);
  expect(stderr).toMatch(/was made with another study, other tables or another core \(hash \w+, now \w+\)/);
});
