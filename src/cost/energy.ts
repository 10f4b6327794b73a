import type { EnergyCoefficients } from "../sim/types.ts";
import type { Hardware } from "../spec/hardware.ts";
import type { Technology } from "../spec/technology.ts";
import { calibratedCoefficients } from "./calibrated/energy.ts";
import { factorsOf } from "./factors.ts";
import { publishedCoefficients } from "./published/energy.ts";
import type { Unknown } from "./types.ts";

/**
 * What each counted event costs, pJ; the same numbers drive the mapper and the printed energy.
 * @returns Unknown where the node or the DRAM type has no table
 * @throws CostError for a buffer size outside the `published` table, an unknown factor or DRAM type
 */
export function energyCoefficients(hardware: Hardware, technology: Technology): EnergyCoefficients | Unknown {
  const factors = factorsOf(technology);
  return technology.profile === "published"
    ? publishedCoefficients(hardware, factors)
    : calibratedCoefficients(hardware, factors);
}
