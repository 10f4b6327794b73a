import * as abi from "../abi";
import * as counters from "../counters";
import * as hardware from "../hardware";
import { firstIn, inMemory, longest, withSums } from "../split";
import { ceilDiv, larger, smaller } from "../int-math";
import { innermost, middle, outermost } from "../loop-order";
import * as mapping from "../mapping";
import { HARDWARE, get } from "../memory";
import { countedLoops, turningLoops } from "../nest";
import * as arrayBound from "./array-bound";
import * as legal from "./legal";
import * as objective from "./objective";
import * as sizes from "./sizes";

/*
 * Closed-form lower bounds of one mapping, without walking it. Every count is the sum that the walk would make, taken
 * over whole loops (a product per dimension); time is the largest of what the array and each port must do, behind the
 * first fill and before the last drain. Admissible in time: no schedule of the same tiles is faster. docs/model.md, "bound".
 *
 * In parts, since most of a search changes only the last: boundOuter (global-buffer tile and order), boundTiles
 * (local tile, in the use of the array that is in place), boundEnds (its first fill and last drain), boundOrder (order of local tiles), which combines them.
 */
export let time: f64 = 0;
/** Dynamic energy, pJ. */
export let energy: f64 = 0;
/** Inner steps that a walk of the mapping would take. */
export let stepCount: f64 = 0;

// Elements of each operand, of all batch elements; bytes a cycle and energy a byte of the ports, as prices of an element.
export let inputs: f64 = 0;
export let weights: f64 = 0;
export let sums: f64 = 0;
export let outerReadInput: f64 = 0;
export let outerReadWeight: f64 = 0;
let outerReadSum: f64 = 0;
let outerWriteSum: f64 = 0;
let outerWriteResult: f64 = 0;
let outerPriceInput: f64 = 0;
let outerPriceWeight: f64 = 0;
let outerPriceSum: f64 = 0;
let outerPriceResult: f64 = 0;
export let innerPerRead: f64 = 0;
export let innerPerWrite: f64 = 0;
let outerPerRead: f64 = 0;
let outerPerWrite: f64 = 0;
/** Cycles a byte of inner tiles on the port that they come and go over: the outer one where they go past the outer buffer. */
let nearPerInput: f64 = 0;
let nearPerWeight: f64 = 0;
let nearPerDown: f64 = 0;
let nearPerStore: f64 = 0;
let sourcePriceInput: f64 = 0;
let sourcePriceWeight: f64 = 0;
let sourcePriceDown: f64 = 0;
let sourcePriceUp: f64 = 0;
let innerPriceDown: f64 = 0;
let innerPriceUp: f64 = 0;

export let Gm: f64 = 1;
export let Gn: f64 = 1;
export let Gk: f64 = 1;
/** Loads of each operand's outer tiles beyond once, if they are not kept: turns of loops that it does not depend on outside those that it does. */
export let outerReloadsA: f64 = 1;
export let outerReloadsW: f64 = 1;
let outerReloadsO: f64 = 1;
export let outerRead: f64 = 0;
/** Part of outerRead that is waited for: sums that come back to be added outside the array are not. */
let outerAwaited: f64 = 0;
let outerWrite: f64 = 0;
export let outerPorts: f64 = 0;
let outerEnergy: f64 = 0;

// Extents of the first core over all outer tiles, and cores' worth of work along each dimension.
let oneM: f64 = 1;
let oneN: f64 = 1;
let oneK: f64 = 1;
let shareM: f64 = 1;
let shareN: f64 = 1;
let shareK: f64 = 1;
/** Cores at work in the first outer tile, and as many cores' worth as there is of it, or less. */
let mostM: f64 = 1;
let mostN: f64 = 1;
let mostK: f64 = 1;
let leastM: f64 = 1;
let leastN: f64 = 1;
let leastK: f64 = 1;
/** Batch steps, and elements of the first of them. */
export let batches: f64 = 1;
let elementsAtOnce: f64 = 1;
// Inner tiles of the first core along each dimension, on average of outer tiles; loops with several turns in every one.
let Lm: f64 = 1;
let Ln: f64 = 1;
let Lk: f64 = 1;
export let turning: i32 = 0;
/** Whether those are all that have several turns in any outer tile. */
let turnsAlike: bool = true;
/** Whether held words may stay in the PEs from one inner tile to the next; how often they come in, as last bounded. */
let mayStay: bool = false;
let heldTimes: f64 = 1;
/** The same whatever the order. */
let leastTimes: f64 = 1;
/** Part of them of which a tile is one fold where others are not. */
let partThatStays: f64 = 0;
/** Time before the first step has its operands, after the last has left the array, and after the last transfer downwards. */
export let innerFill: f64 = 0;
export let lastDrain: f64 = 0;
let lastTail: f64 = 0;
/** Array steps of the first core, and those before the first sums leave the array. */
export let streams: f64 = 1;
let firstSteps: f64 = 0;
// Elements of the first tile of each operand, of all cores, or more: nothing waits for what they bring.
export let firstInputs: f64 = 0;
export let firstWeights: f64 = 0;
export let firstSums: f64 = 0;
/**
 * Cores that want the same weights, or inputs: on average of inner tiles, where each brings its own; on average of outer tiles, where each of those
 * does. What comes once in all comes to the cores of the first outer tile.
 */
let copiesM: f64 = 1;
let copiesN: f64 = 1;
let coresAtM: f64 = 1;
let coresAtN: f64 = 1;
/** Rows of the size tables of the present local tile. */
export let rowM: usize = 0;
export let rowN: usize = 0;
export let rowK: usize = 0;
// Cycles of the inner port, as last bounded: loads of each operand, and stores.
export let inputCycles: f64 = 0;
export let weightCycles: f64 = 0;
export let storeCycles: f64 = 0;
/** What the present order moves: inputs and weights down to the inner buffers, and how often each sum is visited. */
export let inputsMoved: f64 = 0;
export let weightsMoved: f64 = 0;
export let visitsOfSums: f64 = 1;

function energyOf(column: i32): f64 {
  return get(HARDWARE, abi.HW_ENERGY_TRAFFIC + column);
}

/** A schedule has been found to take so long at least. */
export function raiseTime(least: f64): void {
  time = larger(time, least);
}

/** Sets what is fixed with the problem and the hardware. */
export function boundProblem(): void {
  arrayBound.forgetPrices();
  inputs = mapping.M * mapping.K * mapping.B;
  weights = mapping.N * mapping.K * mapping.B;
  sums = mapping.M * mapping.N * mapping.B;
  const crosses: f64 = hardware.hasOuter ? 1 : 0;
  // What goes past the outer buffer has no tiles there: it moves with the inner ones.
  const inputWidth: f64 =
    mapping.isResident(abi.INPUT) || hardware.passesOuter(abi.INPUT) ? 0 : crosses * hardware.inputBytes;
  const weightWidth: f64 =
    mapping.isResident(abi.WEIGHT) || hardware.passesOuter(abi.WEIGHT) ? 0 : crosses * hardware.weightBytes;
  const sumWidth: f64 =
    mapping.isResident(abi.OUTPUT) || hardware.passesOuter(abi.OUTPUT) ? 0 : crosses * hardware.accumulatorBytes;
  const resultWidth: f64 =
    mapping.isResident(abi.OUTPUT) || hardware.passesOuter(abi.OUTPUT) ? 0 : crosses * hardware.outputBytes;
  const perRead: f64 = hardware.outerReadCycles / hardware.outerReadBytes;
  const perWrite: f64 = hardware.outerWriteCycles / hardware.outerWriteBytes;
  outerReadInput = inputWidth * perRead;
  outerReadWeight = weightWidth * perRead;
  outerReadSum = sumWidth * perRead;
  outerWriteSum = sumWidth * perWrite;
  outerWriteResult = resultWidth * perWrite;
  outerPriceInput = inputWidth * energyOf(counters.OUTER);
  outerPriceWeight = weightWidth * energyOf(counters.OUTER + 1);
  outerPriceSum =
    sumWidth * (energyOf(counters.OUTER + counters.SUMS_DOWN) + energyOf(counters.OUTER + counters.SUMS_UP));
  outerPriceResult = resultWidth * energyOf(counters.OUTER + counters.SUMS_UP);
  innerPerRead = hardware.innerReadCycles / hardware.innerReadBytes;
  innerPerWrite = hardware.innerWriteCycles / hardware.innerWriteBytes;
  outerPerRead = perRead;
  outerPerWrite = perWrite;
  nearPerInput = hardware.passesOuter(abi.INPUT) ? outerPerRead : innerPerRead;
  nearPerWeight = hardware.passesOuter(abi.WEIGHT)
    ? outerPerRead
    : hardware.innerWeightCycles / hardware.innerWeightBytes;
  nearPerDown = hardware.passesOuter(abi.OUTPUT) ? outerPerRead : hardware.innerSumCycles / hardware.innerSumBytes;
  nearPerStore = hardware.passesOuter(abi.OUTPUT) ? outerPerWrite : innerPerWrite;
  sourcePriceInput = energyOf(sourceOf(abi.INPUT));
  sourcePriceWeight = energyOf(sourceOf(abi.WEIGHT) + abi.WEIGHT);
  sourcePriceDown = energyOf(sourceOf(abi.OUTPUT) + counters.SUMS_DOWN);
  sourcePriceUp = energyOf(sourceOf(abi.OUTPUT) + counters.SUMS_UP);
  innerPriceDown = energyOf(counters.INNER + counters.SUMS_DOWN);
  innerPriceUp = energyOf(counters.INNER + counters.SUMS_UP);
  objective.setLeastEnergy(hardware.energyMac * sums * mapping.K + beyondBuffers() + past());
}

/** Columns of traffic at the source of an operand's inner tiles. */
function sourceOf(operand: i32): i32 {
  return hardware.passesOuter(operand) ? counters.OUTER : counters.INNER_SOURCE;
}

/** Energy of every element of outer tiles once over the far memory's port. */
function beyondBuffers(): f64 {
  return inputs * outerPriceInput + weights * outerPriceWeight + sums * outerPriceResult;
}

/** Energy of every element once that goes past the outer buffer. */
function past(): f64 {
  if (hardware.passedBits == 0) return 0;
  return (
    (hardware.passesOuter(abi.INPUT) ? inputs * hardware.inputBytes * sourcePriceInput : 0) +
    (hardware.passesOuter(abi.WEIGHT) ? weights * hardware.weightBytes * sourcePriceWeight : 0) +
    (hardware.passesOuter(abi.OUTPUT) ? sums * hardware.outputBytes * sourcePriceUp : 0)
  );
}

/** Cycles of the far memory's port, and energy beyond the array, that no mapping is below on the grid of cores in place: every element once. */
export let leastPorts: f64 = 0;
export let leastBeyond: f64 = 0;
/** The same of the way into the inner buffers, which a held operand may go past. */
export let leastInputArrival: f64 = 0;
export let leastWeightArrival: f64 = 0;

export function boundLeast(): void {
  let read: f64 = inputs * outerReadInput + weights * outerReadWeight;
  let write: f64 = sums * outerWriteResult;
  if (hardware.passesOuter(abi.INPUT)) read += inputs * hardware.inputBytes * outerPerRead;
  if (hardware.passesOuter(abi.WEIGHT)) read += weights * hardware.weightBytes * outerPerRead;
  if (hardware.passesOuter(abi.OUTPUT)) write += sums * hardware.outputBytes * outerPerWrite;
  leastPorts = hardware.outerShared ? read + write : larger(read, write);
  leastBeyond = beyondBuffers();
  leastInputArrival = 0;
  leastWeightArrival = 0;
  if (hardware.isDirect) return;
  const width: f64 = mapping.coresK > 1 ? hardware.accumulatorBytes : hardware.outputBytes;
  leastBeyond +=
    inputs * hardware.inputBytes * sourcePriceInput +
    weights * hardware.weightBytes * sourcePriceWeight +
    sums * width * (sourcePriceUp + innerPriceUp);
  leastInputArrival = inputs * hardware.inputBytes * energyOf(counters.INNER);
  leastWeightArrival = weights * hardware.weightBytes * energyOf(counters.INNER + 1);
}

/** First part: the global-buffer tile and the order of its loops. */
export function boundOuter(): void {
  Gm = ceilDiv(mapping.M, mapping.gm);
  Gn = ceilDiv(mapping.N, mapping.gn);
  Gk = ceilDiv(mapping.K, mapping.gk);
  const counted: i32 = countedLoops(mapping.outerOrder, turningLoops(Gm, Gn, Gk));
  outerReloadsA = (counted & 2) != 0 ? Gn : 1;
  outerReloadsW = (counted & 1) != 0 ? Gm : 1;
  outerReloadsO = (counted & 4) != 0 ? Gk : 1;
  const a: f64 = mapping.isKept(abi.INPUT) ? inputs : inputs * outerReloadsA;
  const w: f64 = mapping.isKept(abi.WEIGHT) ? weights : weights * outerReloadsW;
  const again: f64 = mapping.isKept(abi.OUTPUT) ? 0 : sums * (outerReloadsO - 1);
  const operands: f64 = a * outerReadInput + w * outerReadWeight;
  const read: f64 = operands + again * outerReadSum;
  const write: f64 = again * outerWriteSum + sums * outerWriteResult;
  outerRead = read;
  outerAwaited = mapping.coresK > 1 ? operands : read;
  outerWrite = write;
  outerPorts = hardware.outerShared ? read + write : larger(outerAwaited, write);
  outerEnergy = a * outerPriceInput + w * outerPriceWeight + again * outerPriceSum + sums * outerPriceResult;
}

/** Sets how the outer tile is shared out; needed before boundTiles where the tile or the cores have changed. */
export function boundShares(): void {
  oneM = sizes.chunksOf(mapping.M, mapping.gm, mapping.coresM);
  oneN = sizes.chunksOf(mapping.N, mapping.gn, mapping.coresN);
  oneK = sizes.chunksOf(mapping.K, mapping.gk, mapping.coresK);
  shareM = mapping.M / oneM;
  shareN = mapping.N / oneN;
  shareK = mapping.K / oneK;
  mostM = ceilDiv(mapping.gm, mapping.chunkM(mapping.gm));
  mostN = ceilDiv(mapping.gn, mapping.chunkN(mapping.gn));
  mostK = ceilDiv(mapping.gk, mapping.chunkK(mapping.gk));
  leastM = smaller(shareM, mapping.gm / mapping.chunkM(mapping.gm));
  leastN = smaller(shareN, mapping.gn / mapping.chunkN(mapping.gn));
  leastK = smaller(shareK, mapping.gk / mapping.chunkK(mapping.gk));
  batches = ceilDiv(mapping.B, mapping.batchAtOnce());
  elementsAtOnce = smaller(mapping.batchAtOnce(), mapping.B);
  arrayBound.setExtents(oneM, oneN, oneK, mapping.B * shareM * shareN * shareK);
}

/** Part of a dimension (of its extent or its array steps, whichever is more) whose tiles are of one fold: all, or, where only what is left at the ends is as small, no more than the ends. */
function partOfOneFold(row: usize, local: f64, fold: f64, outers: f64): f64 {
  if (local <= fold) return 1;
  const ends: f64 = load<f64>(row, sizes.ENDS);
  const last: f64 = load<f64>(row, sizes.LAST);
  const isSmall: bool = last <= fold || (outers > 1 && ends - last <= (outers - 1) * fold);
  return isSmall ? larger(sizes.endPart(row), sizes.endWork(row)) : 0;
}

/** Second part: what the arrays take for the local tile (array-bound.ts), given its rows of the size tables (sizes.ts). */
export function boundTiles(m: usize, n: usize, k: usize): void {
  const tilesM: f64 = load<f64>(m, sizes.TILES);
  const tilesN: f64 = load<f64>(n, sizes.TILES);
  const tilesK: f64 = load<f64>(k, sizes.TILES);
  stepCount = tilesM * tilesN * tilesK * batches;
  const perOuterM: f64 = Gm == 1 ? tilesM : tilesM / Gm;
  const perOuterN: f64 = Gn == 1 ? tilesN : tilesN / Gn;
  const perOuterK: f64 = Gk == 1 ? tilesK : tilesK / Gk;
  const inEvery: i32 = turningLoops(load<f64>(m, sizes.FEWEST), load<f64>(n, sizes.FEWEST), load<f64>(k, sizes.FEWEST));
  turning = inEvery;
  turnsAlike = inEvery == turningLoops(perOuterM, perOuterN, perOuterK);
  Lm = perOuterM;
  Ln = perOuterN;
  Lk = perOuterK;
  arrayBound.setTiles(tilesM, tilesN, tilesK);
  arrayBound.setSteps(load<f64>(m, sizes.STEPS), load<f64>(n, sizes.STEPS), load<f64>(k, sizes.STEPS));
  arrayBound.setBlocks(load<f64>(m, sizes.BLOCKS), load<f64>(n, sizes.BLOCKS), load<f64>(k, sizes.BLOCKS));
  // Where a tile is one fold, its held words may stay for the next: how often they do is up to the order.
  mayStay =
    mapping.dataflow != abi.OUTPUT_STATIONARY &&
    mapping.lm <= legal.foldM() &&
    mapping.ln <= legal.foldN() &&
    mapping.lk <= legal.foldK();
  let times: f64 = 1;
  let stays: f64 = 0;
  if (!mayStay && mapping.dataflow == abi.WEIGHT_STATIONARY && tilesM > 1) {
    stays = partOfOneFold(n, mapping.ln, legal.foldN(), Gn) * partOfOneFold(k, mapping.lk, legal.foldK(), Gk);
    times = tilesM - stays * (tilesM - 1);
  } else if (!mayStay && mapping.dataflow == abi.INPUT_STATIONARY && tilesN > 1) {
    stays = partOfOneFold(m, mapping.lm, legal.foldM(), Gm) * partOfOneFold(k, mapping.lk, legal.foldK(), Gk);
    times = tilesN - stays * (tilesN - 1);
  }
  partThatStays = stays;
  heldTimes = times;
  leastTimes = times;
  arrayBound.setTilesOfK(hardware.isDirect || mapping.coresK > 1 || Gk > 1 ? 0 : k);
  visitsOfSums = tilesK;
  arrayBound.setVisits(tilesK);
  arrayBound.boundArray(times);
  rowM = m;
  rowN = n;
  rowK = k;
}

/** Third part: how the local tile's first fill and last drain bound it. */
export function boundEnds(): void {
  const m: usize = rowM;
  const n: usize = rowN;
  const k: usize = rowK;
  streams = load<f64>(m, sizes.STEPS) * load<f64>(n, sizes.STEPS) * load<f64>(k, sizes.STEPS) * batches;
  let stepsOfFirst: f64 =
    load<f64>(m, sizes.FULL_STEPS) * load<f64>(n, sizes.FULL_STEPS) * load<f64>(k, sizes.FULL_STEPS);
  // The first tiles of all cores come to the outer buffer and on to the inner ones; an operand that the split does not cut
  // is the same for all.
  const elements: f64 = mapping.lk * leastK * elementsAtOnce;
  let a: f64 = mapping.lm * leastM * elements;
  let w: f64 = mapping.ln * leastN * elements;
  firstInputs = mapping.lm * mostM * mapping.lk * mostK * elementsAtOnce;
  firstWeights = mapping.ln * mostN * mapping.lk * mostK * elementsAtOnce;
  firstSums = mapping.lm * mostM * mapping.ln * mostN * elementsAtOnce;
  copiesM = mapping.coresM == 1 ? 1 : load<f64>(m, sizes.TILES_OF_CORES) / load<f64>(m, sizes.TILES);
  copiesN = mapping.coresN == 1 ? 1 : load<f64>(n, sizes.TILES_OF_CORES) / load<f64>(n, sizes.TILES);
  coresAtM = load<f64>(m, sizes.CORES);
  coresAtN = load<f64>(n, sizes.CORES);
  // What comes last is still to be worked on, and its sums to be stored.
  let m_: f64 = load<f64>(m, sizes.LAST);
  let n_: f64 = load<f64>(n, sizes.LAST);
  if (hardware.isDirect) {
    // Of what streams, the first position is enough to begin with, and the last one is what comes last.
    if (mapping.dataflow == abi.WEIGHT_STATIONARY) {
      a /= ceilDiv(mapping.lm, mapping.sm);
      m_ = 1;
      stepsOfFirst = 0;
    } else if (mapping.dataflow == abi.OUTPUT_STATIONARY) {
      a /= ceilDiv(mapping.lk, mapping.sk);
      w /= ceilDiv(mapping.lk, mapping.sk);
    } else {
      w /= ceilDiv(mapping.ln, mapping.sn);
      n_ = 1;
      stepsOfFirst = 0;
    }
  }
  firstSteps = stepsOfFirst;
  const inputNear: f64 = a * hardware.inputBytes * nearPerInput;
  const weightNear: f64 = w * hardware.weightBytes * nearPerWeight;
  let fill: f64 = inputNear + weightNear + hardware.innerLatency;
  if ((hardware.passedBits & 3) == 0 && !isOnePort(abi.INPUT, abi.WEIGHT)) {
    fill = fillApart(inputNear, weightNear, a * outerReadInput, w * outerReadWeight);
  } else if ((hardware.passedBits & 3) != 0)
    fill = fillPast(inputNear, weightNear, a * outerReadInput, w * outerReadWeight);
  else if (hardware.hasOuter && mapping.residentBits == 0) {
    // What is asked for first goes on while the other one comes to the outer buffer.
    fill += hardware.outerLatency;
    if (hardware.isDirect && mapping.dataflow == abi.WEIGHT_STATIONARY) {
      fill += w * outerReadWeight + larger(0, a * outerReadInput - weightNear);
    } else fill += a * outerReadInput + larger(0, w * outerReadWeight - inputNear);
  }
  innerFill = fill;
  let drain: f64 = m_ * n_ * (hardware.outputBytes * nearPerStore + outerWriteResult);
  if (!hardware.passesOuter(abi.OUTPUT)) drain += hardware.innerLatency;
  if (hardware.hasOuter && !mapping.isResident(abi.OUTPUT)) drain += hardware.outerLatency;
  lastDrain = drain;
  // Sums that come back to an array without a buffer are added on the way out: nothing is worked on behind the last of them.
  lastTail = hardware.isDirect
    ? drain
    : drain +
      load<f64>(m, sizes.LAST_STEPS) * load<f64>(n, sizes.LAST_STEPS) * load<f64>(k, sizes.LAST_STEPS) +
      hardware.leastSkew;
}

/**
 * The same where inputs or weights go past the outer buffer: cycles of the first of each as inner tiles, and as parts of outer ones. What comes over
 * the outer port does so one after the other.
 */
function fillPast(input: f64, weight: f64, farInput: f64, farWeight: f64): f64 {
  const passesInput: bool = hardware.passesOuter(abi.INPUT);
  const passesWeight: bool = hardware.passesOuter(abi.WEIGHT);
  const far: f64 =
    farInput + farWeight + (passesInput ? input : 0) + (passesWeight ? weight : 0) + hardware.outerLatency;
  if (passesInput && passesWeight) return far;
  const near: f64 = (passesInput ? weight : input) + hardware.innerLatency;
  const isThere: bool = mapping.isResident(passesInput ? abi.WEIGHT : abi.INPUT);
  return larger(far, isThere ? near : near + (passesInput ? farWeight : farInput) + hardware.outerLatency);
}

/** Whether two operands come to the inner buffers over one port. */
export function isOnePort(a: i32, b: i32): bool {
  if (hardware.passesOuter(a) != hardware.passesOuter(b)) return false;
  return hardware.passesOuter(a) || firstIn(hardware.innerPorts, a) == firstIn(hardware.innerPorts, b);
}

/** The first fill where inputs and weights come over ports of their own behind the outer buffer. */
function fillApart(input: f64, weight: f64, farInput: f64, farWeight: f64): f64 {
  const near: f64 = larger(input, weight) + hardware.innerLatency;
  if (!hardware.hasOuter || mapping.residentBits != 0) return near;
  const isWeightFirst: bool = hardware.isDirect && mapping.dataflow == abi.WEIGHT_STATIONARY;
  const one: f64 = isWeightFirst ? farWeight + weight : farInput + input;
  return (
    larger(one, farInput + farWeight + (isWeightFirst ? input : weight)) + hardware.outerLatency + hardware.innerLatency
  );
}

/** Fourth part: the order of local tiles; sets time and energy. */
export function boundOrder(): void {
  const counted: i32 = countedLoops(mapping.innerOrder, turning);
  // Loops of the outer level count in full once the inner level moves the tensor.
  const a: f64 = inputs * ((counted & 2) != 0 ? Ln : 1) * ((turning & 5) != 0 ? Gn : outerReloadsA);
  const w: f64 = weights * ((counted & 1) != 0 ? Lm : 1) * ((turning & 6) != 0 ? Gm : outerReloadsW);
  const visits: f64 = ((counted & 4) != 0 ? Lk : 1) * ((turning & 3) != 0 ? Gk : outerReloadsO);
  const isWeight: bool = mapping.dataflow == abi.WEIGHT_STATIONARY;
  let times: f64 = leastTimes;
  if (mayStay) times = isWeight ? w / weights : a / inputs;
  else if (partThatStays > 0 && turnsAlike) {
    // They stay while what streams turns, if that is the innermost loop; of outer tiles that are not cut, that may be any.
    const inside: i32 = innermostTurning();
    const tiles: f64 = load<f64>(isWeight ? rowM : rowN, sizes.TILES);
    if (inside == (isWeight ? 0 : 1)) times = tiles - partThatStays * (tiles - (isWeight ? w / weights : a / inputs));
    else if (inside >= 0) times = tiles;
  }
  if (times != heldTimes || (mapping.coresK > 1 && turnsAlike && visits != visitsOfSums)) {
    heldTimes = times;
    if (turnsAlike) arrayBound.setVisits(visits);
    arrayBound.boundArray(times);
  }
  if (hardware.isDirect) boundStreamed(a, w, visits);
  else boundMoved(a, w, visits);
  inputsMoved = a;
  weightsMoved = w;
  visitsOfSums = visits;
}

/** The innermost of the loops over local tiles that has several turns; −1: none. */
export function innermostTurning(): i32 {
  let loop: i32 = innermost(mapping.innerOrder);
  if (((turning >> loop) & 1) == 0) loop = middle(mapping.innerOrder);
  if (((turning >> loop) & 1) == 0) loop = outermost(mapping.innerOrder);
  return ((turning >> loop) & 1) == 0 ? -1 : loop;
}

/** Bound of the present tiles whatever the order of local tiles, after boundOuter and boundTiles. */
export function boundAnyOrder(): void {
  if (hardware.isDirect) boundStreamed(inputs, weights, 1);
  else boundMoved(inputs, weights, 1);
}

/** The same without a buffer near the array: what it does not hold crosses the port for every tile that needs it. */
function boundStreamed(a: f64, w: f64, visits: f64): void {
  const holdsSums: bool = mapping.dataflow == abi.OUTPUT_STATIONARY;
  const inputsMoved: f64 = mapping.dataflow == abi.INPUT_STATIONARY ? a : inputs * Ln * Gn;
  const weightsMoved: f64 = mapping.dataflow == abi.WEIGHT_STATIONARY ? w : weights * Lm * Gm;
  boundMoved(inputsMoved, weightsMoved, holdsSums ? visits : Lk * Gk);
  // The array's edge is the inner port: what crosses it is in the energy of the array, but for sums that the array holds.
  energy = outerEnergy + arrayBound.energy;
  if (!holdsSums) return;
  const again: f64 = sums * (visits - 1) * hardware.accumulatorBytes;
  energy +=
    mapping.coresK > 1 ? again * coresAtVisit(visits) * sourcePriceUp : again * (sourcePriceUp + sourcePriceDown);
}

/** Cores, of those that share k, which have sums to store at a visit: on average where every tile along k is one, else the fewest. */
function coresAtVisit(visits: f64): f64 {
  const tiles: f64 = load<f64>(rowK, sizes.TILES);
  return visits == tiles ? load<f64>(rowK, sizes.TILES_OF_CORES) / tiles : load<f64>(rowK, sizes.LEAST_CORES);
}

/** Combines the parts, where `a` inputs and `w` weights go down to the inner buffers, and each sum is visited `visits` times. */
function boundMoved(a: f64, w: f64, visits: f64): void {
  let down: f64 = sums * (visits - 1) * hardware.accumulatorBytes;
  let up: f64 = down + sums * hardware.outputBytes;
  if (mapping.coresK > 1) {
    // Every visit of every core goes up wide and is added to what is there; nothing comes back down.
    up = (down + sums * hardware.accumulatorBytes) * coresAtVisit(visits);
    down = 0;
  }
  const inputBytesDown: f64 = a * hardware.inputBytes;
  const weightBytesDown: f64 = w * hardware.weightBytes;
  const inputsArrived: f64 = inputBytesDown * (a > inputs * Gn ? copiesN : a < inputs * Gn ? mostN : coresAtN);
  const weightsArrived: f64 = weightBytesDown * (w > weights * Gm ? copiesM : w < weights * Gm ? mostM : coresAtM);
  const inputsSent: f64 = hardware.multicast ? inputBytesDown : inputsArrived;
  const weightsSent: f64 = hardware.multicast ? weightBytesDown : weightsArrived;
  const cyclesOfInputs: f64 = inputsSent * nearPerInput;
  const cyclesOfWeights: f64 = weightsSent * nearPerWeight;
  const storing: f64 = up * nearPerStore;
  const returning: f64 = down * nearPerDown;
  let read: f64 = longest(hardware.innerPorts, cyclesOfInputs, cyclesOfWeights, returning);
  // Of several ports that of sums is the one that their writes may be on.
  let besideWrites: f64 = withSums(hardware.innerPorts, cyclesOfInputs, cyclesOfWeights, returning);
  let write: f64 = storing;
  let farRead: f64 = outerRead;
  let farAwaited: f64 = outerAwaited;
  let farWrite: f64 = outerWrite;
  let farPorts: f64 = outerPorts;
  if (hardware.passedBits != 0) {
    // What goes past the outer buffer is on the outer port instead.
    const passed: f64 =
      (hardware.passesOuter(abi.INPUT) ? cyclesOfInputs : 0) +
      (hardware.passesOuter(abi.WEIGHT) ? cyclesOfWeights : 0) +
      (hardware.passesOuter(abi.OUTPUT) ? returning : 0);
    const nearInputs: f64 = hardware.passesOuter(abi.INPUT) ? 0 : cyclesOfInputs;
    const nearWeights: f64 = hardware.passesOuter(abi.WEIGHT) ? 0 : cyclesOfWeights;
    const nearSums: f64 = hardware.passesOuter(abi.OUTPUT) ? 0 : returning;
    read = longest(hardware.innerPorts, nearInputs, nearWeights, nearSums);
    besideWrites = withSums(hardware.innerPorts, nearInputs, nearWeights, nearSums);
    farRead += passed;
    farAwaited += passed;
    if (hardware.passesOuter(abi.OUTPUT)) {
      farWrite += write;
      write = 0;
    }
    farPorts = hardware.outerShared ? farRead + farWrite : larger(farAwaited, farWrite);
  }
  const ports: f64 = hardware.innerShared ? larger(read, besideWrites + write) : larger(read, write);
  let lasting: f64 = larger(innerFill + arrayBound.time + lastDrain, larger(read, farAwaited) + lastTail);
  lasting = larger(lasting, larger(ports, farPorts));
  // Before the first sums have left the array there is nothing to store. With k split over cores some of them may have none.
  const firstOut: f64 = mapping.coresK > 1 ? 0 : innerFill + firstSteps + hardware.leastSkew;
  lasting = larger(lasting, (hardware.innerShared ? larger(besideWrites, firstOut) : firstOut) + write);
  lasting = larger(lasting, (hardware.outerShared ? larger(farRead, firstOut) : firstOut) + farWrite);
  let spent: f64 =
    outerEnergy +
    arrayBound.energy +
    sourcePriceInput * inputsSent +
    sourcePriceWeight * weightsSent +
    (sourcePriceDown + innerPriceDown) * down +
    (sourcePriceUp + innerPriceUp) * up;
  if (!mapping.isBypassed(abi.INPUT)) spent += energyOf(counters.INNER) * inputsArrived;
  if (!mapping.isBypassed(abi.WEIGHT)) spent += energyOf(counters.INNER + 1) * weightsArrived;
  inputCycles = cyclesOfInputs;
  weightCycles = cyclesOfWeights;
  storeCycles = storing;
  time = lasting;
  energy = spent;
}

/** Bound of a global-buffer tile whatever its local tiles, after boundOuter, with the time and energy of the array given. */
export function boundOuterWith(inArray: f64, ofArray: f64): void {
  time = larger(inArray, outerPorts);
  energy = outerEnergy + ofArray;
  if (!hardware.isDirect) {
    boundPassage();
    return;
  }
  if (mapping.dataflow != abi.OUTPUT_STATIONARY || mapping.coresK > 1) return;
  // An array that is fed straight lets go of its sums at every turn of k, where more than one fold of them is in the outer tile.
  const isOneFold: bool = mapping.chunkM(mapping.gm) <= legal.foldM() && mapping.chunkN(mapping.gn) <= legal.foldN();
  const again: f64 = sums * ((isOneFold ? outerReloadsO : Gk) - 1) * hardware.accumulatorBytes;
  energy += again * (sourcePriceUp + sourcePriceDown);
}

/** Whether a core's part of an outer tile of one operand, so many bytes a batch element, is more than there is room for near the array. */
function isBeyond(bytes: f64, room: f64): bool {
  return bytes * mapping.elementsOfCore() > room;
}

/** Bytes of the memory near the array that an operand is in. */
function roomFor(operand: i32): f64 {
  const all: i32 = inMemory(hardware.innerSplit, operand);
  return (all & 1) != 0 ? hardware.innerInput : (all & 2) != 0 ? hardware.innerWeight : hardware.innerOutput;
}

/**
 * What goes on to the inner buffers, at least: an operand of whose outer tile a core's part is more than its buffer holds comes again for every turn
 * of the loop that it does not depend on, in as much of the problem as whole outer tiles are. One that goes past its buffer is in the PEs, a fold of it.
 */
function boundPassage(): void {
  const cm: f64 = mapping.chunkM(mapping.gm);
  const cn: f64 = mapping.chunkN(mapping.gn);
  const ck: f64 = mapping.chunkK(mapping.gk);
  const wholeM: f64 = (Math.floor(mapping.M / mapping.gm) * mapping.gm) / mapping.M;
  const wholeN: f64 = (Math.floor(mapping.N / mapping.gn) * mapping.gn) / mapping.N;
  const wholeK: f64 = (Math.floor(mapping.K / mapping.gk) * mapping.gk) / mapping.K;
  let a: f64 = outerReloadsA;
  let w: f64 = outerReloadsW;
  let visits: f64 = mapping.coresK > 1 ? 1 : outerReloadsO;
  const isInputBeyond: bool = mapping.isBypassed(abi.INPUT)
    ? cm > legal.foldM() || ck > legal.foldK()
    : isBeyond(cm * ck * hardware.inputBytes, hardware.innerInput);
  const isWeightBeyond: bool = mapping.isBypassed(abi.WEIGHT)
    ? cn > legal.foldN() || ck > legal.foldK()
    : isBeyond(cn * ck * hardware.weightBytes, roomFor(abi.WEIGHT));
  if (a < Gn && isInputBeyond) a += wholeM * wholeK * (Gn - a);
  if (w < Gm && isWeightBeyond) w += wholeN * wholeK * (Gm - w);
  if (mapping.coresK == 1 && visits < Gk && isBeyond(cm * cn * hardware.accumulatorBytes, roomFor(abi.OUTPUT))) {
    visits += wholeM * wholeN * (Gk - visits);
  }
  const inputBytesDown: f64 = inputs * a * hardware.inputBytes;
  const weightBytesDown: f64 = weights * w * hardware.weightBytes;
  const down: f64 = sums * (visits - 1) * hardware.accumulatorBytes;
  const up: f64 = down + sums * hardware.outputBytes;
  if (hardware.passedBits == 0 && hardware.innerPorts == abi.SPLIT_TOGETHER) {
    const read: f64 = (inputBytesDown + weightBytesDown + down) * innerPerRead;
    time = larger(time, hardware.innerShared ? read + up * innerPerWrite : larger(read, up * innerPerWrite));
  } else boundPast(inputBytesDown, weightBytesDown, down, up);
  energy +=
    sourcePriceInput * inputBytesDown +
    sourcePriceWeight * weightBytesDown +
    (sourcePriceDown + innerPriceDown) * down +
    (sourcePriceUp + innerPriceUp) * up;
  if (!mapping.isBypassed(abi.INPUT)) energy += energyOf(counters.INNER) * inputBytesDown;
  if (!mapping.isBypassed(abi.WEIGHT)) energy += energyOf(counters.INNER + 1) * weightBytesDown;
}

/** The time of all ports for those bytes, where operands go past the outer buffer or have ports of their own. */
function boundPast(inputs: f64, weights: f64, down: f64, up: f64): void {
  const passesInput: bool = hardware.passesOuter(abi.INPUT);
  const passesWeight: bool = hardware.passesOuter(abi.WEIGHT);
  const passesSums: bool = hardware.passesOuter(abi.OUTPUT);
  const a: f64 = passesInput ? 0 : inputs * nearPerInput;
  const w: f64 = passesWeight ? 0 : weights * nearPerWeight;
  const o: f64 = passesSums ? 0 : down * nearPerDown;
  const read: f64 = longest(hardware.innerPorts, a, w, o);
  const write: f64 = passesSums ? 0 : up * innerPerWrite;
  const near: f64 = hardware.innerShared
    ? larger(read, withSums(hardware.innerPorts, a, w, o) + write)
    : larger(read, write);
  const passed: f64 =
    ((passesInput ? inputs : 0) + (passesWeight ? weights : 0) + (passesSums ? down : 0)) * outerPerRead;
  const stored: f64 = outerWrite + (passesSums ? up * outerPerWrite : 0);
  const far: f64 = hardware.outerShared ? outerRead + passed + stored : larger(outerAwaited + passed, stored);
  time = larger(time, larger(near, far));
}
