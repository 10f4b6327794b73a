import type Database from "libsql";
import { CREATE_BLOCKS } from "./chip-blocks.ts";
import { StoreError } from "./errors.ts";
import { CREATE_ESTIMATES } from "./estimates.ts";
import { inTransaction } from "./transaction.ts";

/** Format that this version writes. Raise it with a migration from the one before whenever tables change. */
export const FORMAT = 3;

/** Steps by the format they start from; each brings a database to the next. */
export type Migrations = Readonly<Record<number, (db: Database.Database) => void>>;

export const MIGRATIONS: Migrations = {
  1: (db) => void db.exec(CREATE_ESTIMATES),
  2: (db) => void db.exec(CREATE_BLOCKS),
};

/** All steps from `format` to `FORMAT` in one transaction. @throws StoreError `store/format-unknown` without a step */
export function migrate(
  db: Database.Database,
  file: string,
  format: number,
  migrations: Migrations,
  target = FORMAT,
): void {
  inTransaction(db, () => {
    for (let from = format; from < target; from += 1) {
      const step = migrations[from];
      if (step === undefined)
        throw new StoreError("store/format-unknown", file, `has format ${from}, which cannot be brought to ${target}`);
      step(db);
    }
    db.prepare("UPDATE meta SET value = ? WHERE key = 'format'").run(String(target));
  });
}
