import type { Hardware } from "../../spec/hardware.ts";
import { approximateMultiplier, exactMultiplier } from "../../spec/multipliers.ts";
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

export type MacQuantity = "energy" | "area";

/**
 * Size of a multiply-accumulate against int8 × int8 + int32.
 *
 *   integer   share · (input · weight / 64) · circuit + (1 − share) · accumulator / 32
 *   float     share · multiplier of the format + (1 − share) · adder of the accumulator's width
 *
 * An integer multiplier grows with the product of the operand widths, its adder with the accumulator; floats are table rows. A circuit that
 * errs is its area, or power, over that of the exact one of its library; 1 for exact ones.
 * @source Horowitz, ISSCC 2014, for the share; product rule: significand widths, technology notes
 */
export function macScale(precision: Hardware["precision"], quantity: MacQuantity): number {
  const { input, weight, accumulator, format } = precision;
  const { multiplierEnergyShare, multiplierAreaShare } = components();
  const share = quantity === "energy" ? multiplierEnergyShare : multiplierAreaShare;
  if (format === undefined)
    return (share * circuitScale(precision, quantity) * input * weight) / 64 + ((1 - share) * accumulator) / 32;
  const [multiplier, adder] =
    quantity === "energy"
      ? (["floatMultiplierEnergy", "floatAdderEnergy"] as const)
      : (["floatMultiplierArea", "floatAdderArea"] as const);
  return (
    share * floatRow(multiplier, { format }) + (1 - share) * floatRow(adder, { bits: accumulator <= 16 ? 16 : 32 })
  );
}

/** A circuit against the exact one of its library: area, or power at one rate, which is energy per product. */
function circuitScale(precision: Hardware["precision"], quantity: MacQuantity): number {
  const circuit = approximateMultiplier(precision);
  if (circuit === null) return 1;
  const of = quantity === "energy" ? "power" : "area";
  return circuit[of] / exactMultiplier(circuit)[of];
}

function floatRow(name: string, at: Readonly<Record<string, string | number>>): number {
  return valueNamed(loadTable("components"), name, at);
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
