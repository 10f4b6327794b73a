import { existsSync } from "node:fs";
import Database from "libsql";
import type { Trial, TrialStore } from "../search/index.ts";
import { estimatesOn, type EstimateCache } from "./estimates.ts";
import { conflict, guarded, StoreError } from "./errors.ts";
import { checkFormat, prepareMeta, readMeta, type StoreMeta, type StudyIdentity } from "./meta.ts";
import { MIGRATIONS } from "./migrations.ts";
import { packTrial, unpackTrial, type PackedTrial } from "./pack.ts";
import { inTransaction } from "./transaction.ts";

export interface SqliteStoreOptions {
  /** `full` also survives a loss of power; `normal` may lose the last batches then, but never with the process. */
  readonly synchronous?: "normal" | "full";
  /** Upper limit of the file in pages of 4 KiB; beyond it appending fails like on a full disk. */
  readonly maxPages?: number;
}

/** Trials, and beside them answers that they were made of. */
export interface SqliteStore extends TrialStore {
  readonly estimates: EstimateCache;
}

/**
 * Trials in an SQLite file (write-ahead log). One writer at a time; readers do not disturb it. After kill −9 it opens
 * again with every trial whose `append` had returned. Holds no time, path, host or worker count.
 *
 * @throws StoreError
 */
export function openSqliteStore(file: string, identity: StudyIdentity, options: SqliteStoreOptions = {}): SqliteStore {
  return guarded(file, () => {
    const db = new Database(file);
    try {
      db.exec("PRAGMA busy_timeout = 5000");
      db.exec("PRAGMA journal_mode = WAL");
      db.exec(`PRAGMA synchronous = ${options.synchronous === "full" ? "FULL" : "NORMAL"}`);
      if (options.maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${Math.floor(options.maxPages)}`);
      prepareMeta(db, file, identity, MIGRATIONS);
      return storeOn(db, file);
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** What a finished or running study has stored. @throws StoreError */
export function readSqliteStore(file: string): { readonly meta: StoreMeta; readonly trials: readonly Trial[] } {
  return guarded(file, () => {
    if (!existsSync(file)) throw new StoreError("store/cannot-open", file, "does not exist");
    const db = new Database(file);
    try {
      db.exec("PRAGMA query_only = 1");
      const meta = readMeta(db, file);
      if (meta === null) throw new StoreError("store/not-a-database", file, "holds no trials");
      checkFormat(meta, file);
      return { meta, trials: readTrials(db) };
    } finally {
      db.close();
    }
  });
}

function storeOn(db: Database.Database, file: string): SqliteStore {
  const put = db.prepare("INSERT INTO trial VALUES (?, ?, ?) ON CONFLICT (number) DO NOTHING");
  const get = db.prepare("SELECT point, outcome FROM trial WHERE number = ?").raw();
  const putAll = (rows: readonly PackedTrial[]): void => {
    for (const { number, point, outcome } of rows) {
      if (put.run(number, point, outcome).changes > 0) continue;
      const [storedPoint, storedOutcome] = get.get(number) as [string, string];
      if (storedPoint !== point || storedOutcome !== outcome) throw conflict(file, number);
    }
  };
  return {
    append: (trials) => {
      const rows = trials.map(packTrial);
      guarded(file, () => inTransaction(db, () => putAll(rows)));
    },
    trials: () => guarded(file, () => readTrials(db)),
    estimates: estimatesOn(db, file),
    close: () => guarded(file, () => void db.close()),
  };
}

/** Raw rows only: row objects of this driver carry a time beside the columns. */
function readTrials(db: Database.Database): readonly Trial[] {
  const rows = db.prepare("SELECT number, point, outcome FROM trial ORDER BY number").raw().all() as [
    number,
    string,
    string,
  ][];
  return rows.map(([number, point, outcome]) => unpackTrial({ number, point, outcome }));
}
