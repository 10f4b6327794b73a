import type { Hardware } from "../../spec/hardware.ts";
import type { Primitive } from "../../workload/operator.ts";
import type { FactorValues } from "../factors.ts";
import type { Unknown } from "../types.ts";

export interface VectorCoefficients {
  readonly operation: number;
  readonly local: number;
  readonly global: number;
  readonly dram: number;
}

export function calibratedVectorCoefficients(
  p: Primitive,
  hardware: Hardware,
  factors: FactorValues,
): VectorCoefficients | Unknown {
  return { total: null, reason: `not modelled for ${p} ${hardware.name} ${Object.keys(factors).length}` };
}
