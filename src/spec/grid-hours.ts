import * as z from "zod";
import type { Changeable, Deployment } from "./deployment.ts";
import { real, text } from "./fields.ts";
import { gridFiles } from "./grid-files.ts";
import { daysOf, meanDay, sourceOf } from "./grid-trace.ts";

export const HOURS = 24;
/** Slots of a day of hours, of halves and of quarters. */
export const SLOTS = [HOURS, 2 * HOURS, 4 * HOURS];
/** Of a file of a day. */
export const COLUMN = "gCO2e_per_kWh";
/** gCO2e/kWh. */
export const MOST_INTENSITY = 10_000;
/** First hour of use of a day, where none is given. */
export const DEFAULT_USE_FROM = 8;

const COUNTS = `${SLOTS.slice(0, -1).join(", ")} or ${SLOTS.at(-1)}`;

/** `deployment.gridHours`: 24, 48 or 96 numbers, or a CSV file. */
export const gridHoursField = z
  .union(
    [
      text(4000).transform((path) => gridFiles(path).day(path, path)),
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
