import { INPUT, OUTPUT, WEIGHT } from "../abi";
import { hasOuter, outerDouble } from "../hardware";
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
  setInner,
  setOuter,
  sk,
  sm,
  sn,
  tk,
  tm,
  tn,
} from "../mapping";
import {
  boundArrayAlone,
  boundEnergy,
  boundOuter,
  boundOuterAlone,
  boundOuterWith,
  boundTiles,
  boundTime,
} from "./bound";
import { MOST_CANDIDATES, fewSizes, sizes } from "./candidates";
import { outerFits, outerNeeded } from "./legal";
import { score, secondScore } from "./score";

/*
 * Global-buffer tiles of the present problem and split, best bound first. A tile is judged before any local tile is
 * chosen: its own traffic, and the array's time and edge traffic with the whole tile as one
 * local tile, in the use of the array that is in place.
 */
const MOST: i32 = 512;
const FIELDS: i32 = 7;
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

/** Orders worth trying for loops of m, n and k turns, a bit each. */
export function newOrders(m: f64, n: f64, k: f64): i32 {
  return <i32>load<u8>(ORDERS + <usize>((m > 1 ? 1 : 0) | (n > 1 ? 2 : 0) | (k > 1 ? 4 : 0)));
}

function insert(m: f64, n: f64, k: f64, order: i32, bits: i32): void {
  const value: f64 = score(boundTime, boundEnergy);
  const second: f64 = secondScore(boundTime, boundEnergy);
  let i: i32 = outerCount;
  while (i > 0) {
    const other: f64 = outerScore(i - 1);
    if (value > other || (value == other && second >= load<f64>(at(i - 1, 6)))) break;
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
  if (outerCount < limit) outerCount++;
}

function tryTile(m: f64, n: f64, k: f64, batches: f64): void {
  const Gm: f64 = ceilDiv(M, m);
  const Gn: f64 = ceilDiv(N, n);
  const Gk: f64 = ceilDiv(K, k);
  let bits: i32 = doubleBits(outerDouble, Gm, Gn, Gk, batches);
  setOuter(m, n, k, 0, bits);
  // With k whole in a local tile the sums are narrow: the least room that any local tile leaves them.
  setInner(chunkM(m), chunkN(n), chunkK(k), 0, 0);
  if (!outerFits()) {
    // Rather single-buffer the operand with the fewest tiles, which is replaced least, than none of the tile.
    bits = bits & ~(1 << fewestTiles(Gm, Gn, Gk));
    setOuter(m, n, k, 0, bits);
    if (!outerFits()) {
      bits = 0;
      setOuter(m, n, k, 0, 0);
      if (!outerFits()) {
        if (outerNeeded < smallestOuter) smallestOuter = outerNeeded;
        return;
      }
    }
  }
  let areTilesBound: bool = false;
  const orders: i32 = newOrders(Gm, Gn, Gk);
  for (let order: i32 = 0; order < 6; order++) {
    if (((orders >> order) & 1) == 0) continue;
    setOuter(m, n, k, order, bits);
    boundOuter();
    if (!areTilesBound) {
      // The array takes at least what it would for the whole problem as one tile: often enough to say no.
      boundOuterWith(leastTime, leastEnergy);
      if (outerCount == limit && score(boundTime, boundEnergy) > outerScore(outerCount - 1)) continue;
      boundTiles();
      areTilesBound = true;
    }
    boundOuterAlone();
    insert(m, n, k, order, bits);
  }
}

function fewestTiles(Gm: f64, Gn: f64, Gk: f64): i32 {
  const inputs: f64 = Gm * Gk;
  const weights: f64 = Gn * Gk;
  const sums: f64 = Gm * Gn;
  if (inputs <= weights && inputs <= sums) return INPUT;
  return weights <= sums ? WEIGHT : OUTPUT;
}

let leastTime: f64 = 0;
let leastEnergy: f64 = 0;

/**
 * Fills the table for the use of the array that is in place. Unless `all`, tiles are built with all of
 * k, or with k in parts and one of m and n whole; where none of those fits, with everything in parts.
 */
export function findOuterTiles(most: i32, all: bool): void {
  boundArrayAlone();
  leastTime = boundTime;
  leastEnergy = boundEnergy;
  outerCount = 0;
  limit = most < MOST ? most : MOST;
  smallestOuter = Infinity;
  if (!hasOuter) {
    setOuter(M, N, K, 0, 0);
    setInner(chunkM(M), chunkN(N), chunkK(K), 0, 0);
    boundOuter();
    boundTiles();
    boundOuterAlone();
    insert(M, N, K, 0, 0);
    return;
  }
  const mostParts: f64 = 128;
  let countM: i32 = all ? sizes(M_SIZES, M, sm * tm, all) : fewSizes(M_SIZES, M, sm * tm, mostParts);
  let countN: i32 = all ? sizes(N_SIZES, N, sn * tn, all) : fewSizes(N_SIZES, N, sn * tn, mostParts);
  let countK: i32 = all ? sizes(K_SIZES, K, sk * tk, all) : fewSizes(K_SIZES, K, sk * tk, mostParts);
  const batches: f64 = ceilDiv(B, batchAtOnce());
  for (let pass: i32 = all ? 2 : 0; pass < 3; pass++) {
    for (let x: i32 = 0; x < countM; x++) {
      for (let y: i32 = 0; y < countN; y++) {
        for (let z: i32 = 0; z < countK; z++) {
          if (pass == 0 && x > 0 && y > 0 && z > 0) break;
          tryTile(element(M_SIZES, x), element(N_SIZES, y), element(K_SIZES, z), batches);
        }
      }
    }
    if (outerCount > 0) return;
    // Nothing fits with one dimension whole: first smaller parts of the others, then everything down to single elements.
    countM = pass == 0 ? fewSizes(M_SIZES, M, sm * tm, 1024) : sizes(M_SIZES, M, sm * tm, all);
    countN = pass == 0 ? fewSizes(N_SIZES, N, sn * tn, 1024) : sizes(N_SIZES, N, sn * tn, all);
    countK = pass == 0 ? fewSizes(K_SIZES, K, sk * tk, 1024) : sizes(K_SIZES, K, sk * tk, all);
  }
}
