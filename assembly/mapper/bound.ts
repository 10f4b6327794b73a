import {
  DRAIN_SHIFT,
  HW_ENERGY_TRAFFIC,
  INPUT,
  INPUT_STATIONARY,
  KIND_DOT_PRODUCT,
  OUTPUT,
  OUTPUT_STATIONARY,
  OVERLAP_FOLDS,
  OVERLAP_NONE,
  SKEW_EDGE_AWARE,
  UNROLL_FIXED,
  WEIGHT,
  WEIGHT_STATIONARY,
} from "../abi";
import { changesEachStep } from "../array/registers";
import { EDGE, INNER, INNER_SOURCE, OUTER, REGISTER_WRITES, SUMS_DOWN, SUMS_UP } from "../counters";
import {
  accumulatorBytes,
  arrayReadBytes,
  arrayReadCycles,
  arrayShared,
  arrayWriteBytes,
  arrayWriteCycles,
  cols,
  drain,
  energyMac,
  hasOuter,
  innerLatency,
  innerReadBytes,
  innerReadCycles,
  innerShared,
  innerWriteBytes,
  innerWriteCycles,
  inputBytes,
  kind,
  multicast,
  outerLatency,
  outerReadBytes,
  outerReadCycles,
  outerShared,
  outerWriteBytes,
  outerWriteCycles,
  outputBytes,
  overlap,
  registerHolds,
  registerWords,
  rows,
  skew,
  unroll,
  weightBytes,
} from "../hardware";
import { ceilDiv, ceilLog2 } from "../int-math";
import { isInside, pick } from "../loop-order";
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
  dataflow,
  gk,
  gm,
  gn,
  innerOrder,
  isBypassed,
  isResident,
  lk,
  lm,
  ln,
  outerOrder,
  residentBits,
  sk,
  sm,
  sn,
  tk,
  tm,
  tn,
} from "../mapping";
import { HARDWARE, get } from "../memory";
import { foldK, foldM, foldN } from "./legal";

/*
 * Closed-form lower bounds of one mapping, without walking it. Every count is the sum that the walk would make, taken
 * over whole loops (a product per dimension); time is the largest of what the array and each port must do, behind the
 * first fill and before the last drain. Admissible: no schedule of the same tiles is faster. docs/model.md, "bound".
 *
 * In three parts, since most of a search changes only the last: boundOuter (global-buffer tile and order), boundTiles
 * (local tile and array), boundOrder (order of local tiles), which combines them.
 */
export let boundTime: f64 = 0;
/** Dynamic energy, pJ. */
export let boundEnergy: f64 = 0;
/** Inner steps that a walk of the mapping would take. */
export let stepCount: f64 = 0;

let Gm: f64 = 1;
let Gn: f64 = 1;
let Gk: f64 = 1;
/** Loads of each operand's outer tiles beyond once: turns of loops that it does not depend on outside those that it does. */
let outerReloadsA: f64 = 1;
let outerReloadsW: f64 = 1;
let outerReloadsO: f64 = 1;
let outerPorts: f64 = 0;
let outerEnergy: f64 = 0;

// Local tiles, array steps and register blocks of one core along each dimension, over all global-buffer tiles.
let tilesM: f64 = 1;
let tilesN: f64 = 1;
let tilesK: f64 = 1;
/** Cores' worth of work: extent over the chunks of one core. */
let shareM: f64 = 1;
let shareN: f64 = 1;
let shareK: f64 = 1;
let arrayTime: f64 = 0;
let arrayTail: f64 = 0;
let arrayEnergy: f64 = 0;
/** Time before the first step has its operands, and after the last has left the array. */
let innerFill: f64 = 0;
let lastDrain: f64 = 0;

// Along one dimension: local tiles, array steps and register blocks of one core, over all global-buffer tiles.
let tiles: f64 = 0;
let steps: f64 = 0;
let blocks: f64 = 0;
let share: f64 = 1;

function along(extent: f64, outer: f64, local: f64, spatial: f64, words: f64, cores: f64): void {
  const whole: f64 = Math.floor(extent / outer);
  const rest: f64 = extent - whole * outer;
  const chunk: f64 = ceilDiv(outer, cores);
  tiles = 0;
  steps = 0;
  blocks = 0;
  inChunk(whole, chunk, local, spatial, words);
  let chunks: f64 = whole * chunk;
  if (rest > 0) {
    const last: f64 = ceilDiv(rest, cores);
    inChunk(1, last, local, spatial, words);
    chunks += last;
  }
  share = extent / chunks;
}

function inChunk(times: f64, chunk: f64, local: f64, spatial: f64, words: f64): void {
  const whole: f64 = Math.floor(chunk / local);
  const rest: f64 = chunk - whole * local;
  tiles += times * whole;
  const stepsOfTile: f64 = ceilDiv(local, spatial);
  steps += times * whole * stepsOfTile;
  blocks += times * whole * ceilDiv(stepsOfTile, words);
  if (rest > 0) {
    const restSteps: f64 = ceilDiv(rest, spatial);
    tiles += times;
    steps += times * restSteps;
    blocks += times * ceilDiv(restSteps, words);
  }
}

/** Reloads of a tensor through loops of one level: `free` is the dimension that it does not depend on. */
function reloads(free: i32, order: i32, m: f64, n: f64, k: f64): f64 {
  const a: i32 = free == 0 ? 1 : 0;
  const b: i32 = free == 2 ? 1 : 2;
  const isOutside: bool =
    (pick(a, m, n, k) > 1 && isInside(order, a, free)) || (pick(b, m, n, k) > 1 && isInside(order, b, free));
  return isOutside ? pick(free, m, n, k) : 1;
}

/** The same through both levels: loops of the outer level count in full once the inner level moves the tensor. */
function reloadsOfBoth(free: i32, Lm: f64, Ln: f64, Lk: f64, outer: f64): f64 {
  const a: i32 = free == 0 ? 1 : 0;
  const b: i32 = free == 2 ? 1 : 2;
  const isMoved: bool = pick(a, Lm, Ln, Lk) > 1 || pick(b, Lm, Ln, Lk) > 1;
  return reloads(free, innerOrder, Lm, Ln, Lk) * (isMoved ? pick(free, Gm, Gn, Gk) : outer);
}

function energyOf(column: i32, bytes: f64): f64 {
  return bytes * get(HARDWARE, HW_ENERGY_TRAFFIC + column);
}

/** First part: the global-buffer tile and the order of its loops. */
export function boundOuter(): void {
  Gm = ceilDiv(M, gm);
  Gn = ceilDiv(N, gn);
  Gk = ceilDiv(K, gk);
  outerReloadsA = reloads(1, outerOrder, Gm, Gn, Gk);
  outerReloadsW = reloads(0, outerOrder, Gm, Gn, Gk);
  outerReloadsO = reloads(2, outerOrder, Gm, Gn, Gk);
  outerPorts = 0;
  outerEnergy = 0;
  if (!hasOuter) return;
  const inputs: f64 = isResident(INPUT) ? 0 : M * K * B * inputBytes * outerReloadsA;
  const weights: f64 = isResident(WEIGHT) ? 0 : N * K * B * weightBytes * outerReloadsW;
  const isKept: bool = isResident(OUTPUT);
  const sumsDown: f64 = isKept ? 0 : M * N * B * (outerReloadsO - 1) * accumulatorBytes;
  const sumsUp: f64 = isKept ? 0 : sumsDown + M * N * B * outputBytes;
  const read: f64 = ((inputs + weights + sumsDown) * outerReadCycles) / outerReadBytes;
  const write: f64 = (sumsUp * outerWriteCycles) / outerWriteBytes;
  outerPorts = outerShared ? read + write : Math.max(read, write);
  outerEnergy =
    energyOf(OUTER, inputs) +
    energyOf(OUTER + 1, weights) +
    energyOf(OUTER + SUMS_DOWN, sumsDown) +
    energyOf(OUTER + SUMS_UP, sumsUp);
}

/** Second part: the local tile and the use of the array. */
export function boundTiles(): void {
  along(M, gm, lm, sm, tm, coresM);
  tilesM = tiles;
  shareM = share;
  const stepsM: f64 = steps;
  const blocksM: f64 = blocks;
  along(N, gn, ln, sn, tn, coresN);
  tilesN = tiles;
  shareN = share;
  const stepsN: f64 = steps;
  const blocksN: f64 = blocks;
  along(K, gk, lk, sk, tk, coresK);
  tilesK = tiles;
  shareK = share;
  const batches: f64 = ceilDiv(B, batchAtOnce());
  stepCount = tilesM * tilesN * tilesK * batches;
  boundArray(stepsM, stepsN, steps, blocksM, blocksN, blocks);
  const perStep: f64 = Math.min(batchAtOnce(), B);
  // The first tiles of all cores: an operand that the split does not cut is the same for all.
  const first: f64 = (lm * lk * inputBytes * shareM + ln * lk * weightBytes * shareN) * shareK * perStep;
  innerFill = (first * innerReadCycles) / innerReadBytes + innerLatency;
  lastDrain = innerLatency;
  if (hasOuter) {
    if (residentBits == 0) innerFill += (first * outerReadCycles) / outerReadBytes + outerLatency;
    if (!isResident(OUTPUT)) lastDrain += outerLatency;
  }
}

/**
 * The whole problem as one tile: what this use of the array costs at least, whatever the tiles. Sets boundTime and
 * boundEnergy (energy without the memories behind the local buffers).
 */
export function boundArrayAlone(): void {
  tilesM = 1;
  tilesN = 1;
  tilesK = 1;
  const oneM: f64 = chunkM(M);
  const oneN: f64 = chunkN(N);
  shareM = M / oneM;
  shareN = N / oneN;
  const oneK: f64 = chunkK(K);
  shareK = K / oneK;
  const stepsM: f64 = ceilDiv(oneM, sm);
  const stepsN: f64 = ceilDiv(oneN, sn);
  const stepsK: f64 = ceilDiv(oneK, sk);
  boundArray(stepsM, stepsN, stepsK, ceilDiv(stepsM, tm), ceilDiv(stepsN, tn), ceilDiv(stepsK, tk));
  boundTime = arrayTime + arrayTail;
  boundEnergy = arrayEnergy;
}

function boundArray(stepsM: f64, stepsN: f64, stepsK: f64, blocksM: f64, blocksN: f64, blocksK: f64): void {
  const batchSteps: f64 = ceilDiv(B, batchAtOnce());
  const allSteps: f64 = stepsM * stepsN * stepsK;
  const isOneFold: bool = lm <= foldM() && ln <= foldN() && lk <= foldK();
  const oneM: f64 = M / shareM;
  const oneN: f64 = N / shareN;
  const oneK: f64 = K / shareK;
  let inputs: f64 = 0;
  let weights: f64 = 0;
  let sums: f64 = 0;
  let accumulated: f64 = 0;
  let folds: f64 = 0;
  let held: f64 = 0;
  let usedRows: f64 = 0;
  let usedCols: f64 = 0;
  if (dataflow == WEIGHT_STATIONARY) {
    inputs = oneM * oneK * blocksN;
    // One fold a tile: what rests in the PEs may stay there from tile to tile.
    weights = oneN * oneK * (isOneFold ? 1 : tilesM);
    sums = oneM * oneN * blocksK;
    accumulated = tk > 1 ? oneM * oneN * stepsK : 0;
    folds = tilesM * blocksN * blocksK;
    held = (isOneFold ? 1 : tilesM) * stepsN * stepsK;
    usedRows = (tilesM * blocksN * oneK) / tk;
    usedCols = (tilesM * blocksK * oneN) / tn;
  } else if (dataflow == INPUT_STATIONARY) {
    inputs = oneM * oneK * (isOneFold ? 1 : tilesN);
    weights = oneN * oneK * blocksM;
    sums = oneM * oneN * blocksK;
    accumulated = tk > 1 ? oneM * oneN * stepsK : 0;
    folds = tilesN * blocksM * blocksK;
    held = (isOneFold ? 1 : tilesN) * stepsM * stepsK;
    usedRows = (tilesN * blocksM * oneK) / tk;
    usedCols = (tilesN * blocksK * oneM) / tm;
  } else {
    inputs = oneM * oneK * blocksN;
    weights = oneN * oneK * blocksM;
    sums = oneM * oneN * tilesK;
    accumulated = oneM * oneN * stepsK;
    folds = tilesK * blocksM * blocksN;
    held = 0;
    usedRows = (tilesK * blocksN * oneM) / tm;
    usedCols = (tilesK * blocksM * oneN) / tn;
  }
  const sumsIn: f64 = sums - oneM * oneN;
  let array: f64 = allSteps;
  arrayTail = 0;
  if (kind == KIND_DOT_PRODUCT) {
    if (overlap == OVERLAP_NONE) array += held;
    arrayTail = ceilLog2(rows);
  } else if (overlap == OVERLAP_FOLDS) {
    if (dataflow != OUTPUT_STATIONARY) array = Math.max(array, rows * (held - 1));
    else if (drain == DRAIN_SHIFT) array = Math.max(array, folds * rows);
  } else {
    const isEdge: bool = skew == SKEW_EDGE_AWARE && unroll == UNROLL_FIXED;
    array += isEdge ? usedRows + usedCols - 2 * folds : folds * (rows + cols - 2);
    if (dataflow == OUTPUT_STATIONARY) array += drain == DRAIN_SHIFT ? folds * rows : 0;
    else if (overlap == OVERLAP_NONE) array += rows * held;
  }
  const edgeInputs: f64 = isBypassed(INPUT) ? 0 : inputs * inputBytes;
  const edgeWeights: f64 = isBypassed(WEIGHT) ? 0 : weights * weightBytes;
  const edgeRead: f64 = edgeInputs + edgeWeights + sumsIn * accumulatorBytes;
  const lastWidth: f64 = coresK > 1 ? accumulatorBytes : outputBytes;
  const edgeWrite: f64 = sumsIn * accumulatorBytes + oneM * oneN * lastWidth;
  const portRead: f64 = (edgeRead * arrayReadCycles) / arrayReadBytes;
  const portWrite: f64 = (edgeWrite * arrayWriteCycles) / arrayWriteBytes;
  arrayTime = Math.max(array, arrayShared ? portRead + portWrite : Math.max(portRead, portWrite)) * batchSteps;

  const cores: f64 = B * shareM * shareN * shareK;
  const macs: f64 = M * N * K * B;
  let dynamic: f64 = macs * energyMac;
  dynamic += energyOf(EDGE, edgeInputs * cores) + energyOf(EDGE + 1, edgeWeights * cores);
  dynamic +=
    energyOf(EDGE + SUMS_DOWN, sumsIn * accumulatorBytes * cores) + energyOf(EDGE + SUMS_UP, edgeWrite * cores);
  if (registerWords > 0) {
    let written: f64 = 0;
    let read: f64 = 0;
    if ((registerHolds & (1 << WEIGHT)) != 0) {
      written += weights * sm * weightBytes * cores;
      read += changesEachStep(WEIGHT) ? macs * weightBytes : weights * sm * weightBytes * cores;
    }
    if ((registerHolds & (1 << INPUT)) != 0) {
      written += inputs * sn * inputBytes * cores;
      read += changesEachStep(INPUT) ? macs * inputBytes : inputs * sn * inputBytes * cores;
    }
    dynamic += energyOf(REGISTER_WRITES, written) + energyOf(REGISTER_WRITES + 1, read);
  }
  const updates: f64 = accumulated * accumulatorBytes * cores;
  arrayEnergy = dynamic + energyOf(REGISTER_WRITES + 2, updates) + energyOf(REGISTER_WRITES + 3, updates);
}

/** Third part: the order of local tiles; sets boundTime and boundEnergy. */
export function boundOrder(): void {
  const Lm: f64 = tilesM / Gm;
  const Ln: f64 = tilesN / Gn;
  const Lk: f64 = tilesK / Gk;
  const inputs: f64 = M * K * B * inputBytes * reloadsOfBoth(1, Lm, Ln, Lk, outerReloadsA);
  const weights: f64 = N * K * B * weightBytes * reloadsOfBoth(0, Lm, Ln, Lk, outerReloadsW);
  let sumsDown: f64 = M * N * B * (reloadsOfBoth(2, Lm, Ln, Lk, outerReloadsO) - 1) * accumulatorBytes;
  let sumsUp: f64 = sumsDown + M * N * B * outputBytes;
  if (coresK > 1) {
    // Every visit of every core goes up wide and is added to what is there; nothing comes back down.
    sumsUp = (sumsDown + M * N * B * accumulatorBytes) * shareK;
    sumsDown = 0;
  }
  const copiesA: f64 = shareN;
  const copiesW: f64 = shareM;
  const sentA: f64 = multicast ? inputs : inputs * copiesA;
  const sentW: f64 = multicast ? weights : weights * copiesW;
  const read: f64 = ((sentA + sentW + sumsDown) * innerReadCycles) / innerReadBytes;
  const write: f64 = (sumsUp * innerWriteCycles) / innerWriteBytes;
  const ports: f64 = innerShared ? read + write : Math.max(read, write);
  boundTime = Math.max(innerFill + arrayTime + arrayTail + lastDrain, Math.max(ports, outerPorts));
  boundEnergy =
    outerEnergy +
    arrayEnergy +
    energyOf(INNER_SOURCE, sentA) +
    energyOf(INNER_SOURCE + 1, sentW) +
    energyOf(INNER_SOURCE + SUMS_DOWN, sumsDown) +
    energyOf(INNER_SOURCE + SUMS_UP, sumsUp) +
    (isBypassed(INPUT) ? 0 : energyOf(INNER, inputs * copiesA)) +
    (isBypassed(WEIGHT) ? 0 : energyOf(INNER + 1, weights * copiesW)) +
    energyOf(INNER + SUMS_DOWN, sumsDown) +
    energyOf(INNER + SUMS_UP, sumsUp);
}

/** Bound of the present tiles whatever the order of local tiles, after boundOuter and boundTiles. */
export function boundAnyOrder(): void {
  const inputs: f64 = M * K * B * inputBytes;
  const weights: f64 = N * K * B * weightBytes;
  const sums: f64 = M * N * B * outputBytes;
  boundTime = Math.max(innerFill + arrayTime + arrayTail + lastDrain, outerPorts);
  boundEnergy =
    outerEnergy +
    arrayEnergy +
    energyOf(INNER_SOURCE, inputs) +
    energyOf(INNER_SOURCE + 1, weights) +
    energyOf(INNER_SOURCE + SUMS_UP, sums) +
    (isBypassed(INPUT) ? 0 : energyOf(INNER, inputs)) +
    (isBypassed(WEIGHT) ? 0 : energyOf(INNER + 1, weights)) +
    energyOf(INNER + SUMS_UP, sums);
}

/** Bound of a global-buffer tile whatever its local tiles, after boundOuter and a boundTiles of the tile as one. */
export function boundOuterAlone(): void {
  boundOuterWith(arrayTime + arrayTail, arrayEnergy);
}

/** The same with the array's time and energy given. */
export function boundOuterWith(time: f64, energy: f64): void {
  boundTime = Math.max(time, outerPorts);
  boundEnergy = outerEnergy + energy;
}
