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
import { dataflow, rowsM, rowsN, tk, tm, tn } from "../mapping";

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
