import type { Hardware } from "../../spec/hardware.ts";
import { factor, type FactorValues } from "../factors.ts";
import type { Unknown } from "../types.ts";
import type { VectorCoefficients } from "../vector-energy.ts";
import { calibratedArea } from "./area.ts";
import { components } from "./components.ts";
import { bufferCoefficients, dramEnergyPerByte } from "./energy.ts";
import { nodeScaling } from "./node.ts";

/** pJ of one lane-cycle. */
export function calibratedLaneEnergy(hardware: Hardware, factors: FactorValues): number | Unknown {
  const node = nodeScaling(hardware.node);
  if ("total" in node) return node;
  return components().vectorOperationEnergy * factor(factors, "vectorEnergyLevel") * node.logicEnergy;
}

/** Reads and writes of a level cost their mean: a vector operator's traffic is given as bytes both ways together. */
export function calibratedVectorCoefficients(hardware: Hardware, factors: FactorValues): VectorCoefficients | Unknown {
  const node = nodeScaling(hardware.node);
  if ("total" in node) return node;
  const area = calibratedArea(hardware, factors);
  if (area.total === null) return area;
  const dram = dramEnergyPerByte(hardware, factors);
  if (typeof dram !== "number") return dram;
  const operation = calibratedLaneEnergy(hardware, factors);
  if (typeof operation !== "number") return operation;
  const { local, global } = bufferCoefficients(hardware, area, { factors, node });
  return {
    operation,
    local: (local.read + local.write) / 2,
    global: (global.read + global.write) / 2,
    dram,
  };
}
