import * as z from "zod";
import { flag, listOf, oneOf, quantity, real, refuse, section, text, whole } from "../spec/fields.ts";
import { instantOf } from "../spec/series.ts";
import { SECONDS_PER_YEAR } from "../units/index.ts";
import { POLICIES } from "./types.ts";
import { instantOfLocal, isZone } from "./zone.ts";

/*
 * JOB.yaml as written. Times are ISO 8601 with an offset, or local where `zone` says which; durations have units.
 */

const LOCAL = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?$/;

/** A time: ms of the epoch, or a local one that needs the file's zone. */
export type WrittenTime = { readonly at: number } | { readonly local: number };

const instant = z
  .string({ error: "must be a time such as 2024-05-01T13:00Z" })
  .transform((value, ctx): WrittenTime => {
    const at = instantOf(value);
    if (typeof at === "number") return { at };
    if (at.wrong === "offset" && LOCAL.test(value)) return { local: Date.parse(`${value.replace(" ", "T")}Z`) };
    return refuse(ctx, "plan/time", `is "${value}", but must be a time of ISO 8601 such as 2024-05-01T13:00Z`);
  })
  .describe("Time of ISO 8601 with its offset, such as 2024-05-01T13:00+02:00; without one it is of `zone`");

const power = quantity("power", { min: 1e-9, max: 1e12 });
const energy = quantity("energy", { min: 0, max: 1e18 });
const duration = quantity("time", { min: 1, max: 100 * SECONDS_PER_YEAR });

const workload = section({
  model: text(1000).describe("Model preset or file"),
  hardware: text(1000).describe("Hardware preset or file"),
  set: listOf(text(1000), "settings such as array.rows=64").optional().describe("As --set of simulate"),
  devices: whole(1, 1e9).default(1).describe("Equal devices that share the work; 1 where left out"),
  inferences: real(1, 1e18).optional(),
  tokens: real(1, 1e18).optional().describe("Tokens that a decoder produces in all"),
});

const repeat = section({
  days: whole(1, 366).default(1).describe("Days between repetitions, by the clock of `zone`"),
  count: whole(1, 10_000).describe("Times in all"),
});

const job = section({
  id: text(200).optional(),
  energy: energy.optional().describe("Of the whole job; its power is energy / duration"),
  power: power.optional(),
  duration: duration.optional(),
  workload: workload.optional().describe("Power and duration from the simulator"),
  from: instant.optional().describe("Start of its window; start of the grid's file where left out"),
  deadline: instant.optional().describe("End of its window; end of the grid's file where left out"),
  slack: quantity("time", { min: 0, max: 100 * SECONDS_PER_YEAR })
    .optional()
    .describe("Instead of a deadline: from + duration + slack"),
  pause: z
    .union([flag(), section({ cost: energy.default(0), least: duration.default(0) })])
    .default(false)
    .describe("Whether it may pause; going on costs `cost`, and runs last at least `least`"),
  regions: listOf(text(200), "regions", 1, 1000).optional().describe("Where it may run; the first is its home"),
  transfer: energy.default(0).describe("Energy of moving it to another region, drawn at home at `from`"),
  repeat: repeat.optional(),
});

const file = text(4000);

export const jobFileSchema = section({
  name: text(200).optional(),
  grid: file.describe("CSV: time, region (where there are several), intensity_gCO2e_per_kWh"),
  gridKind: oneOf(["average", "marginal"])
    .default("average")
    .describe("What the intensities are; stands in the output"),
  forecast: z
    .union([file, section({ noise: quantity("fraction", { min: 0, max: 10 }), seed: whole(0, 2 ** 31).default(0) })])
    .optional()
    .describe("What is planned with; the true grid where left out. noise: normal, of that share of the grid's mean"),
  zone: text(100).optional().describe("Time zone of times without an offset and of repetitions, such as Europe/Berlin"),
  jobs: z.union([file, listOf(job, "jobs", 1, 100_000)]).optional(),
  capacity: section({ power }).optional().describe("Most power that all jobs of one region may draw at once"),
  supply: file.optional().describe("CSV of own power, used first: time, region, power_W"),
  policy: oneOf(POLICIES).default("optimal"),
  threshold: quantity("fraction", { min: 0, max: 1 })
    .default(0.3)
    .describe("Share of its window in which policy threshold runs"),
  variants: file.optional().describe("CSV (name, quality, energy_J), or the folder of a run"),
  demand: file
    .optional()
    .describe("CSV: time, requests, and requests_forecast where it is planned with another number"),
  quality: section({
    mean: z.union([real(-1e9, 1e9), listOf(real(-1e9, 1e9), "limits", 1, 1000)], {
      error: "must be a number or a list of them",
    }),
  })
    .optional()
    .describe("Least mean quality of the answers; a list gives a front"),
}).transform((raw, ctx) => {
  const { zone } = raw;
  if (zone !== undefined && !isZone(zone))
    refuse(ctx, "plan/zone", `is "${zone}", but must be a time zone such as Europe/Berlin`, null, ["zone"]);
  if (raw.jobs === undefined && raw.variants === undefined)
    refuse(ctx, "spec/conflict", "is missing: give jobs, or variants with demand and quality", null, ["jobs"]);
  const needed = ["variants", "demand", "quality"] as const;
  if (needed.some((key) => raw[key] !== undefined))
    for (const key of needed)
      if (raw[key] === undefined)
        refuse(ctx, "spec/conflict", `is missing: ${needed.join(", ")} belong together`, null, [key]);
  return raw;
});

export type JobFile = z.output<typeof jobFileSchema>;
export type WrittenJob = Exclude<JobFile["jobs"], string | undefined>[number];

/** ms of a time; null: it is local and there is no zone. */
export function placed(time: WrittenTime, zone: string | undefined): number | null {
  if ("at" in time) return time.at;
  return zone === undefined || !isZone(zone) ? null : instantOfLocal(zone, time.local);
}

/** ms of a duration in seconds, to the ms. */
export function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

/** JSON Schema (draft 2020-12) of a job file. */
export function planJsonSchema(): Readonly<Record<string, unknown>> {
  return { title: "ecotile plan", ...z.toJSONSchema(jobFileSchema, { io: "input", reused: "inline" }) };
}
