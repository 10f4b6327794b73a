import * as abi from "../abi";
import { registersFit } from "../array/registers";
import * as hardware from "../hardware";
import { ceilDiv, larger, smaller } from "../int-math";
import { innermost, middle, outermost, pick } from "../loop-order";
import { reloaded } from "../nest";
import * as mapping from "../mapping";

/** Whether the array writes partial sums of a tile with k extent `ek`, so that the local buffer holds them wide. */
function spillsFromArray(ek: f64): bool {
  return mapping.dataflow != abi.OUTPUT_STATIONARY && ceilDiv(ceilDiv(ek, mapping.sk), mapping.tk) > 1;
}

/** Bytes per element of the sums that a local buffer keeps. */
function innerSumWidth(ek: f64): f64 {
  return mapping.coresK > 1 || ek < mapping.K || spillsFromArray(ek) ? hardware.accumulatorBytes : hardware.outputBytes;
}

/** Bytes per element of the sums that the global buffer keeps: wide if any leave the local buffers unfinished. */
function outerSumWidth(): f64 {
  if (mapping.gk < mapping.K || mapping.coresK > 1) return hardware.accumulatorBytes;
  if (mapping.lk >= mapping.K) return hardware.outputBytes;
  // Straight from the array, the sums of every fold come here.
  if (hardware.isDirect && mapping.dataflow != abi.OUTPUT_STATIONARY) return hardware.accumulatorBytes;
  const Lm: f64 = ceilDiv(mapping.chunkM(mapping.gm), mapping.lm);
  const Ln: f64 = ceilDiv(mapping.chunkN(mapping.gn), mapping.ln);
  return sumsLeaveUnfinished(mapping.innerOrder, Lm, Ln) ? hardware.accumulatorBytes : hardware.outputBytes;
}

/** Whether a loop over m or n with several turns runs inside the k loop. */
function sumsLeaveUnfinished(order: i32, Lm: f64, Ln: f64): bool {
  if (innermost(order) == 2) return false;
  const inside: f64 = pick(innermost(order), Lm, Ln, 1);
  if (inside > 1) return true;
  return outermost(order) == 2 && pick(middle(order), Lm, Ln, 1) > 1;
}

function copies(bits: i32, operand: i32): f64 {
  return (bits & (1 << operand)) != 0 ? 2 : 1;
}

export let innerNeeded: f64 = 0;
export let outerNeeded: f64 = 0;

/** Extents of the largest inner tile of which each array works off its part in one fold: what it streams is not bounded. */
export function foldM(): f64 {
  return mapping.dataflow == abi.WEIGHT_STATIONARY ? Infinity : mapping.sm * mapping.tm;
}
export function foldN(): f64 {
  return mapping.dataflow == abi.INPUT_STATIONARY ? Infinity : mapping.sn * mapping.tn;
}
export function foldK(): f64 {
  return mapping.dataflow == abi.OUTPUT_STATIONARY ? Infinity : mapping.sk * mapping.tk;
}

/** Whether the inner tiles of all operands fit together; sets innerNeeded (bytes). */
export function innerFits(): bool {
  if (hardware.isDirect) {
    innerNeeded = 0;
    return mapping.lm <= foldM() && mapping.ln <= foldN() && mapping.lk <= foldK();
  }
  // An operand that goes past the buffer takes no room there, and comes one fold at a time.
  if (mapping.isBypassed(abi.WEIGHT) && (mapping.ln > foldN() || mapping.lk > foldK())) return false;
  if (mapping.isBypassed(abi.INPUT) && (mapping.lm > foldM() || mapping.lk > foldK())) return false;
  const elements: f64 = mapping.elementsOfCore();
  const a: f64 = mapping.isBypassed(abi.INPUT)
    ? 0
    : Math.ceil(mapping.lm * mapping.lk * hardware.inputBytes) * elements * copies(mapping.innerDoubleBits, abi.INPUT);
  const w: f64 = mapping.isBypassed(abi.WEIGHT)
    ? 0
    : Math.ceil(mapping.ln * mapping.lk * hardware.weightBytes) *
      elements *
      copies(mapping.innerDoubleBits, abi.WEIGHT);
  const o: f64 =
    Math.ceil(mapping.lm * mapping.ln * innerSumWidth(mapping.lk)) *
    elements *
    copies(mapping.innerDoubleBits, abi.OUTPUT);
  innerNeeded = a + w + o;
  return holds(hardware.innerSplit, a, w, o, hardware.innerInput, hardware.innerWeight, hardware.innerOutput);
}

/** Whether the memories of a buffer, of which the sizes stand at the first operand in each, hold `a` bytes of inputs, `w` of weights and `o` of sums. */
function holds(split: i32, a: f64, w: f64, o: f64, inputs: f64, weights: f64, outputs: f64): bool {
  if (split == abi.SPLIT_TOGETHER) return a + w + o <= inputs;
  if (split == abi.SPLIT_APART) return a <= inputs && w <= weights && o <= outputs;
  if (split == abi.SPLIT_INPUT) return a <= inputs && w + o <= weights;
  return split == abi.SPLIT_WEIGHT ? a + o <= inputs && w <= weights : a + w <= inputs && o <= outputs;
}

/**
 * Largest extent along dimension `free` with which tiles of inputs, weights and sums fit, given the bytes of each at an extent of 1; below 1: none.
 * Beyond what is rounded up to whole bytes, which the caller has to mind.
 */
function roomAlong(
  free: i32,
  a: f64,
  w: f64,
  o: f64,
  split: i32,
  roomOfAll: f64,
  roomOfWeights: f64,
  roomOfSums: f64,
): f64 {
  if (split == abi.SPLIT_TOGETHER) {
    const fixed: f64 = free == 0 ? w : free == 1 ? a : o;
    const slope: f64 = free == 0 ? a + o : free == 1 ? w + o : a + w;
    return slope == 0 ? (fixed <= roomOfAll ? Infinity : 0) : Math.floor((roomOfAll - fixed) / slope);
  }
  if (split == abi.SPLIT_INPUT) {
    return Math.floor(
      smaller(roomOfOne(a, free == 1, roomOfAll), roomOfTwo(w, free == 0, o, free == 2, roomOfWeights)),
    );
  }
  if (split == abi.SPLIT_WEIGHT) {
    return Math.floor(
      smaller(roomOfOne(w, free == 0, roomOfWeights), roomOfTwo(a, free == 1, o, free == 2, roomOfAll)),
    );
  }
  const sums: f64 = roomOfOne(o, free == 2, roomOfSums);
  if (split == abi.SPLIT_OUTPUT) return Math.floor(smaller(roomOfTwo(a, free == 1, w, free == 0, roomOfAll), sums));
  const inputs: f64 = roomOfOne(a, free == 1, roomOfAll);
  const weights: f64 = roomOfOne(w, free == 0, roomOfWeights);
  return Math.floor(smaller(inputs, smaller(weights, sums)));
}

/** Extent that the memory of one operand has room for, of which `bytes` go to an extent of 1, or, `isFixed`, to any. */
function roomOfOne(bytes: f64, isFixed: bool, room: f64): f64 {
  return isFixed || bytes == 0 ? (bytes <= room ? Infinity : 0) : room / bytes;
}

/** The same of the memory of two. */
function roomOfTwo(a: f64, isFixedA: bool, b: f64, isFixedB: bool, room: f64): f64 {
  return roomOfOne((isFixedA ? 0 : a) + (isFixedB ? 0 : b), false, room - (isFixedA ? a : 0) - (isFixedB ? b : 0));
}

/** Largest extent of an inner tile along `free`, less than all of k where that is k, with its other extents and double buffering as they are in place. */
export function innerRoom(free: i32): f64 {
  const elements: f64 = mapping.elementsOfCore();
  const m: f64 = free == 0 ? 1 : mapping.lm;
  const n: f64 = free == 1 ? 1 : mapping.ln;
  const k: f64 = free == 2 ? 1 : mapping.lk;
  const a: f64 = mapping.isBypassed(abi.INPUT)
    ? 0
    : m * k * hardware.inputBytes * elements * copies(mapping.innerDoubleBits, abi.INPUT);
  const w: f64 = mapping.isBypassed(abi.WEIGHT)
    ? 0
    : n * k * hardware.weightBytes * elements * copies(mapping.innerDoubleBits, abi.WEIGHT);
  const width: f64 = free == 2 ? hardware.accumulatorBytes : innerSumWidth(mapping.lk);
  const o: f64 = m * n * width * elements * copies(mapping.innerDoubleBits, abi.OUTPUT);
  return roomAlong(free, a, w, o, hardware.innerSplit, hardware.innerInput, hardware.innerWeight, hardware.innerOutput);
}

/** Whether the outer buffer has no room of its own for tiles of operand `operand`: it is there whole, or goes past it. */
function isElsewhere(operand: i32): bool {
  return mapping.isResident(operand) || hardware.passesOuter(operand);
}

/** The same of an outer tile whose sums leave the inner buffers as the tiles in place say; nothing is kept. */
export function outerRoom(free: i32): f64 {
  const batch: f64 = smaller(mapping.batchAtOnce(), mapping.B);
  const m: f64 = free == 0 ? 1 : mapping.gm;
  const n: f64 = free == 1 ? 1 : mapping.gn;
  const k: f64 = free == 2 ? 1 : mapping.gk;
  const a: f64 = isElsewhere(abi.INPUT)
    ? 0
    : m * k * hardware.inputBytes * batch * copies(mapping.outerDoubleBits, abi.INPUT);
  const w: f64 = isElsewhere(abi.WEIGHT)
    ? 0
    : n * k * hardware.weightBytes * batch * copies(mapping.outerDoubleBits, abi.WEIGHT);
  const width: f64 =
    (free == 2 ? hardware.accumulatorBytes : outerSumWidth()) * copies(mapping.outerDoubleBits, abi.OUTPUT);
  const o: f64 = hardware.passesOuter(abi.OUTPUT)
    ? 0
    : m * n * batch * (mapping.isResident(abi.OUTPUT) ? larger(0, width - hardware.outputBytes) : width);
  const inputs: f64 = hardware.outerInput - (hardware.outerSplit == abi.SPLIT_TOGETHER ? mapping.reservedBytes : 0);
  return roomAlong(free, a, w, o, hardware.outerSplit, inputs, hardware.outerWeight, hardware.outerOutput);
}

/** Whether the outer tile fits whatever its inner tiles are: with sums at the greater width. */
export function outerFitsAnyInner(): bool {
  return outerFitsWith(larger(hardware.accumulatorBytes, hardware.outputBytes));
}

/** Whether the outer tiles of all operands fit together beside what is reserved; sets outerNeeded (bytes). */
export function outerFits(): bool {
  return outerFitsWith(outerSumWidth());
}

function outerFitsWith(sumWidth: f64): bool {
  const batch: f64 = smaller(mapping.batchAtOnce(), mapping.B);
  const inputs: f64 = mapping.isKept(abi.INPUT) ? mapping.M * mapping.K : mapping.gm * mapping.gk;
  const weights: f64 = mapping.isKept(abi.WEIGHT) ? mapping.N * mapping.K : mapping.gn * mapping.gk;
  const sums: f64 = mapping.isKept(abi.OUTPUT) ? mapping.M * mapping.N : mapping.gm * mapping.gn;
  const a: f64 = isElsewhere(abi.INPUT)
    ? 0
    : Math.ceil(inputs * hardware.inputBytes) * batch * copies(mapping.outerDoubleBits, abi.INPUT);
  const w: f64 = isElsewhere(abi.WEIGHT)
    ? 0
    : Math.ceil(weights * hardware.weightBytes) * batch * copies(mapping.outerDoubleBits, abi.WEIGHT);
  const o: f64 = hardware.passesOuter(abi.OUTPUT)
    ? 0
    : Math.ceil(sums * sumWidth) * batch * copies(mapping.outerDoubleBits, abi.OUTPUT);
  // A resident output has its room at its final width; sums that are not final yet are wider.
  const kept: f64 = mapping.isResident(abi.OUTPUT)
    ? larger(0, o - Math.ceil(mapping.gm * mapping.gn * hardware.outputBytes) * batch)
    : o;
  outerNeeded = a + w + kept + mapping.reservedBytes;
  if (hardware.outerSplit == abi.SPLIT_TOGETHER) return outerNeeded <= hardware.outerInput;
  return holds(hardware.outerSplit, a, w, kept, hardware.outerInput, hardware.outerWeight, hardware.outerOutput);
}

/**
 * Whether the buffers hold the smallest tile, one element each way, with sums that are not final: what some use of the array does with less.
 * Leaves another local tile in place.
 */
export function holdsSmallestTile(): bool {
  return holdsTiles(false);
}

/** The same, or one element of m and n and all of k, for which sums are final, in the use of the array that is in place. */
export function holdsSomeTile(): bool {
  return holdsTiles(true);
}

function holdsTiles(isWholeTried: bool): bool {
  const m: f64 = mapping.gm;
  const n: f64 = mapping.gn;
  const k: f64 = mapping.gk;
  const order: i32 = mapping.outerOrder;
  const bits: i32 = mapping.outerDoubleBits;
  const kept: i32 = mapping.keptBits;
  const holds: bool = holdsTile(1, 1) || (isWholeTried && (holdsTile(mapping.K, 1) || holdsTile(mapping.K, mapping.K)));
  mapping.setOuter(m, n, k, order, bits);
  mapping.setKept(kept);
  return holds;
}

function holdsTile(outerK: f64, innerK: f64): bool {
  const chunk: f64 = mapping.chunkK(outerK);
  mapping.setOuter(1, 1, outerK, 0, 0);
  mapping.setInner(1, 1, smaller(innerK, hardware.isDirect || mapping.bypass ? smaller(chunk, foldK()) : chunk), 0, 0);
  return innerFits() && (!hardware.hasOuter || outerFits());
}

/** Field that says why extents unrolled over the array do not agree with the hardware; −1: they do. */
function illegalOnArray(): i32 {
  if ((hardware.dataflows & (1 << mapping.dataflow)) == 0) return abi.MAP_DATAFLOW;
  // Packed batch elements lie block-diagonally, each on rows and columns of its own.
  if (mapping.rowsM * mapping.rowsN * mapping.rowsK * mapping.packed > hardware.rows) return abi.MAP_ROWS;
  if (mapping.colsM * mapping.colsN * mapping.colsK * mapping.packed > hardware.cols) return abi.MAP_COLS;
  // Sums meet in the adder tree along the rows, nowhere else.
  if (hardware.kind == abi.KIND_DOT_PRODUCT && mapping.colsK != 1) return abi.MAP_COLS + 2;
  if (hardware.unroll == abi.UNROLL_FIXED) {
    const rowsDimension: f64 =
      mapping.dataflow == abi.OUTPUT_STATIONARY && hardware.kind != abi.KIND_DOT_PRODUCT
        ? mapping.rowsM
        : mapping.rowsK;
    const colsDimension: f64 = mapping.dataflow == abi.INPUT_STATIONARY ? mapping.colsM : mapping.colsN;
    if (mapping.rowsM * mapping.rowsN * mapping.rowsK != rowsDimension) return abi.MAP_ROWS;
    if (mapping.colsM * mapping.colsN * mapping.colsK != colsDimension) return abi.MAP_COLS;
  }
  return registersFit() ? LEGAL : abi.MAP_REGISTER_TILE;
}

const LEGAL: i32 = -1;

/** Whether the whole mapping is well formed and fits. */
export function isLegal(): bool {
  return illegalField() == LEGAL;
}

/**
 * Field of the result record (abi.ts) that says why the mapping in place is not legal for the problem on the hardware: the first one in the
 * order below; −1: it is legal.
 */
export function illegalField(): i32 {
  if (!isCount(mapping.coresB) || !isCount(mapping.coresM) || !isCount(mapping.coresN) || !isCount(mapping.coresK))
    return abi.MAP_CORES;
  if (mapping.coresB * mapping.coresM * mapping.coresN * mapping.coresK > hardware.cores) return abi.MAP_CORES;
  if (!isCount(mapping.packed) || mapping.packed > mapping.B) return abi.MAP_PACKED;
  if (!isCount(mapping.arraysB) || !isCount(mapping.arraysM) || !isCount(mapping.arraysN)) return abi.MAP_ARRAYS;
  if (mapping.arraysB * mapping.arraysM * mapping.arraysN > hardware.arrays) return abi.MAP_ARRAYS;
  if (!isSize(mapping.gm, mapping.M)) return abi.MAP_OUTER_TILE;
  if (!isSize(mapping.gn, mapping.N)) return abi.MAP_OUTER_TILE + 1;
  if (!isSize(mapping.gk, mapping.K)) return abi.MAP_OUTER_TILE + 2;
  if (!isSize(mapping.lm, mapping.chunkM(mapping.gm))) return abi.MAP_INNER_TILE;
  if (!isSize(mapping.ln, mapping.chunkN(mapping.gn))) return abi.MAP_INNER_TILE + 1;
  if (!isSize(mapping.lk, mapping.chunkK(mapping.gk))) return abi.MAP_INNER_TILE + 2;
  // Partial sums of several cores meet in the outer buffer.
  if (mapping.coresK > 1 && !hardware.addsSums) return abi.MAP_CORES + 3;
  if (mapping.tm < 1 || mapping.tn < 1 || mapping.tk < 1) return abi.MAP_REGISTER_TILE;
  if (mapping.sm < 1 || mapping.sk < 1 || mapping.rowsN < 1 || mapping.colsN < 1) return abi.MAP_ROWS;
  const onArray: i32 = illegalOnArray();
  if (onArray != LEGAL) return onArray;
  if (!hardware.isDirect && !hardware.innerDouble && mapping.innerDoubleBits != 0) return abi.MAP_INNER_DOUBLE;
  if (hardware.hasOuter && !hardware.outerDouble && mapping.outerDoubleBits != 0) return abi.MAP_OUTER_DOUBLE;
  // There is a held operand, and an inner buffer to go past.
  if (mapping.bypass && (hardware.isDirect || mapping.dataflow == abi.OUTPUT_STATIONARY)) return abi.MAP_BYPASS;
  if (mapping.keptBits != 0 && (!hardware.hasOuter || (mapping.keptBits & ~(reloaded() & ~mapping.residentBits)) != 0))
    return abi.MAP_KEPT;
  if (!hardware.hasOuter && (mapping.gm != mapping.M || mapping.gn != mapping.N || mapping.gk != mapping.K))
    return abi.MAP_OUTER_TILE;
  if (!innerFits()) return abi.MAP_INNER_TILE;
  return hardware.hasOuter && !outerFits() ? abi.MAP_OUTER_TILE : LEGAL;
}

function isCount(x: f64): bool {
  return x >= 1 && Math.floor(x) == x;
}

function isSize(tile: f64, extent: f64): bool {
  return tile >= 1 && tile <= extent && Math.floor(tile) == tile;
}
