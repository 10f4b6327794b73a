import { existsSync } from "node:fs";
import { join } from "node:path";
import { readCsvText } from "../csv/index.ts";
import { InputError, problemOf, SpecError } from "../errors/index.ts";
import { hasAccuracy } from "../report/front-table.ts";
import { recordProblems } from "../report/record-schema.ts";
import type { RunRecord } from "../report/types.ts";
import { readTextFile } from "../spec/index.ts";
import { RUN_FILES } from "../study/run-folder.ts";

/** Of a front file: a front of a hundred thousand designs has some tens of MiB. */
const MOST_BYTES = 1024 * 1024 * 1024;

/**
 * The record of a finished run.
 *
 * @throws InputError where there is none; SpecError `run/damaged` where it cannot be one
 */
export function readRecord(folder: string): RunRecord {
  const path = join(folder, RUN_FILES.frontJson);
  if (!existsSync(path))
    throw new InputError(
      `${folder} holds no finished run: ${path} cannot be read. A run that was interrupted goes on with ${resumeOf(folder)}.`,
    );
  const value = parsed(readTextFile(path, path, MOST_BYTES), path, folder);
  const isOther = typeof value === "object" && value !== null && "format" in value && typeof value.format === "number";
  if (isOther && value.format !== 1) throw new InputError(`${path} is no front of this version of ecotile.`);
  const problems = recordProblems(value);
  if (problems.length > 0) throw damaged(path, folder, problems);
  return value as RunRecord;
}

/**
 * `front.csv` of a finished run: its whole front.
 *
 * @throws SpecError `run/damaged` where it is not the front of the record
 */
export function readFrontCsv(folder: string, record: RunRecord): string {
  const path = join(folder, RUN_FILES.frontCsv);
  const text = readTextFile(path, path, MOST_BYTES);
  const problems = frontProblems(text, path, record);
  if (problems.length > 0) throw damaged(path, folder, problems);
  return text;
}

/** What of a table is not as the record has it: a row for each design of the front, a number or nothing for each metric. */
function frontProblems(text: string, path: string, record: RunRecord): readonly string[] {
  const {
    header: { columns },
    rows,
  } = readCsvText(text, path);
  const { front, baseline, exact } = record;
  const metrics = Object.keys((front[0] ?? baseline)?.metrics ?? {});
  const wanted = [
    ...["trial", ...(record.steps === undefined ? [] : ["step"]), ...metrics],
    ...(hasAccuracy(record) ? ["extrapolation", "nearest"] : []),
  ];
  const missing = wanted.find((name, i) => columns[i] !== name);
  if (missing !== undefined)
    return [`Its columns must begin with ${wanted.join(", ")}; ${missing} is not in its place.`];
  const count = exact?.frontCount ?? front.length;
  if (rows.length !== count) return [`It has ${rows.length} designs, but ${RUN_FILES.frontJson} says ${count}.`];
  const numbers = ["trial", ...(record.steps === undefined ? [] : ["step"]), ...metrics];
  return rows.flatMap(({ line, cells }) => {
    const wrong = numbers.find((name) => cells[name] !== "" && !Number.isFinite(Number(cells[name])));
    return wrong === undefined ? [] : [`Line ${line}: ${wrong} must be a number.`];
  });
}

function parsed(text: string, path: string, folder: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw damaged(path, folder, ["It is no JSON."]);
  }
}

const MOST_SHOWN = 10;

function damaged(path: string, folder: string, problems: readonly string[]): SpecError {
  const more = problems.length > MOST_SHOWN ? [`${problems.length - MOST_SHOWN} more.`] : [];
  const message = ["The file is damaged.", ...problems.slice(0, MOST_SHOWN), ...more].join("\n");
  return new SpecError([problemOf(path, "run/damaged", message, `Remove it; it is made anew by ${resumeOf(folder)}.`)]);
}

function resumeOf(folder: string): string {
  return `ecotile search ${join(folder, RUN_FILES.study)} --out ${folder} --resume`;
}
