export type { EstimateCache } from "./estimates.ts";
export { StoreError, toStoreError, type StoreErrorCode } from "./errors.ts";
export { acquireLock, type Lock } from "./lock.ts";
export { createJournal, createJournalReader, type Journal, type JournalReader } from "./journal.ts";
export { createMemoryEstimates, createMemoryStore } from "./memory.ts";
export type { StoreMeta, StudyIdentity } from "./meta.ts";
export { FORMAT, migrate, type Migrations } from "./migrations.ts";
export {
  openSqliteStore,
  readSqliteStore,
  withStoredEstimates,
  type SqliteStore,
  type SqliteStoreOptions,
} from "./sqlite.ts";
