import * as z from "zod";
import { oneOrMore, real, section, text, whole } from "./fields.ts";
import { deepFreeze } from "./freeze.ts";
import { check } from "./issues.ts";
import { presetDocument } from "./preset-files.ts";

/** One type of memory as it is sold; a die is a stack where the type is HBM. */
export interface SoldDram {
  readonly name: string;
  /** MT/s. */
  readonly dataRate: number;
  /** Data bits of one PHY on the accelerator. */
  readonly interfaceBits: number;
  /** Data bits of one die, ascending. */
  readonly dieWidths: readonly number[];
  /** Gbit of one die, ascending. */
  readonly densities: readonly number[];
  /** Dies that one accelerator drives, at most. */
  readonly largestCount: number;
  readonly source: string;
  readonly year: number;
}

const ascending = z.array(whole(1, 4096)).min(1);
const fileSchema = z.record(
  z.string(),
  section({
    dataRate: real(1, 1e6),
    interface: whole(1, 4096),
    dieWidths: oneOrMore(whole(1, 4096), "must name a width").pipe(ascending),
    densities: oneOrMore(whole(1, 4096), "must name a density").pipe(ascending),
    largestCount: whole(1, 64),
    source: text(),
    year: whole(1990, 2200),
  }),
);

let known: ReadonlyMap<string, SoldDram> | undefined;

/** Every type of presets/dram.yaml, in the order of the file. Read once. */
export function soldDrams(): ReadonlyMap<string, SoldDram> {
  known ??= new Map(
    Object.entries(check(fileSchema, presetDocument("dram.yaml"))).map(([name, { interface: bits, ...row }]) => [
      name,
      deepFreeze({ name, interfaceBits: bits, ...row }),
    ]),
  );
  return known;
}

const BITS_PER_BYTE = 8;
const MEGA = 1e6;
const DECIMAL_GIGABYTE = 1e9;
const GIBIBYTE = 2 ** 30;

/** Memory is sold in units of 2^30 bits. */
export const GIGABIT_BYTES = GIBIBYTE / BITS_PER_BYTE;

/**
 * Gigabytes as memory is sold: 2^30 bytes. A capacity of whole decimal megabytes was written in decimal units ("1 GB") and is
 * read as that label, so that 1 GB and 1 GiB name the same part.
 */
export function soldGigabytes(bytes: number): number {
  return bytes % MEGA === 0 ? decimalGigabytes(bytes / DECIMAL_GIGABYTE) : bytes / GIBIBYTE;
}

/** Labels below a gigabyte are powers of two: 128, 256, 512 and 768 MB are 1/8, 1/4, 1/2 and 3/4. */
function decimalGigabytes(gigabytes: number): number {
  const gigabits = (gigabytes * 1000) / 128;
  return gigabytes < 1 && Number.isInteger(gigabits) ? gigabits / BITS_PER_BYTE : gigabytes;
}

/** Bytes a second of so many data bits. */
export function bandwidthOf({ dataRate }: SoldDram, bits: number): number {
  return (bits * dataRate * MEGA) / BITS_PER_BYTE;
}

const widthsByCapacity = new WeakMap<SoldDram, Map<number, readonly number[]>>();
const LARGEST_MEMO = 1000;

/** Widths in which a capacity is sold, over densities and numbers of dies; remembered, since a search asks for few. */
export function soldWidths(sold: SoldDram, gigabytes: number): readonly number[] {
  const byCapacity = widthsByCapacity.get(sold) ?? new Map<number, readonly number[]>();
  widthsByCapacity.set(sold, byCapacity);
  const before = byCapacity.get(gigabytes);
  if (before) return before;
  const widths = soldCounts(sold, gigabytes).flatMap((dies) => sold.dieWidths.map((bits) => bits * dies));
  if (byCapacity.size >= LARGEST_MEMO) byCapacity.clear();
  byCapacity.set(gigabytes, widths);
  return widths;
}

/** Numbers of dies that a capacity is sold as, ascending; empty: it is not sold. */
export function soldCounts({ densities, largestCount }: SoldDram, gigabytes: number): readonly number[] {
  return densities
    .map((density) => (gigabytes * BITS_PER_BYTE) / density)
    .filter((dies) => Number.isInteger(dies) && dies >= 1 && dies <= largestCount)
    .sort((a, b) => a - b);
}

/** Every capacity that is sold, GB, ascending. */
export function soldCapacities({ densities, largestCount }: SoldDram): readonly number[] {
  const counts = Array.from({ length: largestCount }, (_, index) => index + 1);
  const all = densities.flatMap((density) => counts.map((dies) => (density * dies) / BITS_PER_BYTE));
  return [...new Set(all)].sort((a, b) => a - b);
}
