import { nearestMatch, problemOf, SpecError } from "../errors/index.ts";
import type { GridTrace } from "./deployment.ts";
import type { TraceFile } from "./grid-files.ts";
import { MOST_TRACE } from "./grid-trace.ts";
import { readSeriesFile, HOUR, type Series, type ValueColumn } from "./series.ts";

/** The column of a grid's intensity. */
export const INTENSITY: ValueColumn = {
  name: "intensity_gCO2e_per_kWh",
  alike: ["gCO2e_per_kWh", "g_per_kwh", "intensity_gCO2_per_kWh"],
  most: MOST_TRACE,
  suspect: { below: 3, unit: "kg per kWh" },
};

const DAY = 24 * HOUR;
const CODE = "spec/bad-grid-trace";

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
