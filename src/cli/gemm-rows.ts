import { CsvError, readCsv, writeCsv, type CsvRow, type CsvTable } from "../report/csv.ts";
import { problemOf, SpecError, type Problem } from "../errors/index.ts";
import type { GemmProblem } from "../sim/index.ts";
import { readTextFile } from "../spec/index.ts";
import { RESULT_COLUMNS, type GemmNumbers } from "./gemm-numbers.ts";

/** A file of GEMMs: its table, and one problem per row. */
export interface GemmTable extends CsvTable {
  readonly problems: readonly GemmProblem[];
}

const LARGEST = 2 ** 24;
/** Largest table that is read, bytes. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Reads a CSV of GEMMs: columns m, n, k; batch (default 1) and shared_b (0 or 1, default 0) where present.
 *
 * @throws SpecError with every bad row and its line, or a column that is missing or named like a result
 */
export function readGemmRows(path: string): GemmTable {
  const text = readTextFile(path, path, MOST_BYTES);
  let table: CsvTable;
  try {
    table = readCsv(text);
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw new SpecError(cause.problems.map(({ line, message }) => at(path, line, "csv/unreadable", message)));
  }
  const problems: Problem[] = headerProblems(path, table.columns);
  if (problems.length > 0) throw new SpecError(problems);
  const gemms = table.rows.map((row) => readRow(path, row, problems));
  if (problems.length > 0) throw new SpecError(problems);
  return { ...table, problems: gemms };
}

function at(path: string, line: number | null, code: string, message: string): Problem {
  return { ...problemOf(path, code, message), line, column: line === null ? null : 1 };
}

function headerProblems(path: string, columns: readonly string[]): Problem[] {
  const missing = ["m", "n", "k"].filter((name) => !columns.includes(name));
  const taken = columns.filter((name) => (RESULT_COLUMNS as readonly string[]).includes(name));
  const problems: Problem[] = [];
  if (missing.length > 0) {
    problems.push(
      at(
        path,
        1,
        "csv/missing-column",
        `The header has no column ${missing.join(", ")}; it has ${columns.join(", ")}.`,
      ),
    );
  }
  for (const name of taken) {
    problems.push(at(path, 1, "csv/taken-column", `The column "${name}" has the name of a result column; rename it.`));
  }
  return problems;
}

function readRow(path: string, { line, cells }: CsvRow, problems: Problem[]): GemmProblem {
  const size = (name: string): number => {
    const text = cells[name] ?? "";
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= 1 && value <= LARGEST) return value;
    const shown = text === "" ? "empty" : `"${text}"`;
    problems.push(at(path, line, "csv/bad-size", `${name} is ${shown}; sizes are whole numbers from 1 to ${LARGEST}.`));
    return 1;
  };
  const shared = cells.shared_b ?? "";
  if (!["", "0", "1"].includes(shared)) {
    problems.push(
      at(path, line, "csv/bad-flag", `shared_b is "${shared}"; it is 0 (each batch element has its own B) or 1.`),
    );
  }
  const batch = cells.batch === undefined || cells.batch === "" ? 1 : size("batch");
  const problem = { batch, m: size("m"), n: size("n"), k: size("k"), sharedB: shared === "1" };
  if (problem.batch * problem.m * problem.n * problem.k > 2 ** 53) {
    problems.push(at(path, line, "csv/too-large", "batch · m · n · k is over 2^53, where counts are no longer exact."));
  }
  return problem;
}

/** The table with results appended, every other column passed through. */
export function writeGemmRows({ columns, rows }: GemmTable, results: readonly GemmNumbers[]): string {
  const cells = rows.map((row, i) => [
    ...columns.map((name) => row.cells[name]),
    ...RESULT_COLUMNS.map((name) => {
      const value = results[i]![name];
      return name === "mapping" && value !== null ? JSON.stringify(value) : (value as string | number | null);
    }),
  ]);
  return writeCsv([...columns, ...RESULT_COLUMNS], cells);
}
