import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunRecord } from "../report/types.ts";
import { InputError } from "./failure.ts";
import { RUN_FILES } from "./search/run-folder.ts";

/** The record of a finished run. @throws InputError */
export function readRecord(folder: string): RunRecord {
  const path = join(folder, RUN_FILES.frontJson);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new InputError(
      `${folder} holds no finished run: ${path} cannot be read. A run that was interrupted goes on with ecotile search ${join(folder, RUN_FILES.study)} --out ${folder} --resume.`,
    );
  }
  const record = parsed(text);
  if (record?.format !== 1) throw new InputError(`${path} is no front of this version of ecotile.`);
  return record;
}

/** `front.csv` of a finished run: its whole front. @throws InputError */
export function readFrontCsv(folder: string): string {
  const path = join(folder, RUN_FILES.frontCsv);
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new InputError(`${path} cannot be read.`);
  }
}

function parsed(text: string): RunRecord | null {
  try {
    return JSON.parse(text) as RunRecord | null;
  } catch {
    return null;
  }
}
