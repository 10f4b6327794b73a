import type { Dram } from "../spec/hardware.ts";
import { bandwidthOf, soldGigabytes, soldWidths, type SoldDram } from "../spec/dram-sold.ts";
import { askedBandwidth } from "../spec/memory.ts";
import { GBIT_PER_GB } from "./constants.ts";

/**
 * DRAM interfaces that the die must have: those of the dies that are bought; for plain numbers, of the narrowest sold memory that
 * gives the asked bandwidth; where none does, of the fewest dies that hold the capacity, and the bandwidth is idealised.
 */
export function dramInterfaces(dram: Dram, sold: SoldDram, clock: number): number {
  const widest = Math.max(...sold.dieWidths);
  if (dram.dies !== undefined) return (dram.width ?? widest * dram.dies) / sold.interfaceBits;
  const gigabytes = soldGigabytes(dram.capacity);
  const asked = askedBandwidth(dram, clock);
  const enough = soldWidths(sold, gigabytes).filter((bits) => bandwidthOf(sold, bits) >= asked);
  if (enough.length > 0) return Math.min(...enough) / sold.interfaceBits;
  const fewest = Math.max(1, Math.ceil((gigabytes * GBIT_PER_GB) / Math.max(...sold.densities)));
  return (fewest * widest) / sold.interfaceBits;
}
