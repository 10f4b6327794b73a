import type * as z from "zod";
import { didYouMean } from "../errors/index.ts";
import { SECONDS_PER_YEAR } from "../units/index.ts";
import { usageProblem } from "./cross-rules.ts";
import { GRID_BASES, GRID_KINDS, type Deployment } from "./deployment.ts";
import { MAX_WHOLE, oneOf, quantity, real, refuse, section, text, whole } from "./fields.ts";
import { carbonPriceField } from "./carbon-price.ts";
import { deepFreeze } from "./freeze.ts";
import { gridHoursField, useFromField, withGridHours } from "./grid-hours.ts";
import { gridTraceField } from "./grid-trace.ts";
import { READ_ONCE } from "./issues.ts";
import { intensityField, regions } from "./regions.ts";

/** Fields that `--set` changes too: one definition for both. */
export const deploymentFields = {
  region: text(100).transform((name, ctx) => {
    const found = regions().get(name);
    if (found) return found;
    const known = [...regions().keys()];
    return refuse(ctx, "spec/unknown-region", `must be one of: ${known.join(", ")}`, didYouMean(name, known));
  }),
  gridIntensity: intensityField,
  gridHours: gridHoursField,
  useFrom: useFromField,
  gridTrace: gridTraceField,
  canWait: quantity("fraction", { min: 0, max: 1 }),
  carbonPrice: carbonPriceField,
  lifetime: quantity("time", { min: 1, max: 100 * SECONDS_PER_YEAR }),
  rate: quantity("rate", { min: 0, max: 1e12 }),
  duty: quantity("fraction", { min: 0, max: 1 }),
  hoursPerDay: real(0, 24),
  inferences: real(0, MAX_WHOLE),
  batch: whole(1, 1_000_000),
  class: oneOf(["edge", "server"]),
  pue: real(1, 10),
  share: quantity("fraction", { min: 1e-9, max: 1 }),
  gridBasis: oneOf(GRID_BASES),
  gridKind: oneOf(GRID_KINDS),
  hostPower: quantity("power", { min: 0, max: 1e6 }),
  hostCarbon: quantity("mass", { min: 0, max: 1e6 }),
  hostDevices: whole(1, 4096),
};

const f = deploymentFields;

/** `deployment:` of a study, as written. */
export const rawDeploymentSchema = section({
  region: f.region.optional().describe("Name from `ecotile presets regions`; california where left out"),
  gridIntensity: f.gridIntensity.optional().describe("Instead of a region, for example 224 gCO2e/kWh"),
  gridSource: text().optional().describe("Where gridIntensity comes from"),
  gridHours: f.gridHours.optional(),
  gridTrace: f.gridTrace.optional(),
  useFrom: f.useFrom.optional(),
  canWait: f.canWait
    .optional()
    .describe(
      'Share of the inferences that can wait for a cleaner slot of the hours of use of their day, for example "30 %"; needs gridHours or gridTrace',
    ),
  carbonPrice: f.carbonPrice.optional(),
  lifetime: f.lifetime.default(3 * SECONDS_PER_YEAR).describe("3 years where left out"),
  rate: f.rate.optional().describe("Inferences in hours of use, for example 1/s, which it is where left out"),
  duty: f.duty
    .optional()
    .describe('Instead of a rate: share of the hours of use in which the device is busy, for example "10 %"'),
  hoursPerDay: f.hoursPerDay.default(6).describe("Hours of use a day"),
  inferences: f.inferences.optional().describe("Inferences over the life; from rate and hours where left out"),
  batch: f.batch.default(1).describe("Inputs in one inference"),
  class: f.class
    .optional()
    .describe(
      "edge (where left out): switched down when nothing runs; server: never off, idle at the power of its board",
    ),
  pue: f.pue.optional().describe("Energy of the site over that of its machines; 1 where left out"),
  host: section({
    power: f.hostPower.default(0).describe("Of the host and its share of the rack, without the devices"),
    carbon: f.hostCarbon.default(0).describe("Embodied, likewise"),
    devices: f.hostDevices.default(1).describe("Devices that share it"),
  })
    .optional()
    .describe("The machine that holds the device; none is charged where left out"),
  share: f.share
    .optional()
    .describe("Share of device and host that is reserved for this work; all of it where left out"),
  gridBasis: f.gridBasis.optional().describe("Of the intensity that is given: location-based, or by contracts"),
  gridKind: f.gridKind.optional().describe("Of the intensity that is given: average, or marginal"),
});

/** Inferences a second, where nobody says how many. */
const DEFAULT_RATE = 1;

/** Grids that know the time of day. */
export const BY_HOUR = "gridHours or gridTrace";

/** A predicate that continues "deployment.duty …". */
export const DUTY_ALONE = "stands instead of rate and inferences: give one of them";

function build(raw: z.output<typeof rawDeploymentSchema>, ctx: z.RefinementCtx): Deployment {
  const { region, gridIntensity, gridSource, gridHours, gridTrace, useFrom, canWait, carbonPrice, ...others } = raw;
  const { rate, duty, inferences, class: kind, pue, host, share, gridBasis, gridKind, ...rest } = others;
  for (const [field, value] of Object.entries({ gridBasis, gridKind }))
    if (value !== undefined && region !== undefined)
      refuse(ctx, "spec/conflict", "is known of a region: leave it out", null, [field]);
  if (region && gridIntensity !== undefined) {
    refuse(ctx, "spec/conflict", "and region exclude each other: give one of them", null, ["gridIntensity"]);
  }
  if (gridSource !== undefined && gridIntensity === undefined) {
    refuse(ctx, "spec/conflict", "needs gridIntensity beside it", null, ["gridSource"]);
  }
  if (gridHours !== undefined && (region ?? gridIntensity) !== undefined) {
    refuse(ctx, "spec/conflict", "excludes region and gridIntensity", null, ["gridHours"]);
  }
  if (gridTrace !== undefined && (region ?? gridIntensity ?? gridHours) !== undefined) {
    refuse(ctx, "spec/conflict", "excludes region, gridIntensity and gridHours", null, ["gridTrace"]);
  }
  const isByHour = (gridHours ?? gridTrace) !== undefined;
  for (const [field, value] of Object.entries({ useFrom, canWait: canWait === 0 ? undefined : canWait }))
    if (value !== undefined && !isByHour) refuse(ctx, "spec/conflict", `needs ${BY_HOUR} beside it`, null, [field]);
  if (duty !== undefined && (rate ?? inferences) !== undefined) {
    refuse(ctx, "spec/conflict", DUTY_ALONE, null, ["duty"]);
  }
  const unused = usageProblem({ inferences: inferences ?? null, hoursPerDay: raw.hoursPerDay });
  if (unused !== null) refuse(ctx, "spec/conflict", unused.message, null, [unused.field]);
  const hourly = {
    ...(gridHours === undefined ? {} : { gridDay: gridHours }),
    ...(gridTrace === undefined ? {} : { gridTrace }),
    ...(useFrom === undefined ? {} : { useFrom }),
    ...(canWait === undefined ? {} : { canWait }),
    ...(carbonPrice === undefined ? {} : { carbonPrice }),
    ...(kind === "server" ? { class: "server" as const } : {}),
    ...(pue === undefined ? {} : { pue }),
    ...(host === undefined ? {} : { host }),
    ...(share === undefined ? {} : { share }),
    ...(gridBasis === undefined ? {} : { gridBasis }),
    ...(gridKind === undefined ? {} : { gridKind }),
  };
  const grid =
    gridIntensity === undefined
      ? gridOf(region ?? regions().get("california")!)
      : { region: "custom", gridIntensity, gridSource: gridSource ?? "given by the user" };
  const use = { rate: rate ?? DEFAULT_RATE, inferences: inferences ?? null, ...(duty === undefined ? {} : { duty }) };
  return deepFreeze(withGridHours({ ...rest, ...use, ...grid, ...hourly }));
}

/** The grid fields of a deployment in a named region. */
export function gridOf(region: {
  readonly name: string;
  readonly intensity: number;
  readonly source: string;
  readonly vintage: string;
}) {
  const { name, intensity, source, vintage } = region;
  return { region: name, gridIntensity: intensity, gridSource: `${source} (${vintage})` };
}

export const deploymentSchema = rawDeploymentSchema.transform(build);

/** California, 3 years, 1 inference a second for 6 hours a day, batch 1. */
export function defaultDeployment(): Deployment {
  return deploymentSchema.parse({}, READ_ONCE);
}
