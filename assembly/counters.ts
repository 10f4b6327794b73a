import * as abi from "./abi";
import { changesEachStep, partTakenAnew } from "./array/registers";
import * as arrayTraffic from "./array/traffic";
import * as hardware from "./hardware";
import { pick } from "./loop-order";
import * as mapping from "./mapping";
import { HARDWARE, get, put } from "./memory";
import { isOutsideTurning, operandWithout, streaming } from "./nest";
import * as share from "./share";

/*
 * Traffic of a mapping, counted class by class instead of step by step. Along each dimension the inner tiles of all outer
 * tiles fall into a few classes of equal size; a transfer of an operand happens once for each tile of the two dimensions
 * that it depends on and, along the third ("free") one, for
 *
 *   EVERY   every inner tile: the free inner loop stands outside a turning loop of the operand's dimensions, or the operand
 *           streams past the array
 *   OUTERS  the first inner tile of every outer tile: the inner loops move the operand, or the free outer loop stands
 *           outside a turning outer loop of its dimensions
 *   ONCE    the very first tile: the operand stays where it is
 *
 * Rules of what is moved when: docs/model.md, "time". Checked against walking every tile: test/property/sim/walk.test.ts.
 */
const EVERY: i32 = 0;
const OUTERS: i32 = 1;
const ONCE: i32 = 2;

/** Elements over the edges of all arrays, after multicast. */
export let elementsInput: f64 = 0;
export let elementsWeight: f64 = 0;
export let elementsSumsIn: f64 = 0;
export let elementsSumsOut: f64 = 0;

/** Bytes by column, in the order of RES_TRAFFIC (abi.ts). */
const TRAFFIC: usize = memory.data(abi.TRAFFIC_COLUMNS * 8, 16);

export const OUTER: i32 = 0;
export const INNER_SOURCE: i32 = 4;
export const INNER: i32 = 8;
export const EDGE: i32 = 12;
/** Registers written and read, then accumulators written and read. */
export const REGISTER_WRITES: i32 = 16;
export const REGISTER_READS: i32 = 17;
const ACCUMULATOR_WRITES: i32 = 18;
const ACCUMULATOR_READS: i32 = 19;
/** Within a group of four columns: sums that go down to the array and sums that come up from it. */
export const SUMS_DOWN: i32 = 2;
export const SUMS_UP: i32 = 3;

export function traffic(column: i32): f64 {
  return get(TRAFFIC, column);
}

function tally(column: i32, bytes: f64): void {
  put(TRAFFIC, column, get(TRAFFIC, column) + bytes);
}

/** Dynamic energy of what is counted, pJ: MACs and traffic, each times its coefficient. */
export function energyOfTraffic(): f64 {
  let sum: f64 = mapping.B * mapping.M * mapping.N * mapping.K * hardware.energyMac;
  for (let i: i32 = 0; i < abi.TRAFFIC_COLUMNS; i++) sum += traffic(i) * get(HARDWARE, abi.HW_ENERGY_TRAFFIC + i);
  return sum;
}

/*
 * Classes of inner tiles along one dimension, one row each; numbers count tiles over all outer tiles.
 */
const CLASSES: i32 = 10;
const FIELDS: i32 = 10;
const TABLE: usize = memory.data(3 * 10 * 10 * 8, 16);
const TILE_OF_ALL: i32 = 0; // extent of the tile on all cores together
const CORES_AT_WORK: i32 = 1;
const WHOLE_CORES: i32 = 2; // cores with a whole tile, its extent; extent on the core with less
const TILE_OF_WHOLE: i32 = 3;
const TILE_OF_REST: i32 = 4;
const TILES: i32 = 5; // tiles in all; those that are the first, the last of their outer tile; those that are first, last of all
const FIRSTS: i32 = 6;
const LASTS: i32 = 7;
const IS_LAST: i32 = 8;
const TURNS: i32 = 9; // inner tiles of an outer tile of this class
let classesM: i32 = 0;
let classesN: i32 = 0;
let classesK: i32 = 0;
/** Rows of the dimension being filled; the first one always holds the very first tile. */
let filled: i32 = 0;

function row(dimension: i32, index: i32): usize {
  return TABLE + <usize>((dimension * CLASSES + index) * FIELDS * 8);
}

/** Adds the inner tiles from `from` up to `to` of `outers` outer tiles, which the share table describes. */
function addClass(dimension: i32, from: f64, to: f64, outers: f64, isLastOuter: bool): void {
  if (to <= from) return;
  const at: usize = row(dimension, filled);
  const L: f64 = share.innerTurns(dimension);
  put(at, TILE_OF_ALL, share.extentOfAll(dimension, from));
  put(at, CORES_AT_WORK, share.coresAtWork(dimension, from));
  put(at, WHOLE_CORES, share.wholeChunks(dimension));
  put(at, TILE_OF_WHOLE, share.extentOfOne(dimension, from));
  put(at, TILE_OF_REST, share.extentOfRest(dimension, from));
  put(at, TILES, outers * (to - from));
  put(at, FIRSTS, from == 0 ? outers : 0);
  put(at, LASTS, to == L ? outers : 0);
  put(at, IS_LAST, to == L && isLastOuter ? 1 : 0);
  put(at, TURNS, L);
  filled += 1;
}

/** The classes of `outers` outer tiles of one extent. */
function addOuters(dimension: i32, extent: f64, outers: f64, isLastOuter: bool): void {
  share.set(dimension, extent, mapping.coresOf(dimension), mapping.innerOf(dimension));
  const full: f64 = share.fullTiles(dimension);
  const cut: f64 = share.cutIndex(dimension);
  const uncut: f64 = cut < 0 ? full : Math.min(cut, full);
  addClass(dimension, 0, uncut, outers, isLastOuter);
  if (uncut < full) {
    addClass(dimension, cut, cut + 1, outers, isLastOuter);
    addClass(dimension, cut + 1, full, outers, isLastOuter);
  }
  addClass(dimension, full, share.innerTurns(dimension), outers, isLastOuter);
}

/** Fills the table for one dimension; returns its number of rows. */
function classify(dimension: i32): i32 {
  filled = 0;
  const outer: f64 = mapping.outerOf(dimension);
  const whole: f64 = Math.floor(mapping.problemOf(dimension) / outer);
  const rest: f64 = mapping.problemOf(dimension) - whole * outer;
  addOuters(dimension, outer, whole, rest == 0);
  if (rest > 0) addOuters(dimension, rest, 1, true);
  return filled;
}

let Gm: f64 = 1;
let Gn: f64 = 1;
let Gk: f64 = 1;

/** How often a transfer along `free` happens where the outer tile has Lm, Ln, Lk inner tiles. */
function repetition(free: i32, Lm: f64, Ln: f64, Lk: f64): i32 {
  if ((streaming() & (1 << operandWithout(free))) != 0) return EVERY;
  const a: f64 = free == 0 ? Ln : Lm;
  const b: f64 = free == 2 ? Ln : Lk;
  if (a > 1 || b > 1) return isOutsideTurning(free, mapping.innerOrder, Lm, Ln, Lk) ? EVERY : OUTERS;
  return isOutsideTurning(free, mapping.outerOrder, Gm, Gn, Gk) ? OUTERS : ONCE;
}

/** Tiles of a class at which something happens that happens at its first tiles. */
function hitsAtFirst(at: usize, often: i32, isFirstRow: bool): f64 {
  if (often == EVERY) return get(at, TILES);
  return often == OUTERS ? get(at, FIRSTS) : isFirstRow ? 1 : 0;
}
function hitsAtLast(at: usize, often: i32): f64 {
  if (often == EVERY) return get(at, TILES);
  return often == OUTERS ? get(at, LASTS) : get(at, IS_LAST);
}

/** Counts the traffic of the mapping in `mapping.ts`. */
export function countTraffic(): void {
  for (let i: i32 = 0; i < abi.TRAFFIC_COLUMNS; i++) put(TRAFFIC, i, 0);
  elementsInput = 0;
  elementsWeight = 0;
  elementsSumsIn = 0;
  elementsSumsOut = 0;
  Gm = mapping.outerTurns(0);
  Gn = mapping.outerTurns(1);
  Gk = mapping.outerTurns(2);
  classesM = classify(0);
  classesN = classify(1);
  classesK = classify(2);
  const atOnce: f64 = mapping.batchAtOnce();
  const whole: f64 = Math.floor(mapping.B / atOnce);
  const rest: f64 = mapping.B - whole * atOnce;
  if (whole > 0) countMemories(atOnce, whole);
  if (rest > 0) countMemories(rest, 1);
  countEdges();
}

/** Traffic of both ports for `times` batch steps of `batch` elements. */
function countMemories(batch: f64, times: f64): void {
  countOperand(abi.INPUT, batch, times);
  countOperand(abi.WEIGHT, batch, times);
  for (let x: i32 = 0; x < classesM; x++) {
    for (let y: i32 = 0; y < classesN; y++) countSums(row(0, x), row(1, y), batch, times);
  }
}

/** Inputs (of dimensions m and k) or weights (of n and k). */
function countOperand(operand: i32, batch: f64, times: f64): void {
  const own: i32 = operand;
  const free: i32 = 1 - operand;
  const owns: i32 = operand == abi.INPUT ? classesM : classesN;
  const frees: i32 = operand == abi.INPUT ? classesN : classesM;
  const width: f64 = operand == abi.INPUT ? hardware.inputBytes : hardware.weightBytes;
  const comesAgain: bool = isOutsideTurning(free, mapping.outerOrder, Gm, Gn, Gk) && !mapping.isKept(operand);
  const outerTimes: f64 = comesAgain ? times * pick(free, Gm, Gn, Gk) : times;
  const passes: bool = hardware.passesOuter(operand);
  const crossesOuter: bool = hardware.hasOuter && !mapping.isResident(operand) && !passes;
  const entersInner: bool = !mapping.isBypassed(operand);
  for (let x: i32 = 0; x < owns; x++) {
    const a: usize = row(own, x);
    for (let z: i32 = 0; z < classesK; z++) {
      const c: usize = row(2, z);
      const bytes: f64 = Math.ceil(get(a, TILE_OF_ALL) * get(c, TILE_OF_ALL) * width) * batch;
      const tiles: f64 = get(a, TILES) * get(c, TILES) * times;
      if (crossesOuter) {
        tally(
          OUTER + operand,
          hardware.inBlocks(bytes, hardware.outerBlock) * get(a, TILES) * get(c, TILES) * outerTimes,
        );
      }
      for (let y: i32 = 0; y < frees; y++) {
        const f: usize = row(free, y);
        const Lf: f64 = get(f, TURNS);
        const Lm: f64 = own == 0 ? get(a, TURNS) : Lf;
        const Ln: f64 = own == 0 ? Lf : get(a, TURNS);
        const hits: f64 = tiles * hitsAtFirst(f, repetition(free, Lm, Ln, get(c, TURNS)), y == 0);
        const copies: f64 = get(f, CORES_AT_WORK);
        const moved: f64 = hardware.multicast ? bytes : bytes * copies;
        if (passes) tally(OUTER + operand, hardware.inBlocks(moved, hardware.outerBlock) * hits);
        else tally(INNER_SOURCE + operand, hardware.inBlocks(moved, hardware.innerBlock) * hits);
        if (entersInner) tally(INNER + operand, bytes * copies * hits);
      }
    }
  }
}

/** Sums of the outputs of classes a (m) and b (n). */
function countSums(a: usize, b: usize, batch: f64, times: f64): void {
  const tiles: f64 = get(a, TILES) * get(b, TILES) * times;
  const sums: f64 = get(a, TILE_OF_ALL) * get(b, TILE_OF_ALL);
  const wide: f64 = Math.ceil(sums * hardware.accumulatorBytes) * batch;
  const final: f64 = Math.ceil(sums * hardware.outputBytes) * batch;
  let visits: f64 = 0;
  /** Sums of single cores that go up. */
  let summands: f64 = 0;
  for (let z: i32 = 0; z < classesK; z++) {
    const c: usize = row(2, z);
    const hits: f64 = hitsAtLast(c, repetition(2, get(a, TURNS), get(b, TURNS), get(c, TURNS)));
    visits += hits;
    summands += hits * (mapping.coresK > 1 ? get(c, CORES_AT_WORK) : 1);
    if (mapping.coresK > 1) {
      // Every core's sums go up wide; the outer buffer reads what it has, and adds.
      const stored: f64 = wide * get(c, CORES_AT_WORK);
      tally(INNER_SOURCE + SUMS_UP, hardware.inBlocks(stored, hardware.innerBlock) * hits * tiles);
      tally(INNER + SUMS_UP, stored * hits * tiles);
      tally(INNER_SOURCE + SUMS_DOWN, stored * hits * tiles);
    }
  }
  if (hardware.isDirect) {
    // The array's edge is the inner port.
    elementsSumsOut += sums * batch * summands * tiles;
    if (mapping.coresK == 1) elementsSumsIn += sums * batch * (visits - 1) * tiles;
  }
  const passes: bool = hardware.passesOuter(abi.OUTPUT);
  if (mapping.coresK > 1) tally(INNER_SOURCE + SUMS_DOWN, -wide * tiles);
  else {
    const again: f64 = (visits - 1) * tiles;
    if (passes) tallySums(OUTER, hardware.outerBlock, wide, final, again, tiles);
    else tallySums(INNER_SOURCE, hardware.innerBlock, wide, final, again, tiles);
    tallySums(INNER, 0, wide, final, again, tiles);
  }
  if (!hardware.hasOuter || mapping.isResident(abi.OUTPUT) || passes) return;
  const leavesUnfinished: bool = isOutsideTurning(2, mapping.outerOrder, Gm, Gn, Gk) && !mapping.isKept(abi.OUTPUT);
  tallySums(OUTER, hardware.outerBlock, wide, final, leavesUnfinished ? (Gk - 1) * tiles : 0, tiles);
}

/** Sums of a tile go up `tiles` times finished, `final` bytes, and `again` times unfinished, `wide` bytes, as which they come down again. */
function tallySums(columns: i32, block: f64, wide: f64, final: f64, again: f64, tiles: f64): void {
  const unfinished: f64 = hardware.inBlocks(wide, block) * again;
  tally(columns + SUMS_UP, unfinished + hardware.inBlocks(final, block) * tiles);
  tally(columns + SUMS_DOWN, unfinished);
}

/** Traffic over the arrays' edges, and of their registers and accumulators. */
function countEdges(): void {
  for (let x: i32 = 0; x < classesM; x++) {
    for (let y: i32 = 0; y < classesN; y++) {
      for (let z: i32 = 0; z < classesK; z++) countSteps(row(0, x), row(1, y), row(2, z), x == 0, y == 0, z == 0);
    }
  }
}

/** Steps of classes a (m), b (n), c (k), apart by what their edge traffic depends on. */
function countSteps(a: usize, b: usize, c: usize, isFirstM: bool, isFirstN: bool, isFirstK: bool): void {
  const Lm: f64 = get(a, TURNS);
  const Ln: f64 = get(b, TURNS);
  const Lk: f64 = get(c, TURNS);
  // Along the free dimension of the held operand: tiles at which it comes anew.
  const isWeight: bool = mapping.dataflow == abi.WEIGHT_STATIONARY;
  const free: usize = isWeight ? a : b;
  const others: f64 = get(isWeight ? b : a, TILES);
  let anew: f64 = get(free, TILES);
  if (mapping.dataflow != abi.OUTPUT_STATIONARY) {
    anew = hitsAtFirst(free, repetition(isWeight ? 0 : 1, Lm, Ln, Lk), isWeight ? isFirstM : isFirstN);
  }
  const again: f64 = get(free, TILES) - anew;
  const tiles: f64 = get(c, TILES);
  // With k split over cores, every visit of a core starts its sums at zero, and no sum is final.
  const addsOutside: bool = mapping.coresK > 1;
  let firsts: f64 = isFirstK ? 1 : 0;
  if (addsOutside) firsts = hitsAtFirst(c, repetition(2, Lm, Ln, Lk), isFirstK);
  const lasts: f64 = addsOutside ? 0 : get(c, IS_LAST);
  const both: f64 = !addsOutside && mapping.K <= get(c, TILE_OF_ALL) ? 1 : 0;
  for (let times: i32 = 0; times < 2; times++) {
    const steps: f64 = (times == 0 ? anew : again) * others;
    countCores(a, b, c, steps * both, true, true, times == 1);
    countCores(a, b, c, steps * (firsts - both), true, false, times == 1);
    countCores(a, b, c, steps * (lasts - both), false, true, times == 1);
    countCores(a, b, c, steps * (tiles - firsts - lasts + both), false, false, times == 1);
  }
}

/** Counts `steps` steps of all cores: those with whole tiles and those with less along one or several dimensions. */
function countCores(a: usize, b: usize, c: usize, steps: f64, isFirstK: bool, isLastK: bool, isHeld: bool): void {
  if (steps == 0) return;
  for (let corner: i32 = 0; corner < 8; corner++) {
    const m: f64 = get(a, (corner & 1) != 0 ? TILE_OF_REST : TILE_OF_WHOLE);
    const n: f64 = get(b, (corner & 2) != 0 ? TILE_OF_REST : TILE_OF_WHOLE);
    const k: f64 = get(c, (corner & 4) != 0 ? TILE_OF_REST : TILE_OF_WHOLE);
    if (m == 0 || n == 0 || k == 0) continue;
    const atWork: f64 =
      ((corner & 1) != 0 ? 1 : get(a, WHOLE_CORES)) *
      ((corner & 2) != 0 ? 1 : get(b, WHOLE_CORES)) *
      ((corner & 4) != 0 ? 1 : get(c, WHOLE_CORES));
    countEdge(steps * atWork * mapping.B, m, n, k, isFirstK, isLastK, isHeld);
  }
}

/** Counts what `tiles` tiles of m × n × k move over the edges of their core's arrays. */
function countEdge(tiles: f64, m: f64, n: f64, k: f64, isFirstK: bool, isLastK: bool, isHeld: bool): void {
  arrayTraffic.countTile(m, n, k, isFirstK, isHeld);
  elementsInput += tiles * arrayTraffic.inputsIn;
  elementsWeight += tiles * arrayTraffic.weightsIn;
  if (!hardware.isDirect) {
    elementsSumsIn += tiles * arrayTraffic.sumsIn;
    elementsSumsOut += tiles * arrayTraffic.sumsOut;
  }
  tally(EDGE + abi.INPUT, tiles * arrayTraffic.edgeInputBytes());
  tally(EDGE + abi.WEIGHT, tiles * arrayTraffic.edgeWeightBytes());
  tally(EDGE + SUMS_DOWN, tiles * arrayTraffic.edgeSumBytes());
  tally(EDGE + SUMS_UP, tiles * arrayTraffic.sumBytes(arrayTraffic.sumsOut, m * n, isLastK));
  if (hardware.registerWords > 0) {
    const taken: f64 = m * n * k * partTakenAnew(m, n);
    // No more copies than there are rows of inputs, or columns of weights.
    const copiesM: f64 = Math.min(mapping.sm, mapping.M);
    const copiesN: f64 = Math.min(mapping.sn, mapping.N);
    let written: f64 = 0;
    let read: f64 = 0;
    if ((hardware.registerHolds & (1 << abi.WEIGHT)) != 0) {
      // Every PE that works on another row of inputs keeps its own copy of the weight.
      written += arrayTraffic.weightsIn * copiesM * hardware.weightBytes;
      read += (changesEachStep(abi.WEIGHT) ? taken : arrayTraffic.weightsIn * copiesM) * hardware.weightBytes;
    }
    if ((hardware.registerHolds & (1 << abi.INPUT)) != 0) {
      written += arrayTraffic.inputsIn * copiesN * hardware.inputBytes;
      read += (changesEachStep(abi.INPUT) ? taken : arrayTraffic.inputsIn * copiesN) * hardware.inputBytes;
    }
    tally(REGISTER_WRITES, tiles * Math.ceil(written));
    tally(REGISTER_READS, tiles * Math.ceil(read));
  }
  tally(ACCUMULATOR_WRITES, tiles * Math.ceil(arrayTraffic.accumulated * hardware.accumulatorBytes));
  tally(ACCUMULATOR_READS, tiles * Math.ceil(arrayTraffic.accumulated * hardware.accumulatorBytes));
}
