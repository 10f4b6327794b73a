import * as abi from "../abi";
import { changesEachStep, together } from "../array/registers";
import * as counters from "../counters";
import * as hardware from "../hardware";
import { ceilDiv, larger, smaller } from "../int-math";
import * as mapping from "../mapping";
import { HARDWARE, get } from "../memory";
import { longest, withSums } from "../split";
import * as sizes from "./sizes";

/*
 * Least time and energy of the arrays for the present use of them (dataflow, extents, register tile, bypass, cores), given
 * the inner tiles, array steps and register blocks of one core along each dimension over the whole problem. Traffic over
 * the edges is that of the walk without rounding to bytes; a held operand is taken to stay in place where it can.
 *
 * Energy is linear in four counts of elements, time a maximum of the array and of its port, so both come down to a few
 * prices that are fixed with the use of the array. docs/model.md, "bound".
 */
export let time: f64 = 0;
export let energy: f64 = 0;
/** Cycles of the port that the array's edge is at. */
export let edgeTime: f64 = 0;
/** Part of time that the array needs whatever its port can do. */
export let alone: f64 = 0;

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
  return get(HARDWARE, abi.HW_ENERGY_TRAFFIC + column);
}

/** Sets how the batch is worked off; needed before the first use of the array is judged, and where it packs elements. */
export function setBatches(): void {
  const atOnce: f64 = mapping.batchAtOnce();
  const most: f64 = mapping.elementsOfCore();
  batchSteps = ceilDiv(mapping.B, atOnce);
  batchOfCore = most == 1 ? batchSteps : (batchSteps - 1) * most + smaller(most, mapping.B - (batchSteps - 1) * atOnce);
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
  coresOfPrices = mapping.coresK;
  const up: f64 = energyOf(counters.EDGE + counters.SUMS_UP);
  edgeInput = energyOf(counters.EDGE) * hardware.inputBytes;
  edgeWeight = energyOf(counters.EDGE + 1) * hardware.weightBytes;
  registerWrite = energyOf(counters.REGISTER_WRITES);
  registerRead = energyOf(counters.REGISTER_WRITES + 1);
  priceSum = up * hardware.accumulatorBytes;
  priceBack = energyOf(counters.EDGE + counters.SUMS_DOWN) * hardware.accumulatorBytes;
  priceUpdate =
    (energyOf(counters.REGISTER_WRITES + 2) + energyOf(counters.REGISTER_WRITES + 3)) * hardware.accumulatorBytes;
  resultWidth = mapping.coresK > 1 ? hardware.accumulatorBytes : hardware.outputBytes;
  resultCount = mapping.M * mapping.N * mapping.B;
  storedResults = mapping.coresK > 1 ? (resultCount * mapping.K) / mapping.chunkK(mapping.K) : resultCount;
  edgeResults = up * resultWidth * storedResults;
  readSum = hardware.accumulatorBytes * (hardware.arraySumCycles / hardware.arraySumBytes);
  writeSum = hardware.accumulatorBytes * hardware.arrayPerWrite;
  writeResult = resultWidth * hardware.arrayPerWrite;
}

/** Sets the prices for the use of the array that is in place. */
export function setPrices(): void {
  if (coresOfPrices != mapping.coresK) setGridPrices();
  let perMac: f64 = hardware.energyMac;
  let input: f64 = edgeInput;
  let weight: f64 = edgeWeight;
  if (hardware.registerWords > 0) {
    if ((hardware.registerHolds & (1 << abi.INPUT)) != 0) {
      const isRead: bool = changesEachStep(abi.INPUT);
      input +=
        smaller(mapping.sn, mapping.N) * hardware.inputBytes * (isRead ? registerWrite : registerWrite + registerRead);
      if (isRead) perMac += (registerRead * hardware.inputBytes) / together();
    }
    if ((hardware.registerHolds & (1 << abi.WEIGHT)) != 0) {
      const isRead: bool = changesEachStep(abi.WEIGHT);
      weight +=
        smaller(mapping.sm, mapping.M) * hardware.weightBytes * (isRead ? registerWrite : registerWrite + registerRead);
      if (isRead) perMac += (registerRead * hardware.weightBytes) / together();
    }
  }
  priceInput = input;
  priceWeight = weight;
  priceFixed = perMac * mapping.K * resultCount + edgeResults;
  readInput = hardware.inputBytes * hardware.arrayPerRead;
  readWeight = hardware.weightBytes * (hardware.arrayWeightCycles / hardware.arrayWeightBytes);
  if (hardware.isDirect) addInnerPort();
  else if (mapping.bypass) leaveOutHeld();
}

/**
 * Energy of the arrays that no register tile, bypassed or not, is below, given the dataflow, sm rows of m and sn of n, and the steps of the whole
 * problem (setSteps). Every element of what is held comes into the PEs once. Of the other two flows, one is moved x times and one y times,
 * where x · y ≥ steps of the held dimensions / room: together no less than 2 √(flow · flow · steps / room).
 *
 * @param room  words (weight-, input-stationary) or sums (output-stationary) that a PE or column holds at most
 */
export function leastArrayEnergy(flow: i32, sm: f64, sn: f64, room: f64): f64 {
  if (coresOfPrices != mapping.coresK) setGridPrices();
  let input: f64 = edgeInput;
  let weight: f64 = edgeWeight;
  // What is held may go past the edge, where there is an inner buffer to go past.
  if (flow == abi.WEIGHT_STATIONARY && !hardware.isDirect) weight = 0;
  if (flow == abi.INPUT_STATIONARY && !hardware.isDirect) input = 0;
  if (hardware.registerWords > 0) {
    if ((hardware.registerHolds & (1 << abi.INPUT)) != 0)
      input += smaller(sn, mapping.N) * hardware.inputBytes * registerWrite;
    if ((hardware.registerHolds & (1 << abi.WEIGHT)) != 0)
      weight += smaller(sm, mapping.M) * hardware.weightBytes * registerWrite;
  }
  inputFlow = cores * oneM * oneK * input;
  weightFlow = cores * oneN * oneK * weight;
  sumFlow = hardware.isDirect ? 0 : cores * oneM * oneN * (priceSum + priceBack);
  leastFixed = hardware.energyMac * mapping.K * resultCount + edgeResults;
  if (flow == abi.OUTPUT_STATIONARY) {
    return (
      leastFixed + larger(inputFlow + weightFlow, 2 * Math.sqrt((inputFlow * weightFlow * stepsM * stepsN) / room))
    );
  }
  const held: f64 = flow == abi.WEIGHT_STATIONARY ? weightFlow : inputFlow;
  const streamed: f64 = flow == abi.WEIGHT_STATIONARY ? inputFlow : weightFlow;
  const steps: f64 = stepsK * (flow == abi.WEIGHT_STATIONARY ? stepsN : stepsM);
  return leastFixed + held + larger(streamed, 2 * Math.sqrt((streamed * sumFlow * steps) / room) - sumFlow);
}

// Energy of what never changes, and of all inputs, weights and partial sums once, as leastArrayEnergy has last found them.
let leastFixed: f64 = 0;
let inputFlow: f64 = 0;
let weightFlow: f64 = 0;
let sumFlow: f64 = 0;

/** The same, after it, with the register tile known: blocks of it along each dimension (setBlocks). */
export function leastTileEnergy(flow: i32): f64 {
  if (flow == abi.OUTPUT_STATIONARY) return leastFixed + inputFlow * blocksN + weightFlow * blocksM;
  const sums: f64 = sumFlow * (blocksK - 1);
  if (flow == abi.WEIGHT_STATIONARY) return leastFixed + weightFlow + inputFlow * blocksN + sums;
  return leastFixed + inputFlow + weightFlow * blocksM + sums;
}

/** Where no buffer is near the array, what crosses its edge crosses the inner port, which all cores share. */
function addInnerPort(): void {
  // With multicast an operand crosses it once for the cores that differ along the dimension that it does not depend on.
  const copiesInput: f64 = hardware.multicast ? 1 / mapping.coresN : 1;
  const copiesWeight: f64 = hardware.multicast ? 1 / mapping.coresM : 1;
  const perRead: f64 = hardware.innerReadCycles / hardware.innerReadBytes;
  const perWeight: f64 = hardware.innerWeightCycles / hardware.innerWeightBytes;
  const perSum: f64 = hardware.innerSumCycles / hardware.innerSumBytes;
  const perWrite: f64 = hardware.innerWriteCycles / hardware.innerWriteBytes;
  // What goes past the outer buffer is on another port.
  const passesSums: bool = hardware.passesOuter(abi.OUTPUT);
  const sumsAt: i32 = passesSums ? counters.OUTER : counters.INNER_SOURCE;
  const up: f64 = energyOf(sumsAt + counters.SUMS_UP);
  priceInput +=
    energyOf(hardware.passesOuter(abi.INPUT) ? counters.OUTER : counters.INNER_SOURCE) *
    hardware.inputBytes *
    copiesInput;
  priceWeight +=
    energyOf((hardware.passesOuter(abi.WEIGHT) ? counters.OUTER : counters.INNER_SOURCE) + 1) *
    hardware.weightBytes *
    copiesWeight;
  readInput = hardware.passesOuter(abi.INPUT) ? 0 : hardware.inputBytes * perRead * copiesInput;
  readWeight = hardware.passesOuter(abi.WEIGHT) ? 0 : hardware.weightBytes * perWeight * copiesWeight;
  // Sums that the array holds may stay there: how often they do is up to the order. Where the outer buffer adds, none come back.
  const wide: f64 = mapping.dataflow == abi.OUTPUT_STATIONARY ? 0 : hardware.accumulatorBytes;
  const comesBack: f64 = mapping.coresK > 1 ? 0 : wide;
  priceSum = up * wide;
  priceBack = energyOf(sumsAt + counters.SUMS_DOWN) * comesBack;
  readSum = passesSums ? 0 : perSum * comesBack;
  writeSum = passesSums ? 0 : wide * perWrite;
  writeResult = passesSums ? 0 : resultWidth * perWrite;
  priceFixed += up * resultWidth * storedResults;
}

/** Takes the held operand's way over the edge out of the prices: it goes past the inner buffer. */
export function leaveOutHeld(): void {
  if (mapping.dataflow == abi.WEIGHT_STATIONARY) {
    priceWeight -= energyOf(counters.EDGE + 1) * hardware.weightBytes;
    readWeight = 0;
  } else if (mapping.dataflow == abi.INPUT_STATIONARY) {
    priceInput -= energyOf(counters.EDGE) * hardware.inputBytes;
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
 * Sets time and energy.
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
  if (mapping.dataflow == abi.OUTPUT_STATIONARY) {
    inputs *= blocksN;
    weights *= blocksM;
    sums = results * (tilesK - 1);
    updates = results * stepsK;
    folds = tilesK * blocksM * blocksN;
  } else {
    sums = results * (blocksK - 1);
    updates = mapping.tk > 1 ? results * stepsK : 0;
    if (mapping.dataflow == abi.WEIGHT_STATIONARY) {
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
  back = mapping.coresK > 1 ? sums - results * (visitsOfSums - 1) : sums;
  array = steps;
  if (hardware.kind == abi.KIND_DOT_PRODUCT) {
    if (hardware.overlap == abi.OVERLAP_NONE) array += held;
  } else if (hardware.overlap == abi.OVERLAP_FOLDS) {
    // All loads, or shifts, come one after the other: a row a cycle for each held word, of the rows in use. The first load of
    // all may be done while what streams still comes, before the array starts.
    if (mapping.dataflow == abi.OUTPUT_STATIONARY) {
      if (hardware.drain == abi.DRAIN_SHIFT) {
        array = larger(array, (isEdgeAware() ? oneM / mapping.arraysM : hardware.rows * stepsM) * stepsN * tilesK);
      }
    } else {
      const first: f64 =
        hardware.rows * mapping.tk * (mapping.dataflow == abi.WEIGHT_STATIONARY ? mapping.tn : mapping.tm);
      array = larger(array, (isEdgeAware() ? (held * oneK) / stepsK : hardware.rows * held) - first / batchSteps);
    }
  } else {
    array += skewOfFolds(folds);
    if (mapping.dataflow == abi.OUTPUT_STATIONARY)
      array += hardware.drain == abi.DRAIN_SHIFT ? folds * hardware.rows : 0;
    else if (hardware.overlap == abi.OVERLAP_NONE) array += hardware.rows * held;
    // A fold is no shorter than the load of as many words.
    else array = larger(array, isEdgeAware() ? (held * oneK) / stepsK : hardware.rows * held);
  }
}

/** Sets time and energy from the counts and the prices, which may have changed since boundArray. */
export function priceArray(): void {
  const ports: i32 = hardware.isDirect ? hardware.innerPorts : hardware.arrayPorts;
  const reads: f64 = longest(ports, inputs * readInput, weights * readWeight, back * readSum);
  const writes: f64 = sums * writeSum + results * writeResult;
  const isShared: bool = hardware.isDirect ? hardware.innerShared : hardware.arrayShared;
  const beside: f64 = withSums(ports, inputs * readInput, weights * readWeight, back * readSum);
  const port: f64 = isShared ? larger(reads, beside + writes) : larger(reads, writes);
  const ofArray: f64 = array * batchSteps;
  // The inner port works ahead of the array, its own port does not.
  const edge: f64 = port * (hardware.isDirect ? cores : batchOfCore);
  let ofAll: f64 = hardware.isDirect ? ofArray : larger(ofArray, edge);
  if (ports == abi.SPLIT_TOGETHER && tilesK > 1 && tilesOfK != 0 && reads + writes > array) {
    ofAll = larger(ofAll, timeByTilesK(inputs * readInput + weights * readWeight, results));
  }
  alone = ofArray;
  edgeTime = edge;
  time = ofAll + hardware.leastSkew;
  energy =
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
  const isOutput: bool = mapping.dataflow == abi.OUTPUT_STATIONARY;
  const firstSteps: f64 = load<f64>(tilesOfK, sizes.FULL_STEPS);
  const lastSteps: f64 = load<f64>(tilesOfK, sizes.END_STEPS);
  const partOfFirst: f64 = sizes.firstPart(tilesOfK);
  const partOfLast: f64 = sizes.endPart(tilesOfK);
  const first: f64 = isOutput ? 1 : ceilDiv(firstSteps, mapping.tk);
  const last: f64 = isOutput ? 1 : ceilDiv(lastSteps, mapping.tk);
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
  return larger(steps, (hardware.arrayShared ? reads + writes : larger(reads, writes)) * batchOfCore);
}

function isEdgeAware(): bool {
  return hardware.skew == abi.SKEW_EDGE_AWARE && hardware.unroll == abi.UNROLL_FIXED;
}

/** Rows and columns that the folds cross, where folds do not overlap. */
function skewOfFolds(folds: f64): f64 {
  if (!isEdgeAware()) return folds * (hardware.rows + hardware.cols - 2);
  let used: f64 = 0;
  const m: f64 = oneM / mapping.arraysM;
  const n: f64 = oneN / mapping.arraysN;
  if (mapping.dataflow == abi.WEIGHT_STATIONARY)
    used = tilesM * ((blocksN * oneK) / mapping.tk + (blocksK * n) / mapping.tn);
  else if (mapping.dataflow == abi.INPUT_STATIONARY)
    used = tilesN * ((blocksM * oneK) / mapping.tk + (blocksK * m) / mapping.tm);
  else used = tilesK * ((blocksN * m) / mapping.tm + (blocksM * n) / mapping.tn);
  return used * mapping.packed - 2 * folds;
}

/** The whole problem as one tile: what this use of the array costs at least, whatever the tiles. */
export function boundArrayAlone(): void {
  const m: f64 = mapping.chunkM(mapping.M);
  const n: f64 = mapping.chunkN(mapping.N);
  const k: f64 = mapping.chunkK(mapping.K);
  setExtents(m, n, k, (mapping.B * mapping.M * mapping.N * mapping.K) / (m * n * k));
  setTiles(1, 1, 1);
  setSteps(ceilDiv(m, mapping.sm), ceilDiv(n, mapping.sn), ceilDiv(k, mapping.sk));
  setBlocks(ceilDiv(stepsM, mapping.tm), ceilDiv(stepsN, mapping.tn), ceilDiv(stepsK, mapping.tk));
  setTilesOfK(0);
  boundOneTile();
}

/**
 * Sets time and energy of one tile in the register blocks that are set. What smaller tiles cost is no less: with k split over cores the sums
 * of a core begin at zero at every visit, of which there may be one for each block, so that none need to come back.
 */
export function boundOneTile(): void {
  setVisits(mapping.coresK > 1 && mapping.dataflow != abi.OUTPUT_STATIONARY ? blocksK : 1);
  boundArray(1);
}
