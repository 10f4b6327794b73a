import { modelFromRow, type AccuracyEstimate } from "../accuracy/index.ts";
import { problemOf, SpecError, type Problem } from "../errors/index.ts";
import { CsvError, readCsv, writeCsv, type CsvTable } from "../report/csv.ts";
import { readTextFile, type ModelSpec } from "../spec/index.ts";

/** What `ecotile accuracy` appends to each row. */
export const ACCURACY_RESULTS = [
  "accuracy",
  "accuracy_low",
  "accuracy_high",
  "metric",
  "extrapolation",
  "nearest",
] as const;

/** A file of models: its table, and one model per row. */
export interface ModelTable {
  readonly table: CsvTable;
  readonly models: readonly ModelSpec[];
}

/** @throws SpecError with every row that is no model, by line */
export function readModelRows(path: string): ModelTable {
  const table = readTable(path);
  const taken = table.columns.filter((name) => (ACCURACY_RESULTS as readonly string[]).includes(name));
  const problems: Problem[] = taken.map((name) =>
    at(path, 1, "csv/taken-column", `The column "${name}" has the name of a result column; rename it.`),
  );
  const models = table.rows.flatMap(({ line, cells }) => {
    const read = modelFromRow(cells);
    if (read.kind === "model") return [read.model];
    problems.push(...read.problems.map(({ code, message }) => at(path, line, code, `${message}.`)));
    return [];
  });
  if (problems.length > 0) throw new SpecError(problems);
  return { table, models };
}

function readTable(path: string): CsvTable {
  const text = readTextFile(path, path);
  try {
    return readCsv(text);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new SpecError(error.problems.map(({ line, message }) => at(path, line, "csv/unreadable", message)));
  }
}

function at(path: string, line: number | null, code: string, message: string): Problem {
  return { ...problemOf(path, code, message), line, column: line === null ? null : 1 };
}

/** An estimate by the names of the columns; lists of names are joined by spaces. */
export function accuracyNumbers(estimate: AccuracyEstimate): Readonly<Record<string, string | number>> {
  const { accuracy, low, high, metric, extrapolation, nearest } = estimate;
  return { accuracy, accuracy_low: low, accuracy_high: high, metric, extrapolation: extrapolation.join(" "), nearest };
}

/** The table with results appended, every other column passed through. */
export function writeModelRows({ table }: ModelTable, estimates: readonly AccuracyEstimate[]): string {
  const rows = table.rows.map(({ cells }, i) => {
    const numbers = accuracyNumbers(estimates[i]!);
    return [...table.columns.map((name) => cells[name]), ...ACCURACY_RESULTS.map((name) => numbers[name])];
  });
  return writeCsv([...table.columns, ...ACCURACY_RESULTS], rows);
}
