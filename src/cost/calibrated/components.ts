import type { Hardware } from "../../spec/hardware.ts";
import { loadTable, valueNamed } from "../table.ts";

/** Rows of table `components`, 22 nm. */
export interface Components {
  readonly multiplierEnergyShare: number;
  readonly multiplierAreaShare: number;
  /** pJ and um2 per bit. */
  readonly registerEnergy: number;
  readonly registerArea: number;
  readonly vectorOperationEnergy: number;
  readonly bitActivity: number;
  readonly nocWireArea: number;
  readonly sramWidthExponent: number;
}

let cached: Components | null = null;

export function components(): Components {
  if (cached) return cached;
  const table = loadTable("components");
  const of = (name: keyof Components): number => valueNamed(table, name);
  cached = {
    multiplierEnergyShare: of("multiplierEnergyShare"),
    multiplierAreaShare: of("multiplierAreaShare"),
    registerEnergy: of("registerEnergy"),
    registerArea: of("registerArea"),
    vectorOperationEnergy: of("vectorOperationEnergy"),
    bitActivity: of("bitActivity"),
    nocWireArea: of("nocWireArea"),
    sramWidthExponent: of("sramWidthExponent"),
  };
  return cached;
}

/**
 * Size of a multiply-accumulate against int8 × int8 + int32: the multiplier grows with the product of the operand widths, the
 * adder with the accumulator.
 *
 *   share · (input · weight / 64) + (1 − share) · accumulator / 32
 *
 * @source Horowitz, ISSCC 2014, for the share; product rule: significand widths, technology notes
 */
export function macScale(precision: Hardware["precision"], multiplierShare: number): number {
  return (
    (multiplierShare * precision.input * precision.weight) / 64 + ((1 - multiplierShare) * precision.accumulator) / 32
  );
}

/** Bits of storage in the arrays of one core: operand words of every PE, and accumulators. */
export function registerBits(hardware: Hardware): number {
  const { array, precision } = hardware;
  const pes = array.rows * array.cols;
  let word = 0;
  for (const operand of array.registers.holds) {
    word = Math.max(word, operand === "output" ? precision.accumulator : precision[operand]);
  }
  const places = array.accumulators.per === "pe" ? pes : array.cols;
  const bits = pes * array.registers.words * word + places * array.accumulators.count * precision.accumulator;
  return hardware.arraysPerCore * bits;
}
