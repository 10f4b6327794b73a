import {
  DRAIN_SHIFT, HW_ENERGY_TRAFFIC, INPUT, INPUT_STATIONARY, KIND_DOT_PRODUCT, OUTPUT_STATIONARY, OVERLAP_FOLDS,
  OVERLAP_NONE, SKEW_EDGE_AWARE, UNROLL_FIXED, WEIGHT, WEIGHT_STATIONARY,
} from "../abi";
import { EDGE, INNER, INNER_SOURCE, OUTER, SUMS_DOWN, SUMS_UP } from "../counters";
import {
  accumulatorBytes, arrayReadBytes, arrayReadCycles, arrayShared, arrayWriteBytes, arrayWriteCycles, cols, drain,
  energyMac, hasOuter, innerLatency, innerReadBytes, innerReadCycles, innerShared, innerWriteBytes, innerWriteCycles,
  inputBytes, kind, multicast, outerLatency, outerReadBytes, outerReadCycles, outerShared, outerWriteBytes,
  outerWriteCycles, outputBytes, overlap, registerHolds, registerWords, rows, skew, unroll, weightBytes,
} from "../hardware";
import { ceilDiv, ceilLog2 } from "../int-math";
import { innermost, middle, outermost, pick } from "../loop-order";
import {
  B, K, M, N, SPLIT_BATCH, SPLIT_M, SPLIT_N, dataflow, gk, gm, gn, innerOrder, lk, lm, ln, outerOrder, sk, sm, sn, split,
  splitCores, tk, tm, tn,
} from "../mapping";
import { HARDWARE, get } from "../memory";
import { chunkOf } from "./legal";

/*
 * Closed-form lower bounds of one mapping, without walking it. Every count is the sum that the walk would make, taken
 * over whole loops (a product per dimension); time is the largest of what the array and each port must do, behind the
 * first fill and before the last drain. Admissible: no schedule of the same tiles is faster. docs/model.md, "bound".
 */
export let boundTime: f64 = 0;
/** Dynamic energy, pJ. */
export let boundEnergy: f64 = 0;

// Along one dimension: local tiles, array steps and register blocks of one core, over all global-buffer tiles.
let tiles: f64 = 0;
let steps: f64 = 0;
let blocks: f64 = 0;
/** Cores' worth of work: extent over the chunks of one core. */
let share: f64 = 1;

function along(extent: f64, outer: f64, local: f64, spatial: f64, words: f64, dimension: i32): void {
  const whole: f64 = Math.floor(extent / outer);
  const rest: f64 = extent - whole * outer;
  const chunk: f64 = chunkOf(outer, dimension);
  tiles = 0;
  steps = 0;
  blocks = 0;
  inChunk(whole, chunk, local, spatial, words);
  let chunks: f64 = whole * chunk;
  if (rest > 0) {
    const last: f64 = chunkOf(rest, dimension);
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

/**
 * How often a tensor is moved through one level beyond once: the product of the turns of loops that it does not depend
 * on, as far as they stand outside a loop that it does depend on. `free`: the dimension that it does not depend on.
 */
function reloads(free: i32, Gm: f64, Gn: f64, Gk: f64, Lm: f64, Ln: f64, Lk: f64): f64 {
  let factor: f64 = 1;
  let isMoved: bool = false;
  // Inner loops from the inside, then outer loops.
  for (let level: i32 = 0; level < 2; level++) {
    const order: i32 = level == 0 ? innerOrder : outerOrder;
    const m: f64 = level == 0 ? Lm : Gm;
    const n: f64 = level == 0 ? Ln : Gn;
    const k: f64 = level == 0 ? Lk : Gk;
    for (let depth: i32 = 2; depth >= 0; depth--) {
      const dimension: i32 = depth == 2 ? innermost(order) : depth == 1 ? middle(order) : outermost(order);
      const turns: f64 = pick(dimension, m, n, k);
      if (turns <= 1) continue;
      if (dimension != free) isMoved = true;
      else if (isMoved) factor *= turns;
    }
  }
  return factor;
}

function energyOf(column: i32, bytes: f64): f64 {
  return bytes * get(HARDWARE, HW_ENERGY_TRAFFIC + column);
}

/** Sets boundTime and boundEnergy for the mapping in mapping.ts. */
export function bound(): void {
  along(M, gm, lm, sm, tm, SPLIT_M);
  const tilesM: f64 = tiles;
  const stepsM: f64 = steps;
  const blocksM: f64 = blocks;
  const shareM: f64 = share;
  along(N, gn, ln, sn, tn, SPLIT_N);
  const tilesN: f64 = tiles;
  const stepsN: f64 = steps;
  const blocksN: f64 = blocks;
  const shareN: f64 = share;
  along(K, gk, lk, sk, tk, -1);
  const tilesK: f64 = tiles;
  const stepsK: f64 = steps;
  const blocksK: f64 = blocks;
  const Gm: f64 = ceilDiv(M, gm);
  const Gn: f64 = ceilDiv(N, gn);
  const Gk: f64 = ceilDiv(K, gk);
  const batchSteps: f64 = split == SPLIT_BATCH ? ceilDiv(B, splitCores) : B;

  // The array of one core, for one batch element.
  const allSteps: f64 = stepsM * stepsN * stepsK;
  const oneM: f64 = M / shareM;
  const oneN: f64 = N / shareN;
  let inputs: f64 = 0;
  let weights: f64 = 0;
  let sums: f64 = 0;
  let accumulated: f64 = 0;
  let folds: f64 = 0;
  let held: f64 = 0;
  let usedRows: f64 = 0;
  let usedCols: f64 = 0;
  if (dataflow == WEIGHT_STATIONARY) {
    inputs = oneM * K * blocksN;
    weights = oneN * K * tilesM;
    sums = oneM * oneN * blocksK;
    accumulated = tk > 1 ? oneM * oneN * stepsK : 0;
    folds = tilesM * blocksN * blocksK;
    held = tilesM * stepsN * stepsK;
    usedRows = (tilesM * blocksN * K) / tk;
    usedCols = (tilesM * blocksK * oneN) / tn;
  } else if (dataflow == INPUT_STATIONARY) {
    inputs = oneM * K * tilesN;
    weights = oneN * K * blocksM;
    sums = oneM * oneN * blocksK;
    accumulated = tk > 1 ? oneM * oneN * stepsK : 0;
    folds = tilesN * blocksM * blocksK;
    held = tilesN * stepsM * stepsK;
    usedRows = (tilesN * blocksM * K) / tk;
    usedCols = (tilesN * blocksK * oneM) / tm;
  } else {
    inputs = oneM * K * blocksN;
    weights = oneN * K * blocksM;
    sums = oneM * oneN * tilesK;
    accumulated = oneM * oneN * stepsK;
    folds = tilesK * blocksM * blocksN;
    held = 0;
    usedRows = (tilesK * blocksN * oneM) / tm;
    usedCols = (tilesK * blocksM * oneN) / tn;
  }
  const sumsIn: f64 = sums - oneM * oneN;
  let array: f64 = allSteps;
  let tail: f64 = 0;
  if (kind == KIND_DOT_PRODUCT) {
    if (overlap == OVERLAP_NONE) array += held;
    tail = ceilLog2(rows);
  } else if (overlap == OVERLAP_FOLDS) {
    if (dataflow != OUTPUT_STATIONARY) array = Math.max(array, rows * (held - 1));
    else if (drain == DRAIN_SHIFT) array = Math.max(array, folds * rows);
  } else {
    const isEdge: bool = skew == SKEW_EDGE_AWARE && unroll == UNROLL_FIXED;
    array += isEdge ? usedRows + usedCols - 2 * folds : folds * (rows + cols - 2);
    if (dataflow == OUTPUT_STATIONARY) array += drain == DRAIN_SHIFT ? folds * rows : 0;
    else if (overlap == OVERLAP_NONE) array += rows * held;
  }
  const edgeRead: f64 = inputs * inputBytes + weights * weightBytes + sumsIn * accumulatorBytes;
  const edgeWrite: f64 = sumsIn * accumulatorBytes + oneM * oneN * outputBytes;
  const portRead: f64 = (edgeRead * arrayReadCycles) / arrayReadBytes;
  const portWrite: f64 = (edgeWrite * arrayWriteCycles) / arrayWriteBytes;
  array = Math.max(array, arrayShared ? portRead + portWrite : Math.max(portRead, portWrite)) * batchSteps;

  // The ports that fill the buffers, for the whole problem.
  const Lm: f64 = tilesM / Gm;
  const Ln: f64 = tilesN / Gn;
  const Lk: f64 = tilesK / Gk;
  const volumeA: f64 = M * K * B * inputBytes;
  const volumeW: f64 = N * K * B * weightBytes;
  const volumeO: f64 = M * N * B;
  const innerA: f64 = volumeA * reloads(1, Gm, Gn, Gk, Lm, Ln, Lk);
  const innerW: f64 = volumeW * reloads(0, Gm, Gn, Gk, Lm, Ln, Lk);
  const visitsO: f64 = reloads(2, Gm, Gn, Gk, Lm, Ln, Lk);
  const copiesA: f64 = split == SPLIT_N ? shareN : 1;
  const copiesW: f64 = split == SPLIT_M ? shareM : 1;
  const sentA: f64 = multicast ? innerA : innerA * copiesA;
  const sentW: f64 = multicast ? innerW : innerW * copiesW;
  const innerDown: f64 = volumeO * (visitsO - 1) * accumulatorBytes;
  const innerUp: f64 = innerDown + volumeO * outputBytes;
  const innerReadTime: f64 = ((sentA + sentW + innerDown) * innerReadCycles) / innerReadBytes;
  const innerWriteTime: f64 = (innerUp * innerWriteCycles) / innerWriteBytes;
  const perStep: f64 = split == SPLIT_BATCH ? Math.min(splitCores, B) : 1;
  const firstBytes: f64 = (lm * lk * inputBytes + ln * lk * weightBytes) * perStep;
  let fill: f64 = (firstBytes * innerReadCycles) / innerReadBytes + innerLatency;
  // The last tile may be a remainder; one element is all that is certain to be behind the last step.
  let drainTime: f64 = innerLatency;
  let ports: f64 = innerShared ? innerReadTime + innerWriteTime : Math.max(innerReadTime, innerWriteTime);
  let dynamic: f64 = 0;
  if (hasOuter) {
    const outerA: f64 = volumeA * reloads(1, Gm, Gn, Gk, 1, 1, 1);
    const outerW: f64 = volumeW * reloads(0, Gm, Gn, Gk, 1, 1, 1);
    const outerDown: f64 = volumeO * (reloads(2, Gm, Gn, Gk, 1, 1, 1) - 1) * accumulatorBytes;
    const outerUp: f64 = outerDown + volumeO * outputBytes;
    const outerReadTime: f64 = ((outerA + outerW + outerDown) * outerReadCycles) / outerReadBytes;
    const outerWriteTime: f64 = (outerUp * outerWriteCycles) / outerWriteBytes;
    const outerFirst: f64 = (gm * gk * inputBytes + gn * gk * weightBytes) * perStep;
    fill += (outerFirst * outerReadCycles) / outerReadBytes + outerLatency;
    const restM: f64 = M - (Gm - 1) * gm;
    const restN: f64 = N - (Gn - 1) * gn;
    drainTime += (Math.min(gm, restM) * Math.min(gn, restN) * outputBytes * outerWriteCycles) / outerWriteBytes + outerLatency;
    ports = Math.max(ports, outerShared ? outerReadTime + outerWriteTime : Math.max(outerReadTime, outerWriteTime));
    dynamic += energyOf(OUTER, outerA) + energyOf(OUTER + 1, outerW);
    dynamic += energyOf(OUTER + SUMS_DOWN, outerDown) + energyOf(OUTER + SUMS_UP, outerUp);
  }
  boundTime = Math.max(fill + array + tail + drainTime, ports);

  const cores: f64 = B * shareM * shareN;
  dynamic += energyOf(INNER_SOURCE, sentA) + energyOf(INNER_SOURCE + 1, sentW);
  dynamic += energyOf(INNER_SOURCE + SUMS_DOWN, innerDown) + energyOf(INNER_SOURCE + SUMS_UP, innerUp);
  dynamic += energyOf(INNER, innerA * copiesA) + energyOf(INNER + 1, innerW * copiesW);
  dynamic += energyOf(INNER + SUMS_DOWN, innerDown) + energyOf(INNER + SUMS_UP, innerUp);
  dynamic += energyOf(EDGE, inputs * inputBytes * cores) + energyOf(EDGE + 1, weights * weightBytes * cores);
  dynamic += energyOf(EDGE + SUMS_DOWN, sumsIn * accumulatorBytes * cores) + energyOf(EDGE + SUMS_UP, edgeWrite * cores);
  const macs: f64 = M * N * K * B;
  if (registerWords > 0) {
    let written: f64 = 0;
    let read: f64 = 0;
    if ((registerHolds & (1 << WEIGHT)) != 0) {
      written += weights * sm * weightBytes * cores;
      read += macs * weightBytes;
    }
    if ((registerHolds & (1 << INPUT)) != 0) {
      written += inputs * sn * inputBytes * cores;
      read += macs * inputBytes;
    }
    dynamic += energyOf(16, written) + energyOf(17, read);
  }
  const updates: f64 = accumulated * accumulatorBytes * cores;
  dynamic += energyOf(18, updates) + energyOf(19, updates);
  boundEnergy = dynamic + macs * energyMac;
}
