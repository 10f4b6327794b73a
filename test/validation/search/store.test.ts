import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli, smallStudy } from "./cli.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-broken-store-"));
afterAll(() => rmSync(directory, { recursive: true }));
const folder = (name: string): string => join(directory, name);
const study = folder("study.yaml");

beforeAll(async () => {
  writeFileSync(study, readFileSync(smallStudy, "utf8").replace("trials: 96", "trials: 12"));
  expect((await runCli("search", study, "--out", folder("whole"), "--workers", "1")).code).toBe(0);
});

/** A copy of the finished run, for one test to break. */
function copyOf(name: string): string {
  cpSync(folder("whole"), folder(name), { recursive: true });
  return join(folder(name), "trials.db");
}
const resume = (name: string, file = study) => runCli("search", file, "--out", folder(name), "--resume");

test("a store that is no database: exit 2", async () => {
  writeFileSync(copyOf("text"), "accuracy,carbon\n".repeat(400));
  const { code, stderr } = await resume("text");
  expect(stderr.trim()).toBe(
    `${join(folder("text"), "trials.db")}: is not a trial database. Remove it and search again with --resume: what it held is then made anew.`,
  );
  expect(code).toBe(2);
});

test("a store that was cut off: exit 2", async () => {
  truncateSync(copyOf("cut"), 6000);
  const { code, stderr } = await resume("cut");
  expect(stderr).toMatch(/trials\.db: (is damaged|is not a trial database)/);
  expect(code).toBe(2);
});

test("a database of something else: exit 2", async () => {
  const file = copyOf("foreign");
  rmSync(file);
  const db = new Database(file);
  db.exec("CREATE TABLE song (title TEXT)");
  db.close();
  const { code, stderr } = await resume("foreign");
  expect(stderr).toContain("is a database, but not of trials");
  expect(code).toBe(2);
});

test("a store of another study: exit 2, nothing is changed", async () => {
  copyOf("other");
  const other = folder("other.yaml");
  writeFileSync(other, readFileSync(study, "utf8").replace("seed: 3", "seed: 4"));
  const { code, stderr } = await resume("other", other);
  expect(stderr).toContain("holds trials of another study");
  expect(code).toBe(2);
});

test("a store that another process writes: exit 2 after five seconds of waiting", async () => {
  const db = new Database(copyOf("locked"));
  db.exec("BEGIN EXCLUSIVE");
  // What is stored is replayed without writing; longer, it must write.
  const longer = folder("longer.yaml");
  writeFileSync(longer, readFileSync(study, "utf8").replace("trials: 12", "trials: 24"));
  const { code, stderr } = await resume("locked", longer);
  db.exec("ROLLBACK");
  db.close();
  expect(stderr).toContain("another process is writing to it");
  expect(code).toBe(2);
});
