import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { repository, runCli } from "./cli.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-examples-"));
afterAll(() => rmSync(directory, { recursive: true }));

test("a strategy from outside passes the checks and runs beside a built-in one", () => {
  const output = execFileSync(process.execPath, ["examples/own-strategy.mjs"], { cwd: repository, encoding: "utf8" });
  expect(output).toMatch(/^golden-walk: 256 designs, \d+ on the front/m);
  expect(output).toMatch(/^nsga2: 256 designs, \d+ on the front/m);
}, 120_000);

test("the example of an accuracy command: a hundred models, each asked for once, two programs the same as one", async () => {
  const run = async (name: string, ...options: readonly string[]): Promise<string> => {
    const folder = join(directory, name);
    const { code } = await runCli("search", "examples/command-accuracy.yaml", "--out", folder, ...options);
    expect(code).toBe(0);
    return readFileSync(join(folder, "front.json"), "utf8");
  };
  const record = await run("one", "--workers", "1");
  expect(await run("two", "--workers", "2")).toBe(record);
  expect(JSON.parse(record)).toMatchObject({
    trialCount: 100,
    accuracyOrigin: "command, imagenet-1k, node prune-and-finetune.mjs",
  });
}, 120_000);
