import { ceilDiv } from "../int-math";

/*
 * Sizes of inner tiles along one dimension, with what each makes of the whole problem: inner tiles, array steps and register
 * blocks of the first core, over all outer tiles. One table per dimension, a row a size; rows are filled for one outer
 * tile, core split and use of the array at a time.
 */
const MOST_SIZES: i32 = 64;
/** A row beyond the list, for a mapping that is bounded by itself. */
export const LONE_SIZE: i32 = MOST_SIZES;
const SIZE_ROW: usize = 128;
const TABLE: usize = memory.data(3 * 65 * 128, 16);
export const TILES: usize = 8;
export const STEPS: usize = 16;
export const BLOCKS: usize = 24;
/** Inner tiles of the last outer tile, which has the fewest. */
export const FEWEST: usize = 32;
/** Extent of the very last inner tile on the first core. */
export const LAST: usize = 40;
/** Its array steps. */
export const LAST_STEPS: usize = 72;
/** Array steps of a full tile; of the last inner tiles of all outer tiles, and the extents of those. */
export const FULL_STEPS: usize = 48;
export const END_STEPS: usize = 56;
export const ENDS: usize = 64;
/** Whole extent of the first core. */
export const EXTENT: usize = 80;
/** Inner tiles of all cores; cores that are at work at the last inner tile of an outer one, the fewest; at an outer tile, on average. */
export const TILES_OF_CORES: usize = 88;
export const LEAST_CORES: usize = 96;
export const CORES: usize = 104;

export function sizeRow(dimension: i32, index: i32): usize {
  return TABLE + <usize>(dimension * (MOST_SIZES + 1) + index) * SIZE_ROW;
}
export function sizeAt(dimension: i32, index: i32): f64 {
  return load<f64>(sizeRow(dimension, index));
}

/** Extent that the first core has of all outer tiles of size `outer`, of which each is shared out over `cores`. */
export function chunksOf(extent: f64, outer: f64, cores: f64): f64 {
  if (cores == 1) return extent;
  const whole: f64 = Math.floor(extent / outer);
  return whole * ceilDiv(outer, cores) + ceilDiv(extent - whole * outer, cores);
}

/** Fills a row for tiles of `local` along an extent that outer tiles of `outer` cut: steps of `spatial`, blocks of `words` steps. */
export function setSize(row: usize, local: f64, extent: f64, outer: f64, cores: f64, spatial: f64, words: f64): void {
  let tiles: f64 = 0;
  let steps: f64 = 0;
  let blocks: f64 = 0;
  let fewest: f64 = 0;
  let last: f64 = 0;
  let lastSteps: f64 = 0;
  let endSteps: f64 = 0;
  let ends: f64 = 0;
  let all: f64 = 0;
  let tilesOfCores: f64 = 0;
  let leastCores: f64 = Infinity;
  let coresAtWork: f64 = 0;
  const stepsOfTile: f64 = ceilDiv(local, spatial);
  const blocksOfTile: f64 = ceilDiv(stepsOfTile, words);
  // The whole outer tiles, then the one that is left.
  let times: f64 = Math.floor(extent / outer);
  const rest: f64 = extent - times * outer;
  let chunk: f64 = outer;
  for (let left: i32 = rest > 0 ? 2 : 1; left > 0; left--) {
    last = cores == 1 ? chunk : ceilDiv(chunk, cores);
    const whole: f64 = Math.floor(last / local);
    const cut: f64 = last - whole * local;
    lastSteps = stepsOfTile;
    fewest = whole;
    tiles += times * whole;
    steps += times * whole * stepsOfTile;
    blocks += times * whole * blocksOfTile;
    if (cut > 0) {
      const cutSteps: f64 = ceilDiv(cut, spatial);
      lastSteps = cutSteps;
      fewest += 1;
      tiles += times;
      steps += times * cutSteps;
      blocks += times * ceilDiv(cutSteps, words);
    }
    endSteps += times * lastSteps;
    ends += times * (cut > 0 ? cut : local);
    all += times * last;
    if (cores > 1) {
      // Cores with a full chunk, and one with what is left.
      const full: f64 = Math.floor(chunk / last);
      const tilesOfLast: f64 = ceilDiv(chunk - full * last, local);
      coresAtWork += times * (tilesOfLast > 0 ? full + 1 : full);
      tilesOfCores += times * (full * fewest + tilesOfLast);
      const atLast: f64 = tilesOfLast == fewest ? full + 1 : full;
      if (atLast < leastCores) leastCores = atLast;
    }
    times = 1;
    chunk = rest;
  }
  store<f64>(row, last - (fewest - 1) * local, LAST);
  store<f64>(row, local);
  store<f64>(row, fewest, FEWEST);
  store<f64>(row, tiles, TILES);
  store<f64>(row, steps, STEPS);
  store<f64>(row, blocks, BLOCKS);
  store<f64>(row, stepsOfTile, FULL_STEPS);
  store<f64>(row, lastSteps, LAST_STEPS);
  store<f64>(row, endSteps, END_STEPS);
  store<f64>(row, ends, ENDS);
  store<f64>(row, all, EXTENT);
  store<f64>(row, cores > 1 ? tilesOfCores : tiles, TILES_OF_CORES);
  store<f64>(row, cores > 1 ? leastCores : 1, LEAST_CORES);
  store<f64>(row, cores > 1 ? coresAtWork / ceilDiv(extent, outer) : 1, CORES);
}

/** Part of all array steps that the first of the tiles in `row` has, and the last ones of all outer tiles. */
export function firstWork(row: usize): f64 {
  return load<f64>(row, FULL_STEPS) / load<f64>(row, STEPS);
}
export function endWork(row: usize): f64 {
  return load<f64>(row, END_STEPS) / load<f64>(row, STEPS);
}

/** Part of the whole extent that they have. */
export function firstPart(row: usize): f64 {
  return load<f64>(row) / load<f64>(row, EXTENT);
}
export function endPart(row: usize): f64 {
  return load<f64>(row, ENDS) / load<f64>(row, EXTENT);
}
