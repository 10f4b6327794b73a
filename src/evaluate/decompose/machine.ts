import type { EnergyCoefficients, MappingEffort, MappingObjective } from "../../sim/portable.ts";
import type { Hardware } from "../../spec/hardware.ts";
import type { ScheduleSettings } from "../../spec/schedule.ts";
import type { Technology } from "../../spec/technology.ts";
import { macEnergyOf } from "../gemm-cost.ts";
import type { GemmMachine } from "../machine.ts";

/** The chip that runs the operators, what events cost on it, and what its schedule may join. */
export interface Machine {
  readonly hardware: Hardware;
  readonly technology: Technology;
  readonly energies: EnergyCoefficients | null;
  readonly schedule: ScheduleSettings;
}

export interface Mapper {
  readonly objective: MappingObjective;
  readonly effort: MappingEffort;
}

/** Energies with the MACs of a product's own format. */
export function perElement(
  { computed }: GemmMachine,
  { hardware, technology, energies }: Machine,
): EnergyCoefficients | null {
  if (energies === null || computed === null) return energies;
  return { ...energies, mac: macEnergyOf(computed, hardware, technology, energies.mac) };
}
