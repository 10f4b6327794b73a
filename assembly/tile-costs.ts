import * as abi from "./abi";
import * as fold from "./array/fold";
import * as arrayTraffic from "./array/traffic";
import * as hardware from "./hardware";
import * as mapping from "./mapping";
import { firstIn, onPort } from "./split";
import * as share from "./share";

/*
 * Cycles of the transfers and of the array work of one inner step. Most steps of a walk are alike: tiles of full size, or
 * of one smaller size at an end. So costs are kept by the classes of the step's tiles (share.ts) within those of its outer
 * tile ("slot"), and are worked out when a class is first met in a walk.
 *
 *   slot    64 records of inputs, of weights, of sums, of array work
 *   record  8 × f64: walk that it was made in, then the costs
 */
const RECORD: usize = 64;
const KIND: usize = 64 * RECORD;
const SLOT: usize = 4 * KIND;
const TABLE: usize = memory.data(262144, 16); // 16 slots

/** Fields of an operand's record: cycles on the port that its inner tiles come over, and of parts of its outer tiles on the outer port. */
export const INNER_CYCLES: usize = 8;
export const OUTER_CYCLES: usize = 16;
/** Fields of a record of sums: up over the port of inner tiles at accumulator and at output width, down; the same of outer tiles over the outer port. */
export const UP_WIDE: usize = 8;
export const UP_FINAL: usize = 16;
export const DOWN: usize = 24;
export const OUTER_UP_WIDE: usize = 32;
export const OUTER_UP_FINAL: usize = 40;
export const OUTER_DOWN: usize = 48;
/** Fields of a record of array work, cycles: array, array port, load of the first held words, last stream, skew, position of the last stream. */
export const ARRAY_TIME: usize = 8;
export const PORT_TIME: usize = 16;
export const LOAD: usize = 24;
export const STREAM: usize = 32;
export const SKEW: usize = 40;
export const POSITION: usize = 48;

let walkNumber: f64 = 0;
let slot: usize = TABLE;
/** Batch elements of the present batch step. */
let elements: f64 = 1;
/** Longest skew of an array tile of this walk; where sums stream out from the first position on, with the stream. */
export let longestSkew: f64 = 0;

/** Forgets the costs of the walk before. */
export function newWalk(): void {
  walkNumber += 1;
  longestSkew = 0;
}

/** Chooses the costs of outer tiles of class `index` (0 to 15), of which there are `batch` elements at once. */
export function useSlot(index: i32, batch: f64): void {
  slot = TABLE + <usize>(index & 15) * SLOT;
  elements = batch;
}

/** Whether the record is of this walk; if not, it is claimed for it. */
function isKnown(record: usize): bool {
  if (load<f64>(record) == walkNumber) return true;
  store<f64>(record, walkNumber);
  return false;
}

/** Cycles of `bytes` of an operand on the port that it is on. */
function read(operand: i32, bytes: f64): f64 {
  const block: f64 = hardware.innerBlock;
  if (operand == abi.INPUT) return cyclesOf(bytes, block, hardware.innerReadBytes, hardware.innerReadCycles);
  if (operand == abi.WEIGHT) return cyclesOf(bytes, block, hardware.innerWeightBytes, hardware.innerWeightCycles);
  return cyclesOf(bytes, block, hardware.innerSumBytes, hardware.innerSumCycles);
}
function write(bytes: f64): f64 {
  return cyclesOf(bytes, hardware.innerBlock, hardware.innerWriteBytes, hardware.innerWriteCycles);
}
function readFar(bytes: f64): f64 {
  return cyclesOf(bytes, hardware.outerBlock, hardware.outerReadBytes, hardware.outerReadCycles);
}
function writeFar(bytes: f64): f64 {
  return cyclesOf(bytes, hardware.outerBlock, hardware.outerWriteBytes, hardware.outerWriteCycles);
}

/** Cycles of `bytes` on a port that moves whole blocks of `block` bytes, at `perBytes` bytes in `perCycles` cycles. */
function cyclesOf(bytes: f64, block: f64, perBytes: f64, perCycles: f64): f64 {
  return hardware.portCycles(hardware.inBlocks(bytes, block), perBytes, perCycles);
}

/** Costs of the present step's tile (share.ts) of inputs or weights. */
export function operandCosts(operand: i32): usize {
  // It depends on k and on one of m and n, by its number; cores that differ only along the other one want the same tile.
  const own: i32 = operand;
  const other: i32 = 1 - operand;
  const copies: i32 = hardware.multicast ? 0 : share.tileClass(other);
  const place: i32 = share.tileClass(own) * 16 + share.tileClass(2) * 4 + copies;
  const record: usize = slot + <usize>operand * KIND + <usize>place * RECORD;
  if (isKnown(record)) return record;
  const width: f64 = operand == abi.INPUT ? hardware.inputBytes : hardware.weightBytes;
  const bytes: f64 = Math.ceil(extentOf(own) * extentOf(2) * width) * elements;
  const moved: f64 = hardware.multicast ? bytes : bytes * share.coresAtWork(other, share.tileIndex(other));
  store<f64>(record, hardware.passesOuter(operand) ? readFar(moved) : read(operand, moved), INNER_CYCLES);
  store<f64>(record, readFar(bytes), OUTER_CYCLES);
  return record;
}

/** Extent that all cores have of the present inner tile. */
function extentOf(dimension: i32): f64 {
  return share.extentOfAll(dimension, share.tileIndex(dimension));
}
/** The same of the first core. */
function extentOfFirst(dimension: i32): f64 {
  return share.extentOfOne(dimension, share.tileIndex(dimension));
}

/** Costs of the sums of the present step. */
export function sumCosts(): usize {
  const ofCores: i32 = mapping.coresK == 1 ? 0 : share.tileClass(2);
  const place: i32 = share.tileClass(0) * 16 + share.tileClass(1) * 4 + ofCores;
  const record: usize = slot + 2 * KIND + <usize>place * RECORD;
  if (isKnown(record)) return record;
  const sums: f64 = extentOf(0) * extentOf(1);
  // With k split over cores each has sums of its own, at accumulator width; the outer buffer has them added up.
  const summands: f64 = mapping.coresK == 1 ? 1 : share.coresAtWork(2, share.tileIndex(2));
  const wide: f64 = Math.ceil(sums * hardware.accumulatorBytes) * elements;
  const final: f64 = Math.ceil(sums * hardware.outputBytes) * elements;
  const passes: bool = hardware.passesOuter(abi.OUTPUT);
  store<f64>(record, passes ? writeFar(wide) : write(wide * summands), UP_WIDE);
  store<f64>(record, passes ? writeFar(final) : write(final), UP_FINAL);
  store<f64>(record, passes ? readFar(wide) : read(abi.OUTPUT, wide), DOWN);
  store<f64>(record, writeFar(wide), OUTER_UP_WIDE);
  store<f64>(record, writeFar(final), OUTER_UP_FINAL);
  store<f64>(record, readFar(wide), OUTER_DOWN);
  return record;
}

/** Cycles of the busiest of the array's ports for what the tile that was counted last reads and writes, `side` elements side by side. */
function busiestPort(side: f64, written: f64): f64 {
  const block: f64 = hardware.arrayBlock;
  const ports: i32 = hardware.arrayPorts;
  const inputs: f64 = arrayTraffic.edgeInputBytes() * side;
  const weights: f64 = arrayTraffic.edgeWeightBytes() * side;
  const sums: f64 = arrayTraffic.edgeSumBytes() * side;
  const ofInputs: f64 = onPort(ports, abi.INPUT, inputs, weights, sums);
  const ofWeights: f64 = onPort(ports, abi.WEIGHT, inputs, weights, sums);
  const ofSums: f64 = onPort(ports, abi.OUTPUT, inputs, weights, sums);
  const a: f64 = cyclesOf(ofInputs, block, hardware.arrayReadBytes, hardware.arrayReadCycles);
  const w: f64 = cyclesOf(ofWeights, block, hardware.arrayWeightBytes, hardware.arrayWeightCycles);
  const o: f64 = cyclesOf(ofSums, block, hardware.arraySumBytes, hardware.arraySumCycles);
  const writes: f64 = cyclesOf(written, block, hardware.arrayWriteBytes, hardware.arrayWriteCycles);
  const reads: f64 = Math.max(a, Math.max(w, o));
  if (!hardware.arrayShared) return Math.max(reads, writes);
  const sharer: i32 = firstIn(ports, abi.OUTPUT);
  return Math.max(reads, (sharer == abi.INPUT ? a : sharer == abi.WEIGHT ? w : o) + writes);
}

/**
 * Costs of the work of the first core's arrays in the present step: no other core has more.
 *
 * @param isHeld  the operand that the dataflow holds is that of the step before
 */
export function arrayCosts(isFirstK: bool, isLastK: bool, isHeld: bool): usize {
  const isInPlace: bool = isHeld && mapping.dataflow != abi.OUTPUT_STATIONARY;
  const place: i32 = share.shorter | (isFirstK ? 8 : 0) | (isLastK ? 16 : 0) | (isInPlace ? 32 : 0);
  const record: usize = slot + 3 * KIND + <usize>place * RECORD;
  if (isKnown(record)) return record;
  const em: f64 = extentOfFirst(0);
  const en: f64 = extentOfFirst(1);
  const ek: f64 = extentOfFirst(2);
  arrayTraffic.countTile(em, en, ek, isFirstK, isInPlace);
  fold.timeTile(em, en, ek, isInPlace);
  // The port carries what all elements that the core takes at once need.
  const side: f64 = Math.min(mapping.elementsOfCore(), elements);
  const written: f64 = arrayTraffic.sumBytes(arrayTraffic.sumsOut, em * en, isLastK) * side;
  store<f64>(record, fold.tileCycles, ARRAY_TIME);
  store<f64>(record, busiestPort(side, written), PORT_TIME);
  store<f64>(record, fold.firstLoad, LOAD);
  store<f64>(record, fold.lastStream, STREAM);
  store<f64>(record, fold.skewCycles, SKEW);
  store<f64>(record, fold.lastPosition, POSITION);
  longestSkew = Math.max(longestSkew, hardware.isDirect ? fold.skewCycles + fold.lastStream : fold.skewCycles);
  return record;
}
