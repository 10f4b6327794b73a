import type Database from "libsql";
import { asBytes, textOf } from "./bytes.ts";
import { damaged, StoreError } from "./errors.ts";

/** Tables of a store, their columns, and the format that has brought them. */
const TABLES: Readonly<Record<string, { readonly columns: readonly string[]; readonly since: number }>> = {
  meta: { columns: ["key", "value"], since: 1 },
  trial: { columns: ["number", "point", "outcome"], since: 1 },
  estimate: { columns: ["key", "answer"], since: 2 },
  block: { columns: ["number", "body", "digest"], since: 3 },
};

/** Names of everything that a database holds, by its kind; indexes left out, since they hold nothing of their own. */
function schemaOf(db: Database.Database): ReadonlyMap<string, string> {
  const rows = db
    .prepare(`SELECT ${asBytes("name", "type")} FROM sqlite_master WHERE type <> 'index'`)
    .raw()
    .all() as (readonly unknown[])[];
  return new Map(rows.map(([name, type]) => [textOf(name) ?? "", textOf(type) ?? ""]));
}

/** Whether nothing was written to a database yet. */
export function isEmpty(db: Database.Database): boolean {
  return schemaOf(db).size === 0;
}

/** @throws StoreError where a database holds something else than trials, or cannot be asked as a store of `format` is */
export function checkTables(db: Database.Database, file: string, format: number): void {
  const schema = schemaOf(db);
  if (!schema.has("meta") || !schema.has("trial"))
    throw new StoreError("store/not-a-database", file, "is a database, but not of trials");
  for (const [table, { columns, since }] of Object.entries(TABLES)) {
    if (since > format) continue;
    const kind = schema.get(table);
    if (kind !== "table") throw damaged(file, kind === undefined ? `it has no table ${table}` : `${table} is no table`);
    const rows = db
      .prepare(`SELECT ${asBytes("name")} FROM pragma_table_info(?)`)
      .raw()
      .all(table) as (readonly unknown[])[];
    const names = rows.map(([name]) => textOf(name));
    const missing = columns.find((column) => !names.includes(column));
    if (missing !== undefined) throw damaged(file, `its table ${table} has no column ${missing}`);
  }
}
