import { basename, join, resolve } from "node:path";
import { readCsvText } from "../../csv/index.ts";
import type { RunRecord } from "../../report/types.ts";
import { readFrontCsv, readRecord } from "../report-record.ts";
import { RUN_FILES } from "../../study/run-folder.ts";

/** A finished run with its whole front. */
export interface FinishedRun {
  readonly label: string;
  readonly record: RunRecord;
  /** Metrics of every design of the front; those that are not shown in detail have their objectives only. */
  readonly front: readonly Readonly<Record<string, number>>[];
}

/** @throws InputError where a folder holds no finished run */
export function readRuns(folders: readonly string[]): readonly FinishedRun[] {
  const names = folders.map((folder) => basename(resolve(folder)));
  return folders.map((folder, i) => {
    const isUnique = names.filter((name) => name === names[i]).length === 1;
    const record = readRecord(folder);
    return { label: isUnique ? names[i]! : folder, record, front: readFront(folder, record) };
  });
}

function readFront(folder: string, record: RunRecord): readonly Readonly<Record<string, number>>[] {
  const { rows } = readCsvText(readFrontCsv(folder, record), join(folder, RUN_FILES.frontCsv));
  return rows.map(({ cells }) => {
    const known = Object.entries(cells).filter(([, cell]) => cell !== "" && Number.isFinite(Number(cell)));
    return Object.fromEntries(known.map(([name, cell]) => [name, Number(cell)]));
  });
}
