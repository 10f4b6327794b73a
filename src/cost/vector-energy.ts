import type { EnergyPerByte, Hardware } from "../spec/hardware.ts";
import type { Technology } from "../spec/technology.ts";
import { joulesOf } from "../units/index.ts";
import type { VectorWork } from "../workload/operator.ts";
import { laneCyclesOf, localAccessesOf } from "../workload/vector-cost.ts";
import { breakdown, unpriced } from "../metrics/index.ts";
import { calibratedLaneEnergy, calibratedVectorCoefficients } from "./calibrated/vector.ts";
import { BITS_PER_BYTE } from "./constants.ts";
import { factorsOf } from "./factors.ts";
import { publishedLaneEnergy, publishedVectorCoefficients } from "./published/energy.ts";
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
export function unfusedTraffic(operator: VectorWork, hardware: Hardware): VectorTraffic {
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

/** pJ per lane-cycle, and per byte by level. */
export interface VectorCoefficients {
  readonly operation: number;
  readonly local: number;
  readonly global: number;
  readonly dram: number;
}

/**
 * What vector work costs; Unknown as `energyCoefficients`. Energies that the hardware file gives itself stand for the buffers and
 * the DRAM; the lanes, which it says nothing of, are those of the profile.
 */
export function vectorCoefficients(hardware: Hardware, technology: Technology): VectorCoefficients | Unknown {
  const prices = hardware.energy === null ? tablePrices(hardware, technology) : ownPrices(hardware, technology);
  return "total" in prices ? prices : (unpriced({ ...prices }) ?? prices);
}

function tablePrices(hardware: Hardware, technology: Technology): VectorCoefficients | Unknown {
  const factors = factorsOf(technology);
  return technology.profile === "published"
    ? publishedVectorCoefficients(hardware, factors)
    : calibratedVectorCoefficients(hardware, factors);
}

function ownPrices(hardware: Hardware, technology: Technology): VectorCoefficients | Unknown {
  const factors = factorsOf(technology);
  const operation =
    technology.profile === "published"
      ? publishedLaneEnergy(hardware, factors)
      : calibratedLaneEnergy(hardware, factors);
  if (typeof operation !== "number") return operation;
  const { localBuffer, globalBuffer, dram } = hardware.energy!;
  return { operation, local: mean(localBuffer), global: mean(globalBuffer), dram: mean(dram) };
}

/** A vector operator's traffic is given as bytes both ways together. */
function mean({ read, write }: EnergyPerByte): number {
  return (read + write) / 2;
}

/** J of vector work by part: vector (the lanes), local, global, dram. */
export function vectorEnergyOf(laneCycles: number, traffic: VectorTraffic, cost: VectorCoefficients): Breakdown {
  return breakdown({
    vector: joulesOf(laneCycles * cost.operation),
    local: joulesOf(traffic.local * cost.local),
    global: joulesOf(traffic.global * cost.global),
    dram: joulesOf(traffic.dram * cost.dram),
  });
}

/**
 * Energy of one execution of a vector operator, J; lane-cycles are those that the hardware takes for it.
 * @param traffic bytes by level as the scheduler placed them; default `unfusedTraffic`
 */
export function vectorEnergy(
  operator: VectorWork,
  hardware: Hardware,
  technology: Technology,
  traffic: VectorTraffic = unfusedTraffic(operator, hardware),
): Breakdown | Unknown {
  const cost = vectorCoefficients(hardware, technology);
  return "total" in cost
    ? cost
    : vectorEnergyOf(laneCyclesOf(operator, hardware.vector.cyclesPerElement), traffic, cost);
}
