import type Database from "libsql";

/**
 * Runs `work` in one write transaction: all of it or nothing. In place of the driver's own, which hides the error when
 * SQLite has rolled back by itself, as it does when the disk is full.
 */
export function inTransaction(db: Database.Database, work: () => void): void {
  try {
    db.exec("BEGIN IMMEDIATE");
    work();
    db.exec("COMMIT");
  } catch (error) {
    if (db.inTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
