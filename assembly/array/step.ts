import {
  DRAIN_SHIFT, INPUT, INPUT_STATIONARY, KIND_DOT_PRODUCT, OUTPUT_STATIONARY, OVERLAP_FOLDS, OVERLAP_NONE,
  SKEW_EDGE_AWARE, UNROLL_FIXED, WEIGHT, WEIGHT_STATIONARY,
} from "../abi";
import {
  accumulators, cols, drain, heldWords, kind, overlap, rows, skew, unroll,
} from "../hardware";
import { ceilDiv, ceilLog2 } from "../int-math";
import {
  dataflow, rowsM, rowsN, sk, sm, sn, tk, tm, tn,
} from "../mapping";

/*
 * One local tile on one array. A tile of em × en × ek takes Tm · Tn · Tk steps (one step: the extents unrolled over
 * rows and columns, sm × sn × sk). Steps are grouped into folds: a fold is what the array does with one set of held
 * words. Per dataflow, with register tile (tm, tn, tk) in steps:
 *
 *   weight-stationary   held weights tn × tk, inputs stream over all of Tm
 *                       folds NB · KB;  inputs cross the edge NB times, weights once, sums KB times
 *   output-stationary   held sums tm × tn in the accumulators, both operands stream over all of Tk
 *                       folds MB · NB;  inputs NB times, weights MB times, sums once
 *   input-stationary    held inputs tm × tk, weights stream over all of Tn
 *                       folds MB · KB;  inputs once, weights MB times, sums KB times
 *
 * A streamed word is read once per visit of its register tile: the PE's latch keeps it while the other index runs.
 * Equations: docs/model.md, "array". Checked: test/validation/scale-sim, stonne, rtl.
 */

/** Cycles of the array for the tile, skew of every fold included where folds do not overlap. */
export let stepCycles: f64 = 0;
/** Part of stepCycles that the last fold of the whole GEMM does not need: nothing is loaded behind it. */
export let lastFoldSlack: f64 = 0;
/** Elements over the array's edge. `sumsOut` of them `sumsFinal` leave as finished outputs if k is complete. */
export let inputsIn: f64 = 0;
export let weightsIn: f64 = 0;
export let sumsIn: f64 = 0;
export let sumsOut: f64 = 0;
/** Updates of accumulators, elements. */
export let accumulated: f64 = 0;

/** Whether the register tile fits the registers and accumulators of a PE or column. */
export function registersFit(): bool {
  // Columns of a dot-product array keep one set per sub-tree; each PE of a systolic array has its own.
  const sets: f64 = kind == KIND_DOT_PRODUCT ? rowsM * rowsN : 1;
  if (dataflow == WEIGHT_STATIONARY) {
    return tn * tk <= heldWords(WEIGHT) && (tk == 1 || sets * tn <= accumulators);
  }
  if (dataflow == INPUT_STATIONARY) {
    return tm * tk <= heldWords(INPUT) && (tk == 1 || sets * tm <= accumulators);
  }
  const reuse: bool = tm == 1 || tn == 1 || tn <= heldWords(WEIGHT) || tm <= heldWords(INPUT);
  return reuse && sets * tm * tn <= accumulators;
}

/** Cycles before the first fold streams that are not part of any fold. */
export function prologueCycles(): f64 {
  if (kind == KIND_DOT_PRODUCT) {
    return overlap == OVERLAP_NONE ? 0 : heldPerPe();
  }
  return overlap == OVERLAP_NONE || dataflow == OUTPUT_STATIONARY ? 0 : rows * heldPerPe();
}

/** Cycles behind the last fold that are not part of any fold. `em`, `en`, `ek`: the last tile. */
export function epilogueCycles(em: f64, en: f64, ek: f64): f64 {
  if (kind == KIND_DOT_PRODUCT) return ceilLog2(rows);
  if (overlap != OVERLAP_FOLDS) return 0;
  const shift: f64 = dataflow == OUTPUT_STATIONARY && drain == DRAIN_SHIFT ? rows : 0;
  if (skew == SKEW_EDGE_AWARE && unroll == UNROLL_FIXED) {
    let r: f64 = em;
    let c: f64 = en;
    if (dataflow == WEIGHT_STATIONARY) r = ek;
    if (dataflow == INPUT_STATIONARY) {
      r = ek;
      c = em;
    }
    return lastUsed(r, rows) + lastUsed(c, cols) - 2 + shift;
  }
  return rows + cols - 2 + shift;
}

function lastUsed(extent: f64, side: f64): f64 {
  return extent - (ceilDiv(extent, side) - 1) * side;
}

/** Held words of one PE in a full register tile. */
function heldPerPe(): f64 {
  if (dataflow == WEIGHT_STATIONARY) return tn * tk;
  if (dataflow == INPUT_STATIONARY) return tm * tk;
  return 1;
}

/** Σ over blocks of `side · words` elements of the rows (or columns) that each block really uses. */
function usedSum(extent: f64, side: f64, words: f64, blocks: f64): f64 {
  const rest: f64 = extent - (blocks - 1) * side * words;
  return (blocks - 1) * side + (rest < side ? rest : side);
}

/** Sets the variables above for a tile of em × en × ek; `isFirstK`: no partial sums exist yet for it. */
export function stepOf(em: f64, en: f64, ek: f64, isFirstK: bool): void {
  const Tm: f64 = ceilDiv(em, sm);
  const Tn: f64 = ceilDiv(en, sn);
  const Tk: f64 = ceilDiv(ek, sk);
  const steps: f64 = Tm * Tn * Tk;
  // Blocks along the two held dimensions, and the dimension that runs over rows (a) and columns (b) when unrolling is fixed.
  let blocksA: f64 = 1;
  let blocksB: f64 = 1;
  let extentA: f64 = ek;
  let extentB: f64 = en;
  let wordsA: f64 = tk;
  let wordsB: f64 = tn;
  let streamed: f64 = Tm;
  let perFoldWords: f64 = tn * tk;
  if (dataflow == WEIGHT_STATIONARY) {
    blocksA = ceilDiv(Tk, tk);
    blocksB = ceilDiv(Tn, tn);
    inputsIn = em * ek * blocksB;
    weightsIn = en * ek;
    sumsOut = em * en * blocksA;
    accumulated = tk > 1 ? em * en * Tk : 0;
  } else if (dataflow == INPUT_STATIONARY) {
    blocksA = ceilDiv(Tk, tk);
    blocksB = ceilDiv(Tm, tm);
    extentB = em;
    wordsB = tm;
    streamed = Tn;
    perFoldWords = tm * tk;
    inputsIn = em * ek;
    weightsIn = en * ek * blocksB;
    sumsOut = em * en * blocksA;
    accumulated = tk > 1 ? em * en * Tk : 0;
  } else {
    blocksA = ceilDiv(Tm, tm);
    blocksB = ceilDiv(Tn, tn);
    extentA = em;
    wordsA = tm;
    streamed = Tk;
    perFoldWords = tm * tn;
    inputsIn = em * ek * blocksB;
    weightsIn = en * ek * blocksA;
    sumsOut = em * en;
    accumulated = em * en * Tk;
  }
  sumsIn = sumsOut - (isFirstK ? em * en : 0);
  const folds: f64 = blocksA * blocksB;

  lastFoldSlack = 0;
  if (kind == KIND_DOT_PRODUCT) {
    stepCycles = overlap == OVERLAP_NONE && dataflow != OUTPUT_STATIONARY ? steps + folds * heldPerPe() : steps;
    return;
  }
  const holdsOperand: bool = dataflow != OUTPUT_STATIONARY;
  if (overlap == OVERLAP_FOLDS) {
    // The next fold's held words come in (or this fold's sums are shifted out) behind the stream: max of the two.
    const behind: f64 = holdsOperand ? rows : drain == DRAIN_SHIFT ? rows : 0;
    const perWord: f64 = streamed > behind ? streamed : behind;
    stepCycles = holdsOperand ? (steps / streamed) * perWord : foldsMax(steps, folds, streamed, behind);
    if (holdsOperand && behind > streamed) {
      lastFoldSlack = (behind - streamed) * lastHeld(Tm, Tn, Tk);
    }
    return;
  }
  const isEdge: bool = skew == SKEW_EDGE_AWARE && unroll == UNROLL_FIXED;
  let r: f64 = folds * rows;
  let c: f64 = folds * cols;
  if (isEdge) {
    r = blocksB * usedSum(extentA, rows, wordsA, blocksA);
    c = blocksA * usedSum(extentB, cols, wordsB, blocksB);
  }
  let fixed: f64 = r + c - 2 * folds;
  if (!holdsOperand) {
    if (drain == DRAIN_SHIFT) fixed += folds * rows;
  } else if (overlap == OVERLAP_NONE) {
    fixed += (rows * steps) / streamed;
  }
  stepCycles = steps + fixed;
}

/** Output-stationary folds with overlap: each takes its stream or, if longer, the shifting out of the sums. */
function foldsMax(steps: f64, folds: f64, streamed: f64, behind: f64): f64 {
  return streamed >= behind ? steps : steps + folds * (behind - streamed);
}

/** Held words of a PE in the last fold of the tile. */
function lastHeld(Tm: f64, Tn: f64, Tk: f64): f64 {
  const k: f64 = Tk - (ceilDiv(Tk, tk) - 1) * tk;
  return dataflow == WEIGHT_STATIONARY ? (Tn - (ceilDiv(Tn, tn) - 1) * tn) * k : (Tm - (ceilDiv(Tm, tm) - 1) * tm) * k;
}
