import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type * as shards from "../../../src/shards/index.ts";
import type * as studies from "../../../src/study/index.ts";
import { readShare } from "../../../src/cli/search/shard.ts";
import { ecotile, json, MAIN } from "./run.ts";

const built = (path: string): Promise<unknown> => import(new URL(`../../../dist/src/${path}`, import.meta.url).href);
const { runShard, mergeShards, statusOf } = (await built("shards/index.js")) as typeof shards;
const { loadSearchStudy, runStudy, writeReport } = (await built("study/index.js")) as typeof studies;

const folder = mkdtempSync(join(tmpdir(), "ecotile-shards-"));
const STRATEGIES = ["exact", "random"] as const;
const file = join(folder, "study.yaml");
writeFileSync(
  file,
  `name: shards
model: bert-mini
hardware: catransformers-22nm
space: { array.rows: 8..64 x2, array.cols: [8, 16, 32], globalBuffer.size: 256 KiB..1 MiB x2, localBuffer.size: 32 KiB..128 KiB x2 }
objectives: [min latency, min carbon]
constraints: [latency <= 4 ms, area <= 12 mm2]
search: { strategy: nsga2, trials: 50, batch: 8, seed: 3 }
`,
);
const at = (...parts: readonly string[]): string => join(folder, ...parts);
const studyOf = (strategy: string) => loadSearchStudy(file, { strategy });
const settings = { workers: 1, signal: new AbortController().signal, onProgress: () => undefined };
const run = (strategy: string, name: string, index: number, of: number) =>
  runShard(studyOf(strategy), { ...settings, folder: at(name), share: { index, of } });
const bytesOf = (name: string) =>
  ["front.csv", "front.json", "report.html"].map((each) => readFileSync(at(name, each), "utf8"));
const merge = async (from: string, to: string): Promise<void> => {
  writeReport(await mergeShards([at(from)], { folder: at(to), workers: 1 }));
};

beforeAll(async () => {
  for (const strategy of STRATEGIES)
    writeReport(await runStudy(studyOf(strategy), { folder: at(`${strategy}-whole`), workers: 1 }));
});

type Case = readonly [strategy: string, of: number];
/** What ECOTILE_LONG=1 adds. */
const LONG: readonly Case[] = [
  ["exact", 1],
  ["exact", 8],
  ["random", 8],
];
const CASES: readonly Case[] = [
  ["exact", 3],
  ["random", 1],
  ["random", 3],
  ...(process.env["ECOTILE_LONG"] === "1" ? LONG : []),
];

describe("shards", () => {
  it.each(CASES)("%s in %d shards gives the bytes of one machine, in any order", async (strategy, of) => {
    const name = `${strategy}-${of}`;
    for (let index = of; index >= 1; index -= 1) {
      const { total, keptCount } = await run(strategy, name, index, of);
      expect([total > 0, keptCount]).toEqual([true, 0]);
    }
    await merge(name, `${name}-merged`);
    expect(bytesOf(`${name}-merged`)).toEqual(bytesOf(`${strategy}-whole`));
  });

  it("does nothing again, and makes what lacks: a torn line, a lost shard", async () => {
    const again = await run("random", "random-3", 2, 3);
    expect(again.keptCount).toBe(again.total);
    const shard = at("random-3", "shard-2-of-3");
    const journals = () => readdirSync(shard).filter((name) => name.startsWith("part-"));
    expect(journals().length).toBe(1);
    const journal = join(shard, journals()[0]!);
    truncateSync(journal, readFileSync(journal).length - 10);
    rmSync(at("random-3", "shard-3-of-3"), { recursive: true });
    const { total } = again;
    expect(statusOf([at("random-3")])).toMatchObject({
      ...{ study: "shards", complete: false },
      shards: [
        { index: 1, of: 3, state: "done" },
        { state: "partial", done: total - 1, total },
        { state: "missing", done: 0 },
      ],
    });
    expect(ecotile("status", at("random-3"), "--array").stdout).toBe("1-2\n");
    const refused = ecotile("merge", at("random-3"), "--out", at("nowhere"));
    expect([refused.status, existsSync(at("nowhere"))]).toEqual([2, false]);
    expect(refused.stderr).toMatch(/shards is not complete\. Of 3 shards 2 has 16 of 17, 3 is missing/);
    expect((await run("random", "random-3", 2, 3)).keptCount).toBe(total - 1);
    await run("random", "random-3", 3, 3);
    await merge("random-3", "random-3-again");
    expect(bytesOf("random-3-again")).toEqual(bytesOf("random-whole"));
  });

  it("goes on after kill −9, and merges from several folders", async () => {
    const args = ["search", file, "--strategy", "random", "--workers", "1", "--out", at("killed"), "--shard"];
    const child = spawn(process.execPath, [MAIN, ...args, "1/2"], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("close", resolve));
    const shard = at("killed", "shard-1-of-2");
    const journalled = () =>
      existsSync(shard) &&
      readdirSync(shard).some((name) => name.startsWith("part-") && readFileSync(join(shard, name)).includes(10));
    while (!journalled()) await new Promise((resolve) => setTimeout(resolve, 2));
    child.kill("SIGKILL");
    await ended;
    const again = ecotile(...args, "1/2");
    expect([again.status, again.stdout]).toEqual([
      0,
      expect.stringMatching(/shard 1 of 2: 25 trials, \d+ of them from before/),
    ]);
    expect(ecotile(...args.map((each) => (each === at("killed") ? at("elsewhere") : each)), "2/2").status).toBe(0);
    const merged = ecotile("merge", shard, at("elsewhere"), "--out", at("killed-merged"), "--workers", "1", "--json");
    expect(json(merged)).toMatchObject({ study: "shards", strategy: "random", trials: 50 });
    expect(bytesOf("killed-merged")).toEqual(bytesOf("random-whole"));
  });

  it("refuses shards of another study, seed, number, version or core, by name", async () => {
    const header = at("random-3", "shard-2-of-3", "shard.json");
    const written = readFileSync(header, "utf8");
    const complaintWith = async (change: Readonly<Record<string, unknown>>): Promise<string> => {
      writeFileSync(header, JSON.stringify({ ...(JSON.parse(written) as object), ...change }));
      return mergeShards([at("random-3")], { folder: at("nowhere"), workers: 1 }).then(
        () => "none",
        (error: Error) => error.message,
      );
    };
    expect(await complaintWith({ version: "9.9.9" })).toMatch(/another version of ecotile \(9\.9\.9, not /);
    expect(await complaintWith({ core: "0123" })).toMatch(/another simulator core \(0123, not /);
    expect(await complaintWith({ studyHash: "0123" })).toMatch(/another study \(0123, not /);
    expect(await complaintWith({ seed: 4 })).toMatch(/another seed \(4, not 3\)/);
    writeFileSync(header, written);
    cpSync(at("random-1", "shard-1-of-1"), at("random-3", "shard-1-of-1"), { recursive: true });
    await expect(mergeShards([at("random-3")], { folder: at("nowhere") })).rejects.toThrow(/another number of shards/);
    rmSync(at("random-3", "shard-1-of-1"), { recursive: true });
    const headers = readdirSync(at("random-3")).map((name) => at("random-3", name, "shard.json"));
    for (const each of headers) writeFileSync(each, readFileSync(each, "utf8").replace(/"core": "/, '"core": "x'));
    await expect(mergeShards([at("random-3")], { folder: at("nowhere") })).rejects.toThrow(
      /cannot be merged here: they have another simulator core/,
    );
    await expect(run("random", "random-3", 1, 3)).rejects.toThrow(/holds a shard of another simulator core/);
    await expect(run("exact", "random-1", 1, 1)).rejects.toThrow(
      /holds a shard of another strategy \(random, not exact\)/,
    );
    expect(existsSync(at("nowhere"))).toBe(false);
    await expect(run("nsga2", "no", 1, 2)).rejects.toThrow(/nsga2 chooses its designs by what all of those before/);
  });

  it("takes its number from the batch system, counted from 0", () => {
    expect(readShare("3/8", {})).toEqual({ index: 3, of: 8 });
    expect(readShare("auto/8", { SLURM_ARRAY_TASK_ID: "0" })).toEqual({ index: 1, of: 8 });
    expect(readShare("auto/8", { JOB_COMPLETION_INDEX: "7" })).toEqual({ index: 8, of: 8 });
    expect(readShare("auto/8", { AWS_BATCH_JOB_ARRAY_INDEX: "2" })).toEqual({ index: 3, of: 8 });
    for (const [text, environment, message] of [
      ["0/8", {}, /1\/8 to 8\/8/],
      ["9/8", {}, /1\/8 to 8\/8/],
      ["3", {}, /is I\/N or auto\/N/],
      ["auto/0", {}, /N from 1/],
      ["auto/8", {}, /none is set/],
      ["auto/8", { SLURM_ARRAY_TASK_ID: "8" }, /SLURM_ARRAY_TASK_ID is 8, .* --array=0-7/],
      ["auto/8", { SLURM_ARRAY_TASK_ID: "1", JOB_COMPLETION_INDEX: "2" }, /disagrees with itself/],
    ] as const)
      expect(() => readShare(text, environment)).toThrow(message);
    expect(ecotile("search", file, "--shard", "1/2").stderr).toMatch(/needs --out DIR/);
  });
});
