import type { Dram } from "../spec/hardware.ts";
import type { Rate } from "../units/quantity.ts";
import { BITS_PER_BYTE, GBIT_PER_GB } from "./constants.ts";
import { dramType, soldGigabytes, type DramType } from "./dram.ts";

const MEGA = 1e6;
const LARGEST_MEMO = 1000;

/**
 * Null where memory of this type and capacity can give the bandwidth that the hardware asks for, or is marked idealised.
 * Otherwise the most that is sold, and by how much the wish goes beyond it; results then stand on idealised bandwidth.
 */
export function dramBandwidthLimit(
  dram: Dram,
  clock: number,
): { readonly asked_Bps: number; readonly most_Bps: number; readonly detail: string } | null {
  const type = dramType(dram.type);
  if (type === null) return null;
  const asked = askedBandwidth(dram, clock);
  const most = Math.max(0, ...soldWidths(type, soldGigabytes(dram.capacity)).map((bits) => bandwidthOf(type, bits)));
  if (asked <= most) return null;
  const sold = most === 0 ? "is not sold" : `gives at most ${most / 1e9} GB/s`;
  const detail = `${type.name} of ${soldGigabytes(dram.capacity)} GB ${sold}; ${asked / 1e9} GB/s are asked for`;
  return { asked_Bps: asked, most_Bps: most, detail };
}

/**
 * DRAM interfaces that the die must have: of the narrowest sold memory that gives the asked bandwidth; where none does, of
 * the fewest dies that hold the capacity, and the bandwidth beyond them is idealised (`dramBandwidthLimit` says so).
 */
export function dramInterfaces(dram: Dram, type: DramType, clock: number): number {
  const gigabytes = soldGigabytes(dram.capacity);
  const asked = askedBandwidth(dram, clock);
  let narrowest = Infinity;
  for (const bits of soldWidths(type, gigabytes)) {
    if (bandwidthOf(type, bits) >= asked) narrowest = Math.min(narrowest, bits);
  }
  if (Number.isFinite(narrowest)) return narrowest / type.interfaceBits;
  const fewest = Math.max(1, Math.ceil((gigabytes * GBIT_PER_GB) / Math.max(...type.densities)));
  return (fewest * Math.max(...type.dieWidths)) / type.interfaceBits;
}

const widthsByCapacity = new WeakMap<DramType, Map<number, readonly number[]>>();

/** Widths in which this capacity is sold, over densities and numbers of dies; remembered, since a search asks for few. */
function soldWidths(type: DramType, gigabytes: number): readonly number[] {
  const byCapacity = widthsByCapacity.get(type) ?? new Map<number, readonly number[]>();
  widthsByCapacity.set(type, byCapacity);
  const known = byCapacity.get(gigabytes);
  if (known) return known;
  const widths = type.densities.flatMap((density) => {
    const dies = (gigabytes * GBIT_PER_GB) / density;
    const sold = Number.isInteger(dies) && dies >= 1 && dies <= type.largestCount;
    return sold ? type.dieWidths.map((bits) => bits * dies) : [];
  });
  if (byCapacity.size >= LARGEST_MEMO) byCapacity.clear();
  byCapacity.set(gigabytes, widths);
  return widths;
}

function askedBandwidth(dram: Dram, clock: number): number {
  const of = ({ bytes, cycles }: Rate): number => (cycles === 0 ? Infinity : (bytes * clock) / cycles);
  return Math.max(of(dram.port.read), of(dram.port.write));
}

/** Bytes a second of so many data bits. */
export function bandwidthOf(type: DramType, bits: number): number {
  return (bits * type.dataRate * MEGA) / BITS_PER_BYTE;
}
