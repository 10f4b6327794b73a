import * as abi from "./abi";
import * as hardware from "./hardware";
import { innermost, isInside, middle, outermost, pick } from "./loop-order";
import * as mapping from "./mapping";
import { ceilDiv } from "./int-math";

/*
 * The loop nest of a mapping: loop 0 runs over batch steps, 1 to 3 over outer tiles, 4 to 6 over the inner tiles of the
 * present outer tile, outermost first. Dimensions are 0 m, 1 n, 2 k. Operands are sets of bits.
 */
export const INNERMOST: i32 = 6;
export const OUTER_INNERMOST: i32 = 3;
const INPUT_BIT: i32 = 1 << abi.INPUT;
const WEIGHT_BIT: i32 = 1 << abi.WEIGHT;
const OUTPUT_BIT: i32 = 1 << abi.OUTPUT;
const ALL_OPERANDS: i32 = INPUT_BIT | WEIGHT_BIT | OUTPUT_BIT;

const TURNS: usize = memory.data(7 * 8, 16);
/** Operands of which a step takes another inner tile, where it was this loop that went on; likewise outer tiles. */
const CHANGES: usize = memory.data(7 * 4, 16);
const OUTER_CHANGES: usize = memory.data(7 * 4, 16);

export function turns(level: i32): f64 {
  return load<f64>(TURNS + ((<usize>level) << 3));
}
export function changes(level: i32): i32 {
  return load<i32>(CHANGES + ((<usize>level) << 2));
}
function outerChanges(level: i32): i32 {
  return load<i32>(OUTER_CHANGES + ((<usize>level) << 2));
}
/** Operands that give up what the outer buffer has of them, where it was loop `level` that went on. */
export function outerOpens(level: i32): i32 {
  return level == 0 ? ALL_OPERANDS : outerChanges(level) & ~mapping.keptBits;
}

/**
 * Operands that cross the inner port at every step, whether their tile is another one or not: where no buffer is near the
 * array, all that it does not hold itself.
 */
export function streaming(): i32 {
  if (!hardware.isDirect) return 0;
  if (mapping.dataflow == abi.WEIGHT_STATIONARY) return INPUT_BIT | OUTPUT_BIT;
  return mapping.dataflow == abi.INPUT_STATIONARY ? WEIGHT_BIT | OUTPUT_BIT : INPUT_BIT | WEIGHT_BIT;
}

/** Operands whose tiles depend on a dimension. */
function dependents(dimension: i32): i32 {
  return ALL_OPERANDS & ~(1 << operandWithout(dimension));
}

/** The dimension that loop `level` (1 to 6) runs over. */
export function dimensionOf(level: i32): i32 {
  const order: i32 = level > OUTER_INNERMOST ? mapping.innerOrder : mapping.outerOrder;
  const place: i32 = level > OUTER_INNERMOST ? level - 4 : level - 1;
  return place == 0 ? outermost(order) : place == 1 ? middle(order) : innermost(order);
}

/** Sets what changes in the three loops from `first` on, which have m, n and k turns; `inside`: what turns inside them. */
function setLoops(first: i32, m: f64, n: f64, k: f64, inside: i32, table: usize): i32 {
  let moved: i32 = inside;
  for (let level: i32 = first + 2; level >= first; level--) {
    const dimension: i32 = dimensionOf(level);
    const count: f64 = pick(dimension, m, n, k);
    const operands: i32 = dependents(dimension);
    store<f64>(TURNS + ((<usize>level) << 3), count);
    store<i32>(table + ((<usize>level) << 2), moved | operands);
    if (count > 1) moved |= operands;
  }
  return moved;
}

/** Sets the loops over batch steps and outer tiles. */
export function setOuterLoops(batchSteps: f64, m: f64, n: f64, k: f64): void {
  store<f64>(TURNS, batchSteps);
  setLoops(1, m, n, k, 0, OUTER_CHANGES);
  store<i32>(OUTER_CHANGES, ALL_OPERANDS);
}

/** Sets the loops over the inner tiles of an outer tile. */
export function setInnerLoops(m: f64, n: f64, k: f64): void {
  const inside: i32 = setLoops(4, m, n, k, 0, CHANGES);
  for (let level: i32 = 0; level <= OUTER_INNERMOST; level++) {
    store<i32>(CHANGES + ((<usize>level) << 2), outerChanges(level) | inside);
  }
}

/** Whether the loop over dimension `free` has a loop of several turns over one of the other two inside it. */
export function isOutsideTurning(free: i32, order: i32, m: f64, n: f64, k: f64): bool {
  const a: i32 = free == 0 ? 1 : 0;
  const b: i32 = free == 2 ? 1 : 2;
  return (pick(a, m, n, k) > 1 && isInside(order, a, free)) || (pick(b, m, n, k) > 1 && isInside(order, b, free));
}

/** The operand that does not depend on a dimension. */
export function operandWithout(dimension: i32): i32 {
  return dimension == 0 ? abi.WEIGHT : dimension == 1 ? abi.INPUT : abi.OUTPUT;
}

/** Operands whose outer tiles come more than once, if the outer buffer does not keep them; what goes past it has none. */
export function reloaded(): i32 {
  const turning: i32 = turningLoops(mapping.outerTurns(0), mapping.outerTurns(1), mapping.outerTurns(2));
  const counted: i32 = countedLoops(mapping.outerOrder, turning) & turning;
  let operands: i32 = 0;
  for (let dimension: i32 = 0; dimension < 3; dimension++) {
    if ((counted & (1 << dimension)) != 0) operands |= 1 << operandWithout(dimension);
  }
  return operands & ~hardware.passedBits;
}

/** The loops over m, n, k (bits 0 to 2) that have several turns. */
export function turningLoops(m: f64, n: f64, k: f64): i32 {
  return (m > 1 ? 1 : 0) | (n > 1 ? 2 : 0) | (k > 1 ? 4 : 0);
}

const COUNTED: usize = memory.data(48, 8);
for (let order: i32 = 0; order < 6; order++) {
  for (let turning: i32 = 0; turning < 8; turning++) {
    const m: f64 = (turning & 1) != 0 ? 2 : 1;
    const n: f64 = (turning & 2) != 0 ? 2 : 1;
    const k: f64 = (turning & 4) != 0 ? 2 : 1;
    let bits: i32 = 0;
    for (let free: i32 = 0; free < 3; free++) {
      if (isOutsideTurning(free, order, m, n, k)) bits |= 1 << free;
    }
    store<u8>(COUNTED + <usize>(order * 8 + turning), <u8>bits);
  }
}

/** The loops (bits 0 to 2) each turn of which moves the operand that does not depend on them, as others turn inside. */
export function countedLoops(order: i32, turning: i32): i32 {
  return <i32>load<u8>(COUNTED + <usize>(order * 8 + turning));
}
