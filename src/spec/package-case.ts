import * as z from "zod";
import { oneOf, quantity, real, section, text } from "./fields.ts";
import { packageSchema } from "./package-schema.ts";
import type { Package } from "./package.ts";
import { PACKAGING_PROFILES, type PackagingProfile } from "./technology.ts";
import type { Nanometres, SquareMillimetres } from "../units/quantity.ts";

/** Regions of 3D-Carbon's table of grids. */
export const FAB_REGIONS = [
  "world",
  "india",
  "australia",
  "taiwan",
  "singapore",
  "usa",
  "europe",
  "brazil",
  "iceland",
] as const;

/** A chip that dies are shares of. */
export interface WholeChip {
  readonly area: SquareMillimetres;
  readonly node: Nanometres;
  readonly gates: number | null;
}

/** A product by its dies alone, without a machine: what `ecotile package` prices. */
export interface PackageCase {
  readonly name: string;
  readonly profile: PackagingProfile;
  /** Grid of the fab, gCO2e/kWh, or a region of 3D-Carbon's table; null: the profile's own. */
  readonly grid: number | (typeof FAB_REGIONS)[number] | null;
  /** Null: every die is stated by itself. */
  readonly whole: WholeChip | null;
  readonly package: Package;
  /** Of the profile eco-chip: W and hours over a life; null: not asked for. */
  readonly use: { readonly power: number; readonly hours: number } | null;
}

const SECONDS_PER_HOUR = 3600;

export const packageCaseSchema = section({
  name: text(100).default("package"),
  profile: oneOf(PACKAGING_PROFILES)
    .default("calibrated")
    .describe("Whose equations: ours, or those of a published tool, its tables included"),
  grid: z
    .union([oneOf(FAB_REGIONS), quantity("intensity", { min: 0, max: 5000 })])
    .optional()
    .describe("Electricity of the fab, or a region of 3D-Carbon's table; the profile's own where left out"),
  whole: section({
    area: quantity("area", { min: 0.001, max: 1e5 }),
    node: quantity("length", { min: 1, max: 1000 }),
    gates: real(1, 1e13).optional(),
  })
    .optional()
    .describe("A chip that is cut: then each die is a share of it"),
  package: packageSchema,
  use: section({
    power: quantity("power", { min: 0, max: 1e6 }).describe("Of all dies"),
    lifetime: quantity("time", { min: 1, max: 3.2e9 }),
  })
    .optional()
    .describe("Use over a life, as the profile eco-chip counts it"),
}).transform(({ name, profile, grid, whole, package: of, use }): PackageCase => ({
  ...{ name, profile, grid: grid ?? null, package: of },
  whole: whole === undefined ? null : { ...whole, gates: whole.gates ?? null },
  use: use === undefined ? null : { power: use.power, hours: use.lifetime / SECONDS_PER_HOUR },
}));
