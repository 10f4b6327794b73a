import {
  INPUT,
  INPUT_STATIONARY,
  KIND_DOT_PRODUCT,
  OUTPUT,
  OUTPUT_STATIONARY,
  WEIGHT,
  WEIGHT_STATIONARY,
} from "../abi";
import { accumulators, heldWords, kind, registerHolds, registerWords } from "../hardware";
import { ceilDiv } from "../int-math";
import { dataflow, rowsM, rowsN, sm, sn, tk, tm, tn } from "../mapping";

/**
 * Whether `sums` sums per output stream fit: the accumulators (columns of a dot-product array keep one set per sub-tree,
 * each PE of a systolic array its own), or, where PE registers hold outputs, what `held` words of operands leave of them.
 */
function sumsFit(sums: f64, held: f64): bool {
  const sets: f64 = kind == KIND_DOT_PRODUCT ? rowsM * rowsN : 1;
  return sets * sums <= accumulators || ((registerHolds & (1 << OUTPUT)) != 0 && sums + held <= registerWords);
}

/** The same for `across` × tk held words, and `together` stream positions that are worked on word by held word. */
function heldFit(operand: i32, across: f64, together: f64): bool {
  if (together > 1 && (across > 1 || tk == 1)) return false;
  return across * tk <= heldWords(operand) && (tk == 1 || sumsFit(across * together, across * tk));
}

/** Whether the register tile fits the registers and accumulators of a PE or column. */
export function registersFit(): bool {
  if (dataflow == WEIGHT_STATIONARY) return heldFit(WEIGHT, tn, tm);
  if (dataflow == INPUT_STATIONARY) return heldFit(INPUT, tm, tn);
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

/** Stream positions that the array works on together, word by held word. */
export function together(): f64 {
  return dataflow == WEIGHT_STATIONARY ? tm : dataflow == INPUT_STATIONARY ? tn : 1;
}

/** Of the steps of a tile that streams over em rows or en columns, the part in which a held word is taken anew. */
export function partTakenAnew(em: f64, en: f64): f64 {
  if (together() == 1) return 1;
  const steps: f64 = dataflow == WEIGHT_STATIONARY ? ceilDiv(em, sm) : ceilDiv(en, sn);
  return ceilDiv(steps, together()) / steps;
}
