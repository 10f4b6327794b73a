import Table from "cli-table3";
import { escapeJson } from "../errors/index.ts";
import { dataToStdout, toStderr, toStdout } from "./print.ts";

/** One JSON document on stdout. */
export function printJson(value: unknown): void {
  dataToStdout(`${escapeJson(JSON.stringify(value, null, 2))}\n`);
}

/** Text for people: on stdout, or on stderr where stdout carries data. */
export function printText(text: string, isDataOnStdout: boolean): void {
  (isDataOnStdout ? toStderr : toStdout)(`${text}\n`);
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
