import { columnsNamed, ProblemSink, readCsvText } from "../csv/index.ts";
import { readTextFile } from "../spec/read-file.ts";

const MOST_BYTES = 256 * 1024 * 1024;
const COMMA = 44;
const RETURN = 13;
const HASH = 35;

export const TRACE_COLUMNS = ["arrival_s", "prompt_tokens", "output_tokens"] as const;
export type TraceColumn = (typeof TRACE_COLUMNS)[number];

/** Columns of a trace that the file has, each with a number of every row. */
export type TraceTable = ReadonlyMap<TraceColumn, Float64Array>;

/** What the numbers of a column must be like. */
const RANGES: Readonly<
  Record<TraceColumn, { readonly least: number; readonly most: number; readonly isWhole: boolean }>
> = {
  arrival_s: { least: 0, most: 1e10, isWhole: false },
  prompt_tokens: { least: 1, most: 1e7, isWhole: true },
  output_tokens: { least: 1, most: 1e7, isWhole: true },
};

/**
 * Numbers of a CSV of requests. Only plain numbers stand in it, so that the rows, of which there may be millions, are read without a
 * parser of cells; the header is read as that of any CSV.
 *
 * @throws SpecError with every row that is wrong
 */
export function readTrace(path: string, shownAs: string): TraceTable {
  const text = readTextFile(path, shownAs, MOST_BYTES);
  const sink = new ProblemSink(shownAs);
  const start = startOfRows(text);
  const { header } = readCsvText(text.slice(0, start), shownAs);
  const named = columnsNamed(header, TRACE_COLUMNS, sink);
  sink.throwAny();
  const places = header.columns.map((column) => TRACE_COLUMNS.find((name) => named.get(name) === column) ?? null);
  const columns = new Map([...named.keys()].map((name) => [name as TraceColumn, [] as number[]]));
  let line = header.line;
  for (let at = start; at < text.length;) {
    line += 1;
    const end = endOfLine(text, at);
    readRow(text, at, end, line, places, columns, sink);
    at = end + 1;
  }
  sink.throwAny();
  return new Map([...columns].map(([name, values]) => [name, Float64Array.from(values)]));
}

/** Offset behind the first line that is neither blank nor a comment. */
function startOfRows(text: string): number {
  for (let at = 0; at < text.length;) {
    const end = endOfLine(text, at);
    const content = text.slice(at, end).trim();
    at = end + 1;
    if (content !== "" && !content.startsWith("#")) return Math.min(at, text.length);
  }
  return text.length;
}

const endOfLine = (text: string, at: number): number => {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
};

function readRow(
  text: string,
  start: number,
  lineEnd: number,
  line: number,
  places: readonly (TraceColumn | null)[],
  columns: ReadonlyMap<TraceColumn, number[]>,
  sink: ProblemSink,
): void {
  const end = text.charCodeAt(lineEnd - 1) === RETURN ? lineEnd - 1 : lineEnd;
  if (start >= end || text.charCodeAt(start) === HASH || text.slice(start, end).trim() === "") return;
  let at = start;
  for (let index = 0; index < places.length; index += 1) {
    let stop = at;
    while (stop < end && text.charCodeAt(stop) !== COMMA) stop += 1;
    const name = places[index]!;
    if (name !== null) {
      const written = text.slice(at, stop);
      const value = written.trim() === "" ? NaN : Number(written);
      const { least, most, isWhole } = RANGES[name];
      if (!(value >= least && value <= most) || (isWhole && !Number.isInteger(value))) {
        const kind = isWhole ? "a whole number" : "a number";
        sink.add(
          line,
          "service/value",
          `${name} is "${written.slice(0, 40)}"; it must be ${kind} from ${least} to ${most}.`,
        );
      }
      columns.get(name)!.push(value);
    }
    at = stop + 1;
  }
  if (at <= end)
    sink.add(line, "service/value", `The row has more cells than the ${places.length} columns of the header.`);
}
