import { EFFORT_EXHAUSTIVE, INPUT, RES_FIELDS, WEIGHT } from "../abi";
import {
  cores,
  hasOuter,
  innerDouble,
  innerInput,
  innerOutput,
  innerSplit,
  innerWeight,
  inputBytes,
  isDirect,
  weightBytes,
} from "../hardware";
import { ceilDiv } from "../int-math";
import {
  setPacked,
  setCores,
  coresB,
  coresM,
  coresN,
  coresK,
  B,
  K,
  M,
  N,
  batchAtOnce,
  bypass,
  chunkK,
  chunkM,
  chunkN,
  gk,
  gm,
  gn,
  isBypassed,
  loadMapping,
  setInner,
  sk,
  sm,
  sn,
  storeMapping,
  tk,
  tm,
  tn,
} from "../mapping";
import { countTraffic, energyOfTraffic } from "../counters";
import { cycles, walk } from "../run";
import { findOptions, optionCount, optionScore, useOption } from "./array-options";
import { boundAnyOrder, boundEnergy, boundOrder, boundOuter, boundTiles, boundTime, stepCount } from "./bound";
import { MOST_CANDIDATES, fewSizes, sizes } from "./candidates";
import { foldK, foldM, foldN, innerFits, innerNeeded, outerFits } from "./legal";
import { doubleBits, findOuterTiles, newOrders, outerCount, outerScore, smallestOuter, useOuter } from "./outer-tiles";
import { refine } from "./refine";
import { score, secondScore } from "./score";
import { clearShortList, keep, keptCount, keptRow, keptScore, worstKept } from "./short-list";

/*
 * Mapping search. For every split over cores and every promising use of the array, global-buffer tiles are taken in the
 * order of their bounds, and local tiles within them; each is scored by a closed-form bound. The best bounds are walked
 * in time, from the best on, until no bound left can beat the best walk. docs/model.md, "mapper".
 */

const LISTS: usize = memory.data(3 * MOST_CANDIDATES * 8, 16);
const M_SIZES: usize = LISTS;
const N_SIZES: usize = LISTS + MOST_CANDIDATES * 8;
const K_SIZES: usize = LISTS + 2 * MOST_CANDIDATES * 8;
const BEST: usize = memory.data(RES_FIELDS * 8, 16);

export let scored: f64 = 0;
export let walked: f64 = 0;
/** Bytes that the smallest tiles tried need, where none fits. */
export let neededInner: f64 = 0;
export let neededOuter: f64 = 0;

function element(list: usize, index: i32): f64 {
  return load<f64>(list + ((<usize>index) << 3));
}

/** Scores every order of the present local tiles. */
function tryOrders(Lm: f64, Ln: f64, Lk: f64, bits: i32, mostSteps: f64): void {
  boundTiles();
  if (stepCount > mostSteps) return;
  boundAnyOrder();
  scored += 1;
  if (score(boundTime, boundEnergy) > worstKept()) return;
  const orders: i32 = newOrders(Lm, Ln, Lk);
  for (let order: i32 = 0; order < 6; order++) {
    if (((orders >> order) & 1) == 0) continue;
    setInner(tileM, tileN, tileK, order, bits);
    if (hasOuter && !outerFits()) continue;
    boundOrder();
    scored += 1;
    const first: f64 = score(boundTime, boundEnergy);
    if (first <= worstKept()) keep(first, secondScore(boundTime, boundEnergy));
  }
}

let tileM: f64 = 1;
let tileN: f64 = 1;
let tileK: f64 = 1;

/** Sizes of inner tiles along one dimension; where they are bounded by one fold, that of it, `most`. */
function innerSizes(to: usize, extent: f64, unit: f64, most: f64, all: bool, mostParts: f64): i32 {
  if (most != Infinity) {
    store<f64>(to, Math.min(extent, most));
    return 1;
  }
  return all ? sizes(to, extent, unit, true) : fewSizes(to, extent, unit, isDirect ? 8 : mostParts);
}

/** Tries local tiles for the present global-buffer tile and use of the array. */
function tryLocalTiles(all: bool, mostParts: f64, mostSteps: f64): void {
  const cm: f64 = chunkM(gm);
  const cn: f64 = chunkN(gn);
  const ck: f64 = chunkK(gk);
  const mostM: f64 = isDirect || isBypassed(INPUT) ? foldM() : Infinity;
  const mostN: f64 = isDirect || isBypassed(WEIGHT) ? foldN() : Infinity;
  const mostK: f64 = isDirect || bypass ? foldK() : Infinity;
  const countM: i32 = innerSizes(M_SIZES, cm, sm * tm, mostM, all, mostParts);
  const countN: i32 = innerSizes(N_SIZES, cn, sn * tn, mostN, all, mostParts);
  const countK: i32 = innerSizes(K_SIZES, ck, sk * tk, mostK, all, mostParts);
  const Gm: f64 = ceilDiv(M, gm);
  const Gn: f64 = ceilDiv(N, gn);
  const Gk: f64 = ceilDiv(K, gk);
  const batches: f64 = ceilDiv(B, batchAtOnce());
  boundOuter();
  let wholeColumns: i32 = 0;
  for (let y: i32 = 0; y < countN; y++) {
    tileN = element(N_SIZES, y);
    const Ln: f64 = ceilDiv(cn, tileN);
    let wholes: i32 = 0;
    let before: f64 = 0;
    let sames: i32 = 0;
    for (let x: i32 = 0; x < countM; x++) {
      tileM = element(M_SIZES, x);
      const Lm: f64 = ceilDiv(cm, tileM);
      for (let z: i32 = 0; z < countK; z++) {
        tileK = element(K_SIZES, z);
        const Lk: f64 = ceilDiv(ck, tileK);
        // What goes straight to the array is always fetched ahead.
        const bits: i32 = isDirect ? 7 : doubleBits(innerDouble, Lm * Gm, Ln * Gn, Lk * Gk, batches);
        setInner(tileM, tileN, tileK, 0, bits);
        if (!innerFits()) {
          if (innerNeeded < neededInner) neededInner = innerNeeded;
          continue;
        }
        // Of equal k, fewer rows only cost reuse; a second size is kept for its shorter first fill.
        sames = tileK == before ? sames + 1 : 0;
        before = tileK;
        if (all || isDirect || bypass || sames < 2) tryOrders(Lm, Ln, Lk, bits, mostSteps);
        if (all) continue;
        // Less of k than fits only adds partial sums.
        if (z == 0) wholes++;
        break;
      }
      // Where all of k fits, still fewer rows only cost reuse; a second size is kept for its shorter first fill.
      if (!all && !isDirect && !bypass && wholes == 2) break;
    }
    if (wholes == 2) wholeColumns++;
    if (!all && !isDirect && wholeColumns == 4) break;
  }
}

/**
 * Inner steps of a mapping that is still worth walking: a few times as many as cubes that fill an inner buffer would take.
 * Finer tiles fetch more and cost the search its time.
 */
function stepLimit(): f64 {
  if (isDirect) return Infinity;
  const room: f64 = innerSplit ? innerInput + innerWeight + innerOutput : innerInput;
  const side: f64 = Math.sqrt(room / (3 * Math.max(inputBytes, weightBytes)));
  return Math.max(1024, (8 * B * M * N * K) / (coresB * coresM * coresN * coresK * side * side * side));
}

function trySplit(b: f64, m: f64, n: f64, k: f64, effort: i32): void {
  const all: bool = effort == EFFORT_EXHAUSTIVE;
  setCores(b, m, n, k);
  setPacked(1);
  const mostSteps: f64 = all ? Infinity : stepLimit();
  // Parts of one dimension: large problems need more of them.
  const mostParts: f64 = Math.max(64, mostSteps / 16);
  findOptions(effort);
  if (optionCount == 0) return;
  useOption(0);
  findOuterTiles(all ? 512 : 4, all);
  if (smallestOuter < neededOuter) neededOuter = smallestOuter;
  for (let option: i32 = 0; option < optionCount; option++) {
    if (optionScore(option) > worstKept()) break;
    useOption(option);
    const outers: i32 = all || option == 0 ? outerCount : min(outerCount, 2);
    for (let outer: i32 = 0; outer < outers; outer++) {
      if (outerScore(outer) > worstKept()) break;
      useOuter(outer);
      tryLocalTiles(all, mostParts, mostSteps);
      if (keptCount == 0) tryLocalTiles(all, Infinity, Infinity);
    }
  }
}

/** Searches the best mapping of the problem in mapping.ts; true if there is one, which then is in place and walked. */
export function search(effort: i32): bool {
  clearShortList(effort == EFFORT_EXHAUSTIVE ? 64 : 4);
  scored = 0;
  walked = 0;
  neededInner = Infinity;
  neededOuter = Infinity;
  if (cores > 1) {
    if (B > 1) trySplit(Math.min(cores, B), 1, 1, 1, effort);
    if (M > 1) trySplit(1, Math.min(cores, M), 1, 1, effort);
    if (N > 1) trySplit(1, 1, Math.min(cores, N), 1, effort);
    if (K > 1 && hasOuter) trySplit(1, 1, 1, Math.min(cores, K), effort);
  }
  if (keptCount == 0) trySplit(1, 1, 1, 1, effort);
  if (keptCount == 0) return false;

  let best: f64 = Infinity;
  let second: f64 = Infinity;
  for (let i: i32 = 0; i < keptCount; i++) {
    if (keptScore(i) > best) break;
    loadMapping(keptRow(i));
    walk();
    walked += 1;
    countTraffic();
    const dynamic: f64 = energyOfTraffic();
    const first: f64 = score(cycles, dynamic);
    const other: f64 = secondScore(cycles, dynamic);
    if (first < best || (first == best && other < second)) {
      best = first;
      second = other;
      storeMapping(BEST);
    }
  }
  walked += refine(BEST, best, second);
  loadMapping(BEST);
  walk();
  return true;
}
