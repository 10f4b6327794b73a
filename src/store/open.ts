import { statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import Database from "libsql";
import { resultCodeOf, StoreError } from "./errors.ts";

/** How a file is opened: made where it is missing, written, or read as if nobody ever wrote to it. */
type Mode = "mode=rwc" | "mode=rw" | "immutable=1";

/** By its address, since a name may look like one of something else. */
function connect(file: string, mode: Mode): Database.Database {
  return new Database(`${pathToFileURL(resolve(file)).href}?${mode}`);
}

/** @throws StoreError where a file is there that is no regular one: opening a pipe would wait for somebody to write to it */
export function refuseIrregular(file: string): void {
  sizeOf(file);
}

/** Size of a regular file; null: there is none. @throws StoreError for what is no regular file */
function sizeOf(file: string): number | null {
  let stat;
  try {
    stat = statSync(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw new StoreError("store/cannot-open", file, `cannot be read: ${messageOf(error)}`, error);
  }
  if (!stat.isFile()) throw new StoreError("store/cannot-open", file, "is no regular file");
  return stat.size;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Opens a database to be written; makes it where there is none. */
export function openForWriting(file: string): Database.Database {
  refuseIrregular(file);
  return connect(file, "mode=rwc");
}

const READ_ONLY = 8;
const CANNOT_OPEN = 14;

/** What a write that was cut short leaves beside a database, to be finished by whoever opens it next. */
const LEFT_OVER = ["-wal", "-journal"];

/**
 * Opens a database that is only to be read, also one in a folder or on a disk that may not be written.
 *
 * @throws StoreError `store/cannot-open`; `store/unfinished-write` where a write that was cut short must be finished first,
 *         and may not be
 */
export function openForReading(file: string): Database.Database {
  if (sizeOf(file) === null) throw new StoreError("store/cannot-open", file, "does not exist");
  try {
    return looked(connect(file, "mode=rw"));
  } catch (error) {
    const result = resultCodeOf(error);
    if (result !== READ_ONLY && result !== CANNOT_OPEN) throw error;
    const left = LEFT_OVER.map((suffix) => `${file}${suffix}`).find((path) => (sizeOf(path) ?? 0) > 0);
    if (left !== undefined)
      throw new StoreError(
        "store/unfinished-write",
        file,
        `its last writer was stopped in the middle, and what ${left} holds can only be taken over where the folder may be written: copy the folder, and read the copy`,
        error,
      );
    return looked(connect(file, "immutable=1"));
  }
}

/** The file is opened in truth by the first question only. */
function looked(db: Database.Database): Database.Database {
  try {
    db.exec("PRAGMA busy_timeout = 5000");
    db.exec("PRAGMA query_only = 1");
    db.prepare("SELECT count(*) FROM sqlite_master").raw().get();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
