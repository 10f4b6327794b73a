import { escapeJson } from "../errors/index.ts";
import { dataToStdout, stdoutWidth, toStderr, toStdout } from "./print.ts";
import { cellsOf, wrapCell } from "./width.ts";

/** One JSON document on stdout. */
export function printJson(value: unknown): void {
  dataToStdout(`${escapeJson(JSON.stringify(value, null, 2))}\n`);
}

/** Text for people: on stdout, or on stderr where stdout carries data. */
export function printText(text: string, isDataOnStdout: boolean): void {
  (isDataOnStdout ? toStderr : toStdout)(`${text}\n`);
}

/** Signs between and around columns. */
const FRAME = 3;
/** A word of a text column may be broken from this length on. */
const LONG_WORD = 16;

const lengthOf = (text: string): number => [...text].length;
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);

/**
 * A table without colours, numbers to the right, no wider than the terminal: texts and titles go over several lines, and where that
 * is not enough columns are left out, which a line below it says.
 *
 * @param optional columns that may be left out, those first that are missed least; by default all but the first, from the right
 */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  optional: readonly string[] = [...head.slice(1)].reverse(),
): string {
  const limit = stdoutWidth();
  const leftOut = new Set<string>();
  for (;;) {
    const kept = head.flatMap((name, i) => (leftOut.has(name) ? [] : [i]));
    const table = { head: kept.map((i) => head[i]!), rows: rows.map((row) => kept.map((i) => row[i] ?? "")) };
    const widths = fittingWidths(table.head, table.rows, limit);
    const next = optional.find((name) => !leftOut.has(name) && head.includes(name));
    if (widths === null && next !== undefined && kept.length > 1) {
      leftOut.add(next);
      continue;
    }
    const text = drawn(table.head, table.rows, widths);
    if (leftOut.size === 0) return text;
    const names = head.filter((name) => leftOut.has(name)).join(", ");
    return `${text}\n${leftOut.size === 1 ? "Column" : "Columns"} left out: ${names} (--wide shows all).`;
  }
}

function isNumeric(rows: readonly (readonly string[])[], column: number): boolean {
  return rows.every((row) => /^[-+]?[\d.]|^$|^-$/.test(row[column] ?? ""));
}

/** Widths of columns that together are within the limit; null: there are none. */
function fittingWidths(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  limit: number,
): readonly number[] | null {
  const columns = head.map((title, column) => {
    const cells = rows.map((row) => row[column] ?? "");
    const words = (text: string): number => most(text.split(/[ \n]/).map(lengthOf));
    const natural = most([title, ...cells].map((text) => most(text.split("\n").map(lengthOf))));
    const least = isNumeric(rows, column) ? most(cells.map(lengthOf)) : Math.min(most(cells.map(words)), LONG_WORD);
    return { natural, least: Math.max(least, words(title)) };
  });
  const room = limit - FRAME * head.length - 1;
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  if (sum(columns.map(({ natural }) => natural)) <= room) return columns.map(({ natural }) => natural);
  const widths = columns.map(({ least }) => least);
  let left = room - sum(widths);
  if (left < 0) return null;
  for (; left > 0; left--) {
    // The column that would be the longest gets the next character.
    const lines = columns.map(({ natural }, i) => (widths[i]! < natural ? natural / widths[i]! : 0));
    widths[lines.indexOf(most(lines))]! += 1;
  }
  return widths;
}

/** Where a line of the frame begins, is crossed by columns, and ends. */
const EDGES = { top: "┌┬┐", middle: "├┼┤", bottom: "└┴┘" } as const;

/** The table in its frame; a cell of several lines stands at the top of its row. */
function drawn(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  limits: readonly number[] | null,
): string {
  const linesOf = (text: string, column: number): readonly string[] =>
    (limits === null ? text : wrapCell(text, limits[column]!)).split("\n");
  const [titles, ...cells] = [head, ...rows].map((row) => row.map(linesOf));
  const widths = head.map((_, column) =>
    most([titles!, ...cells].map((row) => most(row[column]!.map((text) => cellsOf(text))))),
  );
  const isRight = head.map((_, column) => isNumeric(rows, column));
  const edge = ([left, cross, right]: string): string =>
    `${left}${widths.map((width) => "─".repeat(width + 2)).join(cross)}${right}`;
  const padded = (text: string, column: number): string => {
    const space = " ".repeat(widths[column]! - cellsOf(text));
    return isRight[column]! ? space + text : text + space;
  };
  const drawnRow = (row: readonly (readonly string[])[]): readonly string[] =>
    Array.from(
      { length: most(row.map((lines) => lines.length)) },
      (_, line) => `│ ${row.map((lines, column) => padded(lines[line] ?? "", column)).join(" │ ")} │`,
    );
  return [
    edge(EDGES.top),
    ...drawnRow(titles!),
    ...(cells.length === 0 ? [] : [edge(EDGES.middle)]),
    ...cells.flatMap(drawnRow),
    edge(EDGES.bottom),
  ].join("\n");
}
