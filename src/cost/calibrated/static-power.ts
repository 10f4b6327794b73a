import type { Hardware } from "../../spec/hardware.ts";
import type { FactorValues } from "../factors.ts";
import type { StaticPower, Unknown } from "../types.ts";

export function calibratedStaticPower(hardware: Hardware, factors: FactorValues): StaticPower | Unknown {
  return { total: null, reason: `not modelled for ${hardware.name} ${Object.keys(factors).length}` };
}
