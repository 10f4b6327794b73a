import type { Hardware } from "../../spec/hardware.ts";
import type { FactorValues } from "../factors.ts";
import type { Area, Unknown } from "../types.ts";

export function calibratedArea(hardware: Hardware, factors: FactorValues): Area | Unknown {
  return { total: null, reason: `not modelled for ${hardware.name} ${Object.keys(factors).length}` };
}
