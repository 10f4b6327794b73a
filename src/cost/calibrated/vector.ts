import type { Hardware } from "../../spec/hardware.ts";
import { isStack, nodeOf } from "../../spec/stack.ts";
import { factor, type FactorValues } from "../factors.ts";
import type { Unknown } from "../types.ts";
import type { VectorCoefficients } from "../vector-energy.ts";
import { calibratedArea } from "./area.ts";
import { components } from "./components.ts";
import { bufferCoefficients, dramEnergyPerByte, linkCoefficients } from "./energy.ts";
import { nodeScaling, partContexts } from "./node.ts";

/** pJ of one lane-cycle. */
export function calibratedLaneEnergy(hardware: Hardware, factors: FactorValues): number | Unknown {
  const node = nodeScaling(nodeOf(hardware, "vector"));
  if ("total" in node) return node;
  return components().vectorOperationEnergy * factor(factors, "vectorEnergyLevel") * node.logicEnergy;
}

/** Reads and writes of a level cost their mean: a vector operator's traffic is given as bytes both ways together. */
export function calibratedVectorCoefficients(hardware: Hardware, factors: FactorValues): VectorCoefficients | Unknown {
  const at = partContexts(hardware, factors);
  if ("total" in at) return at;
  const area = calibratedArea(hardware, factors);
  if (area.total === null) return area;
  const dram = dramEnergyPerByte(hardware, factors);
  if (typeof dram !== "number") return dram;
  const operation = calibratedLaneEnergy(hardware, factors);
  if (typeof operation !== "number") return operation;
  const { local, global } = bufferCoefficients(hardware, area, at);
  const link = isStack(hardware) ? linkCoefficients(hardware, factors) : null;
  return {
    operation,
    local: (local.read + local.write) / 2,
    // Rows are shared out over the cores, so that none goes to several dies.
    global: (global.read + global.write) / 2 + (link?.global.write ?? 0),
    dram: dram + (link?.dram.write ?? 0),
  };
}
