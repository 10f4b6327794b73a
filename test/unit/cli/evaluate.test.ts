import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ecotile, MAIN } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "ecotile-evaluate-"));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const study = file(
  "study.yaml",
  `name: points
model: bert-mini
hardware: catransformers-22nm
space: { array.rows: 8..64 x2, array.cols: [8, 16, 32], globalBuffer.size: 256 KiB..1 MiB x2 }
objectives: [min latency, min carbon]
constraints: [latency <= 2 ms, area <= 7 mm2]
search: { strategy: random, trials: 20, seed: 3 }
`,
);

interface Trial {
  readonly trial: number;
  readonly point: unknown;
  readonly outcome: unknown;
}
const lines = (text: string): readonly string[] => text.trimEnd().split("\n");

describe("evaluate", () => {
  it("answers with the outcomes of the search, to the byte, on one worker or several, in any order", () => {
    const out = join(folder, "run");
    const search = ecotile("search", study, "--out", out, "--workers", "1");
    expect(search.stderr).not.toMatch(/bug/);
    const stored = JSON.parse(ecotile("report", out, "--all", "--format", "json").stdout) as {
      readonly trials: readonly Trial[];
    };
    expect(stored.trials.length).toBe(20);
    const table = ecotile("report", out, "--all").stdout.trimEnd().split("\n");
    expect(table[0]).toMatch(/^trial,array\.rows,array\.cols,globalBuffer\.size,feasible,violations,latency_s,/);
    expect(table.length).toBe(21);
    expect(table.join("\n")).toMatch(/^\d+,\d+,\d+,\d+ \w+,false,area <= 7 mm2: missed by [\d.]+ mm2,,/m);
    expect(table.join("\n")).toMatch(/,false,latency <= 2 ms: missed by [\d.]+,0\.00/);
    const compared = ecotile("report", "--compare", `${out}:0`, `${out}:1`);
    expect(compared.stdout).toMatch(/what it costs/);
    expect(compared.stdout).toMatch(/│ array\.(rows|cols) +│ +\d+ +│ +\d+ +│/);
    expect(ecotile("report", "--compare", `${out}:0`, `${out}:99`).stderr).toMatch(/Trial 99 is not in .* Nearest: 19/);
    const points = file(
      "points.jsonl",
      stored.trials.map(({ trial, point }) => JSON.stringify({ id: trial, point })).join("\n"),
    );
    const expected = stored.trials.map(({ trial, outcome }) => JSON.stringify({ id: trial, outcome }));
    expect(lines(ecotile("evaluate", study, "--points", points, "--workers", "1").stdout)).toEqual(expected);
    const output = join(folder, "outcomes.jsonl");
    const run = ecotile("evaluate", study, "--points", points, "--workers", "2", "--output", output);
    expect([run.status, run.stdout]).toEqual([0, ""]);
    expect(lines(readFileSync(output, "utf8"))).toEqual(expected);
    expect(expected.join("")).toContain('"infeasible"');
  });

  it("answers lines of standard input as they come", async () => {
    const child = spawn(process.execPath, [MAIN, "evaluate", study, "--points", "-", "--workers", "1"]);
    child.stdout.setEncoding("utf8");
    const answers: string[] = [];
    const next = () =>
      new Promise<string>((resolve) =>
        child.stdout.once("data", (text: string) => {
          answers.push(text);
          resolve(text);
        }),
      );
    for (const rows of [8, 16]) {
      const answer = next();
      child.stdin.write(`${JSON.stringify({ id: `rows-${rows}`, point: { "array.rows": rows } })}\n`);
      expect(JSON.parse(await answer)).toMatchObject({
        id: `rows-${rows}`,
        outcome: { kind: expect.any(String) as string },
      });
    }
    const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
    child.stdin.end();
    expect(await closed).toBe(0);
  });

  it("finds every bad line before anything is evaluated", () => {
    const bad = file(
      "bad.jsonl",
      [
        '{"id": 1, "point": {"array.rows": 8}}',
        "{",
        '{"id": 2, "points": {}}',
        '{"id": 3, "point": {"array.rwos": 8}}',
        '{"id": 4, "point": {"array.rows": 0}}',
        '{"point": {}}',
        '{"id": 5, "point": {"array.rows": [8]}}',
      ].join("\n"),
    );
    const run = ecotile("evaluate", study, "--points", bad);
    expect([run.status, run.stdout]).toEqual([2, ""]);
    for (const place of [
      "2:1  points/bad-line",
      "3:1  points/unknown-key",
      "4:1  spec/unknown-path",
      "5:1  spec/out-of-range",
    ])
      expect(run.stderr).toContain(`${bad}:${place}`);
    for (const place of ["6:1  points/no-id", "7:1  points/bad-point"]) expect(run.stderr).toContain(`${bad}:${place}`);
    expect(run.stderr).toContain('Did you mean "array.rows"?');
  });

  it("sets chips side by side, by what differs, their peak and area", () => {
    const { stdout } = ecotile("report", "--compare", "a100", "h100");
    expect(stdout).toMatch(/│ clock +│ 1\.34 GHz/);
    expect(stdout).toMatch(/│ Peak \(TOPS\) +│/);
    const csv = ecotile("report", "--compare", "a100", "h100", "--format", "csv").stdout;
    expect(csv).toMatch(/^field,a100,h100\n/);
    expect(ecotile("report", "--compare", "a100", "h100", "--format", "svg").status).toBe(2);
  });

  it("reads a study, a model and a chip from standard input", () => {
    const input = readFileSync(study, "utf8");
    const points = file("one.jsonl", '{"id": 1, "point": {}}\n');
    const run = (...args: readonly string[]) =>
      spawnSync(process.execPath, [MAIN, ...args], { input, encoding: "utf8" }).stdout;
    expect(run("evaluate", "-", "--points", points)).toBe(ecotile("evaluate", study, "--points", points).stdout);
  });
});
