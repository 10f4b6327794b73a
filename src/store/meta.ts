import type Database from "libsql";
import { asBytes, countOf, textOf } from "./bytes.ts";
import { CREATE_BLOCKS } from "./chip-blocks.ts";
import { damaged, StoreError } from "./errors.ts";
import { CREATE_ESTIMATES } from "./estimates.ts";
import { FORMAT, migrate, type Migrations } from "./migrations.ts";
import { checkTables, isEmpty } from "./tables.ts";
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

/**
 * @returns null for a database that nothing was written to yet
 * @throws  StoreError where it is no store, one that this version cannot read, or damaged
 */
export function readMeta(db: Database.Database, file: string): StoreMeta | null {
  if (isEmpty(db)) return null;
  checkTables(db, file, 1);
  const rows = db
    .prepare(`SELECT ${asBytes("key", "value")} FROM meta`)
    .raw()
    .all() as (readonly unknown[])[];
  const values = new Map(rows.map(([key, value]) => [textOf(key), textOf(value)]));
  const version = values.get("version") ?? "of unknown version";
  const format = countOf(values.get("format") ?? null);
  if (format === null || format < 1) throw new StoreError("store/format-unknown", file, `has no known format`);
  if (format > FORMAT)
    throw new StoreError(
      "store/format-too-new",
      file,
      `has format ${format}, written by ecotile ${version}; this version reads up to ${FORMAT}`,
    );
  checkTables(db, file, format);
  const studyHash = values.get("studyHash") ?? null;
  const seed = countOf(values.get("seed") ?? null);
  if (studyHash === null || seed === null || !values.has("version"))
    throw damaged(file, "its table meta lacks studyHash, seed or version");
  return { format, studyHash, seed, version };
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
  if (meta.studyHash !== identity.studyHash || meta.seed !== identity.seed)
    throw new StoreError(
      "store/other-study",
      file,
      `holds trials of another study (hash ${meta.studyHash}, seed ${meta.seed}; this one has ${identity.studyHash}, seed ${identity.seed})`,
    );
  if (meta.format < FORMAT) migrate(db, file, meta.format, migrations);
}

function create(db: Database.Database, identity: StudyIdentity): void {
  inTransaction(db, () => {
    db.exec("CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
    db.exec("CREATE TABLE trial (number INTEGER PRIMARY KEY, point TEXT NOT NULL, outcome TEXT NOT NULL)");
    db.exec(CREATE_ESTIMATES);
    db.exec(CREATE_BLOCKS);
    const put = db.prepare("INSERT INTO meta VALUES (?, ?)");
    const { studyHash, seed, version } = identity;
    for (const [key, value] of Object.entries({ format: FORMAT, studyHash, seed, version }))
      put.run(key, String(value));
  });
}
