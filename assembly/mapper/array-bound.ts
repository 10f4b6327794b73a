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
  SPLIT_TOGETHER,
  UNROLL_FIXED,
  WEIGHT,
  WEIGHT_STATIONARY,
} from "../abi";
import { changesEachStep, together } from "../array/registers";
import { EDGE, INNER_SOURCE, OUTER, REGISTER_WRITES, SUMS_DOWN, SUMS_UP } from "../counters";
import {
  accumulatorBytes,
  arrayPerRead,
  arrayPerWrite,
  arrayPorts,
  arrayShared,
  arraySumBytes,
  arraySumCycles,
  arrayWeightBytes,
  arrayWeightCycles,
  cols,
  drain,
  energyMac,
  innerPorts,
  innerReadBytes,
  innerReadCycles,
  innerShared,
  innerSumBytes,
  innerSumCycles,
  innerWeightBytes,
  innerWeightCycles,
  innerWriteBytes,
  innerWriteCycles,
  inputBytes,
  isDirect,
  kind,
  leastSkew,
  multicast,
  outputBytes,
  overlap,
  passesOuter,
  registerHolds,
  registerWords,
  rows,
  skew,
  unroll,
  weightBytes,
} from "../hardware";
import { ceilDiv, larger, smaller } from "../int-math";
import {
  B,
  K,
  M,
  N,
  arraysM,
  arraysN,
  batchAtOnce,
  bypass,
  chunkK,
  chunkM,
  chunkN,
  coresK,
  coresM,
  coresN,
  dataflow,
  elementsOfCore,
  packed,
  sk,
  sm,
  sn,
  tk,
  tm,
  tn,
} from "../mapping";
import { HARDWARE, get } from "../memory";
import { longest, withSums } from "../split";
import { END_STEPS, FULL_STEPS, endPart, firstPart } from "./sizes";

/*
 * Least time and energy of the arrays for the present use of them (dataflow, extents, register tile, bypass, cores), given
 * the inner tiles, array steps and register blocks of one core along each dimension over the whole problem. Traffic over
 * the edges is that of the walk without rounding to bytes; a held operand is taken to stay in place where it can.
 *
 * Energy is linear in four counts of elements, time a maximum of the array and of its port, so both come down to a few
 * prices that are fixed with the use of the array. docs/model.md, "bound".
 */
export let arrayTime: f64 = 0;
export let arrayEnergy: f64 = 0;
/** Cycles of the port that the array's edge is at. */
export let edgeTime: f64 = 0;
/** Part of arrayTime that the array needs whatever its port can do. */
export let arrayAlone: f64 = 0;

// Energy per element and core: inputs, weights, partial sums that go up and that come back, updates of accumulators; and what never changes.
let priceInput: f64 = 0;
let priceWeight: f64 = 0;
let priceSum: f64 = 0;
let priceBack: f64 = 0;
let priceUpdate: f64 = 0;
let priceFixed: f64 = 0;
// Cycles per element on the port, read side and write side, and for results.
let readInput: f64 = 0;
let readWeight: f64 = 0;
let readSum: f64 = 0;
let writeSum: f64 = 0;
let writeResult: f64 = 0;
/** Batch steps, and batch elements of the first core. */
let batchSteps: f64 = 1;
let batchOfCore: f64 = 1;

function energyOf(column: i32): f64 {
  return get(HARDWARE, HW_ENERGY_TRAFFIC + column);
}

/** Sets how the batch is worked off; needed before the first use of the array is judged, and where it packs elements. */
export function setBatches(): void {
  const atOnce: f64 = batchAtOnce();
  const most: f64 = elementsOfCore();
  batchSteps = ceilDiv(B, atOnce);
  batchOfCore = most == 1 ? batchSteps : (batchSteps - 1) * most + smaller(most, B - (batchSteps - 1) * atOnce);
}

/** Cores that share k in the grid that the prices below are for; 0: they are of another problem. */
let coresOfPrices: f64 = 0;
// What the use of the array does not change: prices of an input and of a weight over the array's edge, and of all results; how many there are, how
// many the cores that share k store, and their bytes.
let edgeInput: f64 = 0;
let edgeWeight: f64 = 0;
let edgeResults: f64 = 0;
let resultCount: f64 = 0;
let storedResults: f64 = 0;
let resultWidth: f64 = 1;
// Of a byte into the PE registers, and out of them.
let registerWrite: f64 = 0;
let registerRead: f64 = 0;

/** Forgets the prices of the problem before. */
export function forgetPrices(): void {
  coresOfPrices = 0;
}

/** Sets the prices that all uses of the array share on the grid of cores in place. */
function setGridPrices(): void {
  coresOfPrices = coresK;
  const up: f64 = energyOf(EDGE + SUMS_UP);
  edgeInput = energyOf(EDGE) * inputBytes;
  edgeWeight = energyOf(EDGE + 1) * weightBytes;
  registerWrite = energyOf(REGISTER_WRITES);
  registerRead = energyOf(REGISTER_WRITES + 1);
  priceSum = up * accumulatorBytes;
  priceBack = energyOf(EDGE + SUMS_DOWN) * accumulatorBytes;
  priceUpdate = (energyOf(REGISTER_WRITES + 2) + energyOf(REGISTER_WRITES + 3)) * accumulatorBytes;
  resultWidth = coresK > 1 ? accumulatorBytes : outputBytes;
  resultCount = M * N * B;
  storedResults = coresK > 1 ? (resultCount * K) / chunkK(K) : resultCount;
  edgeResults = up * resultWidth * storedResults;
  readSum = accumulatorBytes * (arraySumCycles / arraySumBytes);
  writeSum = accumulatorBytes * arrayPerWrite;
  writeResult = resultWidth * arrayPerWrite;
}

/** Sets the prices for the use of the array that is in place. */
export function setPrices(): void {
  if (coresOfPrices != coresK) setGridPrices();
  let perMac: f64 = energyMac;
  let input: f64 = edgeInput;
  let weight: f64 = edgeWeight;
  if (registerWords > 0) {
    if ((registerHolds & (1 << INPUT)) != 0) {
      const isRead: bool = changesEachStep(INPUT);
      input += smaller(sn, N) * inputBytes * (isRead ? registerWrite : registerWrite + registerRead);
      if (isRead) perMac += (registerRead * inputBytes) / together();
    }
    if ((registerHolds & (1 << WEIGHT)) != 0) {
      const isRead: bool = changesEachStep(WEIGHT);
      weight += smaller(sm, M) * weightBytes * (isRead ? registerWrite : registerWrite + registerRead);
      if (isRead) perMac += (registerRead * weightBytes) / together();
    }
  }
  priceInput = input;
  priceWeight = weight;
  priceFixed = perMac * K * resultCount + edgeResults;
  readInput = inputBytes * arrayPerRead;
  readWeight = weightBytes * (arrayWeightCycles / arrayWeightBytes);
  if (isDirect) addInnerPort();
  else if (bypass) leaveOutHeld();
}

/**
 * Energy of the arrays that no register tile, bypassed or not, is below, given the dataflow, sm rows of m and sn of n, and the steps of the whole
 * problem (setSteps). Every element of what is held comes into the PEs once. Of the other two flows, one is moved x times and one y times,
 * where x · y ≥ steps of the held dimensions / room: together no less than 2 √(flow · flow · steps / room).
 *
 * @param room  words (weight-, input-stationary) or sums (output-stationary) that a PE or column holds at most
 */
export function leastArrayEnergy(flow: i32, sm: f64, sn: f64, room: f64): f64 {
  if (coresOfPrices != coresK) setGridPrices();
  let input: f64 = edgeInput;
  let weight: f64 = edgeWeight;
  // What is held may go past the edge, where there is an inner buffer to go past.
  if (flow == WEIGHT_STATIONARY && !isDirect) weight = 0;
  if (flow == INPUT_STATIONARY && !isDirect) input = 0;
  if (registerWords > 0) {
    if ((registerHolds & (1 << INPUT)) != 0) input += smaller(sn, N) * inputBytes * registerWrite;
    if ((registerHolds & (1 << WEIGHT)) != 0) weight += smaller(sm, M) * weightBytes * registerWrite;
  }
  inputFlow = cores * oneM * oneK * input;
  weightFlow = cores * oneN * oneK * weight;
  sumFlow = isDirect ? 0 : cores * oneM * oneN * (priceSum + priceBack);
  leastFixed = energyMac * K * resultCount + edgeResults;
  if (flow == OUTPUT_STATIONARY) {
    return (
      leastFixed + larger(inputFlow + weightFlow, 2 * Math.sqrt((inputFlow * weightFlow * stepsM * stepsN) / room))
    );
  }
  const held: f64 = flow == WEIGHT_STATIONARY ? weightFlow : inputFlow;
  const streamed: f64 = flow == WEIGHT_STATIONARY ? inputFlow : weightFlow;
  const steps: f64 = stepsK * (flow == WEIGHT_STATIONARY ? stepsN : stepsM);
  return leastFixed + held + larger(streamed, 2 * Math.sqrt((streamed * sumFlow * steps) / room) - sumFlow);
}

// Energy of what never changes, and of all inputs, weights and partial sums once, as leastArrayEnergy has last found them.
let leastFixed: f64 = 0;
let inputFlow: f64 = 0;
let weightFlow: f64 = 0;
let sumFlow: f64 = 0;

/** The same, after it, with the register tile known: blocks of it along each dimension (setBlocks). */
export function leastTileEnergy(flow: i32): f64 {
  if (flow == OUTPUT_STATIONARY) return leastFixed + inputFlow * blocksN + weightFlow * blocksM;
  const sums: f64 = sumFlow * (blocksK - 1);
  if (flow == WEIGHT_STATIONARY) return leastFixed + weightFlow + inputFlow * blocksN + sums;
  return leastFixed + inputFlow + weightFlow * blocksM + sums;
}

/** Where no buffer is near the array, what crosses its edge crosses the inner port, which all cores share. */
function addInnerPort(): void {
  // With multicast an operand crosses it once for the cores that differ along the dimension that it does not depend on.
  const copiesInput: f64 = multicast ? 1 / coresN : 1;
  const copiesWeight: f64 = multicast ? 1 / coresM : 1;
  const perRead: f64 = innerReadCycles / innerReadBytes;
  const perWeight: f64 = innerWeightCycles / innerWeightBytes;
  const perSum: f64 = innerSumCycles / innerSumBytes;
  const perWrite: f64 = innerWriteCycles / innerWriteBytes;
  // What goes past the outer buffer is on another port.
  const passesSums: bool = passesOuter(OUTPUT);
  const sumsAt: i32 = passesSums ? OUTER : INNER_SOURCE;
  const up: f64 = energyOf(sumsAt + SUMS_UP);
  priceInput += energyOf(passesOuter(INPUT) ? OUTER : INNER_SOURCE) * inputBytes * copiesInput;
  priceWeight += energyOf((passesOuter(WEIGHT) ? OUTER : INNER_SOURCE) + 1) * weightBytes * copiesWeight;
  readInput = passesOuter(INPUT) ? 0 : inputBytes * perRead * copiesInput;
  readWeight = passesOuter(WEIGHT) ? 0 : weightBytes * perWeight * copiesWeight;
  // Sums that the array holds may stay there: how often they do is up to the order. Where the outer buffer adds, none come back.
  const wide: f64 = dataflow == OUTPUT_STATIONARY ? 0 : accumulatorBytes;
  const comesBack: f64 = coresK > 1 ? 0 : wide;
  priceSum = up * wide;
  priceBack = energyOf(sumsAt + SUMS_DOWN) * comesBack;
  readSum = passesSums ? 0 : perSum * comesBack;
  writeSum = passesSums ? 0 : wide * perWrite;
  writeResult = passesSums ? 0 : resultWidth * perWrite;
  priceFixed += up * resultWidth * storedResults;
}

/** Takes the held operand's way over the edge out of the prices: it goes past the inner buffer. */
export function leaveOutHeld(): void {
  if (dataflow == WEIGHT_STATIONARY) {
    priceWeight -= energyOf(EDGE + 1) * weightBytes;
    readWeight = 0;
  } else if (dataflow == INPUT_STATIONARY) {
    priceInput -= energyOf(EDGE) * inputBytes;
    readInput = 0;
  }
}

// Extents, inner tiles, array steps and register blocks of the first core, over all outer tiles; cores' worth of work.
let oneM: f64 = 1;
let oneN: f64 = 1;
let oneK: f64 = 1;
let cores: f64 = 1;
let tilesM: f64 = 1;
let tilesN: f64 = 1;
let tilesK: f64 = 1;
let stepsM: f64 = 1;
let stepsN: f64 = 1;
let stepsK: f64 = 1;
let blocksM: f64 = 1;
let blocksN: f64 = 1;
let blocksK: f64 = 1;
let tilesOfK: usize = 0;
let visitsOfSums: f64 = 1;

/**
 * @param m, n, k      extents of the first core, over all outer tiles
 * @param arrays       arrays' worth of work: all elements of batch, m, n, k over those of the first core
 */
export function setExtents(m: f64, n: f64, k: f64, arrays: f64): void {
  oneM = m;
  oneN = n;
  oneK = k;
  cores = arrays;
}
/** Sets the row of the size tables (sizes.ts) of the tiles along k; 0: what the first and the last have is not known. */
export function setTilesOfK(row: usize): void {
  tilesOfK = row;
}
/** Sets how often inner tiles of sums are visited, or the most that they may be; matters where k is split over cores. */
export function setVisits(visits: f64): void {
  visitsOfSums = visits;
}
export function setTiles(m: f64, n: f64, k: f64): void {
  tilesM = m;
  tilesN = n;
  tilesK = k;
}
export function setSteps(m: f64, n: f64, k: f64): void {
  stepsM = m;
  stepsN = n;
  stepsK = k;
}
export function setBlocks(m: f64, n: f64, k: f64): void {
  blocksM = m;
  blocksN = n;
  blocksK = k;
}

// Counts of the first core: elements over the edge, sums that come back, updates of accumulators, results; cycles of the array.
let inputs: f64 = 0;
let weights: f64 = 0;
let sums: f64 = 0;
let back: f64 = 0;
let updates: f64 = 0;
let results: f64 = 0;
let array: f64 = 0;

/**
 * Sets arrayTime and arrayEnergy.
 *
 * @param times  how often each held word comes into the PEs: for every tile, less where it stays for the next
 */
export function boundArray(times: f64): void {
  countArray(times);
  priceArray();
}

/** Sets the counts above, which do not depend on prices. */
function countArray(times: f64): void {
  const steps: f64 = stepsM * stepsN * stepsK;
  results = oneM * oneN;
  inputs = oneM * oneK;
  weights = oneN * oneK;
  let folds: f64 = 0;
  let held: f64 = 0;
  if (dataflow == OUTPUT_STATIONARY) {
    inputs *= blocksN;
    weights *= blocksM;
    sums = results * (tilesK - 1);
    updates = results * stepsK;
    folds = tilesK * blocksM * blocksN;
  } else {
    sums = results * (blocksK - 1);
    updates = tk > 1 ? results * stepsK : 0;
    if (dataflow == WEIGHT_STATIONARY) {
      inputs *= blocksN;
      weights *= times;
      held = times * stepsN * stepsK;
      folds = tilesM * blocksN * blocksK;
    } else {
      inputs *= times;
      weights *= blocksM;
      held = times * stepsM * stepsK;
      folds = tilesN * blocksM * blocksK;
    }
  }
  // With k split over cores, sums begin at zero at every visit.
  back = coresK > 1 ? sums - results * (visitsOfSums - 1) : sums;
  array = steps;
  if (kind == KIND_DOT_PRODUCT) {
    if (overlap == OVERLAP_NONE) array += held;
  } else if (overlap == OVERLAP_FOLDS) {
    // All loads, or shifts, come one after the other: a row a cycle for each held word, of the rows in use. The first load of
    // all may be done while what streams still comes, before the array starts.
    if (dataflow == OUTPUT_STATIONARY) {
      if (drain == DRAIN_SHIFT) {
        array = larger(array, (isEdgeAware() ? oneM / arraysM : rows * stepsM) * stepsN * tilesK);
      }
    } else {
      const first: f64 = rows * tk * (dataflow == WEIGHT_STATIONARY ? tn : tm);
      array = larger(array, (isEdgeAware() ? (held * oneK) / stepsK : rows * held) - first / batchSteps);
    }
  } else {
    array += skewOfFolds(folds);
    if (dataflow == OUTPUT_STATIONARY) array += drain == DRAIN_SHIFT ? folds * rows : 0;
    else if (overlap == OVERLAP_NONE) array += rows * held;
    // A fold is no shorter than the load of as many words.
    else array = larger(array, isEdgeAware() ? (held * oneK) / stepsK : rows * held);
  }
}

/** Sets arrayTime and arrayEnergy from the counts and the prices, which may have changed since boundArray. */
export function priceArray(): void {
  const ports: i32 = isDirect ? innerPorts : arrayPorts;
  const reads: f64 = longest(ports, inputs * readInput, weights * readWeight, back * readSum);
  const writes: f64 = sums * writeSum + results * writeResult;
  const isShared: bool = isDirect ? innerShared : arrayShared;
  const beside: f64 = withSums(ports, inputs * readInput, weights * readWeight, back * readSum);
  const port: f64 = isShared ? larger(reads, beside + writes) : larger(reads, writes);
  const alone: f64 = array * batchSteps;
  // The inner port works ahead of the array, its own port does not.
  const edge: f64 = port * (isDirect ? cores : batchOfCore);
  let time: f64 = isDirect ? alone : larger(alone, edge);
  if (ports == SPLIT_TOGETHER && tilesK > 1 && tilesOfK != 0 && reads + writes > array) {
    time = larger(time, timeByTilesK(inputs * readInput + weights * readWeight, results));
  }
  arrayAlone = alone;
  edgeTime = edge;
  arrayTime = time + leastSkew;
  arrayEnergy =
    priceFixed +
    cores * (priceInput * inputs + priceWeight * weights + priceSum * sums + priceBack * back + priceUpdate * updates);
}

/**
 * Time of the array and its port where k has several tiles: no sums come back to the first, the last writes results, so each of them, and
 * all between, wait for what is slowest there.
 *
 * @param operands  cycles that the operands take on the port
 */
function timeByTilesK(operands: f64, results: f64): f64 {
  const isOutput: bool = dataflow == OUTPUT_STATIONARY;
  const firstSteps: f64 = load<f64>(tilesOfK, FULL_STEPS);
  const lastSteps: f64 = load<f64>(tilesOfK, END_STEPS);
  const partOfFirst: f64 = firstPart(tilesOfK);
  const partOfLast: f64 = endPart(tilesOfK);
  const first: f64 = isOutput ? 1 : ceilDiv(firstSteps, tk);
  const last: f64 = isOutput ? 1 : ceilDiv(lastSteps, tk);
  const between: f64 = (isOutput ? tilesK : blocksK) - first - last;
  const steps: f64 = stepsM * stepsN * batchSteps;
  const up: f64 = results * writeSum;
  const down: f64 = results * readSum;
  return (
    slowest(steps * firstSteps, operands * partOfFirst + down * (first - 1), up * first) +
    slowest(
      steps * (stepsK - firstSteps - lastSteps),
      operands * (1 - partOfFirst - partOfLast) + down * between,
      up * between,
    ) +
    slowest(steps * lastSteps, operands * partOfLast + down * last, up * (last - 1) + results * writeResult)
  );
}

/** The slowest of the array, and of its port's reads and writes for one batch element, all of them counted. */
function slowest(steps: f64, reads: f64, writes: f64): f64 {
  return larger(steps, (arrayShared ? reads + writes : larger(reads, writes)) * batchOfCore);
}

function isEdgeAware(): bool {
  return skew == SKEW_EDGE_AWARE && unroll == UNROLL_FIXED;
}

/** Rows and columns that the folds cross, where folds do not overlap. */
function skewOfFolds(folds: f64): f64 {
  if (!isEdgeAware()) return folds * (rows + cols - 2);
  let used: f64 = 0;
  const m: f64 = oneM / arraysM;
  const n: f64 = oneN / arraysN;
  if (dataflow == WEIGHT_STATIONARY) used = tilesM * ((blocksN * oneK) / tk + (blocksK * n) / tn);
  else if (dataflow == INPUT_STATIONARY) used = tilesN * ((blocksM * oneK) / tk + (blocksK * m) / tm);
  else used = tilesK * ((blocksN * m) / tm + (blocksM * n) / tn);
  return used * packed - 2 * folds;
}

/** The whole problem as one tile: what this use of the array costs at least, whatever the tiles. */
export function boundArrayAlone(): void {
  const m: f64 = chunkM(M);
  const n: f64 = chunkN(N);
  const k: f64 = chunkK(K);
  setExtents(m, n, k, (B * M * N * K) / (m * n * k));
  setTiles(1, 1, 1);
  setSteps(ceilDiv(m, sm), ceilDiv(n, sn), ceilDiv(k, sk));
  setBlocks(ceilDiv(stepsM, tm), ceilDiv(stepsN, tn), ceilDiv(stepsK, tk));
  setTilesOfK(0);
  boundOneTile();
}

/**
 * Sets arrayTime and arrayEnergy of one tile in the register blocks that are set. What smaller tiles cost is no less: with k split over cores the sums
 * of a core begin at zero at every visit, of which there may be one for each block, so that none need to come back.
 */
export function boundOneTile(): void {
  setVisits(coresK > 1 && dataflow != OUTPUT_STATIONARY ? blocksK : 1);
  boundArray(1);
}
