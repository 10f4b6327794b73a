import { toRate } from "../units/index.ts";
import {
  bandwidthOf,
  GIGABIT_BYTES,
  soldCapacities,
  soldCounts,
  soldDrams,
  soldGigabytes,
  soldWidths,
  type SoldDram,
} from "./dram-sold.ts";
import type { Dram, Hardware } from "./hardware.ts";

/** Why a memory cannot be had: a predicate that continues "dram.<field> …". */
export interface NotSold {
  readonly field: "capacity" | "dies" | "width" | "bandwidth" | "type";
  readonly message: string;
}

/**
 * The memory with all that follows from its dies; plain numbers as they are, where they are sold or marked idealised.
 *
 * Bought (`dies` given): bandwidth = width · data rate / 8, one bus for reads and writes. Plain: refused where no memory of the
 * type and capacity gives the bandwidth.
 */
export function settledDram(dram: Dram, clock: number): Dram | NotSold {
  const sold = dram.type === null ? undefined : soldDrams().get(dram.type);
  const isPlain = dram.dies === undefined && dram.width === undefined && !dram.fewestDies;
  if (sold === undefined) return isPlain ? dram : notSold("type", "is idealised, and has no dies");
  return isPlain ? plain(dram, sold, clock) : bought(dram, sold, clock);
}

function bought(dram: Dram, sold: SoldDram, clock: number): Dram | NotSold {
  const gigabytes = soldGigabytes(dram.capacity);
  const counts = soldCounts(sold, gigabytes);
  if (counts.length === 0) return capacityNotSold(sold, gigabytes);
  const own = dram.fewestDies ? counts[0] : dram.dies;
  const dies = own ?? counts.find((count) => sold.dieWidths.includes(dram.width! / count)) ?? counts[0]!;
  if (!counts.includes(dies)) {
    return notSold(
      "dies",
      `is ${dies}, but ${nameOf(sold, gigabytes)} is sold as ${listOf(counts)} ${counts.at(-1) === 1 ? "die" : "dies"}`,
    );
  }
  const widths = sold.dieWidths.map((bits) => bits * dies);
  const width = dram.width ?? Math.max(...widths);
  if (!widths.includes(width)) {
    return notSold("width", `is ${width}, but ${dies} × ${sold.name} has ${listOf(widths)} data bits`);
  }
  const rate = toRate({ per: "second", bytesPerSecond: bandwidthOf(sold, width) }, clock);
  const { read, shared } = dram.port;
  if (dram.dies === dies && shared && read.bytes === rate.bytes && read.cycles === rate.cycles) return dram;
  return { ...dram, dies, port: { ...dram.port, read: rate, write: rate, shared: true } };
}

function plain(dram: Dram, sold: SoldDram, clock: number): Dram | NotSold {
  if (dram.idealised) return dram;
  const gigabytes = soldGigabytes(dram.capacity);
  const widths = soldWidths(sold, gigabytes);
  if (widths.length === 0) return capacityNotSold(sold, gigabytes);
  const most = bandwidthOf(sold, Math.max(...widths));
  const asked = askedBandwidth(dram, clock);
  if (asked <= most) return dram;
  const message = `is ${asked / 1e9} GB/s, but ${nameOf(sold, gigabytes)} gives at most ${most / 1e9} GB/s; dram.idealised: true takes it all the same`;
  return notSold("bandwidth", message);
}

/** Bytes a second that the memory is taken to give, the larger of reads and writes; Infinity: unlimited. */
export function askedBandwidth({ port }: Dram, clock: number): number {
  const of = ({ bytes, cycles }: Dram["port"]["read"]): number => (cycles === 0 ? Infinity : (bytes * clock) / cycles);
  return Math.max(of(port.read), of(port.write));
}

/** Bytes that may hold weights, KV cache and activations: DRAM, or the global buffer of a product without one; else no limit. */
export function memoryCapacity({ dram, withoutDram, globalBuffer }: Hardware): number {
  if (dram !== null) return dram.capacity;
  if (!withoutDram) return Infinity;
  const size = globalBuffer?.size ?? 0;
  return typeof size === "number" ? size : size.input + size.weight + size.output;
}

/** Capacity of some dies, bytes. */
export function capacityOfDies(densityGbit: number, dies: number): number {
  return densityGbit * dies * GIGABIT_BYTES;
}

function capacityNotSold(sold: SoldDram, gigabytes: number): NotSold {
  if (gigabytes === Infinity) {
    return notSold("capacity", `is unlimited, which goes with type idealised only; ${sold.name} is sold by its size`);
  }
  const nearest = [...soldCapacities(sold)].sort((a, b) => Math.abs(a - gigabytes) - Math.abs(b - gigabytes));
  const some = nearest.slice(0, 6).sort((a, b) => a - b);
  return notSold("capacity", `is ${gigabytes} GB, which ${sold.name} is not sold in; nearest: ${listOf(some)} GB`);
}

const nameOf = (sold: SoldDram, gigabytes: number): string => `${sold.name} of ${gigabytes} GB`;
const listOf = (values: readonly number[]): string => values.join(", ");
const notSold = (field: NotSold["field"], message: string): NotSold => ({ field, message });
