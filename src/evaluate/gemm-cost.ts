import { chargedCounters, energyCoefficients, gemmEnergy, vectorCoefficients } from "../cost/index.ts";
import type { EnergyCoefficients, GemmCounters, GemmProblem, MappedGemm } from "../sim/index.ts";
import type { Hardware } from "../spec/hardware.ts";
import type { Technology } from "../spec/technology.ts";
import { joulesOf } from "../units/index.ts";
import { conversionLaneCycles, unpacked, type GemmMachine } from "./machine.ts";
import { withFetched } from "./prefetch.ts";

/** The chip and its prices, without what one operator's operands make of it. */
export interface Pricing {
  readonly hardware: Hardware;
  readonly technology: Technology;
  /** Null: energies are not known. */
  readonly coefficients: EnergyCoefficients | null;
}

/** Energies of the words of a machine: those of the chip, MACs in the format that they are computed in, as many as a word holds. */
export function coefficientsOf(
  { rate, computed }: GemmMachine,
  { hardware, technology, coefficients }: Pricing,
): EnergyCoefficients | null {
  if (coefficients === null || computed === null) return coefficients;
  return { ...coefficients, mac: rate * macEnergyOf(computed, hardware, technology, coefficients.mac) };
}

/** pJ of one MAC in another precision of the same chip. */
export function macEnergyOf(
  precision: Hardware["precision"],
  hardware: Hardware,
  technology: Technology,
  otherwise: number,
): number {
  const narrow = energyCoefficients({ ...hardware, precision }, technology);
  return "total" in narrow ? otherwise : narrow.mac;
}

/** What one run of a product costs, conversions of its operands included. */
export interface GemmCost {
  readonly cycles: number;
  /** Lane-cycles of conversions; 0: none. */
  readonly converted: number;
  /** Counters as the profile charges them. */
  readonly charged: GemmCounters;
  /** J by source; empty where energies are not known. */
  readonly energy: Readonly<Record<string, number>>;
}

/**
 * Time and energy of a mapped product. Lanes convert what is stored in another format than the arrays compute in, tile by tile beside
 * the arrays:
 *
 *   cycles = max(cycles of the product, conversion lane-cycles / lanes of all cores)
 *
 * @param result   as the core gave it, in the machine's words
 * @param fetched  bytes of its weights that came before
 */
export function costOfGemm(
  problem: GemmProblem,
  result: MappedGemm,
  machine: GemmMachine,
  { hardware, technology, coefficients }: Pricing,
  fetched = 0,
): GemmCost {
  const counters = withFetched(result.counters, { input: 0, weight: fetched });
  const whole = unpacked(result, problem, machine);
  const words = chargedCounters(counters, result.mapping, machine.core, technology);
  const charged = machine.rate === 1 ? words : { ...words, macs: whole.counters.macs };
  const converted = conversionLaneCycles(whole, problem, machine);
  const lanes = hardware.vector.lanes * hardware.cores;
  const cycles = converted === 0 ? result.timing.cycles : Math.max(result.timing.cycles, Math.ceil(converted / lanes));
  if (coefficients === null) return { cycles, converted, charged, energy: {} };
  const { computed } = machine;
  const prices =
    computed === null
      ? coefficients
      : { ...coefficients, mac: macEnergyOf(computed, hardware, technology, coefficients.mac) };
  const { parts } = gemmEnergy(charged, cycles, prices);
  const each = converted === 0 ? null : vectorCoefficients(hardware, technology);
  if (each === null || "total" in each) return { cycles, converted, charged, energy: parts };
  return { cycles, converted, charged, energy: { ...parts, vector: joulesOf(converted * each.operation) } };
}
