import * as z from "zod";
import { columnsNamed, ProblemSink, readCsvText } from "../csv/index.ts";
import type { Deployment } from "./deployment.ts";
import { real, text } from "./fields.ts";
import { readTextFile } from "./read-file.ts";

const HOURS = 24;
/** Hours of a file: one day, or a year of 365 or 366 days from midnight of its first. */
const LENGTHS = [HOURS, 365 * HOURS, 366 * HOURS];
const COLUMN = "gCO2e_per_kWh";
const CODE = "spec/bad-grid-hours";
/** gCO2e/kWh. */
const MOST_INTENSITY = 10_000;
/** A year of hours with a date beside each. */
const MOST_BYTES = 4 * 1024 * 1024;

/** First hour of use of a day, where none is given. */
export const DEFAULT_USE_FROM = 8;

/** `deployment.gridHours`: 24 numbers, or a CSV file. */
export const gridHoursField = z
  .union(
    [
      text(4000).transform((path) => readGridDay(path, path)),
      z.array(real(0, MOST_INTENSITY)).length(HOURS, { error: `must hold ${HOURS} numbers, one an hour` }),
    ],
    { error: `must be a CSV file, or a list of ${HOURS} numbers` },
  )
  .describe(
    `Grid by hour of the day, gCO2e/kWh: 24 numbers, or a CSV file with a column ${COLUMN} of 24, 8760 or 8784 rows`,
  );

export const useFromField = real(0, HOURS).describe(
  `Hour of the day at which the hours of use begin; ${DEFAULT_USE_FROM} where left out`,
);

/**
 * The mean day of an hourly CSV, gCO2e/kWh by hour.
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
  for (const line of isHourLeftOut ? blank : []) {
    sink.add(line, CODE, `${hourText(hours.indexOf(line), hours.length)} has no value: the line is empty.`);
  }
  if (!isHourLeftOut && !LENGTHS.includes(rows.length)) {
    const empty = blank.length === 0 ? "" : ` Line ${blank[0]} is empty.`;
    sink.add(null, CODE, `The file has ${rows.length} rows; an hourly grid has ${LENGTHS.join(", ")}.${empty}`);
  }
  const day = Array.from({ length: HOURS }, () => 0);
  rows.forEach(({ line, cells }, index) => {
    const written = cells[column!]!;
    const value = /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(written) ? Number(written) : NaN;
    if (!(value <= MOST_INTENSITY)) {
      const at = isHourLeftOut ? hours.indexOf(line) : index;
      const hour = hourText(at, Math.max(rows.length, hours.length));
      const wrong = written === "" ? "has no value" : `is "${written}"`;
      sink.add(line, CODE, `${hour} ${wrong}; ${COLUMN} must be a number from 0 to ${MOST_INTENSITY}.`);
    }
    day[index % HOURS]! += (value * HOURS) / rows.length;
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

/** The hour of a row, counted from 0: of the day, and of which day where there are many. */
function hourText(index: number, count: number): string {
  const hour = `Hour ${index % HOURS}`;
  return count <= HOURS ? hour : `${hour} of day ${Math.floor(index / HOURS) + 1}`;
}

/**
 * The deployment with the grid of its hours of use, and of the others, where it has one by hour:
 *
 *   mean of the day's intensities, weighted by the share of each hour that is in use
 */
export function withGridHours(deployment: Deployment): Deployment {
  const { gridDay, useFrom = DEFAULT_USE_FROM, hoursPerDay } = deployment;
  if (gridDay === undefined) return deployment;
  const shares = gridDay.map((_, hour) => shareInUse(hour, useFrom, hoursPerDay));
  const use = weightedMean(gridDay, shares);
  const off = weightedMean(
    gridDay,
    shares.map((share) => 1 - share),
  );
  const whole = weightedMean(
    gridDay,
    gridDay.map(() => 1),
  )!;
  return {
    ...deployment,
    region: "hourly",
    gridSource: "hourly values given by the user",
    gridIntensity: use ?? whole,
    gridIntensityOff: off ?? whole,
  };
}

/** Share of one hour of the day that lies in [from, from + hours), which may run over midnight. */
function shareInUse(hour: number, from: number, hours: number): number {
  const overlap = (start: number): number => Math.max(0, Math.min(hour + 1, start + hours) - Math.max(hour, start));
  return Math.min(1, overlap(from) + overlap(from - HOURS));
}

function weightedMean(values: readonly number[], weights: readonly number[]): number | null {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return sum === 0 ? null : values.reduce((total, value, i) => total + value * weights[i]!, 0) / sum;
}
