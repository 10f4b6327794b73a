import type Database from "libsql";
import { StoreError } from "./errors.ts";
import { CREATE_ESTIMATES } from "./estimates.ts";
import { FORMAT, migrate, type Migrations } from "./migrations.ts";
import { inTransaction } from "./transaction.ts";

/** What a store belongs to; a store is opened only for the study that it was made for. */
export interface StudyIdentity {
  /** Digest of everything that decides the trials: the study without its limits on length, tables, versions of the model. */
  readonly studyHash: string;
  readonly seed: number;
  /** Of the ecotile that made the store. */
  readonly version: string;
}

export interface StoreMeta extends StudyIdentity {
  readonly format: number;
}

/** @returns null for a database that nothing was written to yet */
export function readMeta(db: Database.Database, file: string): StoreMeta | null {
  const tables = db.prepare("SELECT count(*) FROM sqlite_master WHERE type = 'table'").raw().get() as [number];
  if (tables[0] === 0) return null;
  const known = db.prepare("SELECT count(*) FROM sqlite_master WHERE name IN ('meta', 'trial')").raw().get() as [
    number,
  ];
  if (known[0] !== 2) throw new StoreError("store/not-a-database", file, "is a database, but not of trials");
  const rows = db.prepare("SELECT key, value FROM meta").raw().all() as [string, string][];
  const values = new Map(rows);
  const text = (key: string): string => values.get(key) ?? "";
  return {
    format: Number(text("format")),
    studyHash: text("studyHash"),
    seed: Number(text("seed")),
    version: text("version"),
  };
}

/** Creates the tables in an empty database, brings an old one up to date, refuses what does not fit. */
export function prepareMeta(
  db: Database.Database,
  file: string,
  identity: StudyIdentity,
  migrations: Migrations,
): void {
  const meta = readMeta(db, file);
  if (meta === null) {
    create(db, identity);
    return;
  }
  checkFormat(meta, file);
  if (meta.studyHash !== identity.studyHash || meta.seed !== identity.seed)
    throw new StoreError(
      "store/other-study",
      file,
      `holds trials of another study (hash ${meta.studyHash}, seed ${meta.seed}; this one has ${identity.studyHash}, seed ${identity.seed})`,
    );
  if (meta.format < FORMAT) migrate(db, file, meta.format, migrations);
}

/** @throws StoreError where this version cannot read the format */
export function checkFormat({ format, version }: StoreMeta, file: string): void {
  if (format > FORMAT)
    throw new StoreError(
      "store/format-too-new",
      file,
      `has format ${format}, written by ecotile ${version}; this version reads up to ${FORMAT}`,
    );
  if (!Number.isSafeInteger(format) || format < 1)
    throw new StoreError("store/format-unknown", file, `has no known format`);
}

function create(db: Database.Database, identity: StudyIdentity): void {
  inTransaction(db, () => {
    db.exec("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
    db.exec("CREATE TABLE trial (number INTEGER PRIMARY KEY, point TEXT NOT NULL, outcome TEXT NOT NULL)");
    db.exec(CREATE_ESTIMATES);
    const put = db.prepare("INSERT INTO meta VALUES (?, ?)");
    const { studyHash, seed, version } = identity;
    for (const [key, value] of Object.entries({ format: FORMAT, studyHash, seed, version }))
      put.run(key, String(value));
  });
}
