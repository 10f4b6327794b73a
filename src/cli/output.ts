import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import Table from "cli-table3";
import { InputError } from "./failure.ts";

/** One JSON document on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Text for people: on stdout, or on stderr where stdout carries data. */
export function printText(text: string, isDataOnStdout: boolean): void {
  (isDataOnStdout ? process.stderr : process.stdout).write(`${text}\n`);
}

/** A table without colours, numbers to the right. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumeric = head.map((_, column) => rows.every((row) => /^[-+]?[\d.]|^$|^-$/.test(row[column] ?? "")));
  const table = new Table({
    head: [...head],
    colAligns: isNumeric.map((numeric) => (numeric ? "right" : "left")),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/** Writes a file by rename, so that it is there whole or not at all. */
export function writeFileWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (cause) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // What cannot be written cannot be removed either; the first error says why.
    }
    throw new InputError(`${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
