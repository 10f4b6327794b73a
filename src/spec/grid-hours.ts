import { parse } from "csv-parse/sync";
import * as z from "zod";
import { problemOf, SpecError } from "../errors/index.ts";
import type { Deployment } from "./deployment.ts";
import { real, text } from "./fields.ts";
import { readTextFile } from "./read-file.ts";

const HOURS = 24;
/** Hours of a file: one day, or a year of 365 or 366 days from midnight of its first. */
const LENGTHS = [HOURS, 365 * HOURS, 366 * HOURS];
const COLUMN = "gCO2e_per_kWh";
/** A year of hours with a date beside each. */
const MOST_BYTES = 4 * 1024 * 1024;

/** First hour of use of a day, where none is given. */
export const DEFAULT_USE_FROM = 8;

/** `deployment.gridHours`: 24 numbers, or a CSV file. */
export const gridHoursField = z
  .union(
    [
      text(4000).transform((path) => readGridDay(path, path)),
      z.array(real(0, 10_000)).length(HOURS, { error: `must hold ${HOURS} numbers, one an hour` }),
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
 * @throws SpecError with the first line that is wrong
 */
export function readGridDay(path: string, shownAs: string): number[] {
  const refuse = (message: string): SpecError => new SpecError([problemOf(shownAs, "spec/bad-grid-hours", message)]);
  let rows: Record<string, string>[];
  try {
    rows = parse(readTextFile(path, shownAs, MOST_BYTES), {
      columns: true,
      trim: true,
      skip_empty_lines: true,
      bom: true,
    });
  } catch (error) {
    if (error instanceof SpecError) throw error;
    throw refuse(`The file is no CSV: ${error instanceof Error ? error.message : String(error)}.`);
  }
  if (rows.length === 0 || !Object.hasOwn(rows[0]!, COLUMN))
    throw refuse(`The file needs a header with the column ${COLUMN}.`);
  if (!LENGTHS.includes(rows.length)) {
    throw refuse(`The file has ${rows.length} rows; an hourly grid has ${LENGTHS.join(", ")}.`);
  }
  const day = Array.from({ length: HOURS }, () => 0);
  rows.forEach((row, index) => {
    const written = row[COLUMN] ?? "";
    const value = Number(written);
    if (written === "" || !Number.isFinite(value) || value < 0 || value > 10_000) {
      throw refuse(`Line ${index + 2}: ${COLUMN} is "${written}", but must be a number from 0 to 10000.`);
    }
    day[index % HOURS]! += (value * HOURS) / rows.length;
  });
  return day;
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
