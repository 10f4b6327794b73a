import { columnsNamed, ProblemSink, readCsvText } from "../csv/index.ts";
import { COLUMN, HOURS, MOST_INTENSITY, SLOTS } from "./grid-hours.ts";
import { readTextFile } from "./read-file.ts";

/** Rows of a file: one day, or a year of 365 or 366 days from midnight of its first; and how many of them are a day. */
const LENGTHS = new Map([1, 365, 366].flatMap((days) => SLOTS.map((slots) => [days * slots, slots] as const)));
const KNOWN_LENGTHS =
  "a grid by hour has 24 rows for a day, 8760 or 8784 for a year; by half hours 2 times as many, by quarters 4 times";
const CODE = "spec/bad-grid-hours";
/** A year of quarters with a date beside each. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * The mean day of a CSV by hour, half hour or quarter, gCO2e/kWh: 24, 48 or 96 values.
 * @throws SpecError with every line that is wrong, at most 100; in a file of one column an empty line is an hour without a value
 */
export function readGridDay(path: string, shownAs: string): number[] {
  const text = readTextFile(path, shownAs, MOST_BYTES);
  const { header, rows } = readCsvText(text, shownAs);
  const sink = new ProblemSink(shownAs);
  const column = columnsNamed(header, [COLUMN], sink).get(COLUMN);
  if (column === undefined) {
    const message = `The file needs a header with the column ${COLUMN}; it has ${header.columns.join(", ")}.`;
    sink.add(header.line, CODE, message);
  }
  sink.throwAny();
  const blank = blankLines(text, header.line, rows.at(-1)?.line ?? 0);
  // The hours behind it would move up by one.
  const isHourLeftOut = header.columns.length === 1 && blank.length > 0;
  const hours = isHourLeftOut ? [...rows.map(({ line }) => line), ...blank].sort((a, b) => a - b) : [];
  const count = Math.max(rows.length, hours.length);
  const slots = LENGTHS.get(count) ?? HOURS;
  for (const line of isHourLeftOut ? blank : []) {
    sink.add(line, CODE, `${slotText(hours.indexOf(line), count, slots)} has no value: the line is empty.`);
  }
  if (!isHourLeftOut && !LENGTHS.has(rows.length)) {
    const empty = blank.length === 0 ? "" : ` Line ${blank[0]} is empty.`;
    sink.add(null, CODE, `The file has ${rows.length} rows; ${KNOWN_LENGTHS}.${empty}`);
  }
  const day = Array.from({ length: slots }, () => 0);
  rows.forEach(({ line, cells }, index) => {
    const written = cells[column!]!;
    const value = /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(written) ? Number(written) : NaN;
    if (!(value <= MOST_INTENSITY)) {
      const at = isHourLeftOut ? hours.indexOf(line) : index;
      const hour = slotText(at, count, slots);
      const wrong = written === "" ? "has no value" : `is "${written}"`;
      sink.add(line, CODE, `${hour} ${wrong}; ${COLUMN} must be a number from 0 to ${MOST_INTENSITY}.`);
    }
    day[index % slots]! += (value * slots) / rows.length;
  });
  sink.throwAny();
  return day;
}

/** Empty lines behind the header, from 1, up to the last row. */
function blankLines(text: string, header: number, last: number): readonly number[] {
  return text.split(/\r\n|\r|\n/).flatMap((line, index) => {
    const number = index + 1;
    return line.trim() === "" && number > header && number < last ? [number] : [];
  });
}

/** What a row stands for, counted from 0: "Hour 3", "09:30", and of which day where there are many. */
function slotText(index: number, count: number, slots: number): string {
  const [at, minutes] = [index % slots, (HOURS * 60) / slots];
  const two = (value: number): string => String(value).padStart(2, "0");
  const name = slots === HOURS ? `Hour ${at}` : `${two(Math.floor((at * minutes) / 60))}:${two((at * minutes) % 60)}`;
  return count <= slots ? name : `${name} of day ${Math.floor(index / slots) + 1}`;
}
