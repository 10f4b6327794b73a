import { columnsNamed, ProblemSink, readCsvText, type CsvRow } from "../csv/index.ts";
import { nearestMatch } from "../errors/index.ts";
import { readTextFile } from "./read-file.ts";

/*
 * Values over time, one for each slot of equal length. Times are UTC, in ms of the Unix epoch, so that daylight saving moves nothing:
 * a file says its offset with every time.
 */

/** A quantity that is constant within slots of equal length. */
export interface Series {
  /** Start of the first slot, ms. */
  readonly start: number;
  /** Length of a slot, ms. */
  readonly step: number;
  readonly values: Float64Array;
  /** Of the clock that the file was written by: ms before UTC of each slot; absent where a series is no file's. */
  readonly offsets?: Int32Array;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** Lengths of a slot that grids are published in. */
const STEPS = [5, 15, 30, 60].map((minutes) => minutes * MINUTE);

/** A year of five minutes in ten regions has some 40 MB. */
const MOST_BYTES = 128 * 1024 * 1024;

/** End of the last slot, ms. */
export function endOf({ start, step, values }: Series): number {
  return start + step * values.length;
}

/** A column of numbers of a file of time series. */
export interface ValueColumn {
  /** As it should be called, unit included. */
  readonly name: string;
  /** Other names that say the same, with the same unit. */
  readonly alike: readonly string[];
  /** Largest value that can be meant; the least is 0. */
  readonly most: number;
  /** A file whose values are all below this is in another unit, which is named; null: none is known. */
  readonly suspect: { readonly below: number; readonly unit: string } | null;
  readonly isOptional?: boolean;
}

const TIME = ["time", "time_utc"];
const DATE = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** Milliseconds of the epoch of an ISO 8601 time; or what is wrong with it. */
export function instantOf(text: string): number | { readonly wrong: "form" | "offset" } {
  const match = DATE.exec(text);
  if (match === null) return { wrong: "form" };
  if (match[3] === undefined) return { wrong: "offset" };
  const value = Date.parse(text.replace(" ", "T").replace(/([+-]\d{2})(\d{2})$/, "$1:$2"));
  return Number.isFinite(value) ? value : { wrong: "form" };
}

/** ISO 8601 in UTC, to the minute where that says all. */
export function instantText(ms: number): string {
  const text = new Date(ms).toISOString();
  return ms % MINUTE === 0 ? `${text.slice(0, 16)}Z` : text;
}

/** ms that a time of {@link instantOf}'s form is before UTC. */
function offsetOf(text: string): number {
  const [, sign, hours, minutes] = /([+-])(\d{2}):?(\d{2})$/.exec(text) ?? [];
  return sign === undefined ? 0 : (sign === "-" ? -1 : 1) * (Number(hours) * HOUR + Number(minutes) * MINUTE);
}

interface Entry {
  readonly line: number;
  readonly at: number;
  readonly offset: number;
  readonly values: readonly number[];
}

/** Series of a file by region (one, named "", where it has no such column) and by column, in the order asked for. */
export type SeriesFile = ReadonlyMap<string, readonly Series[]>;

/**
 * Reads a CSV file with a column `time` (ISO 8601 with offset, start of the slot), perhaps `region`, and columns of numbers.
 *
 * @throws SpecError with every line that is wrong: trace/column, trace/time, trace/offset, trace/value, trace/duplicate,
 *         trace/unordered, trace/gap, trace/step, trace/unit
 */
export function readSeriesFile(path: string, shownAs: string, columns: readonly ValueColumn[]): SeriesFile {
  const { header, rows } = readCsvText(readTextFile(path, shownAs, MOST_BYTES), shownAs);
  const sink = new ProblemSink(shownAs);
  const known = [...TIME, "region", ...columns.flatMap(({ name, alike }) => [name, ...alike])];
  const named = columnsNamed(header, known, sink);
  const find = (names: readonly string[]): string | undefined => names.map((name) => named.get(name)).find(Boolean);
  const time = find(TIME);
  const places = columns.map(({ name, alike }) => find([name, ...alike]));
  const wanted = [time, ...places.map((place, i) => (columns[i]!.isOptional === true ? "" : place))];
  const missing = ["time", ...columns.map(({ name }) => name)].filter((_, i) => wanted[i] === undefined);
  for (const name of missing) {
    const near = nearestMatch(name, header.columns);
    const hint = near === undefined ? null : `Is it "${near}"? Its name must say the unit.`;
    sink.add(
      header.line,
      "trace/column",
      `The file needs a column ${name}; it has ${header.columns.join(", ")}.`,
      hint,
    );
  }
  if (rows.length === 0) sink.add(header.line, "trace/gap", "The file has no row below its header.");
  sink.throwAny();
  const region = named.get("region");
  const byRegion = new Map<string, Entry[]>();
  for (const row of rows) {
    const entry = entryOf(row, time!, places, columns, sink);
    if (entry === null) continue;
    const name = region === undefined ? "" : row.cells[region]!;
    const list = byRegion.get(name);
    if (list === undefined) byRegion.set(name, [entry]);
    else list.push(entry);
  }
  sink.throwAny();
  const result = new Map(
    [...byRegion].map(([name, entries]) => [name, seriesOf(name, entries, columns, places, sink)]),
  );
  sink.throwAny();
  return result;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function entryOf(
  { line, cells }: CsvRow,
  time: string,
  places: readonly (string | undefined)[],
  columns: readonly ValueColumn[],
  sink: ProblemSink,
): Entry | null {
  const text = cells[time]!;
  const at = instantOf(text);
  if (typeof at !== "number") {
    if (at.wrong === "offset")
      sink.add(
        line,
        "trace/offset",
        `The time "${text}" has no offset from UTC.`,
        "Write 2024-05-01T13:00Z or 2024-05-01T15:00+02:00.",
      );
    else sink.add(line, "trace/time", `"${text}" is no time of ISO 8601 such as 2024-05-01T13:00Z.`);
  }
  const values = columns.map(({ name, most }, i) => {
    const place = places[i];
    if (place === undefined) return NaN;
    const written = cells[place]!;
    const value = NUMBER.test(written) ? Number(written) : NaN;
    if (value >= 0 && value <= most) return value;
    const wrong = written === "" ? `${name} has no value` : `${name} is "${written}"`;
    sink.add(line, "trace/value", `${wrong}; it must be a number from 0 to ${most}.`);
    return NaN;
  });
  return typeof at === "number" ? { line, at, offset: offsetOf(text), values } : null;
}

function seriesOf(
  region: string,
  entries: readonly Entry[],
  columns: readonly ValueColumn[],
  places: readonly (string | undefined)[],
  sink: ProblemSink,
): readonly Series[] {
  const step = checkedStep(region, entries, sink);
  const start = entries[0]!.at;
  const offsets = Int32Array.from(entries, ({ offset }) => offset);
  return columns.flatMap(({ name, suspect }, i) => {
    if (places[i] === undefined) return [];
    const values = Float64Array.from(entries, (entry) => entry.values[i]!);
    if (suspect !== null && values.every((value) => value < suspect.below)) {
      sink.add(
        entries[0]!.line,
        "trace/unit",
        `Every value of ${name}${ofRegion(region)} is below ${suspect.below}: the file is in ${suspect.unit}.`,
        `Write it in the unit that the column's name says.`,
      );
    }
    return [{ start, step, values, offsets }];
  });
}

const ofRegion = (region: string): string => (region === "" ? "" : ` of ${region}`);

/** The length of all slots, ms; every row that does not follow the one before it by that is named. */
function checkedStep(region: string, entries: readonly Entry[], sink: ProblemSink): number {
  const step = commonStep(entries);
  if (!STEPS.includes(step)) {
    const [first] = entries;
    const found = entries.length < 2 ? "has one row" : `has slots of ${step / MINUTE} min`;
    sink.add(first!.line, "trace/step", `The series${ofRegion(region)} ${found}; slots have 5, 15, 30 or 60 min.`);
    return step;
  }
  for (let i = 1; i < entries.length; i += 1) {
    const [before, entry] = [entries[i - 1]!, entries[i]!];
    const distance = entry.at - before.at;
    const missing = distance / step - 1;
    if (distance === step) continue;
    const at = `${instantText(entry.at)}${ofRegion(region)}`;
    if (distance === 0)
      sink.add(entry.line, "trace/duplicate", `${at} stands there twice; before in line ${before.line}.`);
    else if (distance < 0)
      sink.add(
        entry.line,
        "trace/unordered",
        `${at} comes after ${instantText(before.at)}; rows must be in order of time.`,
      );
    else if (distance % step === 0)
      sink.add(
        entry.line,
        "trace/gap",
        `${missing === 1 ? "1 slot is" : `${missing} slots are`} missing before ${at}: the row before it is of ${instantText(before.at)}.`,
        "Fill them in; nothing is made up for them.",
      );
    else
      sink.add(
        entry.line,
        "trace/step",
        `${at} is ${distance / MINUTE} min after the row before it; slots have ${step / MINUTE}.`,
      );
  }
  return step;
}

/** The distance that most rows have; the least of several. */
function commonStep(entries: readonly Entry[]): number {
  const counts = new Map<number, number>();
  for (let i = 1; i < entries.length; i += 1) {
    const distance = entries[i]!.at - entries[i - 1]!.at;
    if (distance > 0) counts.set(distance, (counts.get(distance) ?? 0) + 1);
  }
  return [...counts].reduce(
    (best, next) => (next[1] > best[1] || (next[1] === best[1] && next[0] < best[0]) ? next : best),
    [0, 0],
  )[0];
}
