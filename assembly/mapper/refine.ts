import * as abi from "../abi";
import * as hardware from "../hardware";
import { ceilDiv } from "../int-math";
import * as mapping from "../mapping";
import { reloaded } from "../nest";
import * as steps from "../steps";
import * as incumbent from "./incumbent";
import * as legal from "./legal";
import * as outerTiles from "./outer-tiles";

/*
 * Improves the best mapping by small changes, one at a time: a tile size halved, doubled, or rounded to a whole number of
 * array steps, another loop order, another register tile, sizes by one element, and held words
 * moved between k and across. What the bounds leave out (pipelines that start and end, ports
 * that wait for each other) decides on small problems; there a walk costs little.
 */
// Moves by number: sizes of the inner and of the outer tile (five a dimension), their orders, register tiles (two a dimension).
const OUTER_SIZES: i32 = 15;
const INNER_ORDERS: i32 = 30;
const OUTER_ORDERS: i32 = 36;
const REGISTERS: i32 = 42;
// Flexible arrays: columns between m and n (two), rows (two), parts of k one more or less.
const SPREADS: i32 = 48;
// Sizes of the inner and of the outer tile by one (two a dimension).
const INNER_ONES: i32 = 54;
const OUTER_ONES: i32 = 60;
// Held words between k and across: a power of two from the one to the other; a single one along k.
const WORDS: i32 = 66;
const ONE_WORD: i32 = 68;
// Inner sizes in even parts.
const EVENS: i32 = 69;
const MOVES: i32 = 72;
/** Steps that may be walked one by one in all (half: 0.05 % on random chips); more where the array is fed straight, and bounds see least (a quarter: 0.1 %). */
const BUDGET: f64 = 150;
const DIRECT_BUDGET: f64 = 8000;

const HALF: i32 = 0;
const DOUBLE: i32 = 1;
const UNIT_LESS: i32 = 2;
const UNIT_MORE: i32 = 3;
const ONE_LESS: i32 = 4;
const ALL: i32 = 5;
const ONE_MORE: i32 = 6;
const EVEN: i32 = 7;

/** A size changed as `how` says, within 1 to `most`. */
function resized(how: i32, size: f64, most: f64, unit: f64): f64 {
  let next: f64 = most;
  if (how == HALF) next = ceilDiv(size, 2);
  else if (how == DOUBLE) next = size * 2;
  else if (how == UNIT_LESS) next = size - unit;
  else if (how == UNIT_MORE) next = size + unit;
  else if (how == ONE_LESS) next = size - 1;
  else if (how == ONE_MORE) next = size + 1;
  else if (how == EVEN) next = ceilDiv(most, ceilDiv(most, size));
  return Math.max(1, Math.min(most, next));
}

/** A size of which one fold covers at most `fold`, after the fold has grown or not. */
function followed(size: f64, fold: f64, isGrown: bool): f64 {
  return isGrown && fold != Infinity ? fold : Math.min(size, fold);
}

/** How the `index`-th of the five moves of an inner size, or of an outer one, changes it. */
function innerChange(index: i32): i32 {
  return index == 4 ? ALL : index;
}
function outerChange(index: i32): i32 {
  return index < 3 ? index : index == 3 ? ONE_LESS : ALL;
}

/** Spreads the problem over the array otherwise, as the `index`-th of the six ways says; false where there is no such way. */
function spread(index: i32): bool {
  if (hardware.unroll != abi.UNROLL_FLEXIBLE) return false;
  let rm: f64 = mapping.rowsM;
  let rn: f64 = mapping.rowsN;
  let rk: f64 = mapping.rowsK;
  let cm: f64 = mapping.colsM;
  let cn: f64 = mapping.colsN;
  if (index < 2) {
    const from: f64 = index == 0 ? cm : cn;
    // Columns for the one row that an array has would only stand idle.
    if (from == 1 || (index == 1 && mapping.arrayPart(mapping.chunkM(mapping.M), mapping.arraysM) == 1)) return false;
    const less: f64 = Math.floor(from / 2);
    const more: f64 = Math.floor(hardware.cols / less);
    cm = index == 0 ? less : more;
    cn = index == 0 ? more : less;
  } else if (index < 4) {
    if ((index == 2 ? rm : rn) == 1) return false;
    rm = mapping.rowsN;
    rn = mapping.rowsM;
  } else {
    const extent: f64 = mapping.chunkK(mapping.K);
    const parts: f64 = ceilDiv(extent, rk) + (index == 4 ? 1 : -1);
    if (parts < 1 || parts > extent) return false;
    rk = ceilDiv(extent, parts);
    if (rk > hardware.rows || rk == mapping.rowsK) return false;
    const left: f64 = Math.floor(hardware.rows / rk);
    if (rn > 1) rn = left;
    else rm = left;
  }
  isTouched = true;
  mapping.setArray(mapping.dataflow, mapping.tm, mapping.tn, mapping.tk, rm, rn, rk, cm, cn, mapping.colsK);
  return true;
}

/** Whether the last change has been put in place, legal or not. */
let isTouched: bool = true;

/** Puts change `move` of the present mapping in place; false where it changes nothing. */
function change(move: i32): bool {
  isTouched = false;
  let m: f64 = mapping.gm;
  let n: f64 = mapping.gn;
  let k: f64 = mapping.gk;
  let im: f64 = mapping.lm;
  let in_: f64 = mapping.ln;
  let ik: f64 = mapping.lk;
  let outer: i32 = mapping.outerOrder;
  let inner: i32 = mapping.innerOrder;
  if (move < OUTER_SIZES) {
    const how: i32 = innerChange(move % 5);
    if (move < 5) im = resized(how, mapping.lm, mapping.chunkM(mapping.gm), mapping.sm);
    else if (move < 10) in_ = resized(how, mapping.ln, mapping.chunkN(mapping.gn), mapping.sn);
    else ik = resized(how, mapping.lk, mapping.chunkK(mapping.gk), mapping.sk);
  } else if (move < INNER_ORDERS) {
    if (!hardware.hasOuter) return false;
    const how: i32 = outerChange(move % 5);
    if (move < OUTER_SIZES + 5) m = resized(how, mapping.gm, mapping.M, mapping.sm);
    else if (move < OUTER_SIZES + 10) n = resized(how, mapping.gn, mapping.N, mapping.sn);
    else k = resized(how, mapping.gk, mapping.K, mapping.sk);
  } else if (move < OUTER_ORDERS) {
    inner = move - INNER_ORDERS;
  } else if (move < REGISTERS) {
    outer = move - OUTER_ORDERS;
  } else if (move >= SPREADS && move < INNER_ONES) {
    if (!spread(move - SPREADS)) return false;
    if (mapping.isBypassed(abi.INPUT)) im = Math.min(mapping.lm, legal.foldM());
    if (mapping.isBypassed(abi.WEIGHT)) in_ = Math.min(mapping.ln, legal.foldN());
    if (hardware.isDirect || mapping.bypass) ik = Math.min(mapping.lk, legal.foldK());
  } else if (move >= EVENS) {
    if (move == EVENS) im = resized(EVEN, mapping.lm, mapping.chunkM(mapping.gm), 1);
    else if (move == EVENS + 1) in_ = resized(EVEN, mapping.ln, mapping.chunkN(mapping.gn), 1);
    else ik = resized(EVEN, mapping.lk, mapping.chunkK(mapping.gk), 1);
  } else if (move >= INNER_ONES && move < WORDS) {
    const how: i32 = move % 2 == 0 ? ONE_LESS : ONE_MORE;
    if (move < INNER_ONES + 2) im = resized(how, mapping.lm, mapping.chunkM(mapping.gm), 1);
    else if (move < INNER_ONES + 4) in_ = resized(how, mapping.ln, mapping.chunkN(mapping.gn), 1);
    else if (move < OUTER_ONES) ik = resized(how, mapping.lk, mapping.chunkK(mapping.gk), 1);
    else if (!hardware.hasOuter) return false;
    else if (move < OUTER_ONES + 2) m = resized(how, mapping.gm, mapping.M, 1);
    else if (move < OUTER_ONES + 4) n = resized(how, mapping.gn, mapping.N, 1);
    else k = resized(how, mapping.gk, mapping.K, 1);
  } else {
    const how: i32 = move % 2;
    const dimension: i32 = move >= WORDS ? 2 : (move - REGISTERS) / 2;
    let a: f64 =
      dimension == 0 ? resized(how, mapping.tm, ceilDiv(mapping.chunkM(mapping.M), mapping.sm), 1) : mapping.tm;
    let b: f64 =
      dimension == 1 ? resized(how, mapping.tn, ceilDiv(mapping.chunkN(mapping.N), mapping.sn), 1) : mapping.tn;
    let c: f64 =
      dimension == 2 ? resized(how, mapping.tk, ceilDiv(mapping.chunkK(mapping.K), mapping.sk), 1) : mapping.tk;
    if (move == ONE_WORD) c = 1;
    else if (move >= WORDS) {
      const across: i32 = how == HALF ? DOUBLE : HALF;
      if (mapping.dataflow == abi.OUTPUT_STATIONARY) return false;
      if (mapping.dataflow == abi.WEIGHT_STATIONARY)
        b = resized(across, mapping.tn, ceilDiv(mapping.chunkN(mapping.N), mapping.sn), 1);
      else a = resized(across, mapping.tm, ceilDiv(mapping.chunkM(mapping.M), mapping.sm), 1);
    }
    // Stream positions are worked on together only where several words are held along k alone.
    if (mapping.dataflow == abi.WEIGHT_STATIONARY && (b > 1 || c == 1)) a = 1;
    if (mapping.dataflow == abi.INPUT_STATIONARY && (a > 1 || c == 1)) b = 1;
    if (a == mapping.tm && b == mapping.tn && c == mapping.tk) return false;
    isTouched = true;
    mapping.setArray(
      mapping.dataflow,
      a,
      b,
      c,
      mapping.rowsM,
      mapping.rowsN,
      mapping.rowsK,
      mapping.colsM,
      mapping.colsN,
      mapping.colsK,
    );
    // A tile of one fold grows with the register tile, and shrinks where it has to.
    const isGrown: bool = how == DOUBLE || move >= WORDS;
    if (hardware.isDirect || mapping.isBypassed(abi.INPUT)) im = followed(mapping.lm, legal.foldM(), isGrown);
    if (hardware.isDirect || mapping.isBypassed(abi.WEIGHT)) in_ = followed(mapping.ln, legal.foldN(), isGrown);
    if (hardware.isDirect || mapping.bypass) ik = followed(mapping.lk, legal.foldK(), isGrown);
  }
  im = Math.min(im, mapping.chunkM(m));
  in_ = Math.min(in_, mapping.chunkN(n));
  ik = Math.min(ik, mapping.chunkK(k));
  const isSameOuter: bool = m == mapping.gm && n == mapping.gn && k == mapping.gk && outer == mapping.outerOrder;
  const isSameInner: bool = im == mapping.lm && in_ == mapping.ln && ik == mapping.lk && inner == mapping.innerOrder;
  if (isSameOuter && isSameInner && (move < REGISTERS || (move >= INNER_ONES && move < WORDS) || move >= EVENS))
    return false;
  const batches: f64 = ceilDiv(mapping.B, mapping.batchAtOnce());
  const Gm: f64 = ceilDiv(mapping.M, m);
  const Gn: f64 = ceilDiv(mapping.N, n);
  const Gk: f64 = ceilDiv(mapping.K, k);
  // Operands that were single buffered for want of room stay so.
  const outerBits: i32 = outerTiles.doubleOuterBits(Gm, Gn, Gk, batches);
  const kept: i32 = mapping.keptBits;
  isTouched = true;
  mapping.setOuter(m, n, k, outer, mapping.outerDoubleBits == 0 ? 0 : outerBits);
  mapping.setKept(kept & reloaded());
  const Lm: f64 = ceilDiv(mapping.chunkM(m), im);
  const Ln: f64 = ceilDiv(mapping.chunkN(n), in_);
  const Lk: f64 = ceilDiv(mapping.chunkK(k), ik);
  const innerBits: i32 = hardware.isDirect
    ? 7
    : outerTiles.doubleBits(hardware.innerDouble, Lm * Gm, Ln * Gn, Lk * Gk, batches);
  mapping.setInner(im, in_, ik, inner, innerBits);
  if (legal.isLegal()) return true;
  if (!hardware.hasOuter || mapping.outerDoubleBits == 0) return false;
  mapping.setOuter(m, n, k, outer, 0);
  mapping.setKept(kept & reloaded());
  return legal.isLegal();
}

/**
 * Improves the best mapping.
 *
 * @param isEvery  walks also what has the bounds of the mapping walked before: where single cycles count, it may wait otherwise
 */
export function refine(isEvery: bool): void {
  const budget: f64 = hardware.isDirect ? DIRECT_BUDGET : BUDGET;
  let spent: f64 = 0;
  let move: i32 = 0;
  let unchanged: i32 = 0;
  isTouched = true;
  while (unchanged < MOVES && spent < budget) {
    if (isTouched) incumbent.loadBest();
    const changed: bool = change(move);
    move = move + 1 == MOVES ? 0 : move + 1;
    unchanged++;
    if (!changed) continue;
    const before: f64 = incumbent.walked;
    if (incumbent.challenge(!hardware.isDirect && !isEvery)) unchanged = 0;
    if (incumbent.walked > before) spent += steps.singleSteps;
  }
}
