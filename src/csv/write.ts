import { stringify } from "csv-stringify/sync";
import { guarded, type CsvCell } from "./cell.ts";

/** Writes CSV with a header line. */
export function writeCsv(columns: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return csvLines([columns, ...rows]);
}

/** Lines of CSV; null and undefined are empty cells. Text that a spreadsheet would run is guarded. */
export function csvLines(rows: readonly (readonly CsvCell[])[]): string {
  return stringify(rows.map((row) => row.map(guarded)));
}
