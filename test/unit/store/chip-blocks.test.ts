import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterAll, expect, test } from "vitest";
import type { BlockResult, LocalBlockStore } from "../../../src/search/index.ts";
import { openSqliteStore } from "../../../src/store/index.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-blocks-"));
afterAll(() => rmSync(directory, { recursive: true }));
let count = 0;
const newFile = () => join(directory, `${(count += 1)}.db`);
const identity = { studyHash: "abc", seed: 7, version: "0.1.0" };

const first: BlockResult = {
  kind: "first",
  number: 3,
  chips: [0, 32],
  simulationCount: 478,
  part: {
    front: [
      { hardware: 0, variant: 0, a: 1, b: 2, values: [0.1 + 0.2, 5e-324] },
      { hardware: 32, variant: 1, a: 0, b: 0, values: [1 / 3, 2 ** 53] },
    ],
    ...{ coveredCount: 20, feasibleCount: 7, dominatedCount: 5, boundedCount: 10 },
    points: { ruledOut: 0, bounded: 1, enumerated: 1 },
    reasons: [
      { constraint: "latency <= 1 s", designCount: 3, nearestAmount: 0.1, nearestRelative: 0.1, unit: null },
      { constraint: "odd", designCount: 1, nearestAmount: Infinity, nearestRelative: null, unit: "B" },
    ],
    secondLooks: [
      { hardware: 0, made: Float64Array.of(1.5, Infinity, 1e-300) },
      { hardware: 32, made: null },
    ],
  },
};
const second: BlockResult = {
  ...{ kind: "second", number: 90, chips: [32], simulationCount: 12 },
  second: { designCount: 4, feasibleCount: 2, found: [{ hardware: 32, variant: 1, a: 3, b: 0, values: [0.5] }] },
};

function withStore<Result>(file: string, work: (blocks: LocalBlockStore) => Result): Result {
  const store = openSqliteStore(file, identity);
  try {
    return work(store.blocks);
  } finally {
    store.close();
  }
}
function stored(sql = ""): string {
  const file = newFile();
  withStore(file, (blocks) => [first, second].forEach(blocks.put));
  const db = new Database(file);
  if (sql !== "") db.exec(sql);
  db.close();
  return file;
}

test("blocks come back bit for bit, by number, also when the store was closed", () => {
  withStore(stored(), (blocks) => {
    expect(blocks.get(first)).toEqual(first);
    expect(blocks.get(second)).toEqual(second);
    expect(blocks.get({ number: 4, chips: [1] })).toBe(undefined);
  });
});

test.each([
  [
    "a digit is another",
    "UPDATE block SET body = replace(body, '478', '479') WHERE number = 3",
    "is not what was written",
  ],
  ["it is no UTF-8", "UPDATE block SET body = CAST(x'ff' AS TEXT) WHERE number = 3", "is not what was written"],
])("a block that is damaged (%s) is said", (_, sql, message) => {
  withStore(stored(sql), (blocks) => {
    expect(() => blocks.get(first)).toThrow(`is damaged: block 3 of chips ${message}`);
    expect(blocks.get(second)).toEqual(second);
  });
});

test("a block that holds other chips than its number says is damaged", () => {
  withStore(stored("DELETE FROM block WHERE number = 3; UPDATE block SET number = 3 WHERE number = 90"), (blocks) => {
    expect(() => blocks.get(first)).toThrow("is damaged: block 3 of chips holds other chips");
  });
});

test("a block of other rules is none, and the new one takes its place", () => {
  const file = stored();
  const db = new Database(file);
  const [bytes] = db.prepare("SELECT CAST(body AS BLOB) FROM block WHERE number = 3").raw().get() as [Buffer];
  const text = bytes.toString().replace('"format":2,', '"format":1,');
  expect(text).not.toBe(bytes.toString());
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
  db.prepare("UPDATE block SET body = ?, digest = ? WHERE number = 3").run(text, digest);
  db.close();
  withStore(file, (blocks) => {
    expect(blocks.get(first)).toBe(undefined);
    blocks.put(first);
    expect(blocks.get(first)).toEqual(first);
  });
});

test("a store of format 2, which had no blocks, is brought up to date", () => {
  const file = stored("DROP TABLE block; UPDATE meta SET value = '2' WHERE key = 'format'");
  withStore(file, (blocks) => {
    expect(blocks.get(first)).toBe(undefined);
    blocks.put(first);
    expect(blocks.get(first)).toEqual(first);
  });
});
