import * as abi from "../abi";
import * as hardware from "../hardware";
import { ceilDiv } from "../int-math";
import * as mapping from "../mapping";

/**
 * Whether `sums` sums per output stream fit: the accumulators (columns of a dot-product array keep one set per sub-tree,
 * each PE of a systolic array its own), or, where PE registers hold outputs, what `words` words of operands leave of them.
 */
function sumsFit(sums: f64, words: f64): bool {
  const sets: f64 = hardware.kind == abi.KIND_DOT_PRODUCT ? mapping.rowsM * mapping.rowsN : 1;
  return (
    sets * sums <= hardware.accumulators ||
    ((hardware.registerHolds & (1 << abi.OUTPUT)) != 0 && sums + words <= hardware.registerWords)
  );
}

/** The same for `across` × tk held words, and `together` stream positions that are worked on word by held word. */
function heldFit(operand: i32, across: f64, together: f64): bool {
  if (together > 1 && (across > 1 || mapping.tk == 1)) return false;
  return (
    across * mapping.tk <= hardware.heldWords(operand) &&
    (mapping.tk == 1 || sumsFit(across * together, across * mapping.tk))
  );
}

/** Whether the register tile fits the registers and accumulators of a PE or column. */
export function registersFit(): bool {
  if (mapping.dataflow == abi.WEIGHT_STATIONARY) return heldFit(abi.WEIGHT, mapping.tn, mapping.tm);
  if (mapping.dataflow == abi.INPUT_STATIONARY) return heldFit(abi.INPUT, mapping.tm, mapping.tn);
  // Both streams are used again only where one of them is kept while the other runs.
  if (mapping.tm == 1 || mapping.tn == 1) return sumsFit(mapping.tm * mapping.tn, 0);
  if (mapping.tn <= hardware.heldWords(abi.WEIGHT) && sumsFit(mapping.tm * mapping.tn, mapping.tn)) return true;
  return mapping.tm <= hardware.heldWords(abi.INPUT) && sumsFit(mapping.tm * mapping.tn, mapping.tm);
}

/**
 * Whether a PE takes another word of `operand` from its registers in each step; else a word stays in use for as long as
 * it is there (its latch holds it), and is read once for each time it was written.
 */
export function changesEachStep(operand: i32): bool {
  if (operand == abi.WEIGHT) {
    if (mapping.dataflow == abi.WEIGHT_STATIONARY) return mapping.tn * mapping.tk > 1;
    return mapping.dataflow == abi.OUTPUT_STATIONARY && mapping.tn > 1 && mapping.tm > 1;
  }
  if (mapping.dataflow == abi.INPUT_STATIONARY) return mapping.tm * mapping.tk > 1;
  return mapping.dataflow == abi.OUTPUT_STATIONARY && mapping.tm > 1 && mapping.tn > 1;
}

/** Stream positions that the array works on together, word by held word. */
export function together(): f64 {
  return mapping.dataflow == abi.WEIGHT_STATIONARY
    ? mapping.tm
    : mapping.dataflow == abi.INPUT_STATIONARY
      ? mapping.tn
      : 1;
}

/** Of the steps of a tile that streams over em rows or en columns, the part in which a held word is taken anew. */
export function partTakenAnew(em: f64, en: f64): f64 {
  if (together() == 1) return 1;
  const steps: f64 = mapping.dataflow == abi.WEIGHT_STATIONARY ? ceilDiv(em, mapping.sm) : ceilDiv(en, mapping.sn);
  return ceilDiv(steps, together()) / steps;
}
