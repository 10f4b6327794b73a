import { columnsNamed, ProblemSink, readCsvText, type CsvRow } from "../csv/index.ts";
import { readTextFile } from "../spec/read-file.ts";
import { JOULES_PER_KILOWATT_HOUR } from "../units/index.ts";
import { milliseconds } from "./job-schema.ts";
import { endOf, instantOf } from "../spec/series.ts";
import type { Job, RegionTrace } from "./types.ts";
import type { Variant } from "./variants.ts";

export type Traces = ReadonlyMap<string, RegionTrace>;

const MOST_BYTES = 64 * 1024 * 1024;

const CSV_COLUMNS = ["id", "power_W", "energy_kWh", "duration_s", "from", "deadline", "pause", "regions"] as const;

/**
 * Jobs of a CSV file: id, power_W or energy_kWh, duration_s, and perhaps from, deadline, pause and regions.
 *
 * @throws SpecError with every line that is wrong
 */
export function readJobsCsv(path: string, shownAs: string, traces: Traces): readonly Job[] {
  const { header, rows } = readCsvText(readTextFile(path, shownAs, MOST_BYTES), shownAs);
  const sink = new ProblemSink(shownAs);
  const columns = columnsNamed(header, [...CSV_COLUMNS], sink);
  if (!columns.has("id"))
    sink.add(header.line, "plan/column", `The file needs a column id; it has ${header.columns.join(", ")}.`);
  if (!columns.has("duration_s")) sink.add(header.line, "plan/column", "The file needs a column duration_s.");
  if (columns.has("power_W") === columns.has("energy_kWh"))
    sink.add(header.line, "plan/column", "The file needs one of the columns power_W and energy_kWh.");
  sink.throwAny();
  const jobs = rows.flatMap((row) => jobOfRow(row, columns, traces, sink));
  sink.throwAny();
  return jobs;
}

function jobOfRow(
  { line, cells }: CsvRow,
  columns: ReadonlyMap<string, string>,
  traces: Traces,
  sink: ProblemSink,
): readonly Job[] {
  const cell = (column: (typeof CSV_COLUMNS)[number]): string => {
    const place = columns.get(column);
    return place === undefined ? "" : cells[place]!;
  };
  const before = sink.problems.length;
  const number = (column: (typeof CSV_COLUMNS)[number]): number => {
    const value = /^[\d.]+(e[+-]?\d+)?$/i.test(cell(column)) ? Number(cell(column)) : NaN;
    if (!(value > 0 && value <= 1e15))
      sink.add(line, "plan/value", `${column} is "${cell(column)}"; it must be a number above 0.`);
    return value;
  };
  const time = (column: "from" | "deadline", fallback: number): number => {
    const text = cell(column);
    if (text === "") return fallback;
    const at = instantOf(text);
    if (typeof at === "number") return at;
    sink.add(
      line,
      at.wrong === "offset" ? "trace/offset" : "trace/time",
      `${column} "${text}" must be a time with its offset, such as 2024-05-01T13:00Z.`,
    );
    return NaN;
  };
  const duration = milliseconds(number("duration_s"));
  const power = columns.has("power_W")
    ? number("power_W")
    : (number("energy_kWh") * JOULES_PER_KILOWATT_HOUR * 1000) / duration;
  const known = [...traces.keys()];
  const regions = cell("regions") === "" ? known : cell("regions").split(/[; ]+/);
  if (cell("regions") === "" && known.length > 1)
    sink.add(line, "plan/region", `regions is empty, and the grid has ${known.length} of them.`);
  const missing = regions.filter((region) => !traces.has(region));
  for (const region of missing)
    sink.add(line, "plan/region", `The grid has no region "${region}"; it has ${known.slice(0, 20).join(", ")}.`);
  if (missing.length > 0) return [];
  const own = regions.map((region) => traces.get(region)!.truth);
  const from = time("from", Math.max(...own.map(({ start }) => start)));
  const deadline = time("deadline", Math.min(...own.map(endOf)));
  const pause = cell("pause").toLowerCase();
  if (!["", "false", "true"].includes(pause))
    sink.add(line, "plan/value", `pause is "${pause}"; it must be true or false.`);
  if (sink.problems.length > before) return [];
  const job: Job = {
    ...{ id: cell("id"), power, duration, from, deadline, regions, transfer: 0 },
    pause: pause === "true" ? { cost: 0, least: 0 } : null,
  };
  if (deadline - from < duration)
    sink.add(
      line,
      "plan/window",
      `Job ${job.id} takes ${duration / 60_000} min, but its window has ${Math.max(0, deadline - from) / 60_000}.`,
    );
  else if (own.some((truth) => from < truth.start || deadline > endOf(truth)))
    sink.add(line, "plan/window", `The window of job ${job.id} leaves the grid.`);
  return [job];
}

/**
 * Variants of a CSV file: name, quality, energy_J.
 *
 * @throws SpecError with every line that is wrong
 */
export function readVariantsCsv(path: string, shownAs: string): readonly Variant[] {
  const { header, rows } = readCsvText(readTextFile(path, shownAs, MOST_BYTES), shownAs);
  const sink = new ProblemSink(shownAs);
  const columns = columnsNamed(header, ["name", "quality", "energy_J"], sink);
  for (const name of ["name", "quality", "energy_J"])
    if (!columns.has(name))
      sink.add(header.line, "plan/column", `The file needs a column ${name}; it has ${header.columns.join(", ")}.`);
  sink.throwAny();
  const variants = rows.map(({ line, cells }) => {
    const number = (column: string, least: number): number => {
      const written = cells[columns.get(column)!]!;
      const value = /^[+-]?[\d.]+(e[+-]?\d+)?$/i.test(written) ? Number(written) : NaN;
      if (!(value >= least && value <= 1e15))
        sink.add(
          line,
          "plan/value",
          `${column} is "${written}"; it must be a number${least === 0 ? " of at least 0" : ""}.`,
        );
      return value;
    };
    return { name: cells[columns.get("name")!]!, quality: number("quality", -1e15), energy: number("energy_J", 0) };
  });
  if (rows.length === 0) sink.add(header.line, "plan/value", "The file names no variant.");
  sink.throwAny();
  return variants;
}
