import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { acquireLock, openSqliteStore } from "../../../src/store/index.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-lock-"));
afterAll(() => rmSync(directory, { recursive: true }));
const code = (expected: string) => expect.objectContaining({ name: "StoreError", code: expected }) as Error;

test("one holds a lock; once it is released the next one does, and nothing is left behind", () => {
  const file = join(directory, "one.lock");
  const lock = acquireLock(file);
  expect(() => acquireLock(file)).toThrow(code("store/in-use"));
  lock.release();
  expect(existsSync(file)).toBe(false);
  acquireLock(file).release();
  expect(readdirSync(directory)).toEqual([]);
});

test("the lock of a process that was killed locks nobody out", async () => {
  const file = join(directory, "killed.lock");
  const driver = createRequire(import.meta.url).resolve("libsql");
  const hold = `const db = new (require(${JSON.stringify(driver)}))(${JSON.stringify(file)});
    db.exec("PRAGMA journal_mode = MEMORY"); db.exec("BEGIN EXCLUSIVE"); console.log("held"); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ["-e", hold], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  expect(() => acquireLock(file)).toThrow(code("store/in-use"));
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("close", resolve));
  expect(existsSync(file)).toBe(true);
  acquireLock(file).release();
});

test("a lock that cannot be made says why", () => {
  expect(() => acquireLock(join(directory, "missing", "run.lock"))).toThrow(code("store/cannot-open"));
});

test("a store whose file is gone or replaced refuses what it is given", () => {
  const identity = { studyHash: "a", seed: 1, version: "0" };
  const trial = { number: 0, point: {}, outcome: { kind: "infeasible", constraint: "c", by: 0, unit: "" } } as const;
  for (const [name, take] of [
    ["removed", (file: string) => rmSync(file)],
    ["moved", (file: string) => renameSync(file, `${file}.old`)],
    [
      "replaced",
      (file: string) => {
        renameSync(file, `${file}.old`);
        openSqliteStore(file, identity).close();
      },
    ],
  ] as const) {
    const file = join(directory, `${name}.db`);
    const store = openSqliteStore(file, identity);
    store.append([trial]);
    store.checkPresence();
    take(file);
    expect(() => store.append([{ ...trial, number: 1 }]), name).toThrow(code("store/vanished"));
    expect(() => store.checkPresence(), name).toThrow("is gone: it or its folder was removed, moved or replaced");
    store.close();
  }
});
