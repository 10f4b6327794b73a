import * as z from "zod";
import { didYouMean, problemOf, SpecError } from "../errors/index.ts";
import { oneOf, quantity, section, text, whole } from "./fields.ts";
import { GRID_BASES, GRID_KINDS, type Deployment, type GridBasis, type GridKind } from "./deployment.ts";
import { deepFreeze } from "./freeze.ts";
import { check } from "./issues.ts";
import { presetDocument } from "./preset-files.ts";

/** Carbon intensity of a grid. */
export interface Region {
  readonly name: string;
  /** gCO2e/kWh. */
  readonly intensity: number;
  /** All rows so far are of the place, and of all its generation. */
  readonly basis: GridBasis;
  readonly kind: GridKind;
  readonly source: string;
  /** Year, or the edition of the source that the figure belongs to. */
  readonly vintage: string;
}

/** gCO2e/kWh; above what any grid has by an order of magnitude. */
export const intensityField = quantity("intensity", { min: 0, max: 10_000 });

const regionsSchema = z.record(
  z.string(),
  section({
    intensity: intensityField,
    basis: oneOf(GRID_BASES),
    kind: oneOf(GRID_KINDS),
    source: text(),
    vintage: z.union([text(), whole(1900, 2200)]),
  }),
);

let known: ReadonlyMap<string, Region> | undefined;

/** Every region of presets/regions.yaml, by name, in the order of the file. Read once. */
export function regions(): ReadonlyMap<string, Region> {
  known ??= new Map(
    Object.entries(check(regionsSchema, presetDocument("regions.yaml"))).map(([name, row]) => [
      name,
      deepFreeze({ name, ...row, vintage: String(row.vintage) }),
    ]),
  );
  return known;
}

/** @throws SpecError spec/unknown-region with the nearest match */
export function region(name: string): Region {
  const found = regions().get(name);
  if (found) return found;
  const names = [...regions().keys()];
  const message = `The region "${name}" is unknown. Known: ${names.join(", ")}.`;
  throw new SpecError([problemOf("region", "spec/unknown-region", message, didYouMean(name, names))]);
}

/** What the intensity of a deployment is: of its region as the row says, else as the user says; "basis not stated" where nobody does. */
export function gridLabel({ region: name, gridBasis, gridKind }: Deployment): string {
  const row = regions().get(name);
  return `${row?.basis ?? gridBasis ?? "basis not stated"}, ${row?.kind ?? gridKind ?? "average or marginal not stated"}`;
}
