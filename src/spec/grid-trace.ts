import * as z from "zod";
import type { GridTrace } from "./deployment.ts";
import { listOf, real, section, text } from "./fields.ts";
import { gridFiles, type TraceFile } from "./grid-files.ts";

/*
 * A grid as it was, day by day: a CSV file of times with their offset, regions and intensities. The hour of the day is that of the
 * times as they are written, so that a file in local time has local hours. Days of the clock's change, and a first and last day that
 * the file has but in part, have other slots than the rest: they are left out.
 */

/** 5 minutes to an hour. */
const SLOTS = [24, 48, 96, 288];
/** Ten years. */
const MOST_DAYS = 3660;
/** gCO2e/kWh. */
export const MOST_TRACE = 10_000;

/** What a study's own copy holds in the place of the file. */
const resolvedSchema = section({
  region: text(100),
  slotsPerDay: oneOfNumbers(SLOTS),
  values: listOf(real(0, MOST_TRACE), "intensities, gCO2e/kWh", SLOTS[0], MOST_DAYS * SLOTS.at(-1)!),
});

function oneOfNumbers(values: readonly number[]) {
  return z
    .union(
      values.map((value) => z.literal(value)),
      { error: `must be one of: ${values.join(", ")}` },
    )
    .transform(Number);
}

/** `deployment.gridTrace`: a CSV file, one region of a CSV file, or what was read of one. */
export const gridTraceField = z
  .union([text(4000).transform((written) => gridFiles(written).trace(fileOfTrace(written)!)), resolvedSchema], {
    error: "must be a CSV file, with #REGION behind it where it has several",
  })
  .describe(
    "Grid as it was, instead of a region: a CSV file with time (ISO 8601 with offset, start of a slot of 5 to 60 min) and intensity_gCO2e_per_kWh; where it has several regions: FILE.csv#REGION",
  );

/** The file that `gridTrace` names; null: it names none. */
export function fileOfTrace(written: unknown): TraceFile | null {
  if (typeof written !== "string") return null;
  const [, path = written, region = null] = /^(.+)#([^#/\\]+)$/.exec(written) ?? [];
  return { path, region, shownAs: path };
}

/** gCO2e/kWh by slot, one list a day. */
export function daysOf({ slotsPerDay, values }: GridTrace): readonly (readonly number[])[] {
  return Array.from({ length: values.length / slotsPerDay }, (_, day) =>
    values.slice(day * slotsPerDay, (day + 1) * slotsPerDay),
  );
}

/** Mean over the days, gCO2e/kWh by slot. */
export function meanDay({ slotsPerDay, values }: GridTrace): readonly number[] {
  const days = values.length / slotsPerDay;
  const sums = Array.from({ length: slotsPerDay }, () => 0);
  values.forEach((value, i) => (sums[i % slotsPerDay]! += value));
  return sums.map((sum) => sum / days);
}

export function sourceOf({ slotsPerDay, values }: GridTrace): string {
  const days = values.length / slotsPerDay;
  return `trace given by the user, ${days} complete ${days === 1 ? "day" : "days"} of ${1440 / slotsPerDay} min`;
}
