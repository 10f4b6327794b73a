/* Ways to damage the folder of a run. Each says what it did, in words. */
import { createRequire } from "node:module";
import { copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const Database = createRequire(import.meta.url)("libsql");

/** Values that hardly any place of a record, a row or a study can have. */
const HOSTILE = [
  ...[
    null,
    true,
    false,
    0,
    -1,
    -0.5,
    1e-320,
    1e300,
    -1e300,
    2 ** 53,
    2 ** 60,
    0.1,
    7,
    "",
    "x",
    "-5",
    "1e999",
    "48 KiB",
  ],
  ...[[], [[]], [null], {}, { x: 1 }, { number: 5 }, { kind: "evaluated" }, "\u001b[31m", "<script>alert(1)</script>"],
  ...["\u202e", "é".repeat(300), "evaluated", "accuracy", "min"],
];
/** Texts in place of a number that JSON itself would write otherwise. */
const TEXTS = [
  "1e999",
  "-1e999",
  "1e-999",
  "00",
  "+1",
  "01.5",
  ".5",
  "1.",
  "0x10",
  "nul",
  "tru",
  '"',
  "{",
  "}",
  "[",
  ",",
  "",
];

/** Every place of a JSON value, as its list of keys. */
function placesIn(value, at = []) {
  if (typeof value !== "object" || value === null) return [at];
  return [at, ...Object.keys(value).flatMap((key) => placesIn(value[key], [...at, key]))];
}

function changeAt(draws, whole) {
  const places = placesIn(whole).slice(1);
  const path = draws.pick(places);
  const last = path.at(-1);
  const parent = path.slice(0, -1).reduce((value, key) => value[key], whole);
  const kind = draws.real();
  if (kind < 0.25) {
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else Reflect.deleteProperty(parent, last);
    return `without ${path.join(".")}`;
  }
  if (kind < 0.35 && typeof parent[last] === "number") {
    parent[last] = draws.pick([-parent[last], parent[last] * 1e6, parent[last] + 0.5, 0, parent[last] / 1e9]);
  } else if (kind < 0.4 && Array.isArray(parent[last])) {
    parent[last] = draws.chance(0.5) ? [] : [...parent[last], ...parent[last], draws.pick(HOSTILE)];
  } else {
    parent[last] = structuredClone(draws.pick(HOSTILE));
  }
  return `${path.join(".")} = ${JSON.stringify(parent[last])?.slice(0, 60)}`;
}

/** Damages a JSON text: its values, or its signs. */
function mutatedJson(draws, text) {
  if (draws.chance(0.2)) return mutatedText(draws, text);
  const value = JSON.parse(text);
  const count = draws.chance(0.8) ? 1 : draws.whole(2, 4);
  const what = Array.from({ length: count }, () => changeAt(draws, value)).join("; ");
  return { what, text: `${JSON.stringify(value, null, 1)}\n` };
}

function mutatedText(draws, text) {
  const at = draws.whole(0, text.length);
  const kind = draws.real();
  if (kind < 0.3) return { what: `cut off at ${at}`, text: text.slice(0, at) };
  if (kind < 0.6) {
    const put = draws.pick(TEXTS);
    return {
      what: `${JSON.stringify(put)} in place of a sign at ${at}`,
      text: text.slice(0, at) + put + text.slice(at + 1),
    };
  }
  const lines = text.split("\n");
  const line = draws.whole(0, lines.length - 1);
  if (kind < 0.8) return { what: `without line ${line + 1}`, text: lines.filter((_, i) => i !== line).join("\n") };
  return {
    what: `line ${line + 1} twice`,
    text: lines.flatMap((each, i) => (i === line ? [each, each] : [each])).join("\n"),
  };
}

function mutatedBytes(draws, bytes) {
  const count = draws.whole(1, 8);
  const places = Array.from({ length: count }, () => draws.whole(0, Math.max(0, bytes.length - 1)));
  for (const at of places) bytes[at] = draws.whole(0, 255);
  return `${count} bytes from ${places[0]} on`;
}

function changeFile(draws, path, change) {
  if (draws.chance(0.15)) {
    const bytes = readFileSync(path);
    const what = mutatedBytes(draws, bytes);
    writeFileSync(path, bytes);
    return what;
  }
  const { what, text } = change(draws, readFileSync(path, "utf8"));
  writeFileSync(path, text);
  return what;
}

/** A row of a table, its text changed. */
function changeRow(draws, db, table, column) {
  const rows = db.prepare(`SELECT rowid, ${column} FROM ${table}`).raw().all();
  if (rows.length === 0) return `${table} is empty`;
  const [rowid, text] = draws.pick(rows);
  const kind = draws.real();
  const [what, value] =
    kind < 0.15
      ? ["bytes that are no UTF-8", Buffer.from([0x66, 0xff, 0xfe])]
      : kind < 0.3
        ? ["hostile", draws.pick(["", "null", "[]", "{}", "5", '"x"', '{"kind":"evaluated"}', '{"__proto__":{"a":1}}'])]
        : Object.values(mutatedJson(draws, text));
  const asText = Buffer.isBuffer(value) && draws.chance(0.7) ? "CAST(? AS TEXT)" : "?";
  db.prepare(`UPDATE ${table} SET ${column} = ${asText} WHERE rowid = ?`).run(value, rowid);
  return `${table}.${column} of row ${rowid}: ${what}`;
}

const STATEMENTS = [
  ...[
    "DROP TABLE meta",
    "DELETE FROM meta",
    "DROP TABLE trial",
    "DELETE FROM trial",
    "DROP TABLE estimate",
    "DROP TABLE block",
  ],
  ...["UPDATE meta SET value = '99' WHERE key = 'format'", "UPDATE meta SET value = '1' WHERE key = 'format'"],
  ...["UPDATE meta SET value = 'x' WHERE key = 'seed'", "UPDATE meta SET value = x'ff' WHERE key = 'studyHash'"],
  ...["UPDATE meta SET value = CAST(x'ff' AS TEXT)", "DELETE FROM meta WHERE key = 'version'"],
  ...["ALTER TABLE trial RENAME COLUMN outcome TO o", "ALTER TABLE trial RENAME COLUMN number TO n"],
  ...["UPDATE trial SET number = -4 WHERE number = 4", "UPDATE trial SET number = 9007199254740993 WHERE number = 5"],
  ...["DELETE FROM trial WHERE number = 3", "UPDATE trial SET number = number + 1000 WHERE number > 8"],
  ...["CREATE TABLE estimate_x (a)", "ALTER TABLE trial RENAME TO t; CREATE VIEW trial AS SELECT * FROM t"],
  ...[
    "UPDATE block SET body = replace(body, '1', '2')",
    "UPDATE block SET digest = 'x'",
    "DELETE FROM block WHERE number = 1",
  ],
  ...["UPDATE block SET number = number + 1000", "CREATE INDEX odd ON trial (point)", "PRAGMA user_version = 77"],
  ...['CREATE TABLE "é\u202e" (x)', "UPDATE trial SET outcome = (SELECT outcome FROM trial WHERE number = 2)"],
];

function changeDatabase(draws, path) {
  const kind = draws.real();
  if (kind < 0.25) {
    const bytes = readFileSync(path);
    // What a header or a page begins with matters more than what it holds.
    const first = draws.chance(0.4) ? bytes.subarray(0, 200) : bytes;
    const what = mutatedBytes(draws, first);
    writeFileSync(path, bytes);
    return what;
  }
  if (kind < 0.32) {
    const length = draws.whole(0, readFileSync(path).length);
    truncateSync(path, length);
    return `cut off at ${length}`;
  }
  const db = new Database(path);
  try {
    if (kind < 0.55) {
      const statement = draws.pick(STATEMENTS);
      db.exec(statement);
      return statement;
    }
    return changeRow(
      draws,
      db,
      ...draws.pick([
        ["trial", "point"],
        ["trial", "outcome"],
        ["trial", "outcome"],
        ["block", "body"],
      ]),
    );
  } catch (error) {
    // Not every statement fits every store.
    return `nothing: ${error.message}`;
  } finally {
    db.close();
  }
}

const WAYS = {
  "front.json": (draws, path) => changeFile(draws, path, mutatedJson),
  "front.csv": (draws, path) => changeFile(draws, path, mutatedText),
  "study.yaml": (draws, path) => changeFile(draws, path, mutatedText),
  "trials.db": changeDatabase,
};

/**
 * Damages one file of a folder.
 *
 * @param others folders of other runs, whose files may take its place
 * @returns { name, what }
 */
export function damage(draws, folder, others) {
  const name = draws.pick([
    "front.json",
    "front.json",
    "front.csv",
    "study.yaml",
    "trials.db",
    "trials.db",
    "trials.db",
  ]);
  const path = join(folder, name);
  const kind = draws.real();
  if (kind < 0.04) {
    rmSync(path);
    return { name, what: "gone" };
  }
  if (kind < 0.06) {
    rmSync(path);
    mkdirSync(path);
    return { name, what: "a folder" };
  }
  if (kind < 0.1) {
    copyFileSync(join(draws.pick(others), name), path);
    return { name, what: "of another run" };
  }
  return { name, what: WAYS[name](draws, path) };
}
