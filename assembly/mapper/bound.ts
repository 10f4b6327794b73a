import {
  HW_ENERGY_TRAFFIC,
  INPUT,
  INPUT_STATIONARY,
  KIND_DOT_PRODUCT,
  OUTPUT,
  OUTPUT_STATIONARY,
  OVERLAP_FOLDS,
  WEIGHT,
  WEIGHT_STATIONARY,
} from "../abi";
import { INNER, INNER_SOURCE, OUTER, SUMS_DOWN, SUMS_UP } from "../counters";
import {
  accumulatorBytes,
  hasOuter,
  innerLatency,
  innerReadBytes,
  innerReadCycles,
  innerShared,
  innerWriteBytes,
  innerWriteCycles,
  inputBytes,
  isDirect,
  kind,
  leastSkew,
  multicast,
  overlap,
  outerLatency,
  outerReadBytes,
  outerReadCycles,
  outerShared,
  outerWriteBytes,
  outerWriteCycles,
  outputBytes,
  weightBytes,
} from "../hardware";
import { ceilDiv, larger, smaller } from "../int-math";
import { innermost, middle, outermost } from "../loop-order";
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
  innerDoubleBits,
  innerOrder,
  isBypassed,
  isKept,
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
} from "../mapping";
import { HARDWARE, get } from "../memory";
import { countedLoops, turningLoops } from "../nest";
import {
  arrayEnergy,
  arrayTime,
  boundArray,
  setBlocks,
  setExtents,
  setSteps,
  setTiles,
  setTilesOfK,
  setVisits,
} from "./array-bound";
import { foldK, foldM, foldN } from "./legal";
import {
  BLOCKS,
  ENDS,
  END_PART,
  END_WORK,
  FEWEST,
  FIRST_PART,
  FIRST_WORK,
  FULL_STEPS,
  LAST,
  LAST_STEPS,
  LEAST_CORES,
  STEPS,
  TILES,
  TILES_OF_CORES,
  chunksOf,
} from "./sizes";

/*
 * Closed-form lower bounds of one mapping, without walking it. Every count is the sum that the walk would make, taken
 * over whole loops (a product per dimension); time is the largest of what the array and each port must do, behind the
 * first fill and before the last drain. Admissible in time: no schedule of the same tiles is faster. docs/model.md, "bound".
 *
 * In parts, since most of a search changes only the last: boundOuter (global-buffer tile and order), boundTiles
 * (local tile, in the use of the array that is in place), boundOrder (order of local tiles), which combines them.
 */
export let boundTime: f64 = 0;
/** Dynamic energy, pJ. */
export let boundEnergy: f64 = 0;
/** Inner steps that a walk of the mapping would take. */
export let stepCount: f64 = 0;

// Elements of each operand, of all batch elements; bytes a cycle and energy a byte of the ports, as prices of an element.
let inputs: f64 = 0;
let weights: f64 = 0;
let sums: f64 = 0;
let outerReadInput: f64 = 0;
let outerReadWeight: f64 = 0;
let outerReadSum: f64 = 0;
let outerWriteSum: f64 = 0;
let outerWriteResult: f64 = 0;
let outerPriceInput: f64 = 0;
let outerPriceWeight: f64 = 0;
let outerPriceSum: f64 = 0;
let outerPriceResult: f64 = 0;
let innerPerRead: f64 = 0;
let innerPerWrite: f64 = 0;
let sourcePriceInput: f64 = 0;
let sourcePriceWeight: f64 = 0;
let sourcePriceDown: f64 = 0;
let sourcePriceUp: f64 = 0;
let innerPriceDown: f64 = 0;
let innerPriceUp: f64 = 0;

let Gm: f64 = 1;
let Gn: f64 = 1;
let Gk: f64 = 1;
/** Loads of each operand's outer tiles beyond once, if they are not kept: turns of loops that it does not depend on outside those that it does. */
let outerReloadsA: f64 = 1;
let outerReloadsW: f64 = 1;
let outerReloadsO: f64 = 1;
let outerRead: f64 = 0;
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
let batches: f64 = 1;
let elementsAtOnce: f64 = 1;
// Inner tiles of the first core along each dimension, on average of outer tiles; loops with several turns in every one.
let Lm: f64 = 1;
let Ln: f64 = 1;
let Lk: f64 = 1;
let turning: i32 = 0;
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
let innerFill: f64 = 0;
let lastDrain: f64 = 0;
let lastTail: f64 = 0;
/** Array steps of the first core, and those before the first sums leave the array. */
let streams: f64 = 1;
let firstSteps: f64 = 0;
// Elements of the first tile of each operand, of all cores, or more: nothing waits for what they bring.
let firstInputs: f64 = 0;
let firstWeights: f64 = 0;
let firstSums: f64 = 0;
/** Cores that want the same weights, or inputs, on average of their loads or less. */
let copiesM: f64 = 1;
let copiesN: f64 = 1;
/** Rows of the size tables of the present local tile. */
let rowM: usize = 0;
let rowN: usize = 0;
let rowK: usize = 0;
// Cycles of the inner port, as last bounded: loads of each operand, and stores.
let inputCycles: f64 = 0;
let weightCycles: f64 = 0;
let storeCycles: f64 = 0;
/** What the present order moves: inputs and weights down to the inner buffers, and how often each sum is visited. */
let inputsMoved: f64 = 0;
let weightsMoved: f64 = 0;
let visitsOfSums: f64 = 1;

function energyOf(column: i32): f64 {
  return get(HARDWARE, HW_ENERGY_TRAFFIC + column);
}

/** Sets what is fixed with the problem and the hardware. */
export function boundProblem(): void {
  inputs = M * K * B;
  weights = N * K * B;
  sums = M * N * B;
  const crosses: f64 = hasOuter ? 1 : 0;
  const inputWidth: f64 = isResident(INPUT) ? 0 : crosses * inputBytes;
  const weightWidth: f64 = isResident(WEIGHT) ? 0 : crosses * weightBytes;
  const sumWidth: f64 = isResident(OUTPUT) ? 0 : crosses * accumulatorBytes;
  const resultWidth: f64 = isResident(OUTPUT) ? 0 : crosses * outputBytes;
  const perRead: f64 = outerReadCycles / outerReadBytes;
  const perWrite: f64 = outerWriteCycles / outerWriteBytes;
  outerReadInput = inputWidth * perRead;
  outerReadWeight = weightWidth * perRead;
  outerReadSum = sumWidth * perRead;
  outerWriteSum = sumWidth * perWrite;
  outerWriteResult = resultWidth * perWrite;
  outerPriceInput = inputWidth * energyOf(OUTER);
  outerPriceWeight = weightWidth * energyOf(OUTER + 1);
  outerPriceSum = sumWidth * (energyOf(OUTER + SUMS_DOWN) + energyOf(OUTER + SUMS_UP));
  outerPriceResult = resultWidth * energyOf(OUTER + SUMS_UP);
  innerPerRead = innerReadCycles / innerReadBytes;
  innerPerWrite = innerWriteCycles / innerWriteBytes;
  sourcePriceInput = energyOf(INNER_SOURCE);
  sourcePriceWeight = energyOf(INNER_SOURCE + 1);
  sourcePriceDown = energyOf(INNER_SOURCE + SUMS_DOWN);
  sourcePriceUp = energyOf(INNER_SOURCE + SUMS_UP);
  innerPriceDown = energyOf(INNER + SUMS_DOWN);
  innerPriceUp = energyOf(INNER + SUMS_UP);
}

/** First part: the global-buffer tile and the order of its loops. */
export function boundOuter(): void {
  Gm = ceilDiv(M, gm);
  Gn = ceilDiv(N, gn);
  Gk = ceilDiv(K, gk);
  const counted: i32 = countedLoops(outerOrder, turningLoops(Gm, Gn, Gk));
  outerReloadsA = (counted & 2) != 0 ? Gn : 1;
  outerReloadsW = (counted & 1) != 0 ? Gm : 1;
  outerReloadsO = (counted & 4) != 0 ? Gk : 1;
  const a: f64 = isKept(INPUT) ? inputs : inputs * outerReloadsA;
  const w: f64 = isKept(WEIGHT) ? weights : weights * outerReloadsW;
  const again: f64 = isKept(OUTPUT) ? 0 : sums * (outerReloadsO - 1);
  const read: f64 = a * outerReadInput + w * outerReadWeight + again * outerReadSum;
  const write: f64 = again * outerWriteSum + sums * outerWriteResult;
  outerRead = read;
  outerWrite = write;
  outerPorts = outerShared ? read + write : larger(read, write);
  outerEnergy = a * outerPriceInput + w * outerPriceWeight + again * outerPriceSum + sums * outerPriceResult;
}

/** Sets how the outer tile is shared out; needed before boundTiles where the tile or the cores have changed. */
export function boundShares(): void {
  oneM = chunksOf(M, gm, coresM);
  oneN = chunksOf(N, gn, coresN);
  oneK = chunksOf(K, gk, coresK);
  shareM = M / oneM;
  shareN = N / oneN;
  shareK = K / oneK;
  mostM = ceilDiv(gm, chunkM(gm));
  mostN = ceilDiv(gn, chunkN(gn));
  mostK = ceilDiv(gk, chunkK(gk));
  leastM = smaller(shareM, gm / chunkM(gm));
  leastN = smaller(shareN, gn / chunkN(gn));
  leastK = smaller(shareK, gk / chunkK(gk));
  batches = ceilDiv(B, batchAtOnce());
  elementsAtOnce = smaller(batchAtOnce(), B);
  setExtents(oneM, oneN, oneK, B * shareM * shareN * shareK);
}

/** Part of a dimension (of its extent or its array steps, whichever is more) whose tiles are of one fold: all, or, where only what is left at the ends is as small, no more than the ends. */
function partOfOneFold(row: usize, local: f64, fold: f64, outers: f64): f64 {
  if (local <= fold) return 1;
  const ends: f64 = load<f64>(row, ENDS);
  const last: f64 = load<f64>(row, LAST);
  const isSmall: bool = last <= fold || (outers > 1 && ends - last <= (outers - 1) * fold);
  return isSmall ? larger(load<f64>(row, END_PART), load<f64>(row, END_WORK)) : 0;
}

/** Second part: the local tile, given its rows of the size tables (sizes.ts). */
export function boundTiles(m: usize, n: usize, k: usize): void {
  const tilesM: f64 = load<f64>(m, TILES);
  const tilesN: f64 = load<f64>(n, TILES);
  const tilesK: f64 = load<f64>(k, TILES);
  stepCount = tilesM * tilesN * tilesK * batches;
  Lm = tilesM / Gm;
  Ln = tilesN / Gn;
  Lk = tilesK / Gk;
  turning = turningLoops(load<f64>(m, FEWEST), load<f64>(n, FEWEST), load<f64>(k, FEWEST));
  turnsAlike = turning == turningLoops(Lm, Ln, Lk);
  setTiles(tilesM, tilesN, tilesK);
  setSteps(load<f64>(m, STEPS), load<f64>(n, STEPS), load<f64>(k, STEPS));
  setBlocks(load<f64>(m, BLOCKS), load<f64>(n, BLOCKS), load<f64>(k, BLOCKS));
  // Where a tile is one fold, its held words may stay for the next: how often they do is up to the order.
  mayStay = dataflow != OUTPUT_STATIONARY && lm <= foldM() && ln <= foldN() && lk <= foldK();
  heldTimes = 1;
  partThatStays = 0;
  if (!mayStay && dataflow == WEIGHT_STATIONARY && tilesM > 1) {
    partThatStays = partOfOneFold(n, ln, foldN(), Gn) * partOfOneFold(k, lk, foldK(), Gk);
    heldTimes = tilesM - partThatStays * (tilesM - 1);
  } else if (!mayStay && dataflow == INPUT_STATIONARY && tilesN > 1) {
    partThatStays = partOfOneFold(m, lm, foldM(), Gm) * partOfOneFold(k, lk, foldK(), Gk);
    heldTimes = tilesN - partThatStays * (tilesN - 1);
  }
  leastTimes = heldTimes;
  setTilesOfK(isDirect || coresK > 1 || Gk > 1 ? 0 : k);
  visitsOfSums = tilesK;
  setVisits(tilesK);
  boundArray(heldTimes);
  rowM = m;
  rowN = n;
  rowK = k;
  streams = load<f64>(m, STEPS) * load<f64>(n, STEPS) * load<f64>(k, STEPS) * batches;
  firstSteps = load<f64>(m, FULL_STEPS) * load<f64>(n, FULL_STEPS) * load<f64>(k, FULL_STEPS);
  // The first tiles of all cores come to the outer buffer and on to the inner ones; an operand that the split does not cut
  // is the same for all.
  const elements: f64 = lk * leastK * elementsAtOnce;
  let a: f64 = lm * leastM * elements;
  let w: f64 = ln * leastN * elements;
  firstInputs = lm * mostM * lk * mostK * elementsAtOnce;
  firstWeights = ln * mostN * lk * mostK * elementsAtOnce;
  firstSums = lm * mostM * ln * mostN * elementsAtOnce;
  copiesM = load<f64>(m, TILES_OF_CORES) / tilesM;
  copiesN = load<f64>(n, TILES_OF_CORES) / tilesN;
  // What comes last is still to be worked on, and its sums to be stored.
  let m_: f64 = load<f64>(m, LAST);
  let n_: f64 = load<f64>(n, LAST);
  if (isDirect) {
    // Of what streams, the first position is enough to begin with, and the last one is what comes last.
    if (dataflow == WEIGHT_STATIONARY) {
      a /= ceilDiv(lm, sm);
      m_ = 1;
      firstSteps = 0;
    } else if (dataflow == OUTPUT_STATIONARY) {
      a /= ceilDiv(lk, sk);
      w /= ceilDiv(lk, sk);
    } else {
      w /= ceilDiv(ln, sn);
      n_ = 1;
      firstSteps = 0;
    }
  }
  const inputNear: f64 = a * inputBytes * innerPerRead;
  const weightNear: f64 = w * weightBytes * innerPerRead;
  innerFill = inputNear + weightNear + innerLatency;
  if (hasOuter && residentBits == 0) {
    // What is asked for first goes on while the other one comes to the outer buffer.
    innerFill += outerLatency;
    if (isDirect && dataflow == WEIGHT_STATIONARY) {
      innerFill += w * outerReadWeight + larger(0, a * outerReadInput - weightNear);
    } else innerFill += a * outerReadInput + larger(0, w * outerReadWeight - inputNear);
  }
  lastDrain = m_ * n_ * (outputBytes * innerPerWrite + outerWriteResult) + innerLatency;
  if (hasOuter && !isResident(OUTPUT)) lastDrain += outerLatency;
  // Sums that come back to an array without a buffer are added on the way out: nothing is worked on behind the last of them.
  lastTail = isDirect
    ? lastDrain
    : lastDrain + load<f64>(m, LAST_STEPS) * load<f64>(n, LAST_STEPS) * load<f64>(k, LAST_STEPS) + leastSkew;
}

/** Third part: the order of local tiles; sets boundTime and boundEnergy. */
export function boundOrder(): void {
  const counted: i32 = countedLoops(innerOrder, turning);
  // Loops of the outer level count in full once the inner level moves the tensor.
  const a: f64 = inputs * ((counted & 2) != 0 ? Ln : 1) * ((turning & 5) != 0 ? Gn : outerReloadsA);
  const w: f64 = weights * ((counted & 1) != 0 ? Lm : 1) * ((turning & 6) != 0 ? Gm : outerReloadsW);
  const visits: f64 = ((counted & 4) != 0 ? Lk : 1) * ((turning & 3) != 0 ? Gk : outerReloadsO);
  const isWeight: bool = dataflow == WEIGHT_STATIONARY;
  let times: f64 = leastTimes;
  if (mayStay) times = isWeight ? w / weights : a / inputs;
  else if (partThatStays > 0 && turnsAlike) {
    // They stay while what streams turns, if that is the innermost loop; of outer tiles that are not cut, that may be any.
    const inside: i32 = innermostTurning();
    const tiles: f64 = load<f64>(isWeight ? rowM : rowN, TILES);
    if (inside == (isWeight ? 0 : 1)) times = tiles - partThatStays * (tiles - (isWeight ? w / weights : a / inputs));
    else if (inside >= 0) times = tiles;
  }
  if (times != heldTimes || (coresK > 1 && turnsAlike && visits != visitsOfSums)) {
    heldTimes = times;
    if (turnsAlike) setVisits(visits);
    boundArray(times);
  }
  if (isDirect) boundStreamed(a, w, visits);
  else boundMoved(a, w, visits);
  inputsMoved = a;
  weightsMoved = w;
  visitsOfSums = visits;
}

/** Fourth part, after boundOrder: what waits for what at the inner port, and for far memory; raises boundTime. */
export function boundWaits(): void {
  if (isDirect) return;
  if (innerDoubleBits != 7) boundSingle(inputsMoved, weightsMoved, visitsOfSums);
  if ((innerDoubleBits & 3) == 3) boundReloads(inputsMoved, weightsMoved);
  if (hasOuter && Gm * Gn * Gk == 1) boundFirstUses();
  if (visitsOfSums > 1 && coresK == 1 && Gk == 1) boundSpills(visitsOfSums);
}

/** The innermost of the loops over local tiles that has several turns; −1: none. */
function innermostTurning(): i32 {
  let loop: i32 = innermost(innerOrder);
  if (((turning >> loop) & 1) == 0) loop = middle(innerOrder);
  if (((turning >> loop) & 1) == 0) loop = outermost(innerOrder);
  return ((turning >> loop) & 1) == 0 ? -1 : loop;
}

/**
 * Sums that are not done with when their turn is over go up and come back: those of a step only after the step before the last has
 * stored its own (the last, single buffered), and what the step behind fetches comes after them on the same port. Of overlapping spans of two or
 * three steps every second or third counts, whichever: on average of those.
 */
function boundSpills(visits: f64): void {
  const inside: i32 = innermostTurning();
  if (inside == 2 || inside < 0) return;
  const wide: f64 = sums * accumulatorBytes;
  const returned: f64 = stepCount * (1 - 1 / visits);
  const round: f64 =
    returned * leastSkew +
    ((visits - 2) * wide + sums * outputBytes) * innerPerWrite +
    (visits - 1) * wide * innerPerRead;
  const later: f64 = 1 - firstWork(2);
  let waits: f64 = round;
  if ((innerDoubleBits & (1 << OUTPUT)) != 0) {
    const meanwhile: f64 = streams * (later + (1 - later) * endWork(inside));
    const fetched: f64 = (inputCycles + weightCycles) * (1 - firstPart(2));
    waits = larger((round - meanwhile) / 2, (round + fetched - meanwhile - streams * later) / 3);
  }
  boundTime = larger(boundTime, innerFill + streams + waits + leastSkew + lastDrain);
}

function rowOf(d: i32): usize {
  return d == 0 ? rowM : d == 1 ? rowN : rowK;
}
/** Part of the array's steps that the first of the local tiles along dimension `d` has, and the last. */
function firstWork(d: i32): f64 {
  return load<f64>(rowOf(d), FIRST_WORK);
}
function endWork(d: i32): f64 {
  return load<f64>(rowOf(d), END_WORK);
}
/** Part of the extent that the first of them has. */
function firstPart(d: i32): f64 {
  return load<f64>(rowOf(d), FIRST_PART);
}

/** Cycles of the outer port for what the second turn of loop `d` needs first, if it has one, in the first turns of the loops outside. */
function secondUse(d: i32, allInputs: f64, allWeights: f64): f64 {
  if (((turning >> d) & 1) == 0) return 0;
  const row: usize = rowOf(d);
  const share: f64 = load<f64>(row, TILES) == 2 ? load<f64>(row, ENDS) / load<f64>(row) : 1;
  const first: f64 = firstPart(2) * share;
  return first * ((d == 1 ? 0 : allInputs * firstPart(0)) + (d == 0 ? 0 : allWeights * firstPart(1)));
}

/**
 * Where an outer tile is all there is, its parts come when they are first used: an operand that does not depend on the outermost loop,
 * in the first turn of that, and of this most in the first turn of the loop inside it. What the array could do later it has to wait for.
 */
function boundFirstUses(): void {
  const a: i32 = outermost(innerOrder);
  const b: i32 = middle(innerOrder);
  const allInputs: f64 = (inputs * outerReadInput) / batches;
  const allWeights: f64 = (weights * outerReadWeight) / batches;
  const inputsOfA: f64 = a == 1 ? allInputs : allInputs * firstPart(a);
  const weightsOfA: f64 = a == 0 ? allWeights : allWeights * firstPart(a);
  const loadsOfB: f64 =
    (b == 1 ? inputsOfA : inputsOfA * firstPart(b)) + (b == 0 ? weightsOfA : weightsOfA * firstPart(b));
  const work: f64 = streams / batches;
  const workA: f64 = work * firstWork(a);
  const workB: f64 = workA * firstWork(b);
  const endB: f64 = larger(innerFill + workB, loadsOfB + secondUse(b, allInputs, allWeights));
  const endA: f64 = larger(endB + workA - workB, inputsOfA + weightsOfA + secondUse(a, allInputs, allWeights));
  let time: f64 = endA + streams - workA;
  // The last part to come is of the operand that does not depend on the innermost loop over m or n, if that has the other one outside:
  // behind it are the turns of the loops inside.
  const c: i32 = innermost(innerOrder);
  if ((c == 0 && (turning & 2) != 0) || (c == 1 && (turning & 1) != 0))
    time = larger(time, outerRead + work * endWork(a) * endWork(b));
  else if (c == 2 && ((turning >> a) & 1) != 0) time = larger(time, outerRead + work * endWork(a) * (1 - firstWork(b)));
  boundTime = larger(boundTime, time + leastSkew + lastDrain);
}

/** Single-buffered tiles are replaced while the array stands still. */
function boundSingle(a: f64, w: f64, visits: f64): void {
  let reads: f64 = 0;
  if ((innerDoubleBits & (1 << INPUT)) == 0) reads += inputCycles * (1 - firstInputs / a);
  if ((innerDoubleBits & (1 << WEIGHT)) == 0) reads += weightCycles * (1 - firstWeights / w);
  // The place of sums is needed when the first of them leave the array: unless skews are equal, that may be earlier than it was for those before.
  const isEven: bool = kind == KIND_DOT_PRODUCT || overlap != OVERLAP_FOLDS;
  if (isEven && (innerDoubleBits & (1 << OUTPUT)) == 0) {
    reads = larger(reads, storeCycles * (1 - firstSums / (sums * visits)));
  }
  boundTime = larger(boundTime, innerFill + arrayTime + reads + lastDrain);
}

/**
 * An operand that stays while the innermost loop turns is loaded in program order, behind the other one of the step before:
 * that one waits for its place, so what the array can do meanwhile is one step (the weights, m innermost: inputs of the same step are asked
 * for first), or two (the inputs, n innermost). All other steps come on top.
 */
function boundReloads(a: f64, w: f64): void {
  const inside: i32 = innermostTurning();
  if (inside == 2 || inside < 0) return;
  const row: usize = inside == 0 ? rowM : rowN;
  const turns: f64 = (stepCount * (inside == 0 ? Gm : Gn)) / load<f64>(row, TILES);
  /** Part of the loads of an operand that comes at every step which falls on the first steps of turns. */
  const share: f64 = (turns - 1) / stepCount;
  let meanwhile: f64 = load<f64>(row, END_WORK);
  let loads: f64 = 0;
  if (inside == 0) {
    loads = weightCycles * (1 - firstWeights / w) + inputCycles * share;
  } else {
    meanwhile += Gn * load<f64>(row, FIRST_WORK);
    const before: f64 = load<f64>(row, END_PART) * (1 - 1 / turns);
    loads = inputCycles * (1 - firstInputs / a) + weightCycles * (share + before);
    // With two steps in a turn, the first reload has less before it.
    if (load<f64>(row, FEWEST) == 2) loads -= inputCycles * (firstInputs / a) + 2 * weightCycles * (firstWeights / w);
  }
  boundTime = larger(boundTime, innerFill + streams * (1 - meanwhile) + loads + leastSkew + lastDrain);
}

/** Bound of the present tiles whatever the order of local tiles, after boundOuter and boundTiles. */
export function boundAnyOrder(): void {
  if (isDirect) boundStreamed(inputs, weights, 1);
  else boundMoved(inputs, weights, 1);
}

/** The same without a buffer near the array: what it does not hold crosses the port for every tile that needs it. */
function boundStreamed(a: f64, w: f64, visits: f64): void {
  const holdsSums: bool = dataflow == OUTPUT_STATIONARY;
  const inputsMoved: f64 = dataflow == INPUT_STATIONARY ? a : inputs * Ln * Gn;
  const weightsMoved: f64 = dataflow == WEIGHT_STATIONARY ? w : weights * Lm * Gm;
  boundMoved(inputsMoved, weightsMoved, holdsSums ? visits : Lk * Gk);
  // The array's edge is the inner port: what crosses it is in the energy of the array, but for sums that the array holds.
  boundEnergy = outerEnergy + arrayEnergy;
  if (!holdsSums) return;
  const again: f64 = sums * (visits - 1) * accumulatorBytes;
  boundEnergy += coresK > 1 ? again * coresAtVisit(visits) * sourcePriceUp : again * (sourcePriceUp + sourcePriceDown);
}

/** Cores, of those that share k, which have sums to store at a visit: on average where every tile along k is one, else the fewest. */
function coresAtVisit(visits: f64): f64 {
  const tiles: f64 = load<f64>(rowK, TILES);
  return visits == tiles ? load<f64>(rowK, TILES_OF_CORES) / tiles : load<f64>(rowK, LEAST_CORES);
}

/** Combines the parts, where `a` inputs and `w` weights go down to the inner buffers, and each sum is visited `visits` times. */
function boundMoved(a: f64, w: f64, visits: f64): void {
  let down: f64 = sums * (visits - 1) * accumulatorBytes;
  let up: f64 = down + sums * outputBytes;
  if (coresK > 1) {
    // Every visit of every core goes up wide and is added to what is there; nothing comes back down.
    up = (down + sums * accumulatorBytes) * coresAtVisit(visits);
    down = 0;
  }
  const inputBytesDown: f64 = a * inputBytes;
  const weightBytesDown: f64 = w * weightBytes;
  const inputsArrived: f64 = inputBytesDown * copiesN;
  const weightsArrived: f64 = weightBytesDown * copiesM;
  const inputsSent: f64 = multicast ? inputBytesDown : inputsArrived;
  const weightsSent: f64 = multicast ? weightBytesDown : weightsArrived;
  inputCycles = inputsSent * innerPerRead;
  weightCycles = weightsSent * innerPerRead;
  const read: f64 = inputCycles + weightCycles + down * innerPerRead;
  const write: f64 = up * innerPerWrite;
  storeCycles = write;
  const ports: f64 = innerShared ? read + write : larger(read, write);
  boundTime = larger(innerFill + arrayTime + lastDrain, larger(read, outerRead) + lastTail);
  boundTime = larger(boundTime, larger(ports, outerPorts));
  // Before the first sums have left the array there is nothing to store. With k split over cores some of them may have none.
  const firstOut: f64 = coresK > 1 ? 0 : innerFill + firstSteps + leastSkew;
  boundTime = larger(boundTime, (innerShared ? larger(read, firstOut) : firstOut) + write);
  boundTime = larger(boundTime, (outerShared ? larger(outerRead, firstOut) : firstOut) + outerWrite);
  boundEnergy =
    outerEnergy +
    arrayEnergy +
    sourcePriceInput * inputsSent +
    sourcePriceWeight * weightsSent +
    (sourcePriceDown + innerPriceDown) * down +
    (sourcePriceUp + innerPriceUp) * up;
  if (!isBypassed(INPUT)) boundEnergy += energyOf(INNER) * inputsArrived;
  if (!isBypassed(WEIGHT)) boundEnergy += energyOf(INNER + 1) * weightsArrived;
}

/** Bound of a global-buffer tile whatever its local tiles, after boundOuter, with the array's time and energy given. */
export function boundOuterWith(time: f64, energy: f64): void {
  boundTime = larger(time, outerPorts);
  boundEnergy = outerEnergy + energy;
  if (!isDirect || dataflow != OUTPUT_STATIONARY || coresK > 1) return;
  // An array that is fed straight lets go of its sums at every turn of k, where more than one fold of them is in the outer tile.
  const isOneFold: bool = chunkM(gm) <= foldM() && chunkN(gn) <= foldN();
  const again: f64 = sums * ((isOneFold ? outerReloadsO : Gk) - 1) * accumulatorBytes;
  boundEnergy += again * (sourcePriceUp + sourcePriceDown);
}
