import type { EnergyCoefficients } from "../sim/types.ts";
import type { Hardware } from "../spec/hardware.ts";
import type { Technology } from "../spec/technology.ts";
import { calibratedCoefficients } from "./calibrated/energy.ts";
import { PICOJOULES_PER_JOULE } from "./constants.ts";
import { factorsOf } from "./factors.ts";
import { publishedCoefficients } from "./published/energy.ts";
import type { Unknown } from "./types.ts";

/**
 * What each counted event costs, pJ; the same numbers drive the mapper and the printed energy.
 * @returns Unknown where the node or the DRAM type has no table
 * @throws CostError for a buffer size outside the `published` table, an unknown factor or DRAM type
 */
export function energyCoefficients(hardware: Hardware, technology: Technology): EnergyCoefficients | Unknown {
  if (hardware.energy !== null) return ownCoefficients(hardware.energy);
  const factors = factorsOf(technology);
  return technology.profile === "published"
    ? publishedCoefficients(hardware, factors)
    : calibratedCoefficients(hardware, factors);
}

/** Energies that the hardware file gives itself; its own description knows no leakage. */
function ownCoefficients(own: NonNullable<Hardware["energy"]>): EnergyCoefficients {
  const both = (perByte: number) => ({ read: perByte, write: perByte });
  return {
    mac: own.mac * PICOJOULES_PER_JOULE,
    register: both(own.registers),
    accumulator: both(own.accumulators),
    local: both(own.localBuffer),
    global: both(own.globalBuffer),
    dram: both(own.dram),
    activePerCycle: 0,
  };
}
