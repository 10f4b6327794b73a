import { Readable } from "node:stream";
import { CsvError, parse as createParser, type Options } from "csv-parse";
import { parse } from "csv-parse/sync";
import { MOST_PROBLEMS, problemOf, SpecError, type Problem } from "../errors/index.ts";

/*
 * CSV as people and the tools of the field write it: RFC 4180, UTF-8, any ends of lines. A byte-order mark and blank lines are
 * skipped, and so are lines that start with #, which are counted. A comma at the end of a line makes no column. The first line that
 * is neither names the columns.
 */

/** Largest row, bytes: an open quote would else take the rest of the file for one cell. */
const MOST_ROW_BYTES = 1024 * 1024;

/** Line on which the last row ended that could be read. */
interface Progress {
  line: number;
}

const optionsOf = (progress: Progress): Options => ({
  bom: true,
  comment: "#",
  comment_no_infix: true,
  info: true,
  max_record_size: MOST_ROW_BYTES,
  relax_column_count: true,
  skip_empty_lines: true,
  trim: true,
  on_record: (record, { lines }) => {
    progress.line = lines;
    return record;
  },
});

/** What names the columns. */
export interface CsvHeader {
  readonly columns: readonly string[];
  /** Line of the file, from 1. */
  readonly line: number;
}

export interface CsvRow {
  /** Line of the file on which the row ends, from 1. */
  readonly line: number;
  /** Text by column; without prototype. */
  readonly cells: Readonly<Record<string, string>>;
}

/** Takes what is wrong with a file; throws when there is more than anybody reads. */
export class ProblemSink {
  readonly problems: Problem[] = [];

  constructor(readonly file: string) {}

  /** @throws SpecError with all problems so far, where they are too many */
  add(line: number | null, code: string, message: string, hint: string | null = null): void {
    this.problems.push({ ...problemOf(this.file, code, message, hint), line, column: line === null ? null : 1 });
    if (this.problems.length > MOST_PROBLEMS) this.throwAny();
  }

  /** @throws SpecError where anything is wrong */
  throwAny(): void {
    if (this.problems.length > 0) throw new SpecError(this.problems);
  }
}

interface Entry {
  readonly record: readonly string[];
  readonly info: { readonly lines: number; readonly comment_lines: number };
}

/** A file that is read row by row, in memory that does not grow with it. */
export interface CsvStream {
  readonly header: CsvHeader;
  /** Lines that start with #, so far. */
  commentCount(): number;
  /** The rows behind the header, once. Rows of another length go to the sink and are left out. */
  readonly rows: AsyncIterable<CsvRow>;
}

/**
 * Begins to read a CSV text that comes in pieces, up to its header.
 *
 * @param sink takes what is wrong with it, by line
 * @throws SpecError csv/unreadable for a header that names no columns; what the pieces throw
 */
export async function openCsv(pieces: Iterable<string>, sink: ProblemSink): Promise<CsvStream> {
  const source = Readable.from(pieces, { objectMode: true });
  const progress: Progress = { line: 0 };
  const parser = createParser(optionsOf(progress));
  source.on("error", (cause) => parser.destroy(cause));
  source.pipe(parser);
  const entries = (parser as AsyncIterable<Entry>)[Symbol.asyncIterator]();
  const next = async (): Promise<Entry | undefined> => {
    try {
      const { done, value } = await entries.next();
      return done === true ? undefined : value;
    } catch (cause) {
      throw cause instanceof CsvError ? noCsv(cause, progress, sink) : cause;
    }
  };
  const first = await next();
  const header = headerOf(first, sink);
  let comments = first?.info.comment_lines ?? 0;
  async function* rows(): AsyncGenerator<CsvRow> {
    try {
      for (let entry = await next(); entry !== undefined; entry = await next()) {
        comments = entry.info.comment_lines;
        const row = rowOf(header, entry, sink);
        if (row !== null) yield row;
      }
      comments = parser.info.comment_lines;
    } finally {
      source.destroy();
    }
  }
  return { header, commentCount: () => comments, rows: rows() };
}

/** A CSV text read as a whole. */
export interface CsvTable {
  readonly header: CsvHeader;
  readonly rows: readonly CsvRow[];
}

/** A small CSV text as a whole; as {@link openCsv}. @throws SpecError with every problem by line */
export function readCsvText(text: string, shownAs: string): CsvTable {
  const sink = new ProblemSink(shownAs);
  const entries = entriesOf(text, sink);
  const header = headerOf(entries[0], sink);
  const rows = entries.slice(1).flatMap((entry) => rowOf(header, entry, sink) ?? []);
  sink.throwAny();
  return { header, rows };
}

function entriesOf(text: string, sink: ProblemSink): readonly Entry[] {
  const progress: Progress = { line: 0 };
  try {
    return parse(text, optionsOf(progress)) as unknown as readonly Entry[];
  } catch (cause) {
    throw cause instanceof CsvError ? noCsv(cause, progress, sink) : cause;
  }
}

/** What is wrong with a row that cannot be told from the next, by the parser's codes. */
const UNREADABLE: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "A quote is opened in this row or below and never closed.",
  CSV_MAX_RECORD_SIZE: `This row or one below has more than ${MOST_ROW_BYTES} bytes; is a quote in it not closed?`,
  CSV_INVALID_CLOSING_QUOTE: "A cell of this row or of one below goes on behind its closing quote.",
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: "A cell of this row or of one below goes on behind its closing quote.",
  INVALID_OPENING_QUOTE: "A cell of this row or of one below has a quote but does not begin with it.",
};

function noCsv({ code, message }: CsvError, { line }: Progress, sink: ProblemSink): SpecError {
  sink.add(line + 1, "csv/unreadable", UNREADABLE[code] ?? `The file is no CSV: ${message}.`);
  return new SpecError(sink.problems);
}

/** @throws SpecError where no columns are named */
function headerOf(entry: Entry | undefined, sink: ProblemSink): CsvHeader {
  if (entry === undefined) {
    sink.add(null, "csv/unreadable", "The file is empty; its first line must name the columns.");
    sink.throwAny();
  }
  const { record, info } = entry!;
  const columns = record.slice(0, record.findLastIndex((name) => name !== "") + 1);
  if (columns.length === 0) sink.add(info.lines, "csv/unreadable", "The header names no column.");
  const counts = new Map<string, number>();
  for (const name of columns) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const [name, count] of counts) {
    if (name === "") sink.add(info.lines, "csv/unreadable", "A column has no name.");
    else if (count > 1) sink.add(info.lines, "csv/unreadable", `There are two columns named "${name}".`);
  }
  sink.throwAny();
  return { columns, line: info.lines };
}

function rowOf({ columns }: CsvHeader, { record, info }: Entry, sink: ProblemSink): CsvRow | null {
  const isRagged = record.length < columns.length || record.slice(columns.length).some((cell) => cell !== "");
  if (isRagged) {
    sink.add(info.lines, "csv/unreadable", `The row has ${record.length} cells, the header ${columns.length}.`);
    return null;
  }
  const cells = Object.create(null) as Record<string, string>;
  columns.forEach((name, i) => (cells[name] = record[i]!));
  return { line: info.lines, cells };
}

/**
 * The columns of a file under the names that are known here: as written, else in other letters (`M` for `m`).
 *
 * @returns known name → name in the file; a name that stands there only in several other ways is a problem
 */
export function columnsNamed(
  { columns, line }: CsvHeader,
  known: readonly string[],
  sink: ProblemSink,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const name of known) {
    const alike = columns.filter((column) => column.toLowerCase() === name.toLowerCase());
    const column = columns.includes(name) ? name : alike[0];
    if (column !== undefined) found.set(name, column);
    if (alike.length < 2 || column === name) continue;
    sink.add(line, "csv/unreadable", `The columns ${alike.join(", ")} all mean ${name}: keep one of them.`);
  }
  return found;
}
