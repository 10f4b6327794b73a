import {
  DRAIN_SHIFT,
  INPUT,
  INPUT_STATIONARY,
  KIND_DOT_PRODUCT,
  OUTPUT,
  OUTPUT_STATIONARY,
  OVERLAP_FOLDS,
  OVERLAP_NONE,
  OVERLAP_WEIGHTS,
  SKEW_EDGE_AWARE,
  UNROLL_FIXED,
  WEIGHT,
  WEIGHT_STATIONARY,
} from "../abi";
import {
  accumulators,
  cols,
  drain,
  heldWords,
  kind,
  overlap,
  registerHolds,
  registerWords,
  rows,
  skew,
  unroll,
} from "../hardware";
import { ceilDiv, ceilLog2 } from "../int-math";
import { dataflow, rowsM, rowsN, sk, sm, sn, tk, tm, tn } from "../mapping";

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
/** Cycles of loading the first fold's words, not in stepCycles, and of the last fold's stream. */
export let firstLoad: f64 = 0;
export let lastStream: f64 = 0;
/** Elements over the array's edge. `sumsOut` of them `sumsFinal` leave as finished outputs if k is complete. */
export let inputsIn: f64 = 0;
export let weightsIn: f64 = 0;
export let sumsIn: f64 = 0;
export let sumsOut: f64 = 0;
/** Updates of accumulators, elements. */
export let accumulated: f64 = 0;

/**
 * Whether `sums` sums per output stream fit: the accumulators (columns of a dot-product array keep one set per sub-tree,
 * each PE of a systolic array its own), or, where PE registers hold outputs, what `held` words of operands leave of them.
 */
function sumsFit(sums: f64, held: f64): bool {
  const sets: f64 = kind == KIND_DOT_PRODUCT ? rowsM * rowsN : 1;
  return sets * sums <= accumulators || ((registerHolds & (1 << OUTPUT)) != 0 && sums + held <= registerWords);
}

/** Whether the register tile fits the registers and accumulators of a PE or column. */
export function registersFit(): bool {
  if (dataflow == WEIGHT_STATIONARY) {
    return tn * tk <= heldWords(WEIGHT) && (tk == 1 || sumsFit(tn, tn * tk));
  }
  if (dataflow == INPUT_STATIONARY) {
    return tm * tk <= heldWords(INPUT) && (tk == 1 || sumsFit(tm, tm * tk));
  }
  // Both streams are used again only where one of them is kept while the other runs.
  if (tm == 1 || tn == 1) return sumsFit(tm * tn, 0);
  if (tn <= heldWords(WEIGHT) && sumsFit(tm * tn, tn)) return true;
  return tm <= heldWords(INPUT) && sumsFit(tm * tn, tm);
}

/**
 * Whether a PE takes another word of `operand` from its registers in each step; else a word stays in use for as long as
 * it is there (its latch holds it), and is read once for each time it was written.
 */
export function changesEachStep(operand: i32): bool {
  if (operand == WEIGHT) {
    if (dataflow == WEIGHT_STATIONARY) return tn * tk > 1;
    return dataflow == OUTPUT_STATIONARY && tn > 1 && tm > 1;
  }
  if (dataflow == INPUT_STATIONARY) return tm * tk > 1;
  return dataflow == OUTPUT_STATIONARY && tm > 1 && tn > 1;
}

/** Σ over blocks of `side · words` elements of the rows (or columns) that each block really uses. */
function usedSum(extent: f64, side: f64, words: f64, blocks: f64): f64 {
  const rest: f64 = extent - (blocks - 1) * side * words;
  return (blocks - 1) * side + (rest < side ? rest : side);
}

/**
 * Sets the variables above for a tile of em × en × ek. `isFirstK`: no partial sums exist yet for it. `isHeld`: the
 * operand that the dataflow holds is that of the tile before; where one fold covers the tile, it still rests in the PEs.
 */
export function stepOf(em: f64, en: f64, ek: f64, isFirstK: bool, isHeld: bool): void {
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
    inputsIn = em * ek * blocksB;
    weightsIn = en * ek * blocksA;
    sumsOut = em * en;
    accumulated = em * en * Tk;
  }
  sumsIn = sumsOut - (isFirstK ? em * en : 0);
  const folds: f64 = blocksA * blocksB;
  const isOutput: bool = dataflow == OUTPUT_STATIONARY;
  const isInPlace: bool = isHeld && folds == 1 && !isOutput;
  if (isInPlace) {
    if (dataflow == WEIGHT_STATIONARY) weightsIn = 0;
    else inputsIn = 0;
  }
  // Held words (or sums) per PE: of all folds, of a whole block along each side, and of the last block.
  const held: f64 = steps / streamed;
  const stepsA: f64 = isOutput ? Tm : Tk;
  const stepsB: f64 = held / stepsA;
  const lastA: f64 = stepsA - (blocksA - 1) * wordsA;
  const lastB: f64 = stepsB - (blocksB - 1) * wordsB;
  const firstHeld: f64 = Math.min(wordsA, stepsA) * Math.min(wordsB, stepsB);
  firstLoad = 0;
  lastStream = streamed * lastA * lastB;

  if (kind == KIND_DOT_PRODUCT) {
    const isLoaded: bool = !isOutput && !isInPlace;
    stepCycles = overlap == OVERLAP_NONE && isLoaded ? steps + held : steps;
    if (overlap != OVERLAP_NONE && isLoaded) firstLoad = firstHeld;
    return;
  }
  if (overlap == OVERLAP_FOLDS) {
    if (isOutput && drain != DRAIN_SHIFT) {
      stepCycles = steps;
      return;
    }
    // A fold takes its stream or, if longer, the load of the next fold's words (the shifting out of its own sums).
    const lastRows: f64 = lastUsed(extentA, wordsA);
    const wholeTime: f64 = (blocksA - 1) * wordsA * Math.max(streamed, rows);
    stepCycles = isInPlace ? steps : stepsB * (wholeTime + lastA * Math.max(streamed, lastRows));
    if (!isOutput && !isInPlace) {
      // The load of the first fold is hidden, or not, behind the tile before.
      const r: f64 = blocksA > 1 ? rows : lastRows;
      firstLoad = r * firstHeld;
      stepCycles -= firstHeld * Math.max(0, r - streamed);
    }
    return;
  }
  let r: f64 = folds * rows;
  let c: f64 = folds * cols;
  if (isEdgeAware()) {
    r = blocksB * usedSum(extentA, rows, wordsA, blocksA);
    c = blocksA * usedSum(extentB, cols, wordsB, blocksB);
  }
  stepCycles = steps + r + c - 2 * folds;
  if (isOutput) {
    if (drain == DRAIN_SHIFT) stepCycles += rows * held;
  } else if (!isInPlace) {
    if (overlap == OVERLAP_NONE) stepCycles += rows * held;
    else firstLoad = rows * firstHeld;
  }
}

function isEdgeAware(): bool {
  return skew == SKEW_EDGE_AWARE && unroll == UNROLL_FIXED;
}

/** Rows that the last block of `extent` elements, `words` to a PE, really uses; all of them where skew is the array's. */
function lastUsed(extent: f64, words: f64): f64 {
  return isEdgeAware() ? usedOfLast(extent, rows, words) : rows;
}
function usedOfLast(extent: f64, side: f64, words: f64): f64 {
  return Math.min(side, extent - (ceilDiv(extent, side * words) - 1) * side * words);
}

/**
 * Cycles that a tile whose first fold's load takes `load` adds to the tile before, whose last fold streams for `stream`
 * cycles; 0 cycles of stream: nothing is before it.
 */
export function unhiddenLoad(load: f64, stream: f64): f64 {
  // With `overlap: weights` only the first load of all is seen: later ones hide behind the skew of the fold before.
  if (overlap == OVERLAP_WEIGHTS && kind != KIND_DOT_PRODUCT) return stream == 0 ? load : 0;
  return Math.max(0, load - stream);
}

/**
 * Cycles from the end of a tile, as `stepOf` counts it, to the last sum that leaves the array, where folds overlap. A
 * narrow fold behind a wide one may leave first: the latest of the tile counts.
 */
export function lastFoldCycles(em: f64, en: f64, ek: f64): f64 {
  if (kind == KIND_DOT_PRODUCT) return ceilLog2(rows);
  if (overlap != OVERLAP_FOLDS) return 0;
  const isOutput: bool = dataflow == OUTPUT_STATIONARY;
  const extentA: f64 = isOutput ? em : ek;
  const extentB: f64 = dataflow == INPUT_STATIONARY ? em : en;
  const wordsA: f64 = isOutput ? tm : tk;
  const wordsB: f64 = dataflow == INPUT_STATIONARY ? tm : tn;
  const stepsA: f64 = ceilDiv(extentA, isOutput ? sm : sk);
  const stepsB: f64 = ceilDiv(extentB, dataflow == INPUT_STATIONARY ? sm : sn);
  const blocksA: f64 = ceilDiv(stepsA, wordsA);
  const blocksB: f64 = ceilDiv(stepsB, wordsB);
  const lastA: f64 = stepsA - (blocksA - 1) * wordsA;
  const lastB: f64 = stepsB - (blocksB - 1) * wordsB;
  const r: f64 = lastUsed(extentA, wordsA);
  const c: f64 = isEdgeAware() ? usedOfLast(extentB, cols, wordsB) : cols;
  const streamed: f64 = isOutput ? ceilDiv(ek, sk) : dataflow == WEIGHT_STATIONARY ? ceilDiv(em, sm) : ceilDiv(en, sn);
  // Time that the folds of the last column of blocks take, the last one apart.
  const isLong: bool = !isOutput || drain == DRAIN_SHIFT;
  const whole: f64 = wordsA * lastB * Math.max(streamed, isLong ? rows : 0);
  const last: f64 = lastA * lastB * Math.max(streamed, isLong ? r : 0);
  if (!isOutput) {
    const gap: f64 = (blocksA - 1) * whole + last;
    return rows - 2 + (blocksB == 1 ? c : Math.max(c, cols - gap));
  }
  // Sums wait for the end of their fold, and then for all held ones to be shifted out.
  const shift: f64 = drain == DRAIN_SHIFT ? rows : 0;
  const stream: f64 = streamed * lastA * lastB;
  let latest: f64 = stream + r + c + shift * lastA * lastB;
  if (blocksA > 1) {
    latest = Math.max(latest, streamed * wordsA * lastB - whole + rows + c + shift * wordsA * lastB);
  }
  if (blocksB > 1) {
    const before: f64 = (blocksA - 1) * whole;
    const beforeLast: f64 = lastA * wordsB * Math.max(streamed, isLong ? r : 0);
    const leaves: f64 = streamed * lastA * wordsB - beforeLast - before + r + cols + shift * lastA * wordsB;
    latest = Math.max(latest, leaves);
    if (blocksA > 1) {
      const beforeWhole: f64 = wordsA * wordsB * Math.max(streamed, isLong ? rows : 0);
      const first: f64 = streamed * wordsA * wordsB - beforeWhole - beforeLast - before;
      latest = Math.max(latest, first + rows + cols + shift * wordsA * wordsB);
    }
  }
  return latest - 2 - last;
}
