import { ceilDiv } from "./int-math";

/*
 * One extent (dimension 0 m, 1 n, 2 k) of an outer tile, shared out over cores and cut into inner tiles. The first cores
 * take `chunk` each, one takes the rest, further ones idle; all cores work on the inner tile of the same index j at once.
 * Inner tiles fall into four classes: 0 the rest's tile is whole (or there is no rest), 1 it is cut, 2 it is empty,
 * 3 the last and shorter one of each chunk. An extent of 46 over three cores, in tiles of 4:
 *
 *   core 0   |0 .. 3|4 .. 7|8 .. 11|12 .. 15|      chunk 16
 *   core 1   |16  19|20  23|24   27|28    31|
 *   core 2   |32  35|36  39|40   43|44 45|         rest 14
 *   class       0      0       0       1
 */
const FIELDS: i32 = 9;
const TABLE: usize = memory.data(3 * FIELDS * 8, 16);
const CHUNK: usize = 0;
const LOCAL: usize = 8;
const TURNS: usize = 16;
/** Cores with a whole chunk, extent of the one with less, index of the inner tile in which the latter ends (−1: none). */
const WHOLE: usize = 24;
const REST: usize = 32;
const CUT: usize = 40;
/** Inner tiles of full size: all, or all but the last. */
const FULL: usize = 48;
/** Index of the present inner tile, and its class. */
const INDEX: usize = 56;
const CLASS: usize = 64;

function row(dimension: i32): usize {
  return TABLE + <usize>(dimension * FIELDS * 8);
}

/** Shares `extent` out over so many cores, cut into inner tiles of `local`. */
export function set(dimension: i32, extent: f64, sharers: f64, local: f64): void {
  const at: usize = row(dimension);
  const chunk: f64 = sharers == 1 ? extent : ceilDiv(extent, sharers);
  const turns: f64 = ceilDiv(chunk, local);
  const whole: f64 = sharers == 1 ? 1 : Math.floor(extent / chunk);
  const rest: f64 = extent - whole * chunk;
  store<f64>(at, chunk, CHUNK);
  store<f64>(at, local, LOCAL);
  store<f64>(at, turns, TURNS);
  store<f64>(at, whole, WHOLE);
  store<f64>(at, rest, REST);
  store<f64>(at, rest > 0 ? Math.floor(rest / local) : -1, CUT);
  store<f64>(at, turns * local > chunk ? turns - 1 : turns, FULL);
}

/** Inner tiles of a core; those of full size. */
export function innerTurns(dimension: i32): f64 {
  return load<f64>(row(dimension), TURNS);
}
export function fullTiles(dimension: i32): f64 {
  return load<f64>(row(dimension), FULL);
}

/** Index of the inner tile in which the core with less ends; −1: there is none. */
export function cutIndex(dimension: i32): f64 {
  return load<f64>(row(dimension), CUT);
}

/** Dimensions (bits) of which the present inner tile is of class 3. */
export let shorter: i32 = 0;

/** Makes inner tile j the present one along a dimension. */
export function goToTile(dimension: i32, j: f64): void {
  const at: usize = row(dimension);
  const cut: f64 = load<f64>(at, CUT);
  const isShorter: bool = j == load<f64>(at, FULL);
  const ofRest: i32 = cut < 0 || j < cut ? 0 : j == cut ? 1 : 2;
  store<f64>(at, j, INDEX);
  store<i32>(at, isShorter ? 3 : ofRest, CLASS);
  const bit: i32 = 1 << dimension;
  shorter = isShorter ? shorter | bit : shorter & ~bit;
}
export function tileIndex(dimension: i32): f64 {
  return load<f64>(row(dimension), INDEX);
}
export function tileClass(dimension: i32): i32 {
  return load<i32>(row(dimension), CLASS);
}

/** Extent of inner tile j on a core with a whole chunk. */
export function extentOfOne(dimension: i32, j: f64): f64 {
  const at: usize = row(dimension);
  const local: f64 = load<f64>(at, LOCAL);
  return Math.min(local, load<f64>(at, CHUNK) - j * local);
}

/** The same on the core that has less than a chunk; 0: it has none, or idles. */
export function extentOfRest(dimension: i32, j: f64): f64 {
  const at: usize = row(dimension);
  const rest: f64 = load<f64>(at, REST);
  if (rest == 0) return 0;
  const local: f64 = load<f64>(at, LOCAL);
  return Math.max(0, Math.min(local, rest - j * local));
}

export function wholeChunks(dimension: i32): f64 {
  return load<f64>(row(dimension), WHOLE);
}

/** Extent that all cores have between them. */
export function extentOfAll(dimension: i32, j: f64): f64 {
  return wholeChunks(dimension) * extentOfOne(dimension, j) + extentOfRest(dimension, j);
}

/** Cores that have a part of it. */
export function coresAtWork(dimension: i32, j: f64): f64 {
  return wholeChunks(dimension) + (extentOfRest(dimension, j) > 0 ? 1 : 0);
}
