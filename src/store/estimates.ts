import type Database from "libsql";
import { guarded } from "./errors.ts";

/** Answers that cost minutes, kept under a key of their question as soon as they come. Texts are what the caller makes them. */
export interface EstimateCache {
  get(key: string): string | undefined;
  /** When it returns, the answer survives the death of the process. A key that is there already keeps its answer. */
  put(key: string, text: string): void;
}

export const CREATE_ESTIMATES = "CREATE TABLE estimate (key TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID";

export function estimatesOn(db: Database.Database, file: string): EstimateCache {
  const get = db.prepare("SELECT answer FROM estimate WHERE key = ?").raw();
  const put = db.prepare("INSERT INTO estimate VALUES (?, ?) ON CONFLICT (key) DO NOTHING");
  return {
    get: (key) => guarded(file, () => (get.get(key) as [string] | undefined)?.[0]),
    put: (key, text) => void guarded(file, () => put.run(key, text)),
  };
}
