import * as z from "zod";
import { nearestMatch, problemOf, SpecError } from "../errors/index.ts";
import type { GridTrace } from "./deployment.ts";
import { listOf, real, section, text } from "./fields.ts";
import { readSeriesFile, HOUR, type Series, type ValueColumn } from "./series.ts";

/*
 * A grid as it was, day by day: a CSV file of times with their offset, regions and intensities. The hour of the day is that of the
 * times as they are written, so that a file in local time has local hours. Days of the clock's change, and a first and last day that
 * the file has but in part, have other slots than the rest: they are left out.
 */

/** The column of a grid's intensity. */
export const INTENSITY: ValueColumn = {
  name: "intensity_gCO2e_per_kWh",
  alike: ["gCO2e_per_kWh", "g_per_kwh", "intensity_gCO2_per_kWh"],
  most: 10_000,
  suspect: { below: 3, unit: "kg per kWh" },
};

const DAY = 24 * HOUR;
/** 5 minutes to an hour. */
const SLOTS = [24, 48, 96, 288];
/** Ten years. */
const MOST_DAYS = 3660;
const CODE = "spec/bad-grid-trace";

/** What a study's own copy holds in the place of the file. */
const resolvedSchema = section({
  region: text(100),
  slotsPerDay: oneOfNumbers(SLOTS),
  values: listOf(real(0, INTENSITY.most), "intensities, gCO2e/kWh", SLOTS[0], MOST_DAYS * SLOTS.at(-1)!),
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
  .union([text(4000).transform((written) => readGridTrace(fileOfTrace(written)!)), resolvedSchema], {
    error: "must be a CSV file, with #REGION behind it where it has several",
  })
  .describe(
    "Grid as it was, instead of a region: a CSV file with time (ISO 8601 with offset, start of a slot of 5 to 60 min) and intensity_gCO2e_per_kWh; where it has several regions: FILE.csv#REGION",
  );

/** A file of a trace as it is named. */
export interface TraceFile {
  readonly path: string;
  /** Null: the file has one. */
  readonly region: string | null;
  readonly shownAs: string;
}

/** The file that `gridTrace` names; null: it names none. */
export function fileOfTrace(written: unknown): TraceFile | null {
  if (typeof written !== "string") return null;
  const [, path = written, region = null] = /^(.+)#([^#/\\]+)$/.exec(written) ?? [];
  return { path, region, shownAs: path };
}

/**
 * The complete days of a trace.
 *
 * @throws SpecError with every line that is wrong (see readSeriesFile), or that the region is none of the file's, or that no day is complete
 */
export function readGridTrace({ path, region, shownAs }: TraceFile): GridTrace {
  const file = readSeriesFile(path, shownAs, [INTENSITY]);
  const names = [...file.keys()];
  const refuse = (message: string, hint: string | null = null): never => {
    throw new SpecError([problemOf(shownAs, CODE, message, hint)]);
  };
  if (region === null && names.length > 1)
    refuse(
      `The file has ${names.length} regions: ${names.slice(0, 20).join(", ")}.`,
      `Say which, for example ${shownAs}#${names[0]!}`,
    );
  const name = region ?? names[0]!;
  const series = file.get(name);
  if (series === undefined) {
    const near = nearestMatch(name, names);
    const known = names.every((each) => each === "")
      ? "it has no column region"
      : `it has ${names.slice(0, 20).join(", ")}`;
    return refuse(`The file has no region "${name}"; ${known}.`, near === undefined ? null : `Did you mean "${near}"?`);
  }
  const [trace] = series;
  const { slotsPerDay, values, left } = completeDays(trace!);
  if (values.length === 0) refuse(`The file has no complete day; ${left} of its days are there in part.`);
  return { region: name === "" ? "trace" : name, slotsPerDay, values };
}

/** Days, by the clock of the file, of which every slot is there once. */
function completeDays({ start, step, values, offsets }: Series): {
  readonly slotsPerDay: number;
  readonly values: readonly number[];
  /** Days that are there in part, or have a slot twice. */
  readonly left: number;
} {
  const slotsPerDay = DAY / step;
  const days = new Map<number, Map<number, number>>();
  const broken = new Set<number>();
  values.forEach((value, i) => {
    const local = start + i * step + (offsets?.[i] ?? 0);
    const day = Math.floor(local / DAY);
    const slot = Math.floor((local - day * DAY) / step);
    const slots = days.get(day) ?? new Map<number, number>();
    if (slots.has(slot)) broken.add(day);
    slots.set(slot, value);
    days.set(day, slots);
  });
  const whole = [...days].filter(([day, slots]) => slots.size === slotsPerDay && !broken.has(day));
  const flat = whole.flatMap(([, slots]) => Array.from({ length: slotsPerDay }, (_, slot) => slots.get(slot)!));
  return { slotsPerDay, values: flat, left: days.size - whole.length };
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
