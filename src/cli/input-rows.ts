import {
  columnsNamed,
  csvLines,
  openCsv,
  ProblemSink,
  type CsvCell,
  type CsvHeader,
  type CsvRow,
} from "../csv/index.ts";
import { didYouMean, escapeJson } from "../errors/index.ts";
import { readTextPieces } from "../spec/index.ts";
import { openOutputFile } from "../study/output-file.ts";
import { dataToStdout, stdoutDrained } from "./print.ts";

/** Largest table that is read, bytes. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Rows that are worked on at a time; no result depends on it. */
const BATCH = 64;

/** Columns of a file by the names that a command knows. */
export type Names = ReadonlyMap<string, string>;

/** A command that answers each row of a CSV file with a row. */
export interface RowCommand<Problem> {
  /** Columns that mean something to the command, in small letters; a file may write them in capitals. */
  readonly known: readonly string[];
  /** Columns that it appends, in order. A file must not have them. */
  readonly results: readonly string[];
  /** Looks at the header, once: what is missing. */
  checkHeader(header: CsvHeader, names: Names, sink: ProblemSink): void;
  /** One row as the command takes it; what is wrong with it goes to the sink, and then the value is not used. */
  read(row: CsvRow, names: Names, sink: ProblemSink): Problem;
  /** One answer a row, by the result columns: numbers, texts, null for an empty cell, or data that becomes JSON in a cell. */
  answer(problems: readonly Problem[]): readonly Readonly<Record<string, unknown>>[];
}

export interface RowOptions {
  readonly input: string;
  readonly output: string | undefined;
  readonly json: boolean | undefined;
}

/** How many rows were answered, how many of them by each status, and what a person should know beside. */
export interface RowCounts {
  readonly rows: number;
  readonly byStatus: ReadonlyMap<string, number>;
  readonly notes: readonly string[];
}

/**
 * Reads a CSV file twice, row by row, in memory that does not grow with it: once to find everything that is wrong, and then to
 * answer it. Every other column is passed through, and rows keep their order.
 *
 * @param head  what stands before the rows in a JSON document
 * @throws SpecError with every bad row and its line, at most 100, and nothing is written; InputError for an output that cannot be
 */
export async function answerRows<Problem>(
  command: RowCommand<Problem>,
  options: RowOptions,
  head: Readonly<Record<string, unknown>>,
): Promise<RowCounts> {
  await readRows(command, options.input);
  const byStatus = new Map<string, number>();
  let rows = 0;
  const output = openAnswers(options, head);
  try {
    const { notes } = await readRows(command, options.input, {
      begin: ({ columns }) => output.line([...columns, ...command.results]),
      take: async (batch, { columns }) => {
        const answers = command.answer(batch.map(({ problem }) => problem));
        rows += answers.length;
        for (const { status } of answers) byStatus.set(String(status), (byStatus.get(String(status)) ?? 0) + 1);
        const passed = batch.map(({ row }) => row.cells);
        await output.rows(passed, answers, columns, command.results);
      },
    });
    await output.finish();
    return { rows, byStatus, notes: notes.map((note) => `${options.input}: ${note}`) };
  } catch (error) {
    output.discard();
    throw error;
  }
}

interface Taken<Problem> {
  readonly row: CsvRow;
  readonly problem: Problem;
}

interface RowTaker<Problem> {
  begin(header: CsvHeader): Promise<void>;
  /** Some rows; the next are read when it is done. */
  take(batch: readonly Taken<Problem>[], header: CsvHeader): Promise<void>;
}

/** Reads a file to its end. @throws SpecError with every problem */
async function readRows<Problem>(
  command: RowCommand<Problem>,
  input: string,
  taker?: RowTaker<Problem>,
): Promise<{ readonly notes: readonly string[] }> {
  const sink = new ProblemSink(input);
  const { header, rows, commentCount } = await openCsv(readTextPieces(input, input, MOST_BYTES), sink);
  const names = columnsNamed(header, command.known, sink);
  checkTaken(command.results, header, sink);
  command.checkHeader(header, names, sink);
  sink.throwAny();
  await taker?.begin(header);
  let batch: Taken<Problem>[] = [];
  for await (const row of rows) {
    const problem = command.read(row, names, sink);
    if (taker === undefined || sink.problems.length > 0) continue;
    batch.push({ row, problem });
    if (batch.length < BATCH) continue;
    await taker.take(batch, header);
    batch = [];
  }
  sink.throwAny();
  if (batch.length > 0) await taker?.take(batch, header);
  return { notes: notesOf(command.known, header, names, commentCount()) };
}

function checkTaken(results: readonly string[], { columns, line }: CsvHeader, sink: ProblemSink): void {
  for (const name of columns.filter((column) => results.includes(column))) {
    sink.add(line, "csv/taken-column", `The column "${name}" has the name of a result column; rename it.`);
  }
}

/** What was left out or passed through, and may have been meant otherwise. */
function notesOf(known: readonly string[], { columns }: CsvHeader, names: Names, comments: number): readonly string[] {
  const taken = new Set(names.values());
  const absent = known.filter((name) => !names.has(name) && name.length > 2);
  const hints = columns.flatMap((column) => {
    const hint = taken.has(column) || column.length <= 2 ? null : didYouMean(column, absent);
    return hint === null ? [] : [`the column "${column}" is passed through. ${hint}`];
  });
  const left = comments === 1 ? "1 line that starts" : `${comments} lines that start`;
  return comments === 0 ? hints : [`${left} with # left out.`, ...hints];
}

type Cells = Readonly<Record<string, unknown>>;

/** Where answers go: a CSV file, else CSV on stdout; and a JSON document on stdout where one is asked for. */
function openAnswers({ output, json }: RowOptions, head: Cells) {
  const file = output === undefined ? undefined : openOutputFile(output);
  const document = json === true ? jsonRows(head) : undefined;
  const print = async (text: string): Promise<void> => {
    if (!dataToStdout(text)) await stdoutDrained();
  };
  const csv = async (lines: readonly (readonly CsvCell[])[]): Promise<void> => {
    if (file === undefined && document !== undefined) return;
    const text = csvLines(lines);
    if (file === undefined) await print(text);
    else file.write(text);
  };
  return {
    line: (cells: readonly string[]) => csv([cells]),
    /** Rows as they came, and what is appended to each. */
    async rows(
      passed: readonly Cells[],
      answers: readonly Cells[],
      columns: readonly string[],
      results: readonly string[],
    ) {
      await csv(
        answers.map((answer, i) => [
          ...columns.map((name) => cellOf(passed[i]![name])),
          ...results.map((name) => cellOf(answer[name])),
        ]),
      );
      if (document !== undefined)
        await print(document.rows(answers.map((answer, i) => ({ ...passed[i]!, ...answer }))));
    },
    async finish(): Promise<void> {
      if (document !== undefined) await print(document.end());
      file?.finish();
    },
    discard: () => file?.discard(),
  };
}

const cellOf = (value: unknown): CsvCell =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : (value as CsvCell);

/** A JSON document `{ ...head, rows: [...] }` in pieces, each row as `JSON.stringify` would indent it there. */
function jsonRows(head: Readonly<Record<string, unknown>>) {
  const [before, after] = JSON.stringify({ ...head, rows: [] }, null, 2).split(/\[\](?=\n\}$)/) as [string, string];
  let isEmpty = true;
  return {
    rows(values: readonly Readonly<Record<string, unknown>>[]): string {
      const texts = values.map((value) => `    ${JSON.stringify(value, null, 2).replaceAll("\n", "\n    ")}`);
      const text = `${isEmpty ? `${before}[` : ","}\n${texts.join(",\n")}`;
      isEmpty = false;
      return escapeJson(text);
    },
    end: (): string => escapeJson(isEmpty ? `${before}[]${after}\n` : `\n  ]${after}\n`),
  };
}
