import { INPUT, OUTPUT, WEIGHT } from "../abi";
import { hasOuter, isDirect, outerDouble } from "../hardware";
import { ceilDiv } from "../int-math";
import { innermost, middle, outermost } from "../loop-order";
import {
  B,
  K,
  M,
  N,
  batchAtOnce,
  chunkK,
  chunkM,
  chunkN,
  coresK,
  coresM,
  coresN,
  keptBits,
  residentBits,
  setInner,
  setKept,
  setOuter,
  sk,
  sm,
  sn,
  tk,
  tm,
  tn,
} from "../mapping";
import { reloaded, turningLoops } from "../nest";
import { arrayEnergy, arrayTime, boundArrayAlone } from "./array-bound";
import { boundEnergy, boundOuter, boundOuterWith, boundTime, outerPorts } from "./bound";
import { MOST_CANDIDATES, fewSizes, sizes } from "./candidates";
import { foldK, outerFits, outerNeeded } from "./legal";
import { score, secondScore } from "./score";

/*
 * Global-buffer tiles of the present problem and split, best bound first. A tile is judged before any local tile is
 * chosen: by its own traffic, and by what the array takes at least in the use that is in place.
 */
const MOST: i32 = 512;
const FIELDS: i32 = 9;
const TABLE: usize = memory.data((MOST + 1) * FIELDS * 8, 16);
const LISTS: usize = memory.data(3 * MOST_CANDIDATES * 8, 16);
const M_SIZES: usize = LISTS;
const N_SIZES: usize = LISTS + MOST_CANDIDATES * 8;
const K_SIZES: usize = LISTS + 2 * MOST_CANDIDATES * 8;
let limit: i32 = MOST;
export let outerCount: i32 = 0;
/** Bytes that the smallest tile tried needs, where none fits. */
export let smallestOuter: f64 = Infinity;

function at(row: i32, column: i32): usize {
  return TABLE + ((<usize>(row * FIELDS + column)) << 3);
}
function element(list: usize, index: i32): f64 {
  return load<f64>(list + ((<usize>index) << 3));
}

export function outerScore(row: i32): f64 {
  return load<f64>(at(row, 0));
}

/** Puts tile `row` into the present mapping. */
export function useOuter(row: i32): void {
  setOuter(
    load<f64>(at(row, 1)),
    load<f64>(at(row, 2)),
    load<f64>(at(row, 3)),
    <i32>load<f64>(at(row, 4)),
    <i32>load<f64>(at(row, 5)),
  );
  setKept(<i32>load<f64>(at(row, 8)));
}

/** Operands with more than one tile to fetch are double buffered, as far as the level can. */
export function doubleBits(canDouble: bool, tilesM: f64, tilesN: f64, tilesK: f64, others: f64): i32 {
  if (!canDouble) return 0;
  let bits: i32 = 0;
  if (tilesM * tilesK * others > 1) bits |= 1 << INPUT;
  if (tilesN * tilesK * others > 1) bits |= 1 << WEIGHT;
  if (tilesM * tilesN * others > 1) bits |= 1 << OUTPUT;
  return bits;
}

/** Loop orders (a bit each) that differ, by which of m, n, k have several turns (bits 0 to 2): the others stand outermost. */
const ORDERS: usize = memory.data(8, 8);
for (let turns: i32 = 0; turns < 8; turns++) {
  let bits: i32 = 0;
  for (let order: i32 = 0; order < 6; order++) {
    if (isFirstOfItsKind(order, turns)) bits |= 1 << order;
  }
  store<u8>(ORDERS + <usize>turns, <u8>bits);
}

function isFirstOfItsKind(order: i32, turns: i32): bool {
  const a: i32 = outermost(order);
  const b: i32 = middle(order);
  const isA: bool = ((turns >> a) & 1) != 0;
  const isB: bool = ((turns >> b) & 1) != 0;
  const isC: bool = ((turns >> innermost(order)) & 1) != 0;
  if ((isA && !isB) || (isB && !isC)) return false;
  if (!isA && !isB && a > b) return false;
  return isC || order == 0;
}

/** Orders worth trying, a bit each, where the loops `turning` (bits 0 to 2) have several turns. */
export function ordersOf(turning: i32): i32 {
  return <i32>load<u8>(ORDERS + <usize>turning);
}

/** Orders worth trying for loops of m, n and k turns. */
export function newOrders(m: f64, n: f64, k: f64): i32 {
  return ordersOf(turningLoops(m, n, k));
}

/** Whether a tile has been found to fit with every operand double buffered that needs it; whether it fits at all. */
let fitsDouble: bool = false;
let fitsAtAll: bool = false;

let leastTime: f64 = 0;

function isBefore(value: f64, single: f64, second: f64, row: i32): bool {
  const other: f64 = outerScore(row);
  if (value != other) return value < other;
  const otherSingle: f64 = load<f64>(at(row, 7));
  return single < otherSingle || (single == otherSingle && second < load<f64>(at(row, 6)));
}

function insert(m: f64, n: f64, k: f64, order: i32, bits: i32): void {
  const value: f64 = score(boundTime, boundEnergy);
  const second: f64 = secondScore(boundTime, boundEnergy);
  // The bound does not see what waits for single places, which matters where the far memory sets the pace.
  const single: f64 = fitsDouble || outerPorts < 0.8 * leastTime ? 0 : 1;
  let i: i32 = outerCount;
  while (i > 0) {
    if (!isBefore(value, single, second, i - 1)) break;
    i--;
  }
  if (i >= limit) return;
  const last: i32 = outerCount < limit ? outerCount : limit - 1;
  if (last > i) memory.copy(at(i + 1, 0), at(i, 0), (<usize>((last - i) * FIELDS)) << 3);
  store<f64>(at(i, 0), value);
  store<f64>(at(i, 1), m);
  store<f64>(at(i, 2), n);
  store<f64>(at(i, 3), k);
  store<f64>(at(i, 4), <f64>order);
  store<f64>(at(i, 5), <f64>bits);
  store<f64>(at(i, 6), second);
  store<f64>(at(i, 7), single);
  store<f64>(at(i, 8), <f64>keptBits);
  if (outerCount < limit) outerCount++;
}

/** Puts the tile in place with as many operands double buffered as fit; sets fitsDouble and fitsAtAll. */
function placeTile(m: f64, n: f64, k: f64): i32 {
  const Gm: f64 = ceilDiv(M, m);
  const Gn: f64 = ceilDiv(N, n);
  const Gk: f64 = ceilDiv(K, k);
  let bits: i32 = doubleBits(outerDouble, Gm, Gn, Gk, batches);
  setOuter(m, n, k, 0, bits);
  // With k whole in a local tile the sums are narrow: the least room that any tile leaves them, as far as a fold reaches.
  setInner(chunkM(m), chunkN(n), Math.min(chunkK(k), isDirect ? foldK() : Infinity), 0, 0);
  fitsDouble = outerFits();
  fitsAtAll = fitsDouble;
  if (fitsDouble) return bits;
  // Rather single-buffer the operand with the fewest tiles, which is replaced least, than none of the tile.
  bits = bits & ~(1 << fewestTiles(Gm, Gn, Gk));
  setOuter(m, n, k, 0, bits);
  fitsAtAll = outerFits();
  if (fitsAtAll) return bits;
  setOuter(m, n, k, 0, 0);
  fitsAtAll = outerFits();
  if (!fitsAtAll && outerNeeded < smallestOuter) smallestOuter = outerNeeded;
  return 0;
}

/** Array steps of the first core along a dimension that outer tiles of `tile` cut. */
function stepsAlong(extent: f64, tile: f64, cores: f64, spatial: f64): f64 {
  const whole: f64 = Math.floor(extent / tile);
  const rest: f64 = ceilDiv(extent - whole * tile, cores);
  return whole * ceilDiv(ceilDiv(tile, cores), spatial) + ceilDiv(rest, spatial);
}

/** Keeps the tile in every order of its loops, if the bound is among the best. */
function keepTile(m: f64, n: f64, k: f64, bits: i32): void {
  const orders: i32 = newOrders(ceilDiv(M, m), ceilDiv(N, n), ceilDiv(K, k));
  // A tile narrower than a step of the array leaves a part of it idle.
  const steps: f64 = stepsAlong(M, m, coresM, sm) * stepsAlong(N, n, coresN, sn) * stepsAlong(K, k, coresK, sk);
  const time: f64 = Math.max(leastTime, steps * batches);
  for (let order: i32 = 0; order < 6; order++) {
    if (((orders >> order) & 1) == 0) continue;
    setOuter(m, n, k, order, bits);
    boundOuter();
    boundOuterWith(time, leastEnergy);
    insert(m, n, k, order, bits);
    // What would come again may stay whole, if there is room.
    const again: i32 = reloaded() & ~residentBits;
    for (let kept: i32 = again; kept > 0; kept = (kept - 1) & again) {
      // There is nothing to fetch ahead of what stays.
      const ahead: i32 = batches > 1 ? bits : bits & ~kept;
      setOuter(m, n, k, order, ahead);
      setKept(kept);
      setInner(chunkM(m), chunkN(n), Math.min(chunkK(k), isDirect ? foldK() : Infinity), 0, 0);
      if (!outerFits()) continue;
      boundOuter();
      boundOuterWith(time, leastEnergy);
      insert(m, n, k, order, ahead);
    }
  }
}

function fewestTiles(Gm: f64, Gn: f64, Gk: f64): i32 {
  const inputs: f64 = Gm * Gk;
  const weights: f64 = Gn * Gk;
  const sums: f64 = Gm * Gn;
  if (inputs <= weights && inputs <= sums) return INPUT;
  return weights <= sums ? WEIGHT : OUTPUT;
}

let batches: f64 = 1;
let leastEnergy: f64 = 0;

let countM: i32 = 0;
let countN: i32 = 0;
let countK: i32 = 0;

/**
 * Along a line of tiles that differ in dimension `free` only: the largest that fits, and the largest that does so with every
 * operand double buffered. Smaller ones only move more.
 */
function tryLine(m: f64, n: f64, k: f64, free: i32): void {
  const list: usize = free == 0 ? M_SIZES : free == 1 ? N_SIZES : K_SIZES;
  const count: i32 = free == 0 ? countM : free == 1 ? countN : countK;
  let isKept: bool = false;
  for (let i: i32 = 0; i < count; i++) {
    const size: f64 = element(list, i);
    if (free == 0) m = size;
    else if (free == 1) n = size;
    else k = size;
    const bits: i32 = placeTile(m, n, k);
    if (!fitsAtAll) continue;
    if (!isKept || fitsDouble) keepTile(m, n, k, bits);
    isKept = true;
    if (fitsDouble) return;
  }
}

/** Tiles with one dimension whole at least. */
function tryFaces(): void {
  const bits: i32 = placeTile(M, N, K);
  if (fitsDouble) {
    // Nothing moves less than the whole, once.
    keepTile(M, N, K, bits);
    return;
  }
  for (let x: i32 = 0; x < countM; x++) tryLine(element(M_SIZES, x), N, K, 1);
  for (let x: i32 = 0; x < countM; x++) tryLine(element(M_SIZES, x), N, K, 2);
  for (let y: i32 = 0; y < countN; y++) tryLine(M, element(N_SIZES, y), K, 2);
}

/** Tiles with every dimension in parts. */
function tryParts(): void {
  for (let x: i32 = 0; x < countM; x++) {
    for (let y: i32 = 0; y < countN; y++) tryLine(element(M_SIZES, x), element(N_SIZES, y), K, 2);
  }
}

function setFewSizes(mostParts: f64): void {
  countM = fewSizes(M_SIZES, M, sm * tm, mostParts);
  countN = fewSizes(N_SIZES, N, sn * tn, mostParts);
  countK = fewSizes(K_SIZES, K, sk * tk, mostParts);
}

/**
 * Fills the table for the use of the array that is in place. First tiles with one dimension whole; where none of those
 * fits, with everything in parts, down to single elements.
 */
export function findOuterTiles(most: i32): void {
  boundArrayAlone();
  leastTime = arrayTime;
  leastEnergy = arrayEnergy;
  batches = ceilDiv(B, batchAtOnce());
  outerCount = 0;
  limit = most < MOST ? most : MOST;
  smallestOuter = Infinity;
  if (!hasOuter) {
    fitsDouble = true;
    keepTile(M, N, K, 0);
    return;
  }
  setFewSizes(128);
  tryFaces();
  if (outerCount > 0) return;
  setFewSizes(1024);
  tryParts();
  if (outerCount > 0) return;
  countM = sizes(M_SIZES, M, sm * tm);
  countN = sizes(N_SIZES, N, sn * tn);
  countK = sizes(K_SIZES, K, sk * tk);
  tryParts();
}
