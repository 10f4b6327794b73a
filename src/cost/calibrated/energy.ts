import type { Hardware } from "../../spec/hardware.ts";
import type { EnergyCoefficients } from "../../sim/types.ts";
import type { FactorValues } from "../factors.ts";
import type { Unknown } from "../types.ts";

export function calibratedCoefficients(hardware: Hardware, factors: FactorValues): EnergyCoefficients | Unknown {
  return { total: null, reason: `not modelled for ${hardware.name} ${Object.keys(factors).length}` };
}
