import { csvLines } from "../csv/index.ts";
import { frontLines } from "./front-columns.ts";
import type { RunRecord } from "./types.ts";

/** `front.json`: the whole record. Equal runs give equal bytes. */
export function frontJson(record: RunRecord): string {
  return `${JSON.stringify(record, null, 1)}\n`;
}

/** `front.csv`. */
export function frontCsv(record: RunRecord): string {
  return csvLines(frontLines(record));
}
