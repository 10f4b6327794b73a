import { closeSync, fstatSync, openSync, rmSync, statSync } from "node:fs";
import type Database from "libsql";
import { resultCodeOf, StoreError, toStoreError } from "./errors.ts";
import { openForWriting, refuseIrregular } from "./open.ts";

/** One writer's hold on a folder. */
export interface Lock {
  /** Lets the next one in, and takes the file away. */
  release(): void;
}

const BUSY = [5, 6];

/**
 * Holds a lock that the operating system keeps for this process: it ends with it, however it ends, so that a file left
 * behind by a killed process locks nobody out. The file is an empty SQLite database, whose locks work on every platform.
 *
 * @param file made where it is missing
 * @throws StoreError `store/in-use` where another process, or this one, holds it
 */
export function acquireLock(file: string): Lock {
  for (;;) {
    const inode = touch(file);
    const database = lockedDatabase(file);
    // The holder before may have removed the file after it was opened here: then the next one would make another.
    if (inodeOf(file) === inode) return { release: () => releaseLock(database, file) };
    database.close();
  }
}

/** Makes the file where it is missing. @returns which one it is */
function touch(file: string): number {
  refuseIrregular(file);
  try {
    const descriptor = openSync(file, "a");
    try {
      return fstatSync(descriptor).ino;
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError("store/cannot-open", file, `cannot be made: ${why}`, error);
  }
}

function lockedDatabase(file: string): Database.Database {
  let database: Database.Database | null = null;
  try {
    database = openForWriting(file);
    database.exec("PRAGMA busy_timeout = 0");
    // Without a journal nothing is written beside the file.
    database.exec("PRAGMA journal_mode = MEMORY");
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database?.close();
    if (BUSY.includes(resultCodeOf(error) ?? -1))
      throw new StoreError(
        "store/in-use",
        file,
        "another search is writing to this folder. Wait until it ends, or name another folder with --out",
        error,
      );
    throw toStoreError(error, file);
  }
}

/** Removed while it is held, so that whoever opened it before finds it gone; Windows removes only what is closed. */
function releaseLock(database: Database.Database, file: string): void {
  const isRemoved = remove(file);
  database.close();
  if (!isRemoved) remove(file);
}

function remove(file: string): boolean {
  try {
    rmSync(file, { force: true });
    return true;
  } catch {
    return false;
  }
}

function inodeOf(file: string): number | null {
  try {
    return statSync(file).ino;
  } catch {
    return null;
  }
}
