import type { Hardware } from "../../spec/hardware.ts";
import type { EnergyCoefficients } from "../../sim/types.ts";
import { macScale } from "../calibrated/components.ts";
import { BITS_PER_BYTE } from "../constants.ts";
import { factor, type FactorValues } from "../factors.ts";
import { chargingRules, type ChargingRules } from "../profile.ts";
import type { Unknown } from "../types.ts";
import { publishedBuffer, publishedNodeGap, publishedTable, type BufferName } from "./tables.ts";

const BYTES_PER_ACCESS = 4;
const NOTHING = { read: 0, write: 0 };

/**
 * Coefficients of the published estimator, pJ: 2.2 per MAC at every precision, the table energy of a 32-bit access for
 * each 8-bit word, a write at the price of a read; operands in registers at the register read energy; no leakage.
 * Partial sums rest in the local buffer; what else it is charged for beyond what is counted: `chargedCounters`.
 * @throws CostError for a buffer size outside the table
 */
export function publishedCoefficients(
  hardware: Hardware,
  factors: FactorValues,
  rules: ChargingRules = chargingRules("published"),
): EnergyCoefficients | Unknown {
  const gap = publishedNodeGap(hardware);
  if (gap) return gap;
  const table = publishedTable();
  const registers = factor(factors, "registerEnergyLevel");
  const precision = rules.precisionIgnored ? 1 : macScale(hardware.precision, "energy");
  const local = bufferCoefficients(hardware, "localBuffer", factors, rules);
  const dram = hardware.dram === null ? 0 : dramPerByte(factors) / (rules.wordChargedAsAccess ? 1 : BYTES_PER_ACCESS);
  return {
    mac: factor(factors, "macEnergy") * precision + factor(factors, "peOverheadEnergy"),
    dram: { read: dram, write: dram },
    global: bufferCoefficients(hardware, "globalBuffer", factors, rules),
    local,
    register: { read: table.arrayRegister.read * registers, write: table.arrayRegister.write * registers },
    accumulator: rules.sumsInLocalBuffer ? local : NOTHING,
    activePerCycle: 0,
  };
}

/** pJ of the bits of one byte as the factor states them: those of a 32-bit access, charged for 8. */
function dramPerByte(factors: FactorValues): number {
  return factor(factors, "dramEnergyPerBit") * BITS_PER_BYTE;
}

function bufferCoefficients(
  hardware: Hardware,
  name: BufferName,
  factors: FactorValues,
  rules: ChargingRules,
): { read: number; write: number } {
  const row = publishedBuffer(hardware, name);
  if (row === null) return NOTHING;
  const level = factor(factors, "sramEnergyLevel") / (rules.wordChargedAsAccess ? 1 : BYTES_PER_ACCESS);
  return { read: row.read * level, write: (rules.writeChargedAsRead ? row.read : row.write) * level };
}

/** pJ of one lane operation, with its registers. */
export function publishedLaneEnergy(hardware: Hardware, factors: FactorValues): number | Unknown {
  const gap = publishedNodeGap(hardware);
  if (gap) return gap;
  const { vectorOperationEnergy, vectorRegister } = publishedTable();
  const registers = (vectorRegister.read + vectorRegister.write) * factor(factors, "registerEnergyLevel");
  return vectorOperationEnergy * factor(factors, "vectorEnergyLevel") + registers;
}

/** Vector unit: pJ per lane operation, and pJ per byte by level, where a byte is charged as a quarter of an access. */
export function publishedVectorCoefficients(
  hardware: Hardware,
  factors: FactorValues,
): { readonly operation: number; readonly local: number; readonly global: number; readonly dram: number } | Unknown {
  const operation = publishedLaneEnergy(hardware, factors);
  if (typeof operation !== "number") return operation;
  const perByte = factor(factors, "sramEnergyLevel") / BYTES_PER_ACCESS;
  return {
    operation,
    local: (publishedBuffer(hardware, "localBuffer")?.read ?? 0) * perByte,
    global: (publishedBuffer(hardware, "globalBuffer")?.read ?? 0) * perByte,
    dram: hardware.dram === null ? 0 : dramPerByte(factors) / BYTES_PER_ACCESS,
  };
}
