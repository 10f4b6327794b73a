import * as abi from "../abi";
import * as hardware from "../hardware";
import { ceilDiv } from "../int-math";
import { together } from "./registers";
import * as mapping from "../mapping";

/*
 * Time of one inner tile on one array: folds in order, the rows' dimension (a) inside the columns' (b). Batch elements that
 * are packed side by side use as many rows and columns more. Of several arrays of a core it is the first, which has most. docs/model.md, "array". Checked: test/validation/rtl.
 */

/** Cycles of the array for the tile, skew of every fold included where folds do not overlap. */
export let tileCycles: f64 = 0;
/** Cycles of loading the first fold's words, not in tileCycles; of the last fold's stream, and of one position of it
 * (several where they are worked on together). */
export let firstLoad: f64 = 0;
export let lastStream: f64 = 0;
export let lastPosition: f64 = 0;
/** Cycles from the end of the tile, as tileCycles counts it, to the last sum that leaves the array. */
export let skewCycles: f64 = 0;

// The tile's folds: extents along a and b, what one step covers of them, register words; then steps and blocks.
let extentA: f64 = 1;
let extentB: f64 = 1;
let sideA: f64 = 1;
let sideB: f64 = 1;
let wordsA: f64 = 1;
let wordsB: f64 = 1;
let streamed: f64 = 1;
let stepsA: f64 = 1;
let stepsB: f64 = 1;
let blocksA: f64 = 1;
let blocksB: f64 = 1;
/** Words of the last blocks. */
let lastA: f64 = 1;
let lastB: f64 = 1;
/** Rows and columns that the skew of a whole block and of the last one counts: those in use, or all of the array's. */
let rowsOfWhole: f64 = 1;
let rowsOfLast: f64 = 1;
let colsOfWhole: f64 = 1;
let colsOfLast: f64 = 1;

function setFolds(em: f64, en: f64, ek: f64): void {
  const sideM: f64 = mapping.rowsM * mapping.colsM;
  const sideN: f64 = mapping.rowsN * mapping.colsN;
  if (mapping.dataflow == abi.OUTPUT_STATIONARY) {
    extentA = em;
    sideA = sideM;
    wordsA = mapping.tm;
    streamed = ceilDiv(ek, mapping.sk);
  } else {
    extentA = ek;
    sideA = mapping.sk;
    wordsA = mapping.tk;
    streamed = mapping.dataflow == abi.WEIGHT_STATIONARY ? ceilDiv(em, sideM) : ceilDiv(en, sideN);
  }
  const isInput: bool = mapping.dataflow == abi.INPUT_STATIONARY;
  extentB = isInput ? em : en;
  sideB = isInput ? sideM : sideN;
  wordsB = isInput ? mapping.tm : mapping.tn;
  stepsA = ceilDiv(extentA, sideA);
  stepsB = ceilDiv(extentB, sideB);
  blocksA = ceilDiv(stepsA, wordsA);
  blocksB = ceilDiv(stepsB, wordsB);
  lastA = stepsA - (blocksA - 1) * wordsA;
  lastB = stepsB - (blocksB - 1) * wordsB;
  const isEdgeAware: bool = hardware.skew == abi.SKEW_EDGE_AWARE && hardware.unroll == abi.UNROLL_FIXED;
  rowsOfWhole = isEdgeAware ? sideA * mapping.packed : hardware.rows;
  colsOfWhole = isEdgeAware ? sideB * mapping.packed : hardware.cols;
  rowsOfLast = isEdgeAware ? lastUsed(extentA, sideA, wordsA, blocksA) : hardware.rows;
  colsOfLast = isEdgeAware ? lastUsed(extentB, sideB, wordsB, blocksB) : hardware.cols;
}

/** Part of a side that the last block really uses. */
function lastUsed(extent: f64, side: f64, words: f64, blocks: f64): f64 {
  return Math.min(side, extent - (blocks - 1) * side * words) * mapping.packed;
}

/**
 * Sets the variables above for a core's tile of em × en × ek. `isHeld`: the operand that the dataflow holds is that of the tile
 * before; where one fold covers the tile, it still rests in the PEs and is not loaded.
 */
export function timeTile(em: f64, en: f64, ek: f64, isHeld: bool): void {
  setFolds(mapping.arrayPart(em, mapping.arraysM), mapping.arrayPart(en, mapping.arraysN), ek);
  const steps: f64 = streamed * stepsA * stepsB;
  const folds: f64 = blocksA * blocksB;
  const isOutput: bool = mapping.dataflow == abi.OUTPUT_STATIONARY;
  const isLoaded: bool = !isOutput && !(isHeld && folds == 1);
  /** Held words (or sums) per PE, of all folds and of the first. */
  const heldWords: f64 = stepsA * stepsB;
  const firstHeld: f64 = Math.min(wordsA, stepsA) * Math.min(wordsB, stepsB);
  firstLoad = 0;
  skewCycles = 0;
  lastPosition = lastA * lastB * together();
  lastStream = streamed * lastA * lastB;

  if (hardware.kind == abi.KIND_DOT_PRODUCT) {
    tileCycles = hardware.overlap == abi.OVERLAP_NONE && isLoaded ? steps + heldWords : steps;
    if (hardware.overlap != abi.OVERLAP_NONE && isLoaded) firstLoad = firstHeld;
    skewCycles = hardware.arrayTail;
    return;
  }
  if (hardware.overlap == abi.OVERLAP_FOLDS) {
    tileCycles = steps;
    if (isLoaded || (isOutput && hardware.drain == abi.DRAIN_SHIFT)) {
      // A fold takes its stream or, if longer, the load of the next fold's words (the shifting out of its own sums).
      const wholeTime: f64 = (blocksA - 1) * wordsA * Math.max(streamed, rowsOfWhole);
      tileCycles = stepsB * (wholeTime + lastA * Math.max(streamed, rowsOfLast));
    }
    if (isLoaded) {
      // The load of the first fold is hidden, or not, behind the tile before.
      const rowsOfFirst: f64 = blocksA > 1 ? rowsOfWhole : rowsOfLast;
      firstLoad = rowsOfFirst * firstHeld;
      tileCycles -= firstHeld * Math.max(0, rowsOfFirst - streamed);
    }
    skewCycles = lastFoldCycles();
    return;
  }
  const r: f64 = blocksB * ((blocksA - 1) * rowsOfWhole + rowsOfLast);
  const c: f64 = blocksA * ((blocksB - 1) * colsOfWhole + colsOfLast);
  tileCycles = steps + r + c - 2 * folds;
  if (isOutput) {
    if (hardware.drain == abi.DRAIN_SHIFT) tileCycles += hardware.rows * heldWords;
  } else if (isLoaded) {
    if (hardware.overlap == abi.OVERLAP_NONE) tileCycles += hardware.rows * heldWords;
    else {
      firstLoad = hardware.rows * firstHeld;
      tileCycles += seenLoads();
    }
  }
}

/**
 * Cycles by which the loads of all folds are longer than the folds behind which they are done (`overlap: weights`): a fold of h held words a PE lasts
 * max(T · h + r + c − 2, r · h), T steps a held word. A load is r · h turns at the top row, whatever rows are unused below: words wait in those.
 * With one held word it is never longer.
 */
function seenLoads(): f64 {
  if (wordsA * wordsB == 1) return 0;
  const wholeColumn: f64 =
    (blocksA - 1) * seenLoad(rowsOfWhole, colsOfWhole, wordsA * wordsB) +
    seenLoad(rowsOfLast, colsOfWhole, lastA * wordsB);
  const lastColumn: f64 =
    (blocksA - 1) * seenLoad(rowsOfWhole, colsOfLast, wordsA * lastB) + seenLoad(rowsOfLast, colsOfLast, lastA * lastB);
  return (blocksB - 1) * wholeColumn + lastColumn;
}

/** The same of one fold. */
function seenLoad(r: f64, c: f64, heldWords: f64): f64 {
  return Math.max(0, (r - streamed) * heldWords - r - c + 2);
}

/** Skew where folds overlap: a narrow fold behind a wide one may leave first, so the latest of the tile counts. */
function lastFoldCycles(): f64 {
  const isOutput: bool = mapping.dataflow == abi.OUTPUT_STATIONARY;
  const isLong: bool = !isOutput || hardware.drain == abi.DRAIN_SHIFT;
  // Time that the folds of the last column of blocks take, the last one apart.
  const whole: f64 = wordsA * lastB * Math.max(streamed, isLong ? rowsOfWhole : 0);
  const last: f64 = lastA * lastB * Math.max(streamed, isLong ? rowsOfLast : 0);
  if (!isOutput) {
    const gap: f64 = (blocksA - 1) * whole + last;
    return hardware.rows - 2 + (blocksB == 1 ? colsOfLast : Math.max(colsOfLast, colsOfWhole - gap));
  }
  // Sums wait for the end of their fold, and then for all held ones to be shifted out.
  const shift: f64 = hardware.drain == abi.DRAIN_SHIFT ? hardware.rows : 0;
  let latest: f64 = streamed * lastA * lastB + rowsOfLast + colsOfLast + shift * lastA * lastB;
  if (blocksA > 1) {
    latest = Math.max(latest, streamed * wordsA * lastB - whole + rowsOfWhole + colsOfLast + shift * wordsA * lastB);
  }
  if (blocksB > 1) {
    const before: f64 = (blocksA - 1) * whole;
    const beforeLast: f64 = lastA * wordsB * Math.max(streamed, isLong ? rowsOfLast : 0);
    const leaves: f64 = streamed * lastA * wordsB - beforeLast - before;
    latest = Math.max(latest, leaves + rowsOfLast + colsOfWhole + shift * lastA * wordsB);
    if (blocksA > 1) {
      const beforeWhole: f64 = wordsA * wordsB * Math.max(streamed, isLong ? rowsOfWhole : 0);
      const first: f64 = streamed * wordsA * wordsB - beforeWhole - beforeLast - before;
      latest = Math.max(latest, first + rowsOfWhole + colsOfWhole + shift * wordsA * wordsB);
    }
  }
  return latest - 2 - last;
}

/**
 * Cycles that a tile whose first fold's load takes `loading` cycles adds to the tile before, whose last fold streams for `stream`
 * cycles; 0 cycles of stream: nothing is before it.
 */
export function unhiddenLoad(loading: f64, stream: f64): f64 {
  // With `overlap: weights` only the first load of all is seen here: the others are in the time of the folds.
  if (hardware.overlap == abi.OVERLAP_WEIGHTS && hardware.kind != abi.KIND_DOT_PRODUCT)
    return stream == 0 ? loading : 0;
  return Math.max(0, loading - stream);
}
