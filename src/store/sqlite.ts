import type Database from "libsql";
import type { LocalBlockStore, Trial, LocalTrialStore } from "../search/index.ts";
import { asBytes, textOf } from "./bytes.ts";
import { blocksOn } from "./chip-blocks.ts";
import { estimatesOn, type EstimateCache } from "./estimates.ts";
import { conflict, guarded, StoreError } from "./errors.ts";
import { prepareMeta, readMeta, type StoreMeta, type StudyIdentity } from "./meta.ts";
import { MIGRATIONS } from "./migrations.ts";
import { openForReading, openForWriting } from "./open.ts";
import { packTrial, type PackedTrial } from "./pack.ts";
import { presenceOf, type Presence } from "./presence.ts";
import { inTransaction } from "./transaction.ts";
import { readTrials } from "./trials.ts";

export interface SqliteStoreOptions {
  /** `full` also survives a loss of power; `normal` may lose the last batches then, but never with the process. */
  readonly synchronous?: "normal" | "full";
  /** Upper limit of the file in pages of 4 KiB; beyond it appending fails like on a full disk. */
  readonly maxPages?: number;
}

/** Trials, and beside them answers that they were made of, and the blocks of an exact search. */
export interface SqliteStore extends LocalTrialStore {
  readonly estimates: EstimateCache;
  readonly blocks: LocalBlockStore;
  /** Takes trials out again, from this number on: in one transaction, as `append`. */
  forgetFrom(number: number): void;
  /** @throws StoreError `store/vanished` where the file was removed or replaced since it was opened; writing says so too */
  checkPresence(): void;
}

/**
 * Trials in an SQLite file. One writer at a time; readers do not disturb it. After kill −9 it opens again with every trial
 * whose `append` had returned. Holds no time, path, host or worker count. While it is open there is a write-ahead log
 * beside it; once it is closed the file is whole by itself, and can be read where nothing may be written.
 *
 * @throws StoreError
 */
export function openSqliteStore(file: string, identity: StudyIdentity, options: SqliteStoreOptions = {}): SqliteStore {
  return guarded(file, () => {
    const db = openForWriting(file);
    try {
      db.exec("PRAGMA busy_timeout = 5000");
      db.exec("PRAGMA journal_mode = WAL");
      db.exec(`PRAGMA synchronous = ${options.synchronous === "full" ? "FULL" : "NORMAL"}`);
      if (options.maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${Math.floor(options.maxPages)}`);
      prepareMeta(db, file, identity, MIGRATIONS);
      return storeOn(db, file, presenceOf(file));
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** What a finished or running study has stored, also where nothing may be written. @throws StoreError */
export function readSqliteStore(file: string): { readonly meta: StoreMeta; readonly trials: readonly Trial[] } {
  return guarded(file, () => {
    const db = openForReading(file);
    try {
      const meta = readMeta(db, file);
      if (meta === null) throw new StoreError("store/not-a-database", file, "holds no trials");
      return { meta, trials: readTrials(db, file) };
    } finally {
      db.close();
    }
  });
}

/**
 * What a store's answers were made of, while `read` looks at them, also where nothing may be written.
 *
 * @throws StoreError; what `read` throws
 */
export async function withStoredEstimates<Result>(
  file: string,
  read: (estimates: Pick<EstimateCache, "get">) => Promise<Result>,
): Promise<Result> {
  const db = guarded(file, () => openForReading(file));
  try {
    return await read(guarded(file, () => estimatesOn(db, file)));
  } finally {
    db.close();
  }
}

function storeOn(db: Database.Database, file: string, presence: Presence): SqliteStore {
  const put = db.prepare("INSERT INTO trial VALUES (?, ?, ?) ON CONFLICT (number) DO NOTHING");
  const get = db.prepare(`SELECT ${asBytes("point", "outcome")} FROM trial WHERE number = ?`).raw();
  const putAll = (rows: readonly PackedTrial[]): void => {
    for (const { number, point, outcome } of rows) {
      if (put.run(number, point, outcome).changes > 0) continue;
      const [storedPoint, storedOutcome] = (get.get(number) as readonly unknown[]).map(textOf);
      if (storedPoint !== point || storedOutcome !== outcome) throw conflict(file, number);
    }
  };
  return {
    append: (trials) => {
      const rows = trials.map(packTrial);
      presence.check();
      guarded(file, () => inTransaction(db, () => putAll(rows)));
    },
    forgetFrom: (number) => {
      presence.check();
      guarded(file, () => void db.prepare("DELETE FROM trial WHERE number >= ?").run(number));
    },
    trials: () => guarded(file, () => readTrials(db, file)),
    estimates: estimatesOn(db, file),
    blocks: blocksOn(db, file, presence),
    checkPresence: presence.check,
    close: () => closeWhole(db, file),
  };
}

/** Takes the log into the file. Where that cannot be done, since others read or the disk is full, the log stays. */
function closeWhole(db: Database.Database, file: string): void {
  try {
    db.exec("PRAGMA busy_timeout = 0");
    db.exec("PRAGMA journal_mode = DELETE");
  } catch {
    // Nothing is lost: whoever opens the file next reads the log.
  }
  guarded(file, () => void db.close());
}
