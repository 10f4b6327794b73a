import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";

/** A CSV file read: its header, and its rows as text by column. */
export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
}

export interface CsvRow {
  /** Line of the file on which the row ends, 1-based. */
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** Why a text is no CSV table; `line` where it is known. */
export class CsvError extends Error {
  override readonly name = "CsvError";
  readonly line: number | null;
  constructor(message: string, line: number | null = null) {
    super(message);
    this.line = line;
  }
}

/**
 * Reads CSV (RFC 4180, UTF-8, a byte-order mark is skipped). The first line names the columns.
 *
 * @throws CsvError for an empty text, an empty or doubled column name, or a row of another length
 */
export function readCsv(text: string): CsvTable {
  let records: readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
  try {
    records = parse(text, { bom: true, info: true, skip_empty_lines: true, trim: true }) as unknown as typeof records;
  } catch (cause) {
    const line = typeof cause === "object" && cause !== null && "lines" in cause ? Number(cause.lines) : null;
    throw new CsvError(cause instanceof Error ? cause.message : String(cause), line);
  }
  const columns = records[0]?.record;
  if (columns === undefined) throw new CsvError("is empty: the first line must name the columns");
  const doubled = columns.find((name, i) => name === "" || columns.indexOf(name) !== i);
  if (doubled === "") throw new CsvError("has a column without a name", 1);
  if (doubled !== undefined) throw new CsvError(`has two columns named "${doubled}"`, 1);
  const rows = records.slice(1).map(({ record, info }) => {
    const cells = Object.create(null) as Record<string, string>;
    columns.forEach((name, i) => (cells[name] = record[i] ?? ""));
    return { line: info.lines, cells };
  });
  return { columns, rows };
}

export type CsvCell = string | number | boolean | null | undefined;

/** Writes CSV with a header line; null and undefined are empty cells. Text that a spreadsheet would run is guarded by an apostrophe. */
export function writeCsv(columns: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return stringify([columns.map(guarded), ...rows.map((row) => row.map(guarded))]);
}

function guarded(cell: CsvCell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell !== "string") return String(cell);
  return /^[=+\-@\t\r]/.test(cell) && !isNumber(cell) ? `'${cell}` : cell;
}

function isNumber(text: string): boolean {
  return text.trim() !== "" && Number.isFinite(Number(text));
}
