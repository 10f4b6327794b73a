import { join } from "node:path";
import { comparisonHtml } from "../../report/comparison/html.ts";
import { measuredText, ownBestTable, runsTable } from "../../report/comparison/rows.ts";
import type { Comparison } from "../../report/comparison/types.ts";
import { InputError } from "../../errors/index.ts";
import { renderTable } from "../output.ts";
import { writeFileWhole } from "../../study/output-file.ts";
import { dataToStdout, toStdout } from "../print.ts";
import { compareRuns } from "./compare.ts";
import { readRuns } from "./read-run.ts";

const FILE = "comparison.html";

/**
 * Compares finished runs: `html` writes a page into the first folder and prints tables, the others print one document.
 *
 * @throws InputError
 */
export async function printComparison(
  folders: readonly string[],
  format: "html" | "svg" | "csv" | "json",
): Promise<void> {
  if (folders.length < 2) throw new InputError("--compare needs the folders of two runs or more.");
  const comparison = compareRuns(readRuns(folders));
  if (format !== "html") {
    dataToStdout(await textOf(comparison, format));
    return;
  }
  const path = join(folders[0]!, FILE);
  writeFileWhole(path, comparisonHtml(comparison));
  const { head, rows } = runsTable(comparison);
  const best = ownBestTable(comparison);
  const parts = [
    ...measuredText(comparison),
    renderTable(head, rows),
    ...(best.rows.length === 0 ? [] : [renderTable(best.head, best.rows)]),
    ...comparison.differences,
    `Report: ${path}`,
  ];
  toStdout(`${parts.join("\n")}\n`);
}

async function textOf(comparison: Comparison, format: "svg" | "csv" | "json"): Promise<string> {
  const { comparisonCsv, comparisonJson, comparisonSvg } = await import("../../report/comparison/files.ts");
  if (format === "svg") return comparisonSvg(comparison);
  return format === "csv" ? comparisonCsv(comparison) : comparisonJson(comparison);
}
