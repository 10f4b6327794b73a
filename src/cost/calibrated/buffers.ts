import type { Rate } from "../../units/quantity.ts";
import type { Buffer } from "../../spec/hardware.ts";
import { BITS_PER_BYTE } from "../constants.ts";

/** Sizes of the memories behind one level: one, or one for each operand. */
export function memorySizes(buffer: Buffer | null): readonly number[] {
  if (buffer === null) return [];
  const { size } = buffer;
  return typeof size === "number" ? [size] : [size.input, size.weight, size.output].filter((bytes) => bytes > 0);
}

/** Bits a cycle; Infinity where unlimited. */
export function rateBits(rate: Rate): number {
  return rate.cycles === 0 ? Infinity : (rate.bytes * BITS_PER_BYTE) / rate.cycles;
}

/** Width that the memory must give in one cycle: the wider of its read and its write port. */
export function portBits(buffer: Buffer): number {
  return Math.max(rateBits(buffer.port.read), rateBits(buffer.port.write));
}

/** Why a level has no area and energy: it is unlimited in size or bandwidth, which no table can price. */
export function idealisedBuffer(name: string, buffer: Buffer | null): string | null {
  if (buffer === null) return null;
  if (memorySizes(buffer).some((bytes) => !Number.isFinite(bytes))) return `${name} has no size limit`;
  return Number.isFinite(portBits(buffer)) ? null : `${name} has unlimited bandwidth`;
}
