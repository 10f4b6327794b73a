import { EFFORT_EXHAUSTIVE, INPUT, WEIGHT } from "../abi";
import {
  arrays,
  cols,
  cores,
  hasOuter,
  innerDouble,
  innerInput,
  innerOutput,
  innerSplit,
  innerWeight,
  inputBytes,
  isDirect,
  rows,
  weightBytes,
} from "../hardware";
import { ceilDiv } from "../int-math";
import {
  B,
  K,
  M,
  N,
  batchAtOnce,
  bypass,
  chunkK,
  chunkM,
  chunkN,
  coresB,
  coresK,
  coresM,
  coresN,
  gk,
  gm,
  gn,
  isBypassed,
  loadMapping,
  setArrays,
  setCores,
  setInner,
  sk,
  sm,
  sn,
  tk,
  tm,
  tn,
} from "../mapping";
import { findOptions, optionCount, optionScore, useOption } from "./array-options";
import {
  boundAnyOrder,
  boundEnergy,
  boundOrder,
  boundOuter,
  boundProblem,
  boundShares,
  boundTiles,
  boundTime,
  stepCount,
} from "./bound";
import { MOST_CANDIDATES, fewSizes, sizes } from "./candidates";
import { firstThatFits, foldK, foldM, foldN, innerFits, innerNeeded, outerFits, outerFitsAnyInner } from "./legal";
import { doubleBits, findOuterTiles, ordersOf, outerCount, outerScore, smallestOuter, useOuter } from "./outer-tiles";
import { bestCycles, bestScore, challenge, clearIncumbent, setLeastGain } from "./incumbent";
import { scored as scoredMore, clearScored, searchAll, searchMore } from "./exhaustive";
import { refine } from "./refine";
import { isTimeCounted, score, secondScore } from "./score";
import { clearShortList, keep, keptCount, keptRow, keptScore, newKind, worstKept } from "./short-list";
import { setSize, sizeAt, sizeRow } from "./sizes";

/*
 * Mapping search. For every split over cores and their arrays, and every promising use of the array, global-buffer tiles are taken in the
 * order of their bounds, and local tiles within them; each is scored by a closed-form bound. The best bounds are walked
 * in time, from the best on, until no bound left can beat the best walk. docs/model.md, "mapper".
 */

/** Gain by which a bound must beat the best for a walk, as a share. */
const LEAST_GAIN: f64 = 0.0005;
/** MACs of a batch element below which a single cycle may be a percent of its time. */
const SMALL: f64 = 131072;
/** The same of larger problems, by the cycles that the best mapping takes. */
const SHORT: f64 = 300;
const LIST: usize = memory.data(MOST_CANDIDATES * 8, 16);

export let scored: f64 = 0;
/** Bytes that the smallest tiles tried need, where none fits. */
export let neededInner: f64 = 0;
export let neededOuter: f64 = 0;

/**
 * Scores every order of the present local tiles, given their rows of the size tables.
 *
 * @param turning  loops (bits 0 to 2) that have several turns within an outer tile
 */
function tryOrders(m: usize, n: usize, k: usize, turning: i32, bits: i32, mostSteps: f64): void {
  boundTiles(m, n, k);
  if (stepCount > mostSteps) return;
  boundAnyOrder();
  scored += 1;
  if (score(boundTime, boundEnergy) > worstKept()) return;
  const orders: i32 = ordersOf(turning);
  for (let order: i32 = 0; order < 6; order++) {
    if (((orders >> order) & 1) == 0) continue;
    setInner(tileM, tileN, tileK, order, bits);
    if (!fitsAnyInner && !outerFits()) continue;
    boundOrder();
    scored += 1;
    const first: f64 = score(boundTime, boundEnergy);
    if (first <= worstKept()) keep(first, secondScore(boundTime, boundEnergy));
  }
}

/** Whether every candidate size is tried, single buffered where it must be: nothing else fits. */
let maySingle: bool = false;
let tileM: f64 = 1;
let tileN: f64 = 1;
let tileK: f64 = 1;
/** Whether the global-buffer tile fits whatever local tiles it is cut into. */
let fitsAnyInner: bool = false;

/**
 * Fills the size table of one dimension; where inner tiles are bounded by one fold, with that of it, `most`, while
 * anything else fits. Returns how many.
 */
function fillSizes(
  dimension: i32,
  extent: f64,
  outer: f64,
  over: f64,
  spatial: f64,
  words: f64,
  most: f64,
  mostParts: f64,
): i32 {
  const chunk: f64 = ceilDiv(outer, over);
  let count: i32 = 1;
  if (maySingle) count = sizes(LIST, Math.min(chunk, most), spatial * words);
  else if (most != Infinity) store<f64>(LIST, Math.min(chunk, most));
  else count = fewSizes(LIST, chunk, spatial * words, isDirect ? 8 : mostParts);
  for (let i: i32 = 0; i < count; i++) {
    const local: f64 = load<f64>(LIST + ((<usize>i) << 3));
    setSize(sizeRow(dimension, i), local, extent, outer, over, spatial, words);
  }
  return count;
}

/** Tries local tiles for the present global-buffer tile and use of the array. */
function tryLocalTiles(mostParts: f64, mostSteps: f64): void {
  const mostM: f64 = isDirect || isBypassed(INPUT) ? foldM() : Infinity;
  const mostN: f64 = isDirect || isBypassed(WEIGHT) ? foldN() : Infinity;
  const mostK: f64 = isDirect || bypass ? foldK() : Infinity;
  const countM: i32 = fillSizes(0, M, gm, coresM, sm, tm, mostM, mostParts);
  const countN: i32 = fillSizes(1, N, gn, coresN, sn, tn, mostN, mostParts);
  const countK: i32 = fillSizes(2, K, gk, coresK, sk, tk, mostK, mostParts);
  const cm: f64 = chunkM(gm);
  const cn: f64 = chunkN(gn);
  const ck: f64 = chunkK(gk);
  const isOneM: bool = gm >= M;
  const isOneN: bool = gn >= N;
  const isOneK: bool = gk >= K;
  const batches: f64 = ceilDiv(B, batchAtOnce());
  boundOuter();
  boundShares();
  fitsAnyInner = !hasOuter || outerFitsAnyInner();
  let wholeColumns: i32 = 0;
  for (let y: i32 = 0; y < countN; y++) {
    tileN = sizeAt(1, y);
    const turnsN: f64 = isOneN && tileN >= cn ? 1 : 2;
    let wholes: i32 = 0;
    let before: f64 = 0;
    let sames: i32 = 0;
    for (let x: i32 = 0; x < countM; x++) {
      tileM = sizeAt(0, x);
      const turnsM: f64 = isOneM && tileM >= cm ? 1 : 2;
      // What goes straight to the array is always fetched ahead.
      const wholeBits: i32 = isDirect ? 7 : doubleBits(innerDouble, turnsM, turnsN, isOneK ? 1 : 2, batches);
      const partBits: i32 = isDirect ? 7 : doubleBits(innerDouble, turnsM, turnsN, 2, batches);
      // Less of k than fits only adds partial sums.
      const z: i32 = firstThatFits(
        tileM,
        tileN,
        sizeRow(2, 0),
        countK,
        ck,
        maySingle ? 0 : wholeBits,
        maySingle ? 0 : partBits,
      );
      if (innerNeeded < neededInner) neededInner = innerNeeded;
      if (z < 0) continue;
      tileK = sizeAt(2, z);
      let bits: i32 = tileK >= ck ? wholeBits : partBits;
      setInner(tileM, tileN, tileK, 0, bits);
      if (maySingle && !innerFits()) {
        bits = 0;
        setInner(tileM, tileN, tileK, 0, bits);
      }
      // Of equal k, fewer rows only cost reuse; a second size is kept for its shorter first fill.
      sames = tileK == before ? sames + 1 : 0;
      before = tileK;
      if (isDirect || bypass || sames < 2) {
        const turning: i32 = (tileM < cm ? 1 : 0) | (tileN < cn ? 2 : 0) | (tileK < ck ? 4 : 0);
        tryOrders(sizeRow(0, x), sizeRow(1, y), sizeRow(2, z), turning, bits, mostSteps);
      }
      if (z == 0) wholes++;
      // Where all of k fits, still fewer rows only cost reuse; a second size is kept for its shorter first fill.
      if (!isDirect && !bypass && wholes == 2) break;
    }
    if (wholes == 2) wholeColumns++;
    if (!isDirect && wholeColumns == 4) break;
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

/** Tries a grid of cores, with every grid of a core's arrays in which no dimension can take another one. */
function trySplit(coresOfB: f64, coresOfM: f64, coresOfN: f64, coresOfK: f64): void {
  setCores(coresOfB, coresOfM, coresOfN, coresOfK);
  const mostB: f64 = ceilDiv(B, coresOfB);
  const mostM: f64 = chunkM(M);
  const mostN: f64 = chunkN(N);
  for (let b: f64 = 1; b <= mostB && b <= arrays; b++) {
    for (let m: f64 = 1; m <= mostM && b * m <= arrays; m++) {
      const n: f64 = Math.min(mostN, Math.floor(arrays / (b * m)));
      if ((b < mostB && (b + 1) * m * n <= arrays) || (m < mostM && b * (m + 1) * n <= arrays)) continue;
      setArrays(b, m, n);
      tryGrid();
    }
  }
}

/** Tries the best uses of the array on the present grids of cores and arrays. */
function tryGrid(): void {
  const mostSteps: f64 = stepLimit();
  // Parts of one dimension: large problems need more of them.
  const mostParts: f64 = Math.max(64, mostSteps / 16);
  findOptions(6, false);
  if (optionCount == 0) return;
  for (let option: i32 = 0; option < optionCount; option++) {
    newKind();
    if (optionScore(option) > worstKept()) break;
    useOption(option);
    // Straight from the array, how wide the sums are is up to its use.
    if (option == 0 || isDirect) {
      findOuterTiles(isDirect ? 12 : 4);
      if (smallestOuter < neededOuter) neededOuter = smallestOuter;
    }
    const outers: i32 = option == 0 || isDirect ? outerCount : min(outerCount, 2);
    for (let outer: i32 = 0; outer < outers; outer++) {
      if (outerScore(outer) > worstKept()) break;
      useOuter(outer);
      tryLocalTiles(mostParts, mostSteps);
      if (keptCount > 0) continue;
      tryLocalTiles(Infinity, Infinity);
      if (keptCount > 0) continue;
      // Buffers that hold hardly anything: down to single elements, single buffered.
      maySingle = true;
      tryLocalTiles(Infinity, Infinity);
      maySingle = false;
    }
  }
}

/** Ways to share the work out over `total` cores: one dimension, or two. */
function trySplits(total: f64): void {
  if (B > 1) trySplit(Math.min(total, B), 1, 1, 1);
  if (M > 1) trySplit(1, Math.min(total, M), 1, 1);
  if (N > 1) trySplit(1, 1, Math.min(total, N), 1);
  if (K > 1 && hasOuter) trySplit(1, 1, 1, Math.min(total, K));
  if (total < 4) return;
  if (B > 1 && total >= 2 * B) {
    const left: f64 = Math.floor(total / B);
    if (M > 1) trySplit(B, Math.min(left, M), 1, 1);
    if (N > 1) trySplit(B, 1, Math.min(left, N), 1);
  }
  if (M == 1 || N == 1) return;
  // Grids that leave no core out, and the one whose chunks are nearly square on the array: those share most.
  const square: f64 = Math.sqrt((total * M * cols) / (N * rows));
  const nearest: f64 = Math.max(2, Math.min(Math.floor(total / 2), Math.round(square)));
  for (let m: f64 = 2; m * 2 <= total && m <= M; m++) {
    const isEven: bool = Math.floor(total / m) * m == total;
    if (m == nearest || (isEven && m >= square / 4 && m <= square * 4)) {
      trySplit(1, m, Math.min(Math.floor(total / m), N), 1);
    }
  }
}

/** Scores the candidates of the problem in mapping.ts and keeps the best bounds (short-list.ts); true if there are any. */
export function scoreCandidates(): bool {
  // An array that is fed straight waits for every fold, which bounds do not see: more is walked.
  clearShortList(isDirect ? 24 : 5, isDirect ? 4 : 2);
  scored = 0;
  clearScored();
  neededInner = Infinity;
  neededOuter = Infinity;
  boundProblem();
  if (cores > 1) trySplits(cores);
  if (keptCount == 0) trySplit(1, 1, 1, 1);
  if (keptCount == 0 && arrays > 1) {
    // Several batch elements at once may not fit where one does.
    setArrays(1, 1, 1);
    tryGrid();
  }
  return keptCount > 0;
}

/** Searches the best mapping of the problem in mapping.ts; true if there is one (incumbent.ts). */
export function search(effort: i32): bool {
  if (!scoreCandidates()) return false;
  clearIncumbent();
  setLeastGain(isDirect ? 0 : LEAST_GAIN);
  for (let i: i32 = 0; i < keptCount; i++) {
    if (keptScore(i) > bestScore()) break;
    loadMapping(keptRow(i));
    challenge();
  }
  refine(isDirect);
  setLeastGain(0);
  if (M * N * K < SMALL || (isTimeCounted() && bestCycles() < SHORT)) {
    searchMore();
    refine(true);
  }
  if (effort == EFFORT_EXHAUSTIVE) searchAll();
  scored += scoredMore;
  return true;
}
