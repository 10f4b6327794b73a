import type { Dram } from "../spec/hardware.ts";
import type { Rate } from "../units/quantity.ts";
import { BITS_PER_BYTE, GBIT_PER_GB, GIBIBYTE, MILLIWATTS_PER_WATT } from "./constants.ts";
import { bandwidthOf } from "./dram-interface.ts";
import { dramType, type DramType } from "./dram.ts";
import { CostError } from "./errors.ts";

/** A memory that can be bought, and all that follows from it. */
export interface DramChoice {
  readonly type: string;
  /** Of one die (HBM: one stack). */
  readonly densityGbit: number;
  /** Data bits of all dies together. */
  readonly widthBits: number;
  readonly dies: number;
  readonly capacity_B: number;
  readonly bandwidth_Bps: number;
  readonly activePower_W: number;
  readonly standbyPower_W: number;
  readonly selfRefreshPower_W: number;
  /** kgCO2e; null where the type has no published carbon. */
  readonly carbon_kgCO2e: number | null;
  /** PHY on the accelerator's die. */
  readonly phyArea_mm2: number;
}

const GIGABIT_BYTES = GIBIBYTE / BITS_PER_BYTE;

/**
 * One memory out of what is sold.
 * @throws CostError `cost/unknown-dram-type`, `cost/dram-not-sold` with what there is
 */
export function dramChoice(wanted: { type: string; densityGbit: number; widthBits: number; dies: number }): DramChoice {
  const type = dramType(wanted.type)!;
  const { densityGbit, dies, widthBits } = wanted;
  if (!type.densities.includes(densityGbit)) {
    throw notSold(
      "density",
      `${type.name} of ${densityGbit} Gbit`,
      type.densities.map((gbit) => `${gbit} Gbit`),
    );
  }
  if (!Number.isInteger(dies) || dies < 1 || dies > type.largestCount) {
    throw notSold("dies", `${dies} dies of ${type.name}`, [`1 to ${type.largestCount}`]);
  }
  const widths = type.dieWidths.map((bits) => bits * dies);
  if (!widths.includes(widthBits)) {
    throw notSold(
      "width",
      `${dies} dies with ${widthBits} bits in all`,
      widths.map((bits) => `${bits} bits`),
    );
  }
  return priced(type, densityGbit, widthBits, dies);
}

/** Every sold memory of one type, smallest first. */
export function dramChoices(name: string): readonly DramChoice[] {
  const type = dramType(name)!;
  const counts = Array.from({ length: type.largestCount }, (_, index) => index + 1);
  return counts
    .flatMap((dies) =>
      type.densities.flatMap((density) => type.dieWidths.map((bits) => priced(type, density, bits * dies, dies))),
    )
    .sort((a, b) => a.capacity_B - b.capacity_B || a.widthBits - b.widthBits || a.dies - b.dies);
}

/** The memory as a level of the hardware: its whole bandwidth, reads and writes taking turns. */
export function dramOfChoice(choice: DramChoice, clock: number): Dram {
  const rate = exactRate(choice.bandwidth_Bps, clock);
  const accessWidth = Math.max(1, choice.widthBits / BITS_PER_BYTE);
  const port = { read: rate, write: rate, shared: true, latency: 0 };
  return { type: choice.type, capacity: choice.capacity_B, port, accessWidth, rounding: "pro-rata" };
}

function priced(type: DramType, densityGbit: number, widthBits: number, dies: number): DramChoice {
  const gigabytes = (densityGbit * dies) / GBIT_PER_GB;
  return {
    type: type.name,
    densityGbit,
    widthBits,
    dies,
    capacity_B: densityGbit * dies * GIGABIT_BYTES,
    bandwidth_Bps: bandwidthOf(type, widthBits),
    activePower_W: (gigabytes * type.activePower) / MILLIWATTS_PER_WATT,
    standbyPower_W: (gigabytes * type.standbyPower) / MILLIWATTS_PER_WATT,
    selfRefreshPower_W: (gigabytes * type.selfRefreshPower) / MILLIWATTS_PER_WATT,
    carbon_kgCO2e: type.carbonPerGB === null ? null : gigabytes * type.carbonPerGB,
    phyArea_mm2: (widthBits / type.interfaceBits) * type.phyArea,
  };
}

function exactRate(bytesPerSecond: number, clock: number): Rate {
  const divisor = greatestCommonDivisor(bytesPerSecond, clock);
  return { bytes: bytesPerSecond / divisor, cycles: clock / divisor };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function notSold(field: string, what: string, allowed: readonly string[]): CostError {
  return new CostError("cost/dram-not-sold", `dram.${field}`, `${what} is not sold.`, allowed);
}
