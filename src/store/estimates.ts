import type Database from "libsql";
import { asBytes, textOf } from "./bytes.ts";
import { damaged, guarded } from "./errors.ts";

/** Answers that cost minutes, kept under a key of their question as soon as they come. */
export interface EstimateCache {
  /**
   * @param read makes of a text what the caller has put; null: it cannot have come from there
   * @throws StoreError where the stored answer is damaged
   */
  get<Answer>(key: string, read: (text: string) => Answer | null): Answer | undefined;
  /** When it returns, the answer survives the death of the process. A key that is there already keeps its answer. */
  put(key: string, text: string): void;
}

const MOST_SHOWN = 100;

export const CREATE_ESTIMATES =
  "CREATE TABLE IF NOT EXISTS estimate (key TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID";

export function estimatesOn(db: Database.Database, file: string): EstimateCache {
  const get = db.prepare(`SELECT ${asBytes("answer")} FROM estimate WHERE key = ?`).raw();
  const put = db.prepare("INSERT INTO estimate VALUES (?, ?) ON CONFLICT (key) DO NOTHING");
  return {
    get: (key, read) =>
      guarded(file, () => {
        const row = get.get(key) as readonly unknown[] | undefined;
        if (row === undefined) return undefined;
        const text = textOf(row[0]);
        const answer = text === null ? null : read(text);
        if (answer === null)
          throw damaged(file, `the answer about ${key.slice(0, MOST_SHOWN)}… is none that the command can have given`);
        return answer;
      }),
    put: (key, text) => void guarded(file, () => put.run(key, text)),
  };
}
