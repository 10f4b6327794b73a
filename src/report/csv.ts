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

/** One thing that is wrong with a CSV text: a whole sentence; `line` null where it is the text as a whole. */
export interface CsvProblem {
  readonly line: number | null;
  readonly message: string;
}

/** Why a text is no CSV table: every problem, in order of lines. */
export class CsvError extends Error {
  override readonly name = "CsvError";
  readonly problems: readonly CsvProblem[];
  constructor(problems: readonly CsvProblem[]) {
    super(problems.map(({ line, message }) => (line === null ? message : `Line ${line}: ${message}`)).join("\n"));
    this.problems = problems;
  }
}

type Records = readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];

function parseRecords(text: string): Records {
  try {
    return parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as Records;
  } catch (cause) {
    const line = typeof cause === "object" && cause !== null && "lines" in cause ? Number(cause.lines) : null;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CsvError([{ line, message: `The file is no CSV: ${message}.` }]);
  }
}

function columnProblems(columns: readonly string[]): readonly CsvProblem[] {
  const doubled = columns.filter((name, i) => name !== "" && columns.indexOf(name) < i);
  const messages = [...new Set(doubled)].map((name) => `There are two columns named "${name}".`);
  if (columns.includes("")) messages.unshift("A column has no name.");
  return messages.map((message) => ({ line: 1, message }));
}

/**
 * Reads CSV (RFC 4180, UTF-8, a byte-order mark is skipped). The first line names the columns.
 *
 * @throws CsvError for an empty text, an empty or doubled column name, and every row of another length
 */
export function readCsv(text: string): CsvTable {
  const records = parseRecords(text);
  const columns = records[0]?.record;
  if (columns === undefined) {
    throw new CsvError([{ line: null, message: "The file is empty; its first line must name the columns." }]);
  }
  const problems = [...columnProblems(columns)];
  const rows = records.slice(1).map(({ record, info: { lines } }) => {
    if (record.length !== columns.length) {
      const message = `The row has ${record.length} cells, the header ${columns.length}.`;
      problems.push({ line: lines, message });
    }
    const cells = Object.create(null) as Record<string, string>;
    columns.forEach((name, i) => (cells[name] = record[i] ?? ""));
    return { line: lines, cells };
  });
  if (problems.length > 0) throw new CsvError(problems);
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
