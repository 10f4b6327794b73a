import * as abi from "../abi";
import * as hardware from "../hardware";
import { ceilDiv, larger, smaller } from "../int-math";
import * as mapping from "../mapping";
import * as arrayBound from "./array-bound";
import * as bound from "./bound";
import { boundWaits } from "./bound-waits";
import { evenSize, MOST_CANDIDATES, someSizes, tileSizes } from "./candidates";
import * as legal from "./legal";
import * as outerTiles from "./outer-tiles";
import * as objective from "./objective";
import * as shortList from "./short-list";
import * as sizes from "./sizes";

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
function tryOrders(m: usize, n: usize, k: usize, turning: i32, bits: i32): void {
  bound.boundTiles(m, n, k);
  scored += 1;
  if (objective.score(arrayBound.time, arrayBound.energy) > shortList.worst()) return;
  bound.boundEnds();
  bound.boundAnyOrder();
  if (objective.score(bound.time, bound.energy) > shortList.worst()) return;
  const orders: i32 = outerTiles.ordersOf(turning);
  for (let order: i32 = 0; order < 6; order++) {
    if (((orders >> order) & 1) == 0) continue;
    mapping.setInner(tileM, tileN, tileK, order, bits);
    if (!fitsAnyInner && !legal.outerFits()) continue;
    bound.boundOrder();
    scored += 1;
    if (objective.score(bound.time, bound.energy) > shortList.worst()) continue;
    boundWaits();
    const first: f64 = objective.score(bound.time, bound.energy);
    if (first <= shortList.worst()) shortList.keep(first, objective.secondScore(bound.time, bound.energy));
  }
}

/** Whether every candidate size is tried, single buffered where it must be: nothing else fits. */
let maySingle: bool = false;
/** Operands that are double buffered where that is of use. */
let mayDouble: i32 = 7;
let tileM: f64 = 1;
let tileN: f64 = 1;
let tileK: f64 = 1;
/** Whether the global-buffer tile fits whatever local tiles it is cut into. */
let fitsAnyInner: bool = false;

/** Fills the size table of one dimension; where inner tiles are bounded by one fold, with that of it, `most`, while anything else fits. Returns how many. */
function fillSizes(d: i32, most: f64): i32 {
  const chunk: f64 = chunkOf(d);
  const unit: f64 = spatialOf(d) * wordsOf(d);
  let count: i32 = 1;
  if (maySingle) count = someSizes(LIST, Math.min(chunk, most), unit);
  else if (most != Infinity) store<f64>(LIST, Math.min(chunk, most));
  else count = tileSizes(LIST, chunk, unit, Infinity);
  for (let i: i32 = 0; i < count; i++) fillRow(d, i, load<f64>(LIST + ((<usize>i) << 3)));
  return count;
}

/**
 * Tries local tiles for the present global-buffer tile and use of the array: every pair of sizes along the two dimensions that the array holds, and
 * with each the most that fits of the one that streams, in parts as even as whole steps of the array allow. Less of it only moves more; half of it
 * is tried for its shorter first fill.
 *
 * @param single  every candidate size, single buffered where it must be: nothing else fits
 */
export function tryUsual(single: bool): void {
  maySingle = single;
  const isOutput: bool = mapping.dataflow == abi.OUTPUT_STATIONARY;
  const isInput: bool = mapping.dataflow == abi.INPUT_STATIONARY;
  // The streaming dimension, and the held ones.
  const s: i32 = isOutput ? 2 : isInput ? 1 : 0;
  const a: i32 = isOutput ? 0 : 2;
  const b: i32 = isOutput || !isInput ? 1 : 0;
  const countA: i32 = fillSizes(a, mostOf(a));
  const countB: i32 = fillSizes(b, mostOf(b));
  const chunkS: f64 = chunkOf(s);
  const wholeA: f64 = chunkOf(a);
  const wholeB: f64 = chunkOf(b);
  const most: f64 = smaller(chunkS, mostOf(s));
  const unit: f64 = spatialOf(s) * wordsOf(s);
  bound.boundOuter();
  bound.boundShares();
  fitsAnyInner = !hardware.hasOuter || legal.outerFitsAnyInner();
  let wholeColumns: i32 = 0;
  for (let y: i32 = 0; y < countB; y++) {
    let isWholeColumn: bool = false;
    for (let x: i32 = 0; x < countA; x++) {
      const sizeA: f64 = sizes.sizeAt(a, x);
      const sizeB: f64 = sizes.sizeAt(b, y);
      const turningHeld: i32 = (sizeA < wholeA ? 1 << a : 0) | (sizeB < wholeB ? 1 << b : 0);
      let size: f64 = most;
      let bits: i32 = place(s, a, b, most, sizeA, sizeB);
      let fits: bool = legal.innerFits();
      const isWhole: bool = fits;
      if (legal.innerNeeded < neededInner) neededInner = legal.innerNeeded;
      for (let isLess: i32 = 0; !fits && isLess < 4; isLess++) {
        // In parts, with one place for each operand where that is all that there is room for; of each, whole bytes may take room for one less.
        bits = place(s, a, b, 1, sizeA, sizeB);
        if (isLess >= 2) {
          if (!maySingle) break;
          bits = 0;
          mapping.setInner(mapping.lm, mapping.ln, mapping.lk, 0, bits);
        }
        const room: f64 = smaller(most, legal.innerRoom(s) - <f64>(isLess & 1));
        if (room < 1) continue;
        size = evenSize(chunkS, ceilDiv(chunkS, room), unit, room);
        placeTile(s, a, b, size, sizeA, sizeB);
        mapping.setInner(mapping.lm, mapping.ln, mapping.lk, 0, bits);
        fits = legal.innerFits();
      }
      if (!fits) {
        if (legal.innerNeeded < neededInner) neededInner = legal.innerNeeded;
        continue;
      }
      tryStreamed(s, a, x, b, y, size, turningHeld, bits);
      if (hardware.isDirect) {
        for (let more: f64 = 2; more <= outerTiles.DIRECT_PARTS && more <= chunkS; more++) {
          tryStreamed(s, a, x, b, y, ceilDiv(chunkS, more), turningHeld, bits);
        }
      } else if (size > 1 && objective.isTimeFactor()) {
        const half: f64 = evenSize(chunkS, smaller(chunkS, 2 * ceilDiv(chunkS, size)), unit, size);
        const halfBits: i32 = place(s, a, b, half, sizeA, sizeB) & (isWhole ? 7 : bits);
        mapping.setInner(mapping.lm, mapping.ln, mapping.lk, 0, halfBits);
        if (half < size && legal.innerFits()) tryStreamed(s, a, x, b, y, half, turningHeld, halfBits);
      }
      // Less of this dimension costs reuse too, but where less of the other one had to be taken for it.
      if (isWhole && x == 0) isWholeColumn = true;
      // Where all that streams fits, still less of what is held only costs reuse.
      if (isWhole && !hardware.isDirect && !mapping.bypass) break;
    }
    if (isWholeColumn) wholeColumns++;
    if (!hardware.isDirect && wholeColumns == 4) break;
  }
}

/** Most of a dimension that an inner tile may have, in the use of the array that is in place: where nothing is between, what one fold covers. */
function mostOf(d: i32): f64 {
  if (d == 0) return hardware.isDirect || mapping.isBypassed(abi.INPUT) ? legal.foldM() : Infinity;
  if (d == 1) return hardware.isDirect || mapping.isBypassed(abi.WEIGHT) ? legal.foldN() : Infinity;
  return hardware.isDirect || mapping.bypass ? legal.foldK() : Infinity;
}

/** Puts an inner tile in place by its sizes along the streaming dimension s and the held ones a and b. */
function placeTile(s: i32, a: i32, b: i32, size: f64, sizeA: f64, sizeB: f64): void {
  const m: f64 = s == 0 ? size : a == 0 ? sizeA : sizeB;
  const n: f64 = s == 1 ? size : sizeB;
  const k: f64 = s == 2 ? size : sizeA;
  tileM = m;
  tileN = n;
  tileK = k;
  mapping.setInner(m, n, k, 0, 0);
}

/** The same, with every operand double buffered that has several tiles; returns which. */
function place(s: i32, a: i32, b: i32, size: f64, sizeA: f64, sizeB: f64): i32 {
  placeTile(s, a, b, size, sizeA, sizeB);
  const turnsM: f64 = mapping.gm >= mapping.M && tileM >= mapping.chunkM(mapping.gm) ? 1 : 2;
  const turnsN: f64 = mapping.gn >= mapping.N && tileN >= mapping.chunkN(mapping.gn) ? 1 : 2;
  const turnsK: f64 = mapping.gk >= mapping.K && tileK >= mapping.chunkK(mapping.gk) ? 1 : 2;
  // What goes straight to the array is always fetched ahead.
  const bits: i32 = hardware.isDirect
    ? 7
    : outerTiles.doubleBits(hardware.innerDouble, turnsM, turnsN, turnsK, ceilDiv(mapping.B, mapping.batchAtOnce())) &
      mayDouble;
  mapping.setInner(tileM, tileN, tileK, 0, bits);
  return bits;
}

/** Tries every order of the tile with `size` of the streaming dimension and rows x and y of the held ones. */
function tryStreamed(s: i32, a: i32, x: i32, b: i32, y: i32, size: f64, turningHeld: i32, bits: i32): void {
  placeTile(s, a, b, size, sizes.sizeAt(a, x), sizes.sizeAt(b, y));
  fillRow(s, 0, size);
  const rowS: usize = sizes.sizeRow(s, 0);
  const rowA: usize = sizes.sizeRow(a, x);
  const rowB: usize = sizes.sizeRow(b, y);
  const turning: i32 = turningHeld | (size < chunkOf(s) ? 1 << s : 0);
  tryOrders(s == 0 ? rowS : a == 0 ? rowA : rowB, s == 1 ? rowS : rowB, s == 2 ? rowS : rowA, turning, bits);
}

/** The same with no operand double buffered: tiles get larger, but wait for the array. */
export function trySingle(): void {
  mayDouble = 0;
  tryUsual(false);
  mayDouble = 7;
}

/** What is tried of the dimension that streams, in terms of what keeps the array busy. */
function fineMultiple(index: i32): f64 {
  return index == 0 ? 1 : index == 1 ? 1.5 : 3;
}

/** Parts of a fold that small tiles take in a wide search, along each of the two dimensions that the array holds: one, two, up to so many. */
const MOST_PARTS: f64 = 4;

/**
 * A size of a held dimension: one of `parts` of what a fold covers; 0: as with half as many parts. In even tiles, or, `isWhole`, those rounded up to
 * whole steps of the array.
 */
function fineSize(parts: f64, chunk: f64, spatial: f64, words: f64, isWhole: bool): f64 {
  if (parts > 1 && words < parts) return 0;
  const size: f64 = ceilDiv(words, parts) * spatial;
  if (size < chunk) {
    const even: f64 = ceilDiv(chunk, ceilDiv(chunk, size));
    return isWhole ? ceilDiv(even, spatial) * spatial : even;
  }
  return parts == 1 || ceilDiv(words, parts / 2) * spatial < chunk ? chunk : 0;
}

/**
 * Tries small local tiles for the global-buffer tile, the use of the array and the cores of the mapping in place: of the dimensions that the array
 * holds a fold or a part of it; of what streams, about as much as the array needs to be busy while the next held words come.
 *
 * @param isWide  smaller parts of a fold, too; all in whole steps of the array
 */
export function tryFine(isWide: bool): void {
  const isOutput: bool = mapping.dataflow == abi.OUTPUT_STATIONARY;
  const isInput: bool = mapping.dataflow == abi.INPUT_STATIONARY;
  const mostParts: f64 = isWide ? MOST_PARTS : 1;
  // The streaming dimension, and the held ones.
  const s: i32 = isOutput ? 2 : isInput ? 1 : 0;
  const a: i32 = isOutput ? 0 : 2;
  const b: i32 = isOutput || !isInput ? 1 : 0;
  maySingle = false;
  bound.boundOuter();
  bound.boundShares();
  fitsAnyInner = !hardware.hasOuter || legal.outerFitsAnyInner();
  if (isWide && !objective.isEnergyCounted() && leastFineTime() > shortList.worst()) return;
  for (let x: f64 = 1; x <= mostParts; x *= 2) {
    const sizeA: f64 = fineSize(x, chunkOf(a), spatialOf(a), wordsOf(a), isWide);
    if (sizeA == 0) continue;
    fillRow(a, 0, sizeA);
    for (let y: f64 = 1; y <= mostParts; y *= 2) {
      const sizeB: f64 = fineSize(y, chunkOf(b), spatialOf(b), wordsOf(b), isWide);
      if (sizeB == 0) continue;
      fillRow(b, 0, sizeB);
      const chunk: f64 = chunkOf(s);
      const least: f64 = smaller(chunk, busyExtent(s, a, b, sizeA, sizeB));
      let last: f64 = 0;
      for (let z: i32 = 0; z < 3; z++) {
        const wanted: f64 = least * fineMultiple(z);
        const even: f64 = ceilDiv(chunk, larger(1, Math.floor(chunk / wanted)));
        const size: f64 = smaller(chunk, ceilDiv(even, spatialOf(s)) * spatialOf(s));
        if (size == last) continue;
        last = size;
        fillRow(s, 0, size);
        tryFineTile();
      }
    }
  }
}

/** Time that no small tile in whole steps of the array is below: the array alone, after the first step's operands and before the last one's sums. */
function leastFineTime(): f64 {
  arrayBound.boundArrayAlone();
  const time: f64 = arrayBound.time;
  for (let d: i32 = 0; d < 3; d++) fillRow(d, 0, smaller(chunkOf(d), spatialOf(d)));
  mapping.setInner(sizes.sizeAt(0, 0), sizes.sizeAt(1, 0), sizes.sizeAt(2, 0), 0, 0);
  bound.boundShares();
  bound.boundTiles(sizes.sizeRow(0, 0), sizes.sizeRow(1, 0), sizes.sizeRow(2, 0));
  bound.boundEnds();
  return time + bound.innerFill + bound.lastDrain;
}

function chunkOf(d: i32): f64 {
  return d == 0 ? mapping.chunkM(mapping.gm) : d == 1 ? mapping.chunkN(mapping.gn) : mapping.chunkK(mapping.gk);
}
function spatialOf(d: i32): f64 {
  return d == 0 ? mapping.sm : d == 1 ? mapping.sn : mapping.sk;
}
function wordsOf(d: i32): f64 {
  return d == 0 ? mapping.tm : d == 1 ? mapping.tn : mapping.tk;
}

/** Puts a size of a dimension into row `index` of its table. */
function fillRow(d: i32, index: i32, size: f64): void {
  if (d == 0)
    sizes.setSize(sizes.sizeRow(0, index), size, mapping.M, mapping.gm, mapping.coresM, mapping.sm, mapping.tm);
  else if (d == 1)
    sizes.setSize(sizes.sizeRow(1, index), size, mapping.N, mapping.gn, mapping.coresN, mapping.sn, mapping.tn);
  else sizes.setSize(sizes.sizeRow(2, index), size, mapping.K, mapping.gk, mapping.coresK, mapping.sk, mapping.tk);
}

/** Extent of dimension s with which the array works as long as the held operand's next tile of a × b, and what streams meanwhile, are on their way. */
function busyExtent(s: i32, a: i32, b: i32, sizeA: f64, sizeB: f64): f64 {
  const steps: f64 = ceilDiv(sizeA, spatialOf(a)) * ceilDiv(sizeB, spatialOf(b));
  // Where sums stay in the array no held words come: any number of steps keeps it busy.
  if (mapping.dataflow == abi.OUTPUT_STATIONARY) return spatialOf(s);
  const perInput: f64 = (hardware.innerReadCycles / hardware.innerReadBytes) * mapping.batchAtOnce();
  const perWeight: f64 = (hardware.innerWeightCycles / hardware.innerWeightBytes) * mapping.batchAtOnce();
  const isInput: bool = mapping.dataflow == abi.INPUT_STATIONARY;
  // Cores that differ along the streaming dimension want the same held tile; those along b the same of what streams.
  const copies: f64 = hardware.multicast ? 1 : isInput ? mapping.coresN : mapping.coresM;
  const copiesStreamed: f64 = hardware.multicast ? 1 : isInput ? mapping.coresM : mapping.coresN;
  const perHeld: f64 = isInput ? perInput : perWeight;
  const perStreamed: f64 = isInput ? perWeight : perInput;
  const held: f64 =
    sizeA *
    mapping.coresK *
    sizeB *
    (isInput ? mapping.coresM * hardware.inputBytes : mapping.coresN * hardware.weightBytes) *
    copies *
    perHeld;
  const streamed: f64 =
    sizeA *
    mapping.coresK *
    (isInput ? mapping.coresN * hardware.weightBytes : mapping.coresM * hardware.inputBytes) *
    copiesStreamed *
    perStreamed;
  const spare: f64 = steps / spatialOf(s) - streamed;
  return spare > 0 ? ceilDiv(held, spare * spatialOf(s)) * spatialOf(s) : Infinity;
}

/** Scores the local tile in the first rows of the size tables, if it fits. */
function tryFineTile(): void {
  tileM = sizes.sizeAt(0, 0);
  tileN = sizes.sizeAt(1, 0);
  tileK = sizes.sizeAt(2, 0);
  const cm: f64 = mapping.chunkM(mapping.gm);
  const cn: f64 = mapping.chunkN(mapping.gn);
  const ck: f64 = mapping.chunkK(mapping.gk);
  const turnsM: f64 = mapping.gm >= mapping.M && tileM >= cm ? 1 : 2;
  const turnsN: f64 = mapping.gn >= mapping.N && tileN >= cn ? 1 : 2;
  const turnsK: f64 = mapping.gk >= mapping.K && tileK >= ck ? 1 : 2;
  const bits: i32 = outerTiles.doubleBits(
    hardware.innerDouble,
    turnsM,
    turnsN,
    turnsK,
    ceilDiv(mapping.B, mapping.batchAtOnce()),
  );
  mapping.setInner(tileM, tileN, tileK, 0, bits);
  if (!legal.innerFits()) return;
  const turning: i32 = (tileM < cm ? 1 : 0) | (tileN < cn ? 2 : 0) | (tileK < ck ? 4 : 0);
  tryOrders(sizes.sizeRow(0, 0), sizes.sizeRow(1, 0), sizes.sizeRow(2, 0), turning, bits);
}
