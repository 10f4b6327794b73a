import { ceilDiv } from "../int-math";

/*
 * Sizes of inner tiles along one dimension, with what each makes of the whole problem: inner tiles, array steps and register
 * blocks of the first core, over all outer tiles. One table per dimension, a row a size; rows are filled for one outer
 * tile, core split and use of the array at a time.
 */
const MOST_SIZES: i32 = 64;
/** A row beyond the list, for a mapping that is bounded by itself. */
export const LONE_SIZE: i32 = MOST_SIZES;
const ROW: usize = 48;
const TABLE: usize = memory.data(3 * 65 * 48, 16);
export const TILES: usize = 8;
export const STEPS: usize = 16;
export const BLOCKS: usize = 24;
/** Inner tiles of the last outer tile, which has the fewest. */
export const FEWEST: usize = 32;
/** Extent of the very last inner tile on the first core. */
export const LAST: usize = 40;

export function sizeRow(dimension: i32, index: i32): usize {
  return TABLE + <usize>(dimension * (MOST_SIZES + 1) + index) * ROW;
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

let tiles: f64 = 0;
let steps: f64 = 0;
let blocks: f64 = 0;

/** Adds `times` chunks cut into tiles of `local`, steps of `spatial` and blocks of `words` steps. */
function addChunks(times: f64, chunk: f64, local: f64, spatial: f64, words: f64): void {
  const whole: f64 = Math.floor(chunk / local);
  const rest: f64 = chunk - whole * local;
  const stepsOfTile: f64 = ceilDiv(local, spatial);
  tiles += times * whole;
  steps += times * whole * stepsOfTile;
  blocks += times * whole * ceilDiv(stepsOfTile, words);
  if (rest > 0) {
    const restSteps: f64 = ceilDiv(rest, spatial);
    tiles += times;
    steps += times * restSteps;
    blocks += times * ceilDiv(restSteps, words);
  }
}

/** Fills a row for tiles of `local` along an extent that outer tiles of `outer` cut. */
export function setSize(row: usize, local: f64, extent: f64, outer: f64, cores: f64, spatial: f64, words: f64): void {
  const whole: f64 = Math.floor(extent / outer);
  const rest: f64 = extent - whole * outer;
  tiles = 0;
  steps = 0;
  blocks = 0;
  let last: f64 = ceilDiv(outer, cores);
  addChunks(whole, last, local, spatial, words);
  let fewest: f64 = tiles / whole;
  if (rest > 0) {
    const before: f64 = tiles;
    last = ceilDiv(rest, cores);
    addChunks(1, last, local, spatial, words);
    fewest = tiles - before;
  }
  store<f64>(row, last - (fewest - 1) * local, LAST);
  store<f64>(row, local);
  store<f64>(row, fewest, FEWEST);
  store<f64>(row, tiles, TILES);
  store<f64>(row, steps, STEPS);
  store<f64>(row, blocks, BLOCKS);
}
