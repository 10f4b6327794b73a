import {
  inBlocks,
  innerBlock,
  innerReadBytes,
  innerReadCycles,
  innerShared,
  innerWriteBytes,
  innerWriteCycles,
  outerBlock,
  outerReadBytes,
  outerReadCycles,
  outerShared,
  outerWriteBytes,
  outerWriteCycles,
  portCycles,
} from "../hardware";

/*
 * The two memory ports. "Inner" fills the local buffers, "outer" fills the global buffer. A port serves one transfer
 * after the other in the order in which they are asked for (program order), so a faster port never makes anything
 * later. Each variable is the cycle from which the port is free; a shared port keeps one time for both directions.
 */
export let innerRead: f64 = 0;
let innerWrite: f64 = 0;
let outerRead: f64 = 0;
let outerWrite: f64 = 0;

export function resetPorts(): void {
  innerRead = 0;
  innerWrite = 0;
  outerRead = 0;
  outerWrite = 0;
}

/** Reads `bytes` over the inner port, not before `earliest`; returns the cycle in which the last byte left the port. */
export function readInner(earliest: f64, bytes: f64): f64 {
  innerRead = Math.max(innerRead, earliest) + portCycles(inBlocks(bytes, innerBlock), innerReadBytes, innerReadCycles);
  if (innerShared) innerWrite = innerRead;
  return innerRead;
}

export function writeInner(earliest: f64, bytes: f64): f64 {
  innerWrite =
    Math.max(innerWrite, earliest) + portCycles(inBlocks(bytes, innerBlock), innerWriteBytes, innerWriteCycles);
  if (innerShared) innerRead = innerWrite;
  return innerWrite;
}

export function readOuter(earliest: f64, bytes: f64): f64 {
  outerRead = Math.max(outerRead, earliest) + portCycles(inBlocks(bytes, outerBlock), outerReadBytes, outerReadCycles);
  if (outerShared) outerWrite = outerRead;
  return outerRead;
}

export function writeOuter(earliest: f64, bytes: f64): f64 {
  outerWrite =
    Math.max(outerWrite, earliest) + portCycles(inBlocks(bytes, outerBlock), outerWriteBytes, outerWriteCycles);
  if (outerShared) outerRead = outerWrite;
  return outerWrite;
}
