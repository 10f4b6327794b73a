import * as abi from "../abi";
import * as hardware from "../hardware";
import { ceilDiv } from "../int-math";
import * as mapping from "../mapping";

/*
 * What one inner tile moves over the edges of a core's arrays. A tile of em × en × ek takes Tm · Tn · Tk steps (one step: the
 * extents unrolled over rows and columns of all arrays, sm × sn × sk). Steps are grouped into folds: a fold is what the array does with
 * one set of held words. Per dataflow, with register tile (tm, tn, tk) in steps:
 *
 *   weight-stationary   held weights tn × tk, inputs stream over all of Tm
 *                       folds NB · KB;  inputs cross the edge NB times, weights once, sums KB times
 *   output-stationary   held sums tm × tn in the accumulators, both operands stream over all of Tk
 *                       folds MB · NB;  inputs NB times, weights MB times, sums once
 *   input-stationary    held inputs tm × tk, weights stream over all of Tn
 *                       folds MB · KB;  inputs once, weights MB times, sums KB times
 *
 * Arrays go in step, so a word that several of them want is read once, as often as the first of them, which has most, needs it.
 * A streamed word is read once per visit of its register tile: the PE's latch keeps it while the other index runs.
 * Equations: docs/model.md, "array". Checked: test/validation/sim, test/property/sim/walk.test.ts.
 */

/** Elements over the array's edge. */
export let inputsIn: f64 = 0;
export let weightsIn: f64 = 0;
export let sumsIn: f64 = 0;
export let sumsOut: f64 = 0;
/** Updates of accumulators, elements. */
export let accumulated: f64 = 0;

/**
 * Sets the variables above for a tile of em × en × ek. `isFirstK`: no partial sums exist yet for it. `isHeld`: the
 * operand that the dataflow holds is that of the tile before; where one fold covers the tile, it still rests in the PEs.
 */
export function countTile(em: f64, en: f64, ek: f64, isFirstK: bool, isHeld: bool): void {
  const Tm: f64 = ceilDiv(em, mapping.sm);
  const Tn: f64 = ceilDiv(en, mapping.sn);
  const Tk: f64 = ceilDiv(ek, mapping.sk);
  if (mapping.dataflow == abi.OUTPUT_STATIONARY) {
    inputsIn = em * ek * ceilDiv(Tn, mapping.tn);
    weightsIn = en * ek * ceilDiv(Tm, mapping.tm);
    sumsOut = em * en;
    accumulated = em * en * Tk;
  } else {
    const blocksK: f64 = ceilDiv(Tk, mapping.tk);
    sumsOut = em * en * blocksK;
    accumulated = mapping.tk > 1 ? em * en * Tk : 0;
    if (mapping.dataflow == abi.WEIGHT_STATIONARY) {
      const blocksN: f64 = ceilDiv(Tn, mapping.tn);
      inputsIn = em * ek * blocksN;
      weightsIn = isHeld && blocksN * blocksK == 1 ? 0 : en * ek;
    } else {
      const blocksM: f64 = ceilDiv(Tm, mapping.tm);
      weightsIn = en * ek * blocksM;
      inputsIn = isHeld && blocksM * blocksK == 1 ? 0 : em * ek;
    }
  }
  sumsIn = sumsOut - (isFirstK ? em * en : 0);
}

/** Bytes of `sums` sums that leave the array, of which the last `finals` are finished outputs where k is complete. */
export function sumBytes(sums: f64, finals: f64, isLastK: bool): f64 {
  if (!isLastK) return Math.ceil(sums * hardware.accumulatorBytes);
  return Math.ceil((sums - finals) * hardware.accumulatorBytes) + Math.ceil(finals * hardware.outputBytes);
}

/** Bytes that the array takes from the inner buffer for the tile that `countTile` has seen last: inputs, weights, sums. */
export function edgeInputBytes(): f64 {
  return mapping.isBypassed(abi.INPUT) ? 0 : Math.ceil(inputsIn * hardware.inputBytes);
}
export function edgeWeightBytes(): f64 {
  return mapping.isBypassed(abi.WEIGHT) ? 0 : Math.ceil(weightsIn * hardware.weightBytes);
}
export function edgeSumBytes(): f64 {
  return Math.ceil(sumsIn * hardware.accumulatorBytes);
}
