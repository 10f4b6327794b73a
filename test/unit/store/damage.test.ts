import { chmodSync, mkdtempSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterAll, expect, test } from "vitest";
import type { Trial } from "../../../src/search/index.ts";
import { openSqliteStore, readSqliteStore } from "../../../src/store/index.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-damage-"));
chmodSync(directory, 0o755);
afterAll(() => rmSync(directory, { recursive: true }));
let count = 0;
const identity = { studyHash: "abc", seed: 7, version: "0.1.0" };
const trial = (number: number): Trial => ({
  number,
  point: { "array.rows": number, kind: "systolic" },
  outcome: { kind: "evaluated", metrics: { carbon: number / 7, latency_s: 0.5 } },
});

/** A store of twelve trials, left by a search that has ended. */
function storeFile(): string {
  const file = join(directory, `${(count += 1)}.db`);
  const store = openSqliteStore(file, identity);
  store.append(Array.from({ length: 12 }, (_, number) => trial(number)));
  store.estimates.put("model", '{"accuracy":0.5}');
  store.close();
  return file;
}
function changed(sql: string): string {
  const file = storeFile();
  const db = new Database(file);
  db.exec(sql);
  db.close();
  return file;
}
const outcome = (text: string) => `UPDATE trial SET outcome = '${text}' WHERE number = 7`;
const point = (text: string) => `UPDATE trial SET point = '${text}' WHERE number = 7`;

test.each([
  [
    "text that is not UTF-8",
    "UPDATE trial SET outcome = CAST(x'66ff' AS TEXT) WHERE number = 7",
    "trial 7: outcome is no UTF-8 text",
  ],
  ["bytes", "UPDATE trial SET point = x'ff00' WHERE number = 7", "trial 7: point is no UTF-8 text"],
  ["half a JSON", outcome("{"), "trial 7: outcome is no JSON"],
  ["an empty text", outcome(""), "trial 7: outcome is no JSON"],
  ["null", outcome("null"), "trial 7: outcome must be an outcome of kind evaluated or infeasible"],
  ["a list", outcome("[]"), "trial 7: outcome must be an outcome"],
  ["an unknown kind", outcome('{"kind":"x"}'), "trial 7: outcome"],
  ["no metrics", outcome('{"kind":"evaluated"}'), "trial 7: outcome.metrics must be a map of metrics"],
  [
    "a text for a metric",
    outcome('{"kind":"evaluated","metrics":{"carbon":"x"}}'),
    "trial 7: outcome.metrics.carbon must be a number",
  ],
  [
    "a map for a metric",
    outcome('{"kind":"evaluated","metrics":{"carbon":{"number":"many"}}}'),
    "trial 7: outcome.metrics.carbon must be a number",
  ],
  [
    "no reason",
    outcome('{"kind":"infeasible","constraint":5,"by":0,"unit":""}'),
    "trial 7: outcome.constraint must be a text",
  ],
  ["a point that is a text", point('"x"'), "trial 7: point must be a map of parameters"],
  ["a point of lists", point('{"array.rows":[]}'), "trial 7: point.array.rows must be a number, text or boolean"],
  ["a number that is no number", point('{"array.rows":1e999}'), "trial 7: point.array.rows must be a number"],
  [
    "a number below zero",
    "UPDATE trial SET number = -4 WHERE number = 4",
    "row 1 of table trial: number is no whole number above -1",
  ],
  [
    "a number beyond 2^53",
    "UPDATE trial SET number = 9007199254740993 WHERE number = 5",
    "row 12 of table trial: number",
  ],
  ["a renamed column", "ALTER TABLE trial RENAME COLUMN outcome TO o", "its table trial has no column outcome"],
  ["a missing table", "DROP TABLE estimate", "it has no table estimate"],
  ["a view for a table", "ALTER TABLE trial RENAME TO t; CREATE VIEW trial AS SELECT * FROM t", "trial is no table"],
  ["no meta", "DELETE FROM meta WHERE key = 'seed'", "its table meta lacks"],
  ["a seed that is a word", "UPDATE meta SET value = 'x' WHERE key = 'seed'", "its table meta lacks"],
])("%s in a store: which row, what is wrong, and the way out", (_, sql, message) => {
  const file = changed(sql);
  const expected = expect.objectContaining({ code: "store/damaged" }) as Error;
  for (const read of [() => readSqliteStore(file), () => openSqliteStore(file, identity).trials()]) {
    expect(read).toThrow(expected);
    expect(read).toThrow(`${file}: is damaged: ${message}`);
    expect(read).toThrow("Remove it and search again with --resume");
  }
});

test("an answer that is damaged names its question", () => {
  const file = changed("UPDATE estimate SET answer = CAST(x'ff' AS TEXT)");
  const store = openSqliteStore(file, identity);
  expect(() => store.estimates.get("model", (text) => text)).toThrow("is damaged: the answer about model");
  store.close();
  const other = openSqliteStore(storeFile(), identity);
  expect(() => other.estimates.get("model", () => null)).toThrow("is damaged: the answer about model");
  other.close();
});

test.each([100, 4096, 5000, 9000])("a file that is cut off at %i bytes is refused", (length) => {
  const file = storeFile();
  truncateSync(file, length);
  expect(() => readSqliteStore(file)).toThrow(/is damaged|is not a trial database/);
  expect(() => openSqliteStore(file, identity)).toThrow(/is damaged|is not a trial database/);
});

test("what is no regular file is not read", () => {
  const folder = join(directory, "folder.db");
  mkdirSync(folder);
  for (const read of [() => readSqliteStore(folder), () => openSqliteStore(folder, identity)])
    expect(read).toThrow("is no regular file");
});

/** Runs `work` as somebody who may not write what root may. */
function asOrdinaryUser<Result>(work: () => Result): Result {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid!(65_534);
  try {
    return work();
  } finally {
    process.seteuid!(0);
  }
}

/** A folder that may not be written, with these files. */
function archive(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = join(directory, `archive-${(count += 1)}`);
  mkdirSync(folder);
  for (const [name, bytes] of Object.entries(files)) {
    writeFileSync(join(folder, name), bytes);
    chmodSync(join(folder, name), 0o444);
  }
  chmodSync(folder, 0o555);
  return join(folder, "trials.db");
}

test.skipIf(process.platform === "win32")("a closed store can be read in a folder that may not be written", () => {
  const bytes = readFileSync(storeFile());
  // One that an earlier version has closed says in its header that a log may lie beside it.
  const withLog = Uint8Array.from(bytes);
  withLog.set([2, 2], 18);
  for (const each of [bytes, withLog]) {
    const file = archive({ "trials.db": each });
    expect(asOrdinaryUser(() => readSqliteStore(file)).trials.length).toBe(12);
    expect(() => asOrdinaryUser(() => openSqliteStore(file, identity))).toThrow("may not be written");
    chmodSync(join(file, ".."), 0o755);
  }
});

test.skipIf(process.platform === "win32")(
  "the log of a killed search in such a folder is not passed over in silence",
  () => {
    const file = storeFile();
    const store = openSqliteStore(file, identity);
    store.append([trial(12)]);
    const copies = { "trials.db": readFileSync(file), "trials.db-wal": readFileSync(`${file}-wal`) };
    store.close();
    const killed = archive(copies);
    expect(() => asOrdinaryUser(() => readSqliteStore(killed))).toThrow(
      /its last writer was stopped in the middle, and what .*trials\.db-wal holds can only be taken over where the folder may be written/,
    );
    chmodSync(join(killed, ".."), 0o755);
    chmodSync(killed, 0o644);
    expect(readSqliteStore(killed).trials.length).toBe(13);
  },
);
