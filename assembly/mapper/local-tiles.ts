import { INPUT, WEIGHT } from "../abi";
import {
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
  B,
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
  K,
  M,
  N,
  setInner,
  sk,
  sm,
  sn,
  tk,
  tm,
  tn,
} from "../mapping";
import {
  boundAnyOrder,
  boundEnergy,
  boundOrder,
  boundOuter,
  boundShares,
  boundTiles,
  boundTime,
  stepCount,
} from "./bound";
import { fewSizes, MOST_CANDIDATES, sizes } from "./candidates";
import { firstThatFits, foldK, foldM, foldN, innerFits, innerNeeded, outerFits, outerFitsAnyInner } from "./legal";
import { doubleBits, ordersOf } from "./outer-tiles";
import { score, secondScore } from "./score";
import { keep, worstKept } from "./short-list";
import { setSize, sizeAt, sizeRow } from "./sizes";

/*
 * Local tiles for a global-buffer tile and a use of the array, each scored by its bound in every order of its loops; the best are kept
 * (short-list.ts). First large ones, which move least; then, for what promises to be fast, small ones, with which the array begins early and ends late.
 */
const LIST: usize = memory.data(MOST_CANDIDATES * 8, 16);

/** Candidates scored. */
export let scored: f64 = 0;
/** Bytes that the smallest tiles tried need, where none fits. */
export let neededInner: f64 = 0;

/** Forgets what was scored before. */
export function clearScored(): void {
  scored = 0;
  neededInner = Infinity;
}

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

/**
 * Tries local tiles for the present global-buffer tile and use of the array.
 *
 * @param mostParts  of one dimension
 * @param mostSteps  inner steps of a mapping
 * @param single     every candidate size, single buffered where it must be: nothing else fits
 */
export function tryLocalTiles(mostParts: f64, mostSteps: f64, single: bool): void {
  maySingle = single;
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
export function stepLimit(): f64 {
  if (isDirect) return Infinity;
  const room: f64 = innerSplit ? innerInput + innerWeight + innerOutput : innerInput;
  const side: f64 = Math.sqrt(room / (3 * Math.max(inputBytes, weightBytes)));
  return Math.max(1024, (8 * B * M * N * K) / (coresB * coresM * coresN * coresK * side * side * side));
}
