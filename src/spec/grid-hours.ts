import * as z from "zod";
import { columnsNamed, ProblemSink, readCsvText } from "../csv/index.ts";
import type { Changeable, Deployment } from "./deployment.ts";
import { real, text } from "./fields.ts";
import { daysOf, meanDay, sourceOf } from "./grid-trace.ts";
import { readTextFile } from "./read-file.ts";

const HOURS = 24;
/** Slots of a day of hours, of halves and of quarters. */
const SLOTS = [HOURS, 2 * HOURS, 4 * HOURS];
/** Rows of a file: one day, or a year of 365 or 366 days from midnight of its first; and how many of them are a day. */
const LENGTHS = new Map([1, 365, 366].flatMap((days) => SLOTS.map((slots) => [days * slots, slots] as const)));
const KNOWN_LENGTHS =
  "a grid by hour has 24 rows for a day, 8760 or 8784 for a year; by half hours 2 times as many, by quarters 4 times";
const COLUMN = "gCO2e_per_kWh";
const CODE = "spec/bad-grid-hours";
/** gCO2e/kWh. */
const MOST_INTENSITY = 10_000;
/** A year of quarters with a date beside each. */
const MOST_BYTES = 8 * 1024 * 1024;

/** First hour of use of a day, where none is given. */
export const DEFAULT_USE_FROM = 8;

const COUNTS = `${SLOTS.slice(0, -1).join(", ")} or ${SLOTS.at(-1)}`;

/** `deployment.gridHours`: 24, 48 or 96 numbers, or a CSV file. */
export const gridHoursField = z
  .union(
    [
      text(4000).transform((path) => readGridDay(path, path)),
      z.array(real(0, MOST_INTENSITY)).refine(({ length }) => SLOTS.includes(length), {
        error: `must hold ${COUNTS} numbers: one an hour, half hour or quarter`,
      }),
    ],
    { error: `must be a CSV file, or a list of ${COUNTS} numbers` },
  )
  .describe(
    `Grid by hour of the day, gCO2e/kWh: ${COUNTS} numbers, or a CSV file with a column ${COLUMN} of a row for every hour, half hour or quarter of a day, or of a year from midnight`,
  );

export const useFromField = real(0, HOURS).describe(
  `Hour of the day at which the hours of use begin; ${DEFAULT_USE_FROM} where left out`,
);

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

/**
 * The deployment with the grid of its hours of use, and of the others, where it has one by time of day:
 *
 *   mean of the day's intensities, weighted by the share of each slot that is in use
 *
 * and, where work can wait, what the cleanest slots of the hours of use have: see {@link cleanestSlots}.
 */
export function withGridHours(deployment: Deployment): Deployment {
  const { gridTrace, useFrom = DEFAULT_USE_FROM, hoursPerDay, canWait = 0 } = deployment;
  const gridDay = gridTrace === undefined ? deployment.gridDay : meanDay(gridTrace);
  if (gridDay === undefined) return deployment;
  const shares = gridDay.map((_, slot) => shareInUse(slot, gridDay.length, useFrom, hoursPerDay));
  const use = weightedMean(gridDay, shares);
  const off = weightedMean(
    gridDay,
    shares.map((share) => 1 - share),
  );
  const whole = weightedMean(
    gridDay,
    gridDay.map(() => 1),
  )!;
  const days = gridTrace === undefined ? [gridDay] : daysOf(gridTrace);
  const rest: Changeable<Deployment> = { ...deployment };
  delete rest.gridCleanest;
  return {
    ...rest,
    gridDay,
    ...(gridTrace === undefined ? HOURLY : { region: gridTrace.region, gridSource: sourceOf(gridTrace) }),
    gridIntensity: use ?? whole,
    gridIntensityOff: off ?? whole,
    ...(canWait > 0 ? { gridCleanest: cleanestSlots(days, shares) } : {}),
  };
}

const HOURLY = { region: "hourly", gridSource: "hourly values given by the user" };

/**
 * Mean over the days of the intensity of the cleanest slot of the hours of use, of the second cleanest, and so on: what waits on a
 * day waits for the cleanest slots of that day. A slot that is partly in use counts as a whole one.
 */
function cleanestSlots(days: readonly (readonly number[])[], shares: readonly number[]): readonly number[] {
  const used = shares.flatMap((share, slot) => (share > 0 ? [slot] : []));
  const ranks = used.map(() => 0);
  for (const day of days) {
    const sorted = used.map((slot) => day[slot]!).sort((a, b) => a - b);
    sorted.forEach((value, rank) => (ranks[rank]! += value / days.length));
  }
  return ranks;
}

/** Share of one slot of the day that lies in [from, from + hours), which may run over midnight. */
function shareInUse(slot: number, slots: number, from: number, hours: number): number {
  const length = HOURS / slots;
  const [begin, end] = [slot * length, (slot + 1) * length];
  const overlap = (start: number): number => Math.max(0, Math.min(end, start + hours) - Math.max(begin, start));
  return Math.min(1, (overlap(from) + overlap(from - HOURS)) / length);
}

function weightedMean(values: readonly number[], weights: readonly number[]): number | null {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return sum === 0 ? null : values.reduce((total, value, i) => total + value * weights[i]!, 0) / sum;
}
