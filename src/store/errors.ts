/** Why trials cannot be kept or read: all but `store/failed` are something the user can mend. */
export type StoreErrorCode =
  | "store/cannot-open"
  | "store/read-only"
  | "store/disk-full"
  | "store/busy"
  | "store/in-use"
  | "store/vanished"
  | "store/unfinished-write"
  | "store/not-a-database"
  | "store/damaged"
  | "store/format-too-new"
  | "store/format-unknown"
  | "store/other-study"
  | "store/conflict"
  | "store/failed";

export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;
  readonly file: string;

  constructor(code: StoreErrorCode, file: string, message: string, cause?: unknown) {
    super(`${file}: ${message}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.file = file;
  }
}

export function conflict(file: string, trialNumber: number): StoreError {
  return new StoreError(
    "store/conflict",
    file,
    `trial ${trialNumber} is stored already, with another point or outcome`,
  );
}

/** @param what the row or table, and what is wrong with it */
export function damaged(file: string, what: string, cause?: unknown): StoreError {
  return new StoreError(
    "store/damaged",
    file,
    `is damaged: ${what}. Remove it and search again with --resume: what it held is then made anew.`,
    cause,
  );
}

/** What SQLite says by its primary result codes (sqlite.org/rescode.html). */
const BY_RESULT: Readonly<Record<number, readonly [StoreErrorCode, string]>> = {
  5: ["store/busy", "another process is writing to it"],
  6: ["store/busy", "another process is writing to it"],
  8: ["store/read-only", "the file or its directory may not be written"],
  10: ["store/disk-full", "the disk cannot be written; trials stored so far are safe, and the run can be resumed"],
  13: ["store/disk-full", "the disk is full; trials stored so far are safe, and the run can be resumed"],
  14: ["store/cannot-open", "cannot be opened or made; does the directory exist, and may it be written?"],
  15: ["store/busy", "another process is writing to it"],
  26: [
    "store/not-a-database",
    "is not a trial database. Remove it and search again with --resume: what it held is then made anew.",
  ],
};
/** An SQL statement that the tables do not answer, broken pages, rows that break the tables' own rules. */
const DAMAGED: readonly number[] = [1, 11, 17, 18, 19, 20, 24];
const CANNOT_OPEN = 14;
/** SQLite's names of results, for errors that carry no number. */
const BY_NAME: readonly (readonly [string, number])[] = [
  ["SQLITE_BUSY", 5],
  ["SQLITE_LOCKED", 6],
  ["SQLITE_READONLY", 8],
  ["SQLITE_IOERR", 10],
  ["SQLITE_FULL", 13],
  ["SQLITE_CANTOPEN", 14],
  ["SQLITE_CORRUPT", 11],
  ["SQLITE_NOTADB", 26],
];
const UNKNOWN = -1;

/** Primary result code of an error of the database; null: the error is of another kind. */
export function resultCodeOf(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  // The driver reports a failed opening without a code.
  if (error.message.startsWith("ConnectionFailed")) return CANNOT_OPEN;
  if (!("code" in error) || !/^(UNKNOWN_)?SQLITE/.test(String(error.code))) return null;
  if ("rawCode" in error && typeof error.rawCode === "number") return error.rawCode & 0xff;
  return BY_NAME.find(([name]) => String(error.code).startsWith(name))?.[1] ?? UNKNOWN;
}

/** Errors of the database as `StoreError`; others unchanged. What SQLite cannot make sense of is a damaged file. */
export function toStoreError(error: unknown, file: string): unknown {
  if (error instanceof StoreError) return error;
  const result = resultCodeOf(error);
  if (result === null) return error;
  const { message } = error as Error;
  if (DAMAGED.includes(result)) return damaged(file, message, error);
  const [code, text] = BY_RESULT[result] ?? ["store/failed", message];
  return new StoreError(code, file, text, error);
}

/** Runs `work` with the database's errors translated. */
export function guarded<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw toStoreError(error, file);
  }
}
