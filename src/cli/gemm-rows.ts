import type { CsvHeader, CsvRow, ProblemSink } from "../csv/index.ts";
import { isCountable, MOST_SIZE, type GemmProblem } from "../sim/index.ts";
import { GEMM_RESULTS, type GemmNumbers } from "../evaluate/index.ts";
import type { Names, RowCommand } from "./input-rows.ts";

/**
 * `gemm --input`: columns m, n, k; batch (default 1) and shared_b (0 or 1, default 0) where present. `sparsity` must say that
 * operands are dense.
 *
 * @param answer the numbers of some products, in order
 */
export function gemmRows(
  answer: (problems: readonly GemmProblem[]) => readonly GemmNumbers[],
): RowCommand<GemmProblem> {
  return {
    known: ["m", "n", "k", "batch", "shared_b", "sparsity"],
    results: GEMM_RESULTS,
    checkHeader,
    read: readRow,
    answer,
  };
}

function checkHeader({ columns, line }: CsvHeader, names: Names, sink: ProblemSink): void {
  const missing = ["m", "n", "k"].filter((name) => !names.has(name));
  if (missing.length === 0) return;
  const comments = line > 1 ? ` The header is in line ${line}, the first that does not start with #.` : "";
  const message = `The header has no column ${missing.join(", ")}; it has ${columns.join(", ")}.${comments}`;
  sink.add(line, "csv/missing-column", message);
}

function readRow({ line, cells }: CsvRow, names: Names, sink: ProblemSink): GemmProblem {
  const textOf = (name: string): string => cells[names.get(name) ?? ""] ?? "";
  const size = (name: string): number => {
    const text = textOf(name);
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (value >= 1 && value <= MOST_SIZE) return value;
    const shown = text === "" ? "empty" : `"${text}"`;
    const column = names.get(name) ?? name;
    sink.add(line, "csv/bad-size", `${column} is ${shown}; sizes are whole numbers from 1 to ${MOST_SIZE}.`);
    return 1;
  };
  const shared = textOf("shared_b");
  if (!["", "0", "1"].includes(shared)) {
    const column = names.get("shared_b") ?? "";
    sink.add(line, "csv/bad-flag", `${column} is "${shared}"; it is 0 (each batch element has its own B) or 1.`);
  }
  const sparsity = textOf("sparsity");
  if (!isDense(sparsity)) {
    const column = names.get("sparsity") ?? "";
    const message = `${column} is "${sparsity}": products of sparse operands are not modelled. Take the column out to run them as dense ones.`;
    sink.add(line, "csv/sparse", message);
  }
  const batch = textOf("batch") === "" ? 1 : size("batch");
  const problem = { batch, m: size("m"), n: size("n"), k: size("k"), sharedB: shared === "1" };
  if (!isCountable(problem)) {
    sink.add(line, "csv/too-large", "batch · m · n · k is over 2^53, where counts are no longer exact.");
  }
  return problem;
}

/** `N:M` keeps N of M values, as SCALE-Sim's topologies write it: all of them where N is M. */
function isDense(sparsity: string): boolean {
  const ratio = /^(\d+):(\d+)$/.exec(sparsity);
  return ratio === null ? ["", "0", "dense", "none"].includes(sparsity.toLowerCase()) : ratio[1] === ratio[2];
}
