import * as abi from "../abi";
import * as hardware from "../hardware";
import { ceilDiv, larger, smaller } from "../int-math";
import { innermost, middle, outermost } from "../loop-order";
import * as mapping from "../mapping";
import { reloaded, turningLoops } from "../nest";
import * as arrayBound from "./array-bound";
import * as bound from "./bound";
import { MOST_CANDIDATES, evenSize, someSizes, tileSizes } from "./candidates";
import * as legal from "./legal";
import * as objective from "./objective";
import * as sizes from "./sizes";

/*
 * Global-buffer tiles of the present problem and split, best bound first. A tile is judged before any local tile is
 * chosen: by its own traffic, and by what the array takes at least in the use that is in place.
 */
const MOST: i32 = 512;
/** Parts of a unit down to which its halves are outer tiles' sizes, unless nothing else fits (two: 0.07 % of energy, 0.19 % of EDP on random chips). */
const FEW_HALVINGS: f64 = 8;
/** Even parts that are sizes too where the array is fed straight, of outer tiles and of what streams in local ones: eyeriss, 1,128,2304,768 takes 22 % longer without. */
export const DIRECT_PARTS: f64 = 8;
const FIELDS: i32 = 9;
const TABLE: usize = memory.data((MOST + 1) * FIELDS * 8, 16);
const LISTS: usize = memory.data(3 * MOST_CANDIDATES * 8, 16);
const M_SIZES: usize = LISTS;
const N_SIZES: usize = LISTS + MOST_CANDIDATES * 8;
const K_SIZES: usize = LISTS + 2 * MOST_CANDIDATES * 8;
let limit: i32 = MOST;
export let count: i32 = 0;
/** Bytes that the smallest tile tried needs, where none fits. */
export let smallest: f64 = Infinity;

function at(row: i32, column: i32): usize {
  return TABLE + ((<usize>(row * FIELDS + column)) << 3);
}
function element(list: usize, index: i32): f64 {
  return load<f64>(list + ((<usize>index) << 3));
}

export function scoreOf(row: i32): f64 {
  return load<f64>(at(row, 0));
}

/** Whether tile `row` has single places for which its bound does not see what waits, while the far memory sets the pace. */
export function waits(row: i32): bool {
  return load<f64>(at(row, 7)) != 0;
}

/** Puts tile `row` into the present mapping. */
export function use(row: i32): void {
  mapping.setOuter(
    load<f64>(at(row, 1)),
    load<f64>(at(row, 2)),
    load<f64>(at(row, 3)),
    <i32>load<f64>(at(row, 4)),
    <i32>load<f64>(at(row, 5)),
  );
  mapping.setKept(<i32>load<f64>(at(row, 8)));
}

/** Operands with more than one tile to fetch are double buffered, as far as the level can. */
export function doubleBits(canDouble: bool, tilesM: f64, tilesN: f64, tilesK: f64, others: f64): i32 {
  if (!canDouble) return 0;
  let bits: i32 = 0;
  if (tilesM * tilesK * others > 1) bits |= 1 << abi.INPUT;
  if (tilesN * tilesK * others > 1) bits |= 1 << abi.WEIGHT;
  if (tilesM * tilesN * others > 1) bits |= 1 << abi.OUTPUT;
  return bits;
}

/** The same of outer tiles: of what goes past the outer buffer there are none. */
export function doubleOuterBits(Gm: f64, Gn: f64, Gk: f64, batches: f64): i32 {
  return doubleBits(hardware.outerDouble, Gm, Gn, Gk, batches) & ~hardware.passedBits;
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

/** Whether tiles have to fit with sums as wide as any local tile leaves them. */
let isWide: bool = false;
/** Whether the tile fits with every operand double buffered that needs it. */
let fitsDouble: bool = false;

let leastTime: f64 = 0;

function isBefore(value: f64, single: f64, second: f64, row: i32): bool {
  const other: f64 = scoreOf(row);
  if (value != other) return value < other;
  const otherSingle: f64 = load<f64>(at(row, 7));
  return single < otherSingle || (single == otherSingle && second < load<f64>(at(row, 6)));
}

function insert(m: f64, n: f64, k: f64, order: i32, bits: i32): void {
  const value: f64 = objective.score(bound.time, bound.energy);
  const second: f64 = objective.secondScore(bound.time, bound.energy);
  // The bound does not see what waits for single places, which matters where the far memory sets the pace.
  const single: f64 = fitsDouble || bound.outerPorts < 0.8 * leastTime ? 0 : 1;
  let i: i32 = count;
  while (i > 0) {
    if (!isBefore(value, single, second, i - 1)) break;
    i--;
  }
  if (i >= limit) return;
  const last: i32 = count < limit ? count : limit - 1;
  if (last > i) memory.copy(at(i + 1, 0), at(i, 0), (<usize>((last - i) * FIELDS)) << 3);
  store<f64>(at(i, 0), value);
  store<f64>(at(i, 1), m);
  store<f64>(at(i, 2), n);
  store<f64>(at(i, 3), k);
  store<f64>(at(i, 4), <f64>order);
  store<f64>(at(i, 5), <f64>bits);
  store<f64>(at(i, 6), second);
  store<f64>(at(i, 7), single);
  store<f64>(at(i, 8), <f64>mapping.keptBits);
  if (count < limit) count++;
}

/**
 * Puts the tile in place with every operand double buffered that has several tiles, or none. Returns which are. Along dimension `cut` it has several
 * tiles, or, −1, as many as its size says.
 */
function placeTile(m: f64, n: f64, k: f64, isDouble: bool, cut: i32, isCut: bool): i32 {
  const Gm: f64 = isCut && cut == 0 ? 2 : ceilDiv(mapping.M, m);
  const Gn: f64 = isCut && cut == 1 ? 2 : ceilDiv(mapping.N, n);
  const Gk: f64 = isCut && cut == 2 ? 2 : ceilDiv(mapping.K, k);
  const bits: i32 = isDouble ? doubleOuterBits(Gm, Gn, Gk, batches) : 0;
  mapping.setOuter(m, n, k, 0, bits);
  // With k whole in a local tile the sums are narrow: the least room that any tile leaves them, as far as a fold reaches.
  mapping.setInner(
    mapping.chunkM(m),
    mapping.chunkN(n),
    Math.min(mapping.chunkK(k), hardware.isDirect ? legal.foldK() : Infinity),
    0,
    0,
  );
  return bits;
}

/** Array steps of the first core along a dimension that outer tiles of `tile` cut. */
function stepsAlong(extent: f64, tile: f64, cores: f64, spatial: f64): f64 {
  const whole: f64 = Math.floor(extent / tile);
  const rest: f64 = ceilDiv(extent - whole * tile, cores);
  return whole * ceilDiv(ceilDiv(tile, cores), spatial) + ceilDiv(rest, spatial);
}

/** Bounds what the array takes for the outer tile that is in place, in inner tiles as large as the array takes them. */
export function boundFolds(m: f64, n: f64, k: f64): void {
  mapping.setInner(
    smaller(mapping.chunkM(m), legal.foldM()),
    smaller(mapping.chunkN(n), legal.foldN()),
    smaller(mapping.chunkK(k), legal.foldK()),
    0,
    0,
  );
  bound.boundOuter();
  bound.boundShares();
  bound.boundTiles(
    sizeOf(0, mapping.lm, mapping.M, m, mapping.coresM, mapping.sm, mapping.tm),
    sizeOf(1, mapping.ln, mapping.N, n, mapping.coresN, mapping.sn, mapping.tn),
    sizeOf(2, mapping.lk, mapping.K, k, mapping.coresK, mapping.sk, mapping.tk),
  );
}

/** Cycles of the array for those folds, and of the port that it is fed from: of several cores the tiles at the ends may want less than their share. */
export function foldTime(): f64 {
  return mapping.coresM * mapping.coresN * mapping.coresK == 1
    ? larger(arrayBound.time, arrayBound.edgeTime)
    : arrayBound.time;
}

/** Fills the row of the size table that no list has; returns it. */
function sizeOf(d: i32, size: f64, extent: f64, outer: f64, cores: f64, spatial: f64, words: f64): usize {
  const row: usize = sizes.sizeRow(d, sizes.LONE_SIZE);
  sizes.setSize(row, size, extent, outer, cores, spatial, words);
  return row;
}

/** Keeps the tile in every order of its loops, if the bound is among the best. */
function keepTile(m: f64, n: f64, k: f64, bits: i32): void {
  const orders: i32 = newOrders(ceilDiv(mapping.M, m), ceilDiv(mapping.N, n), ceilDiv(mapping.K, k));
  let time: f64 = leastTime;
  let energy: f64 = leastEnergy;
  if (hardware.isDirect) {
    // Nothing is between: how often the array begins a fold, and what that moves, is up to this tile alone.
    boundFolds(m, n, k);
    time = larger(time, foldTime());
    energy = larger(energy, arrayBound.energy);
  } else {
    // A tile narrower than a step of the array leaves a part of it idle.
    const steps: f64 =
      stepsAlong(mapping.M, m, mapping.coresM, mapping.sm) *
      stepsAlong(mapping.N, n, mapping.coresN, mapping.sn) *
      stepsAlong(mapping.K, k, mapping.coresK, mapping.sk);
    time = larger(time, steps * batches);
  }
  for (let order: i32 = 0; order < 6; order++) {
    if (((orders >> order) & 1) == 0) continue;
    mapping.setOuter(m, n, k, order, bits);
    bound.boundOuter();
    bound.boundOuterWith(time, energy);
    insert(m, n, k, order, bits);
    // What would come again may stay whole, if there is room.
    const again: i32 = reloaded() & ~mapping.residentBits;
    for (let kept: i32 = again; kept > 0; kept = (kept - 1) & again) {
      // There is nothing to fetch ahead of what stays.
      const ahead: i32 = batches > 1 ? bits : bits & ~kept;
      mapping.setOuter(m, n, k, order, ahead);
      mapping.setKept(kept);
      mapping.setInner(
        mapping.chunkM(m),
        mapping.chunkN(n),
        Math.min(mapping.chunkK(k), hardware.isDirect ? legal.foldK() : Infinity),
        0,
        0,
      );
      if (!legal.outerFits()) continue;
      bound.boundOuter();
      bound.boundOuterWith(time, energy);
      insert(m, n, k, order, ahead);
    }
  }
}

let batches: f64 = 1;
let leastEnergy: f64 = 0;

let countM: i32 = 0;
let countN: i32 = 0;
let countK: i32 = 0;

/**
 * With sizes of the two other dimensions as they are in place: the most along `free` that fits, in parts as even as whole steps of the array
 * allow; and, where that is more, with none double buffered. Smaller ones only move more. True if all of it fits, double buffered.
 */
function tryLine(m: f64, n: f64, k: f64, free: i32): bool {
  const extent: f64 = free == 0 ? mapping.M : free == 1 ? mapping.N : mapping.K;
  const unit: f64 =
    free == 0
      ? mapping.sm * mapping.tm * mapping.coresM
      : free == 1
        ? mapping.sn * mapping.tn * mapping.coresN
        : mapping.sk * mapping.tk * mapping.coresK;
  let fewest: f64 = Infinity;
  for (let places: i32 = 2; places > 0; places--) {
    const isDouble: bool = places == 2;
    for (let isPart: i32 = 0; isPart < 3; isPart++) {
      let size: f64 = extent;
      let bits: i32 = placeTile(
        free == 0 ? size : m,
        free == 1 ? size : n,
        free == 2 ? size : k,
        isDouble,
        free,
        isPart > 0,
      );
      if (isPart > 0) {
        const room: f64 = smaller(extent, legal.outerRoom(free) - <f64>(isPart - 1));
        if (room < 1) continue;
        size = evenSize(extent, ceilDiv(extent, room), unit, room);
        if (ceilDiv(extent, size) >= fewest) break;
        bits = placeTile(free == 0 ? size : m, free == 1 ? size : n, free == 2 ? size : k, isDouble, -1, true);
      }
      if (isWide ? !legal.outerFitsAnyInner() : !legal.outerFits()) {
        if (legal.outerNeeded < smallest) smallest = legal.outerNeeded;
        continue;
      }
      const wanted: i32 = doubleBits(
        true,
        ceilDiv(mapping.M, mapping.gm),
        ceilDiv(mapping.N, mapping.gn),
        ceilDiv(mapping.K, mapping.gk),
        batches,
      );
      fitsDouble = bits == (wanted & ~hardware.passedBits);
      fewest = ceilDiv(extent, size);
      keepTile(free == 0 ? size : m, free == 1 ? size : n, free == 2 ? size : k, bits);
      if (isPart == 0) return isDouble;
      break;
    }
    if (!hardware.outerDouble) break;
  }
  return false;
}

/** Every pair of sizes along the dimensions that the array holds, with the most of the third one. */
function tryPairs(): void {
  const isOutput: bool = mapping.dataflow == abi.OUTPUT_STATIONARY;
  const isInput: bool = mapping.dataflow == abi.INPUT_STATIONARY;
  if (tryLine(mapping.M, mapping.N, mapping.K, isOutput ? 2 : isInput ? 1 : 0)) return;
  if (isOutput) {
    for (let x: i32 = 0; x < countM; x++) {
      for (let y: i32 = 0; y < countN; y++) if (tryLine(element(M_SIZES, x), element(N_SIZES, y), mapping.K, 2)) break;
    }
  } else if (isInput) {
    for (let x: i32 = 0; x < countK; x++) {
      for (let y: i32 = 0; y < countM; y++) if (tryLine(element(M_SIZES, y), mapping.N, element(K_SIZES, x), 1)) break;
    }
  } else {
    for (let x: i32 = 0; x < countK; x++) {
      for (let y: i32 = 0; y < countN; y++) if (tryLine(mapping.M, element(N_SIZES, y), element(K_SIZES, x), 0)) break;
    }
  }
}

/**
 * Fills the table for the use of the array that is in place: with whole folds of it and halves of one; where none of those fits, down to single
 * elements.
 */
export function find(most: i32): void {
  arrayBound.boundArrayAlone();
  leastTime = arrayBound.time;
  leastEnergy = arrayBound.energy;
  batches = ceilDiv(mapping.B, mapping.batchAtOnce());
  count = 0;
  limit = most < MOST ? most : MOST;
  smallest = Infinity;
  if (!hardware.hasOuter) {
    fitsDouble = true;
    keepTile(mapping.M, mapping.N, mapping.K, 0);
    return;
  }
  const evenParts: f64 = hardware.isDirect ? DIRECT_PARTS : 1;
  countM = tileSizes(M_SIZES, mapping.M, mapping.sm * mapping.tm * mapping.coresM, FEW_HALVINGS, evenParts);
  countN = tileSizes(N_SIZES, mapping.N, mapping.sn * mapping.tn * mapping.coresN, FEW_HALVINGS, evenParts);
  countK = tileSizes(K_SIZES, mapping.K, mapping.sk * mapping.tk * mapping.coresK, FEW_HALVINGS, evenParts);
  tryPairs();
  if (count == 0) tryEveryPair();
}

/** The same with every candidate size, and those too whose sums are as wide as any local tile leaves them: where no local tile fits the others. */
export function findEvery(): void {
  find(MOST);
  if (!hardware.hasOuter) return;
  tryEveryPair();
  isWide = true;
  tryEveryPair();
  isWide = false;
}

function tryEveryPair(): void {
  countM = someSizes(M_SIZES, mapping.M, mapping.sm * mapping.tm);
  countN = someSizes(N_SIZES, mapping.N, mapping.sn * mapping.tn);
  countK = someSizes(K_SIZES, mapping.K, mapping.sk * mapping.tk);
  tryPairs();
}
