import {
  INPUT,
  INPUT_STATIONARY,
  KIND_DOT_PRODUCT,
  MAP_ARRAYS,
  MAP_BYPASS,
  MAP_COLS,
  MAP_CORES,
  MAP_DATAFLOW,
  MAP_INNER_DOUBLE,
  MAP_INNER_TILE,
  MAP_KEPT,
  MAP_OUTER_DOUBLE,
  MAP_OUTER_TILE,
  MAP_PACKED,
  MAP_REGISTER_TILE,
  MAP_ROWS,
  OUTPUT,
  OUTPUT_STATIONARY,
  SPLIT_APART,
  SPLIT_INPUT,
  SPLIT_OUTPUT,
  SPLIT_TOGETHER,
  SPLIT_WEIGHT,
  UNROLL_FIXED,
  WEIGHT,
  WEIGHT_STATIONARY,
} from "../abi";
import { registersFit } from "../array/registers";
import {
  accumulatorBytes,
  addsSums,
  arrays,
  cols,
  cores,
  dataflows,
  hasOuter,
  innerDouble,
  innerInput,
  innerOutput,
  innerSplit,
  innerWeight,
  inputBytes,
  isDirect,
  kind,
  outerDouble,
  outerInput,
  outerOutput,
  outerSplit,
  outerWeight,
  outputBytes,
  passesOuter,
  rows,
  unroll,
  weightBytes,
} from "../hardware";
import { ceilDiv, larger, smaller } from "../int-math";
import { innermost, middle, outermost, pick } from "../loop-order";
import { reloaded } from "../nest";
import {
  B,
  K,
  M,
  N,
  arraysB,
  arraysM,
  arraysN,
  batchAtOnce,
  bypass,
  chunkK,
  chunkM,
  chunkN,
  colsK,
  colsM,
  colsN,
  coresB,
  coresK,
  coresM,
  coresN,
  dataflow,
  elementsOfCore,
  gk,
  gm,
  gn,
  innerDoubleBits,
  innerOrder,
  isBypassed,
  isKept,
  isResident,
  keptBits,
  lk,
  lm,
  ln,
  outerDoubleBits,
  outerOrder,
  packed,
  reservedBytes,
  residentBits,
  rowsK,
  rowsM,
  rowsN,
  setInner,
  setKept,
  setOuter,
  sk,
  sm,
  sn,
  tk,
  tm,
  tn,
} from "../mapping";

/** Whether the array writes partial sums of a tile with k extent `ek`, so that the local buffer holds them wide. */
function spillsFromArray(ek: f64): bool {
  return dataflow != OUTPUT_STATIONARY && ceilDiv(ceilDiv(ek, sk), tk) > 1;
}

/** Bytes per element of the sums that a local buffer keeps. */
function innerSumWidth(ek: f64): f64 {
  return coresK > 1 || ek < K || spillsFromArray(ek) ? accumulatorBytes : outputBytes;
}

/** Bytes per element of the sums that the global buffer keeps: wide if any leave the local buffers unfinished. */
function outerSumWidth(): f64 {
  if (gk < K || coresK > 1) return accumulatorBytes;
  if (lk >= K) return outputBytes;
  // Straight from the array, the sums of every fold come here.
  if (isDirect && dataflow != OUTPUT_STATIONARY) return accumulatorBytes;
  const Lm: f64 = ceilDiv(chunkM(gm), lm);
  const Ln: f64 = ceilDiv(chunkN(gn), ln);
  return sumsLeaveUnfinished(innerOrder, Lm, Ln) ? accumulatorBytes : outputBytes;
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
  return dataflow == WEIGHT_STATIONARY ? Infinity : sm * tm;
}
export function foldN(): f64 {
  return dataflow == INPUT_STATIONARY ? Infinity : sn * tn;
}
export function foldK(): f64 {
  return dataflow == OUTPUT_STATIONARY ? Infinity : sk * tk;
}

/** Whether the inner tiles of all operands fit together; sets innerNeeded (bytes). */
export function innerFits(): bool {
  if (isDirect) {
    innerNeeded = 0;
    return lm <= foldM() && ln <= foldN() && lk <= foldK();
  }
  // An operand that goes past the buffer takes no room there, and comes one fold at a time.
  if (isBypassed(WEIGHT) && (ln > foldN() || lk > foldK())) return false;
  if (isBypassed(INPUT) && (lm > foldM() || lk > foldK())) return false;
  const elements: f64 = elementsOfCore();
  const a: f64 = isBypassed(INPUT) ? 0 : Math.ceil(lm * lk * inputBytes) * elements * copies(innerDoubleBits, INPUT);
  const w: f64 = isBypassed(WEIGHT) ? 0 : Math.ceil(ln * lk * weightBytes) * elements * copies(innerDoubleBits, WEIGHT);
  const o: f64 = Math.ceil(lm * ln * innerSumWidth(lk)) * elements * copies(innerDoubleBits, OUTPUT);
  innerNeeded = a + w + o;
  return holds(innerSplit, a, w, o, innerInput, innerWeight, innerOutput);
}

/** Whether the memories of a buffer, of which the sizes stand at the first operand in each, hold `a` bytes of inputs, `w` of weights and `o` of sums. */
function holds(split: i32, a: f64, w: f64, o: f64, inputs: f64, weights: f64, outputs: f64): bool {
  if (split == SPLIT_TOGETHER) return a + w + o <= inputs;
  if (split == SPLIT_APART) return a <= inputs && w <= weights && o <= outputs;
  if (split == SPLIT_INPUT) return a <= inputs && w + o <= weights;
  return split == SPLIT_WEIGHT ? a + o <= inputs && w <= weights : a + w <= inputs && o <= outputs;
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
  if (split == SPLIT_TOGETHER) {
    const fixed: f64 = free == 0 ? w : free == 1 ? a : o;
    const slope: f64 = free == 0 ? a + o : free == 1 ? w + o : a + w;
    return slope == 0 ? (fixed <= roomOfAll ? Infinity : 0) : Math.floor((roomOfAll - fixed) / slope);
  }
  if (split == SPLIT_INPUT) {
    return Math.floor(
      smaller(roomOfOne(a, free == 1, roomOfAll), roomOfTwo(w, free == 0, o, free == 2, roomOfWeights)),
    );
  }
  if (split == SPLIT_WEIGHT) {
    return Math.floor(
      smaller(roomOfOne(w, free == 0, roomOfWeights), roomOfTwo(a, free == 1, o, free == 2, roomOfAll)),
    );
  }
  const sums: f64 = roomOfOne(o, free == 2, roomOfSums);
  if (split == SPLIT_OUTPUT) return Math.floor(smaller(roomOfTwo(a, free == 1, w, free == 0, roomOfAll), sums));
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
  const elements: f64 = elementsOfCore();
  const m: f64 = free == 0 ? 1 : lm;
  const n: f64 = free == 1 ? 1 : ln;
  const k: f64 = free == 2 ? 1 : lk;
  const a: f64 = isBypassed(INPUT) ? 0 : m * k * inputBytes * elements * copies(innerDoubleBits, INPUT);
  const w: f64 = isBypassed(WEIGHT) ? 0 : n * k * weightBytes * elements * copies(innerDoubleBits, WEIGHT);
  const width: f64 = free == 2 ? accumulatorBytes : innerSumWidth(lk);
  const o: f64 = m * n * width * elements * copies(innerDoubleBits, OUTPUT);
  return roomAlong(free, a, w, o, innerSplit, innerInput, innerWeight, innerOutput);
}

/** Whether the outer buffer has no room of its own for tiles of operand `operand`: it is there whole, or goes past it. */
function isElsewhere(operand: i32): bool {
  return isResident(operand) || passesOuter(operand);
}

/** The same of an outer tile whose sums leave the inner buffers as the tiles in place say; nothing is kept. */
export function outerRoom(free: i32): f64 {
  const batch: f64 = smaller(batchAtOnce(), B);
  const m: f64 = free == 0 ? 1 : gm;
  const n: f64 = free == 1 ? 1 : gn;
  const k: f64 = free == 2 ? 1 : gk;
  const a: f64 = isElsewhere(INPUT) ? 0 : m * k * inputBytes * batch * copies(outerDoubleBits, INPUT);
  const w: f64 = isElsewhere(WEIGHT) ? 0 : n * k * weightBytes * batch * copies(outerDoubleBits, WEIGHT);
  const width: f64 = (free == 2 ? accumulatorBytes : outerSumWidth()) * copies(outerDoubleBits, OUTPUT);
  const o: f64 = passesOuter(OUTPUT)
    ? 0
    : m * n * batch * (isResident(OUTPUT) ? larger(0, width - outputBytes) : width);
  const inputs: f64 = outerInput - (outerSplit == SPLIT_TOGETHER ? reservedBytes : 0);
  return roomAlong(free, a, w, o, outerSplit, inputs, outerWeight, outerOutput);
}

/** Whether the outer tile fits whatever its inner tiles are: with sums at the greater width. */
export function outerFitsAnyInner(): bool {
  return outerFitsWith(larger(accumulatorBytes, outputBytes));
}

/** Whether the outer tiles of all operands fit together beside what is reserved; sets outerNeeded (bytes). */
export function outerFits(): bool {
  return outerFitsWith(outerSumWidth());
}

function outerFitsWith(sumWidth: f64): bool {
  const batch: f64 = smaller(batchAtOnce(), B);
  const inputs: f64 = isKept(INPUT) ? M * K : gm * gk;
  const weights: f64 = isKept(WEIGHT) ? N * K : gn * gk;
  const sums: f64 = isKept(OUTPUT) ? M * N : gm * gn;
  const a: f64 = isElsewhere(INPUT) ? 0 : Math.ceil(inputs * inputBytes) * batch * copies(outerDoubleBits, INPUT);
  const w: f64 = isElsewhere(WEIGHT) ? 0 : Math.ceil(weights * weightBytes) * batch * copies(outerDoubleBits, WEIGHT);
  const o: f64 = passesOuter(OUTPUT) ? 0 : Math.ceil(sums * sumWidth) * batch * copies(outerDoubleBits, OUTPUT);
  // A resident output has its room at its final width; sums that are not final yet are wider.
  const kept: f64 = isResident(OUTPUT) ? larger(0, o - Math.ceil(gm * gn * outputBytes) * batch) : o;
  outerNeeded = a + w + kept + reservedBytes;
  if (outerSplit == SPLIT_TOGETHER) return outerNeeded <= outerInput;
  return holds(outerSplit, a, w, kept, outerInput, outerWeight, outerOutput);
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
  const m: f64 = gm;
  const n: f64 = gn;
  const k: f64 = gk;
  const order: i32 = outerOrder;
  const bits: i32 = outerDoubleBits;
  const kept: i32 = keptBits;
  const holds: bool = holdsTile(1, 1) || (isWholeTried && (holdsTile(K, 1) || holdsTile(K, K)));
  setOuter(m, n, k, order, bits);
  setKept(kept);
  return holds;
}

function holdsTile(outerK: f64, innerK: f64): bool {
  const chunk: f64 = chunkK(outerK);
  setOuter(1, 1, outerK, 0, 0);
  setInner(1, 1, smaller(innerK, isDirect || bypass ? smaller(chunk, foldK()) : chunk), 0, 0);
  return innerFits() && (!hasOuter || outerFits());
}

/** Field that says why extents unrolled over the array do not agree with the hardware; −1: they do. */
function illegalOnArray(): i32 {
  if ((dataflows & (1 << dataflow)) == 0) return MAP_DATAFLOW;
  // Packed batch elements lie block-diagonally, each on rows and columns of its own.
  if (rowsM * rowsN * rowsK * packed > rows) return MAP_ROWS;
  if (colsM * colsN * colsK * packed > cols) return MAP_COLS;
  // Sums meet in the adder tree along the rows, nowhere else.
  if (kind == KIND_DOT_PRODUCT && colsK != 1) return MAP_COLS + 2;
  if (unroll == UNROLL_FIXED) {
    const rowsDimension: f64 = dataflow == OUTPUT_STATIONARY && kind != KIND_DOT_PRODUCT ? rowsM : rowsK;
    const colsDimension: f64 = dataflow == INPUT_STATIONARY ? colsM : colsN;
    if (rowsM * rowsN * rowsK != rowsDimension) return MAP_ROWS;
    if (colsM * colsN * colsK != colsDimension) return MAP_COLS;
  }
  return registersFit() ? LEGAL : MAP_REGISTER_TILE;
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
  if (!isCount(coresB) || !isCount(coresM) || !isCount(coresN) || !isCount(coresK)) return MAP_CORES;
  if (coresB * coresM * coresN * coresK > cores) return MAP_CORES;
  if (!isCount(packed) || packed > B) return MAP_PACKED;
  if (!isCount(arraysB) || !isCount(arraysM) || !isCount(arraysN)) return MAP_ARRAYS;
  if (arraysB * arraysM * arraysN > arrays) return MAP_ARRAYS;
  if (!isSize(gm, M)) return MAP_OUTER_TILE;
  if (!isSize(gn, N)) return MAP_OUTER_TILE + 1;
  if (!isSize(gk, K)) return MAP_OUTER_TILE + 2;
  if (!isSize(lm, chunkM(gm))) return MAP_INNER_TILE;
  if (!isSize(ln, chunkN(gn))) return MAP_INNER_TILE + 1;
  if (!isSize(lk, chunkK(gk))) return MAP_INNER_TILE + 2;
  // Partial sums of several cores meet in the outer buffer.
  if (coresK > 1 && !addsSums) return MAP_CORES + 3;
  if (tm < 1 || tn < 1 || tk < 1) return MAP_REGISTER_TILE;
  if (sm < 1 || sk < 1 || rowsN < 1 || colsN < 1) return MAP_ROWS;
  const onArray: i32 = illegalOnArray();
  if (onArray != LEGAL) return onArray;
  if (!isDirect && !innerDouble && innerDoubleBits != 0) return MAP_INNER_DOUBLE;
  if (hasOuter && !outerDouble && outerDoubleBits != 0) return MAP_OUTER_DOUBLE;
  // There is a held operand, and an inner buffer to go past.
  if (bypass && (isDirect || dataflow == OUTPUT_STATIONARY)) return MAP_BYPASS;
  if (keptBits != 0 && (!hasOuter || (keptBits & ~(reloaded() & ~residentBits)) != 0)) return MAP_KEPT;
  if (!hasOuter && (gm != M || gn != N || gk != K)) return MAP_OUTER_TILE;
  if (!innerFits()) return MAP_INNER_TILE;
  return hasOuter && !outerFits() ? MAP_OUTER_TILE : LEGAL;
}

function isCount(x: f64): bool {
  return x >= 1 && Math.floor(x) == x;
}

function isSize(tile: f64, extent: f64): bool {
  return tile >= 1 && tile <= extent && Math.floor(tile) == tile;
}
