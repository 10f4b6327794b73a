import type { Port } from "../spec/hardware.ts";
import type { Rate } from "../units/quantity.ts";

/** Cycles that `bytes` take at a rate; 0 where it is unlimited. */
function cyclesAt(bytes: number, rate: Rate): number {
  return Math.ceil((bytes * rate.cycles) / rate.bytes);
}

/** Cycles that a port is busy with so many bytes, latency left out: one after the other where it is shared, else side by side. */
export function cyclesOf({ read, write, shared }: Port, bytesRead: number, bytesWritten: number): number {
  const reads = cyclesAt(bytesRead, read);
  const writes = cyclesAt(bytesWritten, write);
  return shared ? reads + writes : Math.max(reads, writes);
}
