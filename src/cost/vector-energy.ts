import type { Hardware } from "../spec/hardware.ts";
import type { Technology } from "../spec/technology.ts";
import type { VectorOperator } from "../workload/operator.ts";
import { laneCyclesOf, localAccessesOf } from "../workload/vector-cost.ts";
import { breakdown } from "./breakdown.ts";
import { calibratedVectorCoefficients } from "./calibrated/vector.ts";
import { BITS_PER_BYTE, PICOJOULES_PER_JOULE } from "./constants.ts";
import { factorsOf } from "./factors.ts";
import { publishedVectorCoefficients } from "./published/energy.ts";
import type { Breakdown, Unknown } from "./types.ts";

/** Bytes that a vector operator moves at each level, reads and writes together. */
export interface VectorTraffic {
  readonly local: number;
  readonly global: number;
  readonly dram: number;
}

/**
 * Traffic where nothing is fused or resident elsewhere: operands and results come from and go to the global buffer, or DRAM
 * where there is none; at the local buffer the passes count. Activations have output width, parameters weight width.
 */
export function unfusedTraffic(operator: VectorOperator, hardware: Hardware): VectorTraffic {
  const { precision } = hardware;
  const activations = ((operator.elementsRead + operator.elementsWritten) * precision.output) / BITS_PER_BYTE;
  const bytes = activations + (operator.parametersRead * precision.weight) / BITS_PER_BYTE;
  const { reads, writes } = localAccessesOf(operator);
  return {
    local: hardware.localBuffer === null ? 0 : ((reads + writes) * precision.output) / BITS_PER_BYTE,
    global: hardware.globalBuffer === null ? 0 : bytes,
    dram: hardware.globalBuffer === null && hardware.dram !== null ? bytes : 0,
  };
}

/**
 * Energy of one execution of a vector operator, J: parts vector (lane-cycles of the workload room), local, global, dram.
 * @param traffic bytes by level as the scheduler placed them; default `unfusedTraffic`
 */
export function vectorEnergy(
  operator: VectorOperator,
  hardware: Hardware,
  technology: Technology,
  traffic: VectorTraffic = unfusedTraffic(operator, hardware),
): Breakdown | Unknown {
  const factors = factorsOf(technology);
  const cost =
    technology.profile === "published"
      ? publishedVectorCoefficients(hardware, factors)
      : calibratedVectorCoefficients(hardware, factors);
  if ("total" in cost) return cost;
  return breakdown({
    vector: (laneCyclesOf(operator) * cost.operation) / PICOJOULES_PER_JOULE,
    local: (traffic.local * cost.local) / PICOJOULES_PER_JOULE,
    global: (traffic.global * cost.global) / PICOJOULES_PER_JOULE,
    dram: (traffic.dram * cost.dram) / PICOJOULES_PER_JOULE,
  });
}
