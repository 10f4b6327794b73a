import { EFFORT_EXHAUSTIVE, INPUT, OUTPUT, RES_FIELDS, WEIGHT } from "../abi";
import { cores, hasOuter, innerDouble, outerDouble } from "../hardware";
import { ceilDiv } from "../int-math";
import { innermost, middle, outermost, pick } from "../loop-order";
import {
  B, K, M, N, SPLIT_BATCH, SPLIT_M, SPLIT_N, gk, gm, gn, innerOrder, lk, lm, ln, loadMapping, outerOrder, setInner,
  setOuter, setSplit, sk, sm, sn, split, splitCores, storeMapping, tk, tm, tn,
} from "../mapping";
import { energyOfWalk } from "../result";
import { cycles, walk, walkedSteps } from "../run";
import { findOptions, optionCount, optionScore, useOption } from "./array-options";
import { bound, boundEnergy, boundTime } from "./bound";
import { MOST_CANDIDATES, sizes } from "./candidates";
import { chunkOf, innerFits, innerNeeded, outerFits, outerNeeded } from "./legal";
import { score, secondScore } from "./score";

/*
 * Mapping search: for every split over cores and every promising use of the array, all global-buffer tiles and, in
 * each, all local tiles are scored by the closed-form bound; the best bounds are kept in a short list and walked in
 * time from the best on, until no bound left can beat the best walk. docs/model.md, "mapper".
 */

const LISTS: usize = memory.data(6 * MOST_CANDIDATES * 8, 16);
const M_OUTER: usize = LISTS;
const N_OUTER: usize = LISTS + MOST_CANDIDATES * 8;
const K_OUTER: usize = LISTS + 2 * MOST_CANDIDATES * 8;
const M_INNER: usize = LISTS + 3 * MOST_CANDIDATES * 8;
const N_INNER: usize = LISTS + 4 * MOST_CANDIDATES * 8;
const K_INNER: usize = LISTS + 5 * MOST_CANDIDATES * 8;

/** Short list: mappings with their bounds, best first. A row is the mapping part of a result record. */
const MOST_KEPT: i32 = 48;
const ROW: usize = RES_FIELDS * 8;
const KEPT: usize = memory.data((MOST_KEPT + 1) * RES_FIELDS * 8, 16);
const BEST: usize = memory.data(RES_FIELDS * 8, 16);
let keptCount: i32 = 0;

export let scored: f64 = 0;
export let walked: f64 = 0;
export let smallestInner: f64 = 0;
export let smallestOuter: f64 = 0;
let limit: i32 = MOST_KEPT;

function element(list: usize, index: i32): f64 {
  return load<f64>(list + ((<usize>index) << 3));
}

function row(index: i32): usize {
  return KEPT + (<usize>index) * ROW;
}

/** Score that a candidate must beat to be worth keeping. */
function worstKept(): f64 {
  return keptCount < limit ? Infinity : load<f64>(row(keptCount - 1));
}

function keep(first: f64, second: f64): void {
  let i: i32 = keptCount;
  while (i > 0) {
    const other: f64 = load<f64>(row(i - 1));
    if (first > other || (first == other && second >= load<f64>(row(i - 1) + 8))) break;
    i--;
  }
  if (i >= limit) return;
  const last: i32 = keptCount < limit ? keptCount : limit - 1;
  if (last > i) memory.copy(row(i + 1), row(i), (<usize>(last - i)) * ROW);
  storeMapping(row(i));
  store<f64>(row(i), first);
  store<f64>(row(i) + 8, second);
  if (keptCount < limit) keptCount++;
}

/** Double-buffers every operand that has more than one tile to fetch, as far as the level can. */
function doubleBits(canDouble: bool, tilesM: f64, tilesN: f64, tilesK: f64, others: f64): i32 {
  if (!canDouble) return 0;
  let bits: i32 = 0;
  if (tilesM * tilesK * others > 1) bits |= 1 << INPUT;
  if (tilesN * tilesK * others > 1) bits |= 1 << WEIGHT;
  if (tilesM * tilesN * others > 1) bits |= 1 << OUTPUT;
  return bits;
}

/** Whether a loop order says something new: loops of one turn count for nothing. */
function isNewOrder(order: i32, m: f64, n: f64, k: f64): bool {
  // Canonical: single-turn loops outermost, in the order m, n, k.
  const a: i32 = outermost(order);
  const b: i32 = middle(order);
  const c: i32 = innermost(order);
  const isA: bool = pick(a, m, n, k) > 1;
  const isB: bool = pick(b, m, n, k) > 1;
  const isC: bool = pick(c, m, n, k) > 1;
  if (isA && !isB) return false;
  if (isB && !isC) return false;
  if (isA && !isC) return false;
  if (!isA && !isB && a > b) return false;
  return isA || isB || isC || order == 0;
}

/** Scores every loop order for the present tiles. */
function tryInnerOrders(): void {
  const Lm: f64 = ceilDiv(chunkOf(gm, SPLIT_M), lm);
  const Ln: f64 = ceilDiv(chunkOf(gn, SPLIT_N), ln);
  const Lk: f64 = ceilDiv(gk, lk);
  const saved: i32 = outerOrder;
  for (let order: i32 = 0; order < 6; order++) {
    if (!isNewOrder(order, Lm, Ln, Lk)) continue;
    const bits: i32 = innerBits(Lm, Ln, Lk);
    setInner(lm, ln, lk, order, bits);
    if (hasOuter && !outerFits()) continue;
    bound();
    scored += 1;
    const first: f64 = score(boundTime, boundEnergy);
    if (first < worstKept()) keep(first, secondScore(boundTime, boundEnergy));
  }
  if (saved != outerOrder) unreachable();
}

function innerBits(Lm: f64, Ln: f64, Lk: f64): i32 {
  const batches: f64 = split == SPLIT_BATCH ? ceilDiv(B, splitCores) : B;
  return doubleBits(
    innerDouble, Lm * ceilDiv(M, gm), Ln * ceilDiv(N, gn), Lk * ceilDiv(K, gk), batches,
  );
}

/** Tries local tiles for the present global-buffer tile and array option. */
function tryInnerTiles(effort: i32): void {
  const cm: f64 = chunkOf(gm, SPLIT_M);
  const cn: f64 = chunkOf(gn, SPLIT_N);
  const all: bool = effort == EFFORT_EXHAUSTIVE;
  const countM: i32 = sizes(M_INNER, cm, sm * tm, all);
  const countN: i32 = sizes(N_INNER, cn, sn * tn, all);
  const countK: i32 = sizes(K_INNER, gk, sk * tk, all);
  for (let in_: i32 = 0; in_ < countN; in_++) {
    const n: f64 = element(N_INNER, in_);
    let whole: i32 = 0;
    for (let im: i32 = 0; im < countM; im++) {
      const m: f64 = element(M_INNER, im);
      let found: i32 = 0;
      for (let ik: i32 = 0; ik < countK; ik++) {
        const k: f64 = element(K_INNER, ik);
        setInner(m, n, k, 0, innerBits(ceilDiv(cm, m), ceilDiv(cn, n), ceilDiv(gk, k)));
        if (!innerFits()) {
          if (innerNeeded < smallestInner) smallestInner = innerNeeded;
          continue;
        }
        tryInnerOrders();
        found++;
        if (!all && found == 2) break;
        if (k == gk) whole++;
      }
      // Where all of k fits, still smaller tiles only cost reuse; a few are kept for a shorter first fill.
      if (!all && whole >= 3) break;
    }
    if (!all && whole >= 3 && in_ >= 8) break;
  }
}

/** Tries global-buffer tiles for the present split and array option. */
function tryOuterTiles(effort: i32): void {
  const all: bool = effort == EFFORT_EXHAUSTIVE;
  const outerM: i32 = hasOuter ? sizes(M_OUTER, M, 1, all) : one(M_OUTER, M);
  const outerN: i32 = hasOuter ? sizes(N_OUTER, N, 1, all) : one(N_OUTER, N);
  const outerK: i32 = hasOuter ? sizes(K_OUTER, K, 1, all) : one(K_OUTER, K);
  const batches: f64 = split == SPLIT_BATCH ? ceilDiv(B, splitCores) : B;
  for (let im: i32 = 0; im < outerM; im++) {
    const m: f64 = element(M_OUTER, im);
    for (let in_: i32 = 0; in_ < outerN; in_++) {
      const n: f64 = element(N_OUTER, in_);
      for (let ik: i32 = 0; ik < outerK; ik++) {
        const k: f64 = element(K_OUTER, ik);
        const Gm: f64 = ceilDiv(M, m);
        const Gn: f64 = ceilDiv(N, n);
        const Gk: f64 = ceilDiv(K, k);
        const bits: i32 = doubleBits(outerDouble && hasOuter, Gm, Gn, Gk, batches);
        for (let order: i32 = 0; order < 6; order++) {
          if (!isNewOrder(order, Gm, Gn, Gk)) continue;
          // The tile as one local tile: the least that this choice can cost.
          setOuter(m, n, k, order, bits);
          setInner(chunkOf(m, SPLIT_M), chunkOf(n, SPLIT_N), k, 0, 0);
          if (hasOuter && !outerFits()) {
            if (outerNeeded < smallestOuter) smallestOuter = outerNeeded;
            continue;
          }
          setInner(Math.min(chunkOf(m, SPLIT_M), sm * tm), Math.min(chunkOf(n, SPLIT_N), sn * tn), 1, 0, 0);
          boundOuter();
          scored += 1;
          if (score(boundTime, boundEnergy) >= worstKept()) continue;
          tryInnerTiles(effort);
          setOuter(m, n, k, order, bits);
        }
        if (!hasOuter) return;
      }
    }
  }
}

/** Bound of the present global-buffer tile whatever the local tiles: the whole tile as one local tile. */
function boundOuter(): void {
  setInner(chunkOf(gm, SPLIT_M), chunkOf(gn, SPLIT_N), gk, 0, 0);
  bound();
}

function one(list: usize, size: f64): i32 {
  store<f64>(list, size);
  return 1;
}

function trySplit(dimension: i32, count: f64, effort: i32): void {
  setSplit(dimension, count);
  findOptions(effort);
  for (let option: i32 = 0; option < optionCount; option++) {
    if (optionScore(option) >= worstKept()) break;
    useOption(option);
    tryOuterTiles(effort);
  }
}

/** Searches the best mapping of the problem in mapping.ts; true if one was found, which is then walked and in place. */
export function search(effort: i32): bool {
  keptCount = 0;
  scored = 0;
  walked = 0;
  smallestInner = Infinity;
  smallestOuter = Infinity;
  limit = effort == EFFORT_EXHAUSTIVE ? MOST_KEPT : 12;
  if (cores > 1) {
    if (B > 1) trySplit(SPLIT_BATCH, Math.min(cores, B), effort);
    if (M > 1) trySplit(SPLIT_M, Math.min(cores, M), effort);
    if (N > 1) trySplit(SPLIT_N, Math.min(cores, N), effort);
  }
  if (cores == 1 || (B == 1 && M == 1 && N == 1) || keptCount == 0) trySplit(SPLIT_BATCH, 1, effort);
  if (keptCount == 0) return false;

  let best: f64 = Infinity;
  let second: f64 = Infinity;
  for (let i: i32 = 0; i < keptCount; i++) {
    if (load<f64>(row(i)) > best) break;
    loadMapping(row(i));
    walk();
    walked += 1;
    const dynamic: f64 = energyOfWalk();
    const first: f64 = score(cycles, dynamic);
    const other: f64 = secondScore(cycles, dynamic);
    if (first < best || (first == best && other < second)) {
      best = first;
      second = other;
      storeMapping(BEST);
    }
  }
  loadMapping(BEST);
  walk();
  return true;
}
