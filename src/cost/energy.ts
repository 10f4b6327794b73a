import { unpriced } from "../metrics/index.ts";
import { picojoulesOf } from "../units/index.ts";
import type { EnergyCoefficients } from "../sim/types.ts";
import type { Hardware } from "../spec/hardware.ts";
import type { Technology } from "../spec/technology.ts";
import { calibratedCoefficients } from "./calibrated/energy.ts";
import { factorsOf } from "./factors.ts";
import { publishedCoefficients } from "./published/energy.ts";
import type { Unknown } from "./types.ts";

/**
 * What each counted event costs, pJ; the same numbers drive the mapper and the printed energy.
 * @returns Unknown where the node or the DRAM type has no table, or an energy is beyond what can be added up
 * @throws CostError for a buffer size outside the `published` table, an unknown factor or DRAM type
 */
export function energyCoefficients(hardware: Hardware, technology: Technology): EnergyCoefficients | Unknown {
  const coefficients = coefficientsOf(hardware, technology);
  return "total" in coefficients ? coefficients : (unpriced(eventsOf(coefficients)) ?? coefficients);
}

function coefficientsOf(hardware: Hardware, technology: Technology): EnergyCoefficients | Unknown {
  if (hardware.energy !== null) return ownCoefficients(hardware.energy);
  const factors = factorsOf(technology);
  return technology.profile === "published"
    ? publishedCoefficients(hardware, factors)
    : calibratedCoefficients(hardware, factors);
}

function eventsOf({ mac, activePerCycle, links, ...levels }: EnergyCoefficients): Readonly<Record<string, number>> {
  const crossing = Object.entries(links ?? {}).map(([level, each]) => [`link to ${level}`, each] as const);
  const both = [...Object.entries(levels), ...crossing].flatMap(([level, { read, write }]) => [
    [`${level} read`, read] as const,
    [`${level} write`, write] as const,
  ]);
  return { mac, ...Object.fromEntries(both), "static per cycle": activePerCycle };
}

/** Energies that the hardware file gives itself; its own description knows no leakage. */
function ownCoefficients(own: NonNullable<Hardware["energy"]>): EnergyCoefficients {
  return {
    mac: picojoulesOf(own.mac),
    register: own.registers,
    accumulator: own.accumulators,
    local: own.localBuffer,
    global: own.globalBuffer,
    dram: own.dram,
    activePerCycle: 0,
  };
}
