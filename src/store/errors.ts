/** Why trials cannot be kept: all but `store/failed` are something the user can mend. */
export type StoreErrorCode =
  | "store/cannot-open"
  | "store/read-only"
  | "store/disk-full"
  | "store/busy"
  | "store/not-a-database"
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

const BY_SQLITE: readonly (readonly [string, StoreErrorCode, string])[] = [
  ["SQLITE_FULL", "store/disk-full", "the disk is full; trials stored so far are safe, and the run can be resumed"],
  [
    "SQLITE_IOERR",
    "store/disk-full",
    "the disk cannot be written; trials stored so far are safe, and the run can be resumed",
  ],
  ["SQLITE_READONLY", "store/read-only", "the file or its directory may not be written"],
  [
    "SQLITE_CANTOPEN",
    "store/cannot-open",
    "cannot be opened or made; does the directory exist, and may it be written?",
  ],
  ["SQLITE_BUSY", "store/busy", "another process is writing to it"],
  ["SQLITE_NOTADB", "store/not-a-database", "is not a trial database"],
  ["SQLITE_CORRUPT", "store/not-a-database", "is damaged"],
];

/** Errors of the database as `StoreError`; others unchanged. */
export function toStoreError(error: unknown, file: string): unknown {
  if (error instanceof StoreError || !(error instanceof Error) || !("code" in error)) return error;
  // The driver reports a failed opening without a code.
  const sqlite = error.message.startsWith("ConnectionFailed") ? "SQLITE_CANTOPEN" : String(error.code);
  const known = BY_SQLITE.find(([prefix]) => sqlite.startsWith(prefix));
  if (known !== undefined) return new StoreError(known[1], file, known[2], error);
  return sqlite.startsWith("SQLITE") ? new StoreError("store/failed", file, error.message, error) : error;
}

/** Runs `work` with the database's errors translated. */
export function guarded<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw toStoreError(error, file);
  }
}
