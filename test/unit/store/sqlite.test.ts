import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterAll, expect, test } from "vitest";
import type { Trial } from "../../../src/search/index.ts";
import { FORMAT, migrate, openSqliteStore, readSqliteStore, toStoreError } from "../../../src/store/index.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-sqlite-"));
afterAll(() => rmSync(directory, { recursive: true }));
let count = 0;
const newFile = () => join(directory, `${(count += 1)}.db`);
const identity = { studyHash: "abc", seed: 7, version: "0.1.0" };
const trial = (number: number, padding = 0): Trial => ({
  number,
  point: { a: number, note: "x".repeat(padding) },
  outcome: { kind: "evaluated", metrics: { carbon: number / 7 } },
});
const code = (expected: string) => expect.objectContaining({ name: "StoreError", code: expected }) as Error;
const asIs = (text: string): string => text;
const change = (file: string, sql: string) => {
  const db = new Database(file);
  db.exec(sql);
  db.close();
};

test("a store can be read while it is written, and after", () => {
  const file = newFile();
  const store = openSqliteStore(file, identity);
  store.append([trial(0)]);
  expect(readSqliteStore(file)).toEqual({ meta: { ...identity, format: FORMAT }, trials: [trial(0)] });
  store.append([trial(1)]);
  store.close();
  expect(readSqliteStore(file).trials).toEqual([trial(0), trial(1)]);
});

test("trials of another study or seed are refused, another version is not", () => {
  const file = newFile();
  openSqliteStore(file, identity).close();
  expect(() => openSqliteStore(file, { ...identity, studyHash: "abd" })).toThrow(code("store/other-study"));
  expect(() => openSqliteStore(file, { ...identity, seed: 8 })).toThrow(code("store/other-study"));
  openSqliteStore(file, { ...identity, version: "0.2.0" }).close();
  expect(readSqliteStore(file).meta.version).toBe("0.1.0");
});

test("a newer format is refused with the version that wrote it", () => {
  const file = newFile();
  openSqliteStore(file, identity).close();
  change(file, "UPDATE meta SET value = '9' WHERE key = 'format'");
  expect(() => openSqliteStore(file, identity)).toThrow(
    new RegExp(`format 9, written by ecotile 0\\.1\\.0; this version reads up to ${FORMAT}`),
  );
  expect(() => readSqliteStore(file)).toThrow(code("store/format-too-new"));
  change(file, "UPDATE meta SET value = 'new' WHERE key = 'format'");
  expect(() => openSqliteStore(file, identity)).toThrow(code("store/format-unknown"));
});

test("migrations run step by step in one transaction, a missing step undoes all", () => {
  const file = newFile();
  openSqliteStore(file, identity).close();
  const db = new Database(file);
  const rename = (to: string) => (open: Database.Database) =>
    void open.prepare("UPDATE meta SET value = ? WHERE key = 'version'").run(to);
  const [one, two, next] = [FORMAT - 1, FORMAT, FORMAT + 1];
  expect(() => migrate(db, file, one, { [one]: rename("half") }, next)).toThrow(code("store/format-unknown"));
  expect(readSqliteStore(file).meta).toMatchObject({ format: FORMAT, version: "0.1.0" });
  migrate(db, file, one, { [one]: rename("half"), [two]: rename("whole") }, next);
  db.close();
  expect(() => readSqliteStore(file)).toThrow(`format ${next}, written by ecotile whole`);
});

test("a store of format 1, which had no estimates, is brought up to date with its trials", () => {
  const file = newFile();
  const store = openSqliteStore(file, identity);
  store.append([trial(0)]);
  store.close();
  change(file, "DROP TABLE estimate; UPDATE meta SET value = '1' WHERE key = 'format'");
  const opened = openSqliteStore(file, identity);
  opened.estimates.put("model", "0.5");
  expect(opened.trials()).toEqual([trial(0)]);
  opened.close();
  expect(readSqliteStore(file).meta.format).toBe(FORMAT);
});

test("estimates are kept under their keys, the first answer for good", () => {
  const file = newFile();
  const store = openSqliteStore(file, identity);
  expect(store.estimates.get("a", asIs)).toBe(undefined);
  store.estimates.put("a", "1");
  store.estimates.put("a", "2");
  store.close();
  const again = openSqliteStore(file, identity);
  expect([again.estimates.get("a", asIs), again.estimates.get("b", asIs)]).toEqual(["1", undefined]);
  again.close();
});

test("what is not a trial database is refused", () => {
  const text = newFile();
  writeFileSync(text, "accuracy,carbon\n".repeat(100));
  expect(() => openSqliteStore(text, identity)).toThrow(code("store/not-a-database"));
  const other = newFile();
  change(other, "CREATE TABLE song (title TEXT)");
  expect(() => openSqliteStore(other, identity)).toThrow(code("store/not-a-database"));
  expect(() => readSqliteStore(newFile())).toThrow(code("store/cannot-open"));
});

test("a directory that is missing or may not be written gives a typed error", () => {
  expect(() => openSqliteStore(join(directory, "missing", "trials.db"), identity)).toThrow(code("store/cannot-open"));
  // Nobody, not even root, may make a file here.
  if (process.platform === "linux")
    expect(() => openSqliteStore("/proc/trials.db", identity)).toThrow(code("store/cannot-open"));
});

test("a full disk gives a typed error, and what was stored before is intact", () => {
  const file = newFile();
  const store = openSqliteStore(file, identity, { maxPages: 40 });
  store.append([trial(0)]);
  expect(() => store.append(Array.from({ length: 50 }, (_, i) => trial(i + 1, 10_000)))).toThrow(
    code("store/disk-full"),
  );
  expect(store.trials()).toEqual([trial(0)]);
  store.append([trial(1)]);
  store.close();
  expect(readSqliteStore(file).trials.length).toBe(2);
});

test("errors that are not the database's pass unchanged", () => {
  const error = new RangeError("x");
  expect(toStoreError(error, "f")).toBe(error);
  expect(toStoreError(Object.assign(new Error("odd"), { code: "SQLITE_MISUSE" }), "f")).toMatchObject({
    code: "store/failed",
  });
  expect(toStoreError(Object.assign(new Error("ro"), { code: "SQLITE_READONLY_DIRECTORY" }), "f")).toMatchObject({
    code: "store/read-only",
  });
});

test("synchronous full works, too", () => {
  const file = newFile();
  const store = openSqliteStore(file, identity, { synchronous: "full" });
  store.append([trial(0)]);
  store.close();
  expect(readSqliteStore(file).trials).toEqual([trial(0)]);
});
