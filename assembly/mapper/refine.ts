import { hasOuter, innerDouble, isDirect, outerDouble } from "../hardware";
import { ceilDiv } from "../int-math";
import {
  B,
  K,
  M,
  N,
  batchAtOnce,
  chunkK,
  chunkM,
  chunkN,
  colsK,
  colsM,
  colsN,
  dataflow,
  gk,
  gm,
  gn,
  innerOrder,
  isBypassed,
  lk,
  lm,
  ln,
  outerDoubleBits,
  outerOrder,
  rowsK,
  rowsM,
  rowsN,
  setArray,
  setInner,
  setOuter,
  sk,
  sm,
  sn,
  tk,
  tm,
  tn,
} from "../mapping";
import { singleSteps } from "../run";
import { challenge, loadBest, walked } from "./incumbent";
import { foldK, foldM, foldN, isLegal } from "./legal";
import { doubleBits } from "./outer-tiles";
import { INPUT, WEIGHT } from "../abi";

/*
 * Improves the best mapping by small changes, one at a time: a tile size halved, doubled, or rounded to a whole number of
 * array steps, another loop order, another register tile. What the bounds leave out (pipelines that start and end, ports
 * that wait for each other) decides on small problems; there a walk costs little.
 */
const MOVES: i32 = 42;
/** Steps that may be walked one by one in all; more where the array is fed straight, and bounds see least. */
const BUDGET: f64 = 400;
const DIRECT_BUDGET: f64 = 8000;

/** Size `which` of a dimension: half, double, one array step less or more, all. */
function resized(which: i32, size: f64, most: f64, unit: f64): f64 {
  let next: f64 = size;
  if (which == 0) next = ceilDiv(size, 2);
  else if (which == 1) next = size * 2;
  else if (which == 2) next = size - unit;
  else if (which == 3) next = size + unit;
  else next = most;
  return Math.max(1, Math.min(most, next));
}

/** Puts change `move` of the present mapping in place; false where it changes nothing. */
function change(move: i32): bool {
  let m: f64 = gm;
  let n: f64 = gn;
  let k: f64 = gk;
  let im: f64 = lm;
  let in_: f64 = ln;
  let ik: f64 = lk;
  let outer: i32 = outerOrder;
  let inner: i32 = innerOrder;
  if (move < 15) {
    const which: i32 = move % 5;
    if (move < 5) im = resized(which, lm, chunkM(gm), sm);
    else if (move < 10) in_ = resized(which, ln, chunkN(gn), sn);
    else ik = resized(which, lk, chunkK(gk), sk);
  } else if (move < 24) {
    if (!hasOuter) return false;
    const which: i32 = (move - 15) % 3 == 2 ? 4 : (move - 15) % 3;
    if (move < 18) m = resized(which, gm, M, sm);
    else if (move < 21) n = resized(which, gn, N, sn);
    else k = resized(which, gk, K, sk);
  } else if (move < 30) {
    inner = move - 24;
  } else if (move < 36) {
    outer = move - 30;
  } else {
    const which: i32 = (move - 36) % 2;
    const a: f64 = move < 38 ? resized(which, tm, ceilDiv(chunkM(M), sm), 1) : tm;
    const b: f64 = move >= 38 && move < 40 ? resized(which, tn, ceilDiv(chunkN(N), sn), 1) : tn;
    const c: f64 = move >= 40 ? resized(which, tk, ceilDiv(chunkK(K), sk), 1) : tk;
    if (a == tm && b == tn && c == tk) return false;
    setArray(dataflow, a, b, c, rowsM, rowsN, rowsK, colsM, colsN, colsK);
    // A tile of one fold follows the register tile.
    if (isDirect || isBypassed(INPUT) || isBypassed(WEIGHT)) {
      im = Math.min(isDirect || isBypassed(INPUT) ? foldM() : lm, chunkM(m));
      in_ = Math.min(isDirect || isBypassed(WEIGHT) ? foldN() : ln, chunkN(n));
      ik = Math.min(foldK(), chunkK(k));
      if (foldM() == Infinity) im = lm;
      if (foldN() == Infinity) in_ = ln;
      if (foldK() == Infinity) ik = lk;
    }
  }
  im = Math.min(im, chunkM(m));
  in_ = Math.min(in_, chunkN(n));
  ik = Math.min(ik, chunkK(k));
  const isSameOuter: bool = m == gm && n == gn && k == gk && outer == outerOrder;
  const isSameInner: bool = im == lm && in_ == ln && ik == lk && inner == innerOrder;
  if (isSameOuter && isSameInner && move < 36) return false;
  const batches: f64 = ceilDiv(B, batchAtOnce());
  const Gm: f64 = ceilDiv(M, m);
  const Gn: f64 = ceilDiv(N, n);
  const Gk: f64 = ceilDiv(K, k);
  // Operands that were single buffered for want of room stay so.
  const outerBits: i32 = doubleBits(outerDouble, Gm, Gn, Gk, batches);
  setOuter(m, n, k, outer, outerDoubleBits == 0 ? 0 : outerBits);
  const Lm: f64 = ceilDiv(chunkM(m), im);
  const Ln: f64 = ceilDiv(chunkN(n), in_);
  const Lk: f64 = ceilDiv(chunkK(k), ik);
  const innerBits: i32 = isDirect ? 7 : doubleBits(innerDouble, Lm * Gm, Ln * Gn, Lk * Gk, batches);
  setInner(im, in_, ik, inner, innerBits);
  if (isLegal()) return true;
  if (!hasOuter || outerDoubleBits == 0) return false;
  setOuter(m, n, k, outer, 0);
  return isLegal();
}

/** Improves the best mapping. */
export function refine(): void {
  const budget: f64 = isDirect ? DIRECT_BUDGET : BUDGET;
  let spent: f64 = 0;
  let move: i32 = 0;
  let unchanged: i32 = 0;
  while (unchanged < MOVES && spent < budget) {
    loadBest();
    const changed: bool = change(move);
    move = move + 1 == MOVES ? 0 : move + 1;
    unchanged++;
    if (!changed) continue;
    const before: f64 = walked;
    if (challenge()) unchanged = 0;
    if (walked > before) spent += singleSteps;
  }
}
