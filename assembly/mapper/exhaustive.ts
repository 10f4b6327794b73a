import * as abi from "../abi";
import * as hardware from "../hardware";
import { ceilDiv } from "../int-math";
import * as mapping from "../mapping";
import { reloaded } from "../nest";
import * as steps from "../steps";
import * as arrayBound from "./array-bound";
import * as options from "./array-options";
import * as bound from "./bound";
import { boundWaits } from "./bound-waits";
import { MOST_CANDIDATES, everySize, someSizes } from "./candidates";
import * as incumbent from "./incumbent";
import * as legal from "./legal";
import * as outerTiles from "./outer-tiles";
import * as objective from "./objective";
import * as sizes from "./sizes";

/*
 * Search of everything, after the fast search has found something to beat: every grid of cores and of arrays, use of the array and
 * register tile; then, where the pairs of an outer and an inner tile are few enough (MOST_PAIRS), every integer size and
 * order of both, else every integer size (dimensions up to 64) or the whole candidate set (above) of inner tiles within the
 * outer tiles of the best bounds. Every set of double-buffered operands that is not part of a larger one that fits. What
 * cannot beat the best by its bound is left out; all else is walked. docs/model.md, "mapper". Checked against a brute force
 * that shares no code: test/validation/sim/brute-force.test.ts.
 */
const MOST_PAIRS: f64 = 200000;
const MOST_OUTERS: i32 = 24;
/** Candidates scored. */
export let scored: f64 = 0;
const LIST: usize = memory.data(MOST_CANDIDATES * 8, 16);

let mostOptions: i32 = options.MOST_OPTIONS;
let mostOuters: i32 = MOST_OUTERS;
/** Whether uses of the array that take more than the fewest steps, and every register tile, are tried as well. */
let isThorough: bool = true;
/** Whether every pair of tiles is tried where there are few; extents up to which every integer size of an inner tile is. */
let isComplete: bool = true;
let mostEvery: f64 = <f64>MOST_CANDIDATES;

/** Extent up to which small problems have every integer size tried. */
const EVERY: f64 = 64;
/** Uses of the array and global-buffer tiles of the best bounds in which more sizes are tried; work of that on larger problems (3,000: 0.06 % of latency on random chips). */
const SOME: i32 = 8;
const SOME_WORK: f64 = 20000;
/** Work of a walk beside its steps. */
const WORK_A_WALK: f64 = 10;
/**
 * Work done, in candidates bounded and steps walked, and what may be done in all, by the end of the use of the array in place, and
 * by that of its outer tile. What one of them leaves is the next ones'.
 */
let spent: f64 = 0;
let budget: f64 = Infinity;
let endOfOption: f64 = Infinity;
let endOfOuter: f64 = Infinity;

/** Forgets what was scored before. */
export function clearScored(): void {
  scored = 0;
}

/** Searches all, against the best mapping so far. */
export function searchAll(): void {
  mostOptions = options.ALL_OPTIONS;
  mostOuters = MOST_OUTERS;
  isComplete = true;
  mostEvery = <f64>MOST_CANDIDATES;
  for (let b: f64 = 1; b <= hardware.cores && b <= mapping.B; b++) {
    for (let m: f64 = 1; b * m <= hardware.cores && m <= mapping.M; m++) {
      for (let n: f64 = 1; b * m * n <= hardware.cores && n <= mapping.N; n++) {
        for (let k: f64 = 1; b * m * n * k <= hardware.cores && k <= mapping.K; k++) {
          if (k > 1 && !hardware.addsSums) continue;
          mapping.setCores(b, m, n, k);
          tryArrays();
        }
      }
    }
  }
}

/** Tries every grid of a core's arrays on the present grid of cores. */
function tryArrays(): void {
  const mostB: f64 = ceilDiv(mapping.B, mapping.coresB);
  for (let b: f64 = 1; b <= hardware.arrays && b <= mostB; b++) {
    for (let m: f64 = 1; b * m <= hardware.arrays && m <= mapping.chunkM(mapping.M); m++) {
      for (let n: f64 = 1; b * m * n <= hardware.arrays && n <= mapping.chunkN(mapping.N); n++) {
        mapping.setArrays(b, m, n);
        tryGrid();
      }
    }
  }
}

/**
 * Searches more than bounds alone suggest, on the cores and arrays of the mapping in place: for problems so small that single cycles count,
 * and that walks cost little. The same enumeration as that of everything, in passes that each have a limited amount of work:
 * wide (every use of the array, the candidate sizes), deep (the best uses, every size), and complete where there are few
 * pairs of tiles. What does not promise LEAST_GAIN is left out.
 *
 * @param work  work of the deep pass at most, in candidates bounded and steps walked; the others have half of it each
 */
export function searchMore(work: f64): void {
  isComplete = false;
  incumbent.setLeastGain(incumbent.LEAST_GAIN);
  searchPass(options.MOST_OPTIONS, MOST_OUTERS, 0, work / 2);
  searchPass(SOME, SOME, EVERY, work);
  if (areFewPairs() && Math.max(mapping.M, Math.max(mapping.N, mapping.K)) <= EVERY) {
    isComplete = true;
    searchPass(options.MOST_OPTIONS, MOST_OUTERS, EVERY, work / 2);
  }
  incumbent.setLeastGain(0);
  budget = Infinity;
}

/** The same for larger problems: with the uses of the array that bounds suggest, or the best of all where it is fed straight. */
export function searchSome(): void {
  isComplete = false;
  isThorough = hardware.isDirect;
  incumbent.setLeastGain(incumbent.LEAST_GAIN);
  searchPass(SOME, SOME, 0, SOME_WORK);
  incumbent.setLeastGain(0);
  isThorough = true;
  budget = Infinity;
}

function searchPass(uses: i32, outers: i32, every: f64, work: f64): void {
  mostOptions = uses;
  mostOuters = outers;
  mostEvery = every;
  budget = work;
  tryGrid();
}

/** Tries every use of the array and every tile on the present grids of cores and arrays. */
function tryGrid(): void {
  options.find(mostOptions, isThorough, incumbent.toBeat());
  spent = 0;
  for (let option: i32 = 0; option < options.count; option++) {
    if (options.scoreOf(option) > incumbent.toBeat()) break;
    endOfOption = spent + (budget - spent) / <f64>(options.count - option);
    options.use(option);
    if (!hardware.hasOuter) {
      mapping.setOuter(mapping.M, mapping.N, mapping.K, 0, 0);
      endOfOuter = endOfOption;
      tryInnerTiles();
    } else if (isComplete && areFewPairs()) tryEveryOuterTile();
    else {
      outerTiles.find(mostOuters);
      for (let outer: i32 = 0; outer < outerTiles.count; outer++) {
        outerTiles.use(outer);
        endOfOuter = spent + (endOfOption - spent) / <f64>(outerTiles.count - outer);
        tryInnerTiles();
      }
    }
  }
}

/** Whether pairs of an outer and an inner tile are few enough to try all of them. */
function areFewPairs(): bool {
  return pairs(mapping.M) * pairs(mapping.N) * pairs(mapping.K) <= MOST_PAIRS;
}

/** Pairs of an outer tile and an inner one along a dimension. */
function pairs(extent: f64): f64 {
  return (extent * (extent + 1)) / 2;
}

function tryEveryOuterTile(): void {
  arrayBound.boundArrayAlone();
  const time: f64 = arrayBound.time;
  const energy: f64 = arrayBound.energy;
  const batches: f64 = ceilDiv(mapping.B, mapping.batchAtOnce());
  for (let m: f64 = mapping.M; m >= 1; m--) {
    for (let n: f64 = mapping.N; n >= 1; n--) {
      for (let k: f64 = mapping.K; k >= 1; k--) {
        if (spent > endOfOption) return;
        const Gm: f64 = ceilDiv(mapping.M, m);
        const Gn: f64 = ceilDiv(mapping.N, n);
        const Gk: f64 = ceilDiv(mapping.K, k);
        const orders: i32 = outerTiles.newOrders(Gm, Gn, Gk);
        const several: i32 = outerTiles.doubleOuterBits(Gm, Gn, Gk, batches);
        for (let order: i32 = 0; order < 6; order++) {
          if (((orders >> order) & 1) == 0) continue;
          mapping.setOuter(m, n, k, order, 0);
          const again: i32 = reloaded() & ~mapping.residentBits;
          for (let kept: i32 = again; kept >= 0; kept = kept == 0 ? -1 : (kept - 1) & again) {
            tryOuterTile(m, n, k, order, kept, batches > 1 ? several : several & ~kept, time, energy);
          }
        }
      }
    }
  }
}

/** Tries an outer tile with the largest sets of double-buffered operands, of those `wanted`, that fit. */
function tryOuterTile(m: f64, n: f64, k: f64, order: i32, kept: i32, wanted: i32, time: f64, energy: f64): void {
  let fitting: i32 = 0;
  for (let set: i32 = 7; set >= 0; set--) {
    const bits: i32 = setAt(set);
    if ((bits & ~wanted) != 0 || isPartOfOne(fitting, bits)) continue;
    mapping.setInner(mapping.chunkM(m), mapping.chunkN(n), mapping.chunkK(k), 0, 0);
    mapping.setOuter(m, n, k, order, bits);
    mapping.setKept(kept);
    if (!legal.outerFits()) continue;
    // Where it fits only with sums that are final, tiles that leave them unfinished may still fit with fewer.
    if (legal.outerFitsAnyInner()) fitting |= 1 << bits;
    bound.boundOuter();
    bound.boundOuterWith(time, energy);
    endOfOuter = endOfOption;
    spent += 1;
    if (objective.score(bound.time, bound.energy) <= incumbent.toBeat()) tryInnerTiles();
  }
}

/** The sets of operands, larger ones behind: 0, then single ones, pairs, all. */
function setAt(index: i32): i32 {
  return index == 3 ? 4 : index == 4 ? 3 : index;
}

/** Whether `bits` is part of a set that `sets` has. */
function isPartOfOne(sets: i32, bits: i32): bool {
  for (let set: i32 = 0; set < 8; set++) {
    if (((sets >> set) & 1) != 0 && (set & bits) == bits) return true;
  }
  return false;
}

/** Fills a size table with every size, or the candidates, of a core's chunk; sizes are at most `most`. */
function fillSizes(dimension: i32, extent: f64, outer: f64, over: f64, spatial: f64, words: f64, most: f64): i32 {
  const chunk: f64 = Math.min(ceilDiv(outer, over), most);
  const count: i32 = chunk <= mostEvery ? everySize(LIST, chunk) : someSizes(LIST, chunk, spatial * words);
  for (let i: i32 = 0; i < count; i++) {
    sizes.setSize(
      sizes.sizeRow(dimension, i),
      load<f64>(LIST + ((<usize>i) << 3)),
      extent,
      outer,
      over,
      spatial,
      words,
    );
  }
  return count;
}

/** Tries every inner tile in the outer tile and use of the array that are in place. */
function tryInnerTiles(): void {
  const countM: i32 = fillSizes(
    0,
    mapping.M,
    mapping.gm,
    mapping.coresM,
    mapping.sm,
    mapping.tm,
    hardware.isDirect || mapping.isBypassed(abi.INPUT) ? legal.foldM() : Infinity,
  );
  const countN: i32 = fillSizes(
    1,
    mapping.N,
    mapping.gn,
    mapping.coresN,
    mapping.sn,
    mapping.tn,
    hardware.isDirect || mapping.isBypassed(abi.WEIGHT) ? legal.foldN() : Infinity,
  );
  const countK: i32 = fillSizes(
    2,
    mapping.K,
    mapping.gk,
    mapping.coresK,
    mapping.sk,
    mapping.tk,
    hardware.isDirect || mapping.bypass ? legal.foldK() : Infinity,
  );
  const batches: f64 = ceilDiv(mapping.B, mapping.batchAtOnce());
  const Gm: f64 = ceilDiv(mapping.M, mapping.gm);
  const Gn: f64 = ceilDiv(mapping.N, mapping.gn);
  const Gk: f64 = ceilDiv(mapping.K, mapping.gk);
  const cm: f64 = mapping.chunkM(mapping.gm);
  const cn: f64 = mapping.chunkN(mapping.gn);
  const ck: f64 = mapping.chunkK(mapping.gk);
  bound.boundOuter();
  bound.boundShares();
  for (let x: i32 = 0; x < countM; x++) {
    const m: f64 = sizes.sizeAt(0, x);
    const Lm: f64 = ceilDiv(cm, m);
    for (let y: i32 = 0; y < countN; y++) {
      const n: f64 = sizes.sizeAt(1, y);
      const Ln: f64 = ceilDiv(cn, n);
      for (let z: i32 = 0; z < countK; z++) {
        const k: f64 = sizes.sizeAt(2, z);
        const Lk: f64 = ceilDiv(ck, k);
        mapping.setInner(m, n, k, 0, 0);
        if (!legal.innerFits()) continue;
        bound.boundTiles(sizes.sizeRow(0, x), sizes.sizeRow(1, y), sizes.sizeRow(2, z));
        scored += 1;
        spent += 1;
        if (spent > endOfOuter) return;
        if (objective.score(arrayBound.time, arrayBound.energy) > incumbent.toBeat()) continue;
        bound.boundEnds();
        bound.boundAnyOrder();
        if (objective.score(bound.time, bound.energy) > incumbent.toBeat()) continue;
        const wanted: i32 = outerTiles.doubleBits(hardware.innerDouble, Lm * Gm, Ln * Gn, Lk * Gk, batches);
        tryInnerOrders(m, n, k, outerTiles.newOrders(Lm, Ln, Lk), wanted);
      }
    }
  }
}

/**
 * Tries the inner tile in the given orders. Which operands are double buffered also says which are fetched before the sums of
 * the step before are stored, so fewer may be better: a complete search tries every set that fits, else all of them and the
 * largest sets of those that are fetched more than once, `wanted`.
 */
function tryInnerOrders(m: f64, n: f64, k: f64, orders: i32, wanted: i32): void {
  let fitting: i32 = 0;
  for (let set: i32 = 7; set >= 0; set--) {
    const bits: i32 = setAt(set);
    if (!hardware.innerDouble && !hardware.isDirect && bits != 0) continue;
    if (!isComplete && bits != 7 && ((bits & ~wanted) != 0 || isPartOfOne(fitting, bits))) continue;
    // What goes straight to the array is always fetched ahead.
    if (hardware.isDirect && bits != 7) continue;
    mapping.setInner(m, n, k, 0, bits);
    if (!legal.innerFits()) continue;
    if ((bits & ~wanted) == 0) fitting |= 1 << bits;
    for (let order: i32 = 0; order < 6; order++) {
      if (((orders >> order) & 1) == 0) continue;
      mapping.setInner(m, n, k, order, bits);
      if (hardware.hasOuter && !legal.outerFits()) continue;
      bound.boundOrder();
      boundWaits();
      scored += 1;
      if (objective.score(bound.time, bound.energy) > incumbent.toBeat()) continue;
      const before: f64 = incumbent.walked;
      incumbent.challenge(false);
      if (incumbent.walked > before) spent += WORK_A_WALK + steps.singleSteps;
    }
  }
}
