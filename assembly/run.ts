import { INPUT, OUTPUT, WEIGHT, WEIGHT_STATIONARY } from "./abi";
import { firstLoad, lastFoldCycles, lastStream, stepCycles, stepOf, sumsOut, unhiddenLoad } from "./array/step";
import { innerRead, readInner, readOuter, resetPorts, writeInner, writeOuter } from "./buffer/ports";
import {
  INNER,
  INNER_SOURCE,
  OUTER,
  SUMS_DOWN,
  SUMS_UP,
  count,
  countEdge,
  edgeReadBytes,
  resetCounters,
  sumBytes,
} from "./counters";
import {
  accumulatorBytes,
  arrayBlock,
  arrayLatency,
  arrayReadBytes,
  arrayReadCycles,
  arrayShared,
  arrayWriteBytes,
  arrayWriteCycles,
  hasOuter,
  inBlocks,
  innerBlock,
  innerLatency,
  inputBytes,
  isDirect,
  multicast,
  outerBlock,
  outerLatency,
  outputBytes,
  portCycles,
  weightBytes,
} from "./hardware";
import { ceilDiv } from "./int-math";
import { middle, outermost, pick } from "./loop-order";
import {
  B,
  K,
  M,
  N,
  SPLIT_BATCH,
  SPLIT_K,
  SPLIT_M,
  SPLIT_N,
  dataflow,
  gk,
  gm,
  gn,
  innerDoubleBits,
  innerOrder,
  isBypassed,
  isResident,
  lk,
  lm,
  ln,
  outerDoubleBits,
  outerOrder,
  split,
  splitCores,
} from "./mapping";

/*
 * Walks every local tile of the mapping in program order and keeps the time of each event. Rules: docs/model.md, "time".
 * Inner step s is handled in this order, which is also the order of grants at each port:
 *
 *   0  bring the parts of the outer input and weight tiles that s is the first to use into the outer buffer
 *   1  fetch inputs and weights of s into the inner buffers, the double-buffered ones
 *   2  compute s − 1
 *   3  store the sums of s − 1 where s works on others, and send them on where the outer buffer needs them no more
 *   4  fetch the single-buffered operands of s, and partial sums that come back
 *
 * All cores go in step: a step lasts as long as the first core's tile, which is never the smaller one.
 */

export let cycles: f64 = 0;
export let computeCycles: f64 = 0;
export let stallOuter: f64 = 0;
export let stallInner: f64 = 0;
export let stallArray: f64 = 0;
export let firstFill: f64 = 0;
export let lastDrain: f64 = 0;
export let walkedSteps: f64 = 0;

// One tile of an operand at one level: when it is there, and when the place of the one before it became free.
let outerInputThere: f64 = 0;
let outerInputRead: f64 = 0;
let outerInputFreed: f64 = 0;
let outerInputSlot: f64 = 0;
let outerWeightThere: f64 = 0;
let outerWeightRead: f64 = 0;
let outerWeightFreed: f64 = 0;
let outerWeightSlot: f64 = 0;
let outerSumsSlot: f64 = 0;
let outerStored: f64 = 0;
let outerStoredAtOpening: f64 = 0;
let inputThere: f64 = 0;
let inputFreed: f64 = 0;
let weightThere: f64 = 0;
let weightFreed: f64 = 0;
let sumsThere: f64 = 0;
let stored: f64 = 0;
let storedBefore: f64 = 0;
let inputWaitsForOuter: bool = true;
let weightWaitsForOuter: bool = true;
let sumsWaitForOuter: bool = true;

// Step s − 1, which is computed while s is fetched.
let arrayFree: f64 = 0;
let pendingReady: f64 = 0;
let pendingWaitsForOuter: bool = true;
let pendingPortTime: f64 = 0;
let pendingArrayTime: f64 = 0;
/** Stream of the pending step's last fold, behind which the next step's held words are loaded. */
let pendingStream: f64 = 0;
let pendingLoad: f64 = 0;
/** Cycles that the array needs before the first step of all streams. */
let pendingFirst: f64 = 0;
/** Cycles from the end of the pending step's stream to the moment when its last sum has left the array. */
let pendingSkew: f64 = 0;
let pendingSumBytes: f64 = 0;
/** Whether the outer buffer sends the pending step's sums on, and how many bytes that is. */
let pendingLeavesOuter: bool = false;
let pendingOuterSumBytes: f64 = 0;
/** Bytes of earlier partial sums that the outer buffer reads to add the pending ones to. */
let pendingAddedBytes: f64 = 0;
let pendingIsFirst: bool = false;
let sumsOutOfArray: f64 = 0;
let drained: f64 = 0;
/** When the sums of the outer tile before the last were all in the far memory. */
let outerSumsBefore: f64 = 0;

// Time of a tile; consecutive tiles are mostly equal, so the last answer is kept.
let memoM: f64 = -1;
let memoN: f64 = -1;
let memoK: f64 = -1;
let memoFirst: bool = false;
let memoHeld: bool = false;
let memoLast: bool = false;
let memoArray: f64 = 0;
let memoPort: f64 = 0;
let memoLoad: f64 = 0;
let memoStream: f64 = 0;
let memoSkew: f64 = 0;

function reset(): void {
  resetPorts();
  resetCounters();
  computeCycles = 0;
  stallOuter = 0;
  stallInner = 0;
  stallArray = 0;
  firstFill = 0;
  walkedSteps = 0;
  outerInputThere = 0;
  outerInputRead = 0;
  outerInputFreed = 0;
  outerWeightThere = 0;
  outerWeightRead = 0;
  outerWeightFreed = 0;
  outerInputSlot = 0;
  outerWeightSlot = 0;
  outerSumsSlot = 0;
  outerStored = 0;
  outerStoredAtOpening = 0;
  outerSumsBefore = 0;
  sumsOutOfArray = 0;
  drained = 0;
  inputThere = 0;
  inputFreed = 0;
  weightThere = 0;
  weightFreed = 0;
  sumsThere = 0;
  stored = 0;
  storedBefore = 0;
  arrayFree = 0;
  runSteps = 0;
  pendingFirst = 0;
  pendingLoad = 0;
  memoM = -1;
}

/**
 * Sets what the array and its port need for one core's tile (memoArray to memoStream). True where the tile is of another kind than the one before.
 */
function timeTile(em: f64, en: f64, ek: f64, isFirstK: bool, isLastK: bool, isHeld: bool): bool {
  const isSameSize: bool = em == memoM && en == memoN && ek == memoK;
  if (isSameSize && isFirstK == memoFirst && isLastK == memoLast && isHeld == memoHeld) return false;
  stepOf(em, en, ek, isFirstK, isHeld);
  const read: f64 = portCycles(inBlocks(edgeReadBytes(), arrayBlock), arrayReadBytes, arrayReadCycles);
  const written: f64 = sumBytes(sumsOut, em * en, isLastK);
  const write: f64 = portCycles(inBlocks(written, arrayBlock), arrayWriteBytes, arrayWriteCycles);
  memoM = em;
  memoN = en;
  memoK = ek;
  memoFirst = isFirstK;
  memoLast = isLastK;
  memoHeld = isHeld;
  memoArray = stepCycles;
  memoPort = arrayShared ? read + write : Math.max(read, write);
  memoSkew = lastFoldCycles(em, en, ek);
  memoLoad = firstLoad;
  memoStream = lastStream;
  return true;
}

// Steps of one kind in a row: extents of a whole core's tile, how many cores have one, and the extent of the one that has less.
let runSteps: f64 = 0;
let runM: f64 = 0;
let runN: f64 = 0;
let runK: f64 = 0;
let runFirst: bool = false;
let runLast: bool = false;
let runHeld: bool = false;
let runWhole: f64 = 0;
let runRest: f64 = 0;

/** Counts the run of equal steps that ends here. */
function countRun(): void {
  if (runSteps == 0) return;
  countEdge(runWhole * runSteps, runM, runN, runK, runFirst, runLast, runHeld);
  if (runRest > 0) {
    const m: f64 = split == SPLIT_M ? runRest : runM;
    const n: f64 = split == SPLIT_N ? runRest : runN;
    const k: f64 = split == SPLIT_K ? runRest : runK;
    countEdge(runSteps, m, n, k, runFirst, runLast, runHeld);
  }
  runSteps = 0;
}

/** Runs the pending step on the array. */
function compute(): void {
  const start: f64 = Math.max(arrayFree, pendingReady);
  if (pendingWaitsForOuter) stallOuter += start - arrayFree;
  else stallInner += start - arrayFree;
  if (walkedSteps == 1) firstFill = start + pendingFirst;
  const streams: f64 = start + pendingFirst;
  const streamed: f64 = streams + Math.max(pendingArrayTime, pendingPortTime);
  // The next step's held words come in behind the last fold's stream, and may take longer.
  arrayFree = Math.max(streamed, streams + pendingArrayTime + pendingLoad);
  sumsOutOfArray = streamed + pendingSkew;
  if (sumsOutOfArray > drained) drained = sumsOutOfArray;
  const arrayTime: f64 = pendingArrayTime + pendingLoad;
  computeCycles += pendingFirst + arrayTime;
  stallArray += arrayFree - streams - arrayTime;
  pendingFirst = 0;
  pendingLoad = 0;
}

/** Sends the pending step's sums from the inner buffers up, on to the far memory where they are done with, and counts them. */
function storeSums(): void {
  storedBefore = stored;
  stored = writeInner(Math.max(sumsOutOfArray, outerSumsSlot), pendingSumBytes) + innerLatency;
  count(INNER_SOURCE + SUMS_UP, inBlocks(pendingSumBytes, innerBlock));
  count(INNER + SUMS_UP, pendingSumBytes);
  count(INNER_SOURCE + SUMS_DOWN, pendingAddedBytes);
  if (hasOuter && pendingLeavesOuter) {
    outerStored = writeOuter(stored, pendingOuterSumBytes) + outerLatency;
    count(OUTER + SUMS_UP, inBlocks(pendingOuterSumBytes, outerBlock));
  }
}

/** Fetches an input tile of the present step, not before its place in the inner buffer is free. */
function fetchInput(freed: f64, bytes: f64): void {
  inputWaitsForOuter = outerInputThere > Math.max(innerRead, freed);
  outerInputRead = readInner(Math.max(freed, outerInputThere), bytes);
  inputThere = outerInputRead + innerLatency;
}

function fetchWeight(freed: f64, bytes: f64): void {
  weightWaitsForOuter = outerWeightThere > Math.max(innerRead, freed);
  outerWeightRead = readInner(Math.max(freed, outerWeightThere), bytes);
  weightThere = outerWeightRead + innerLatency;
}

/** Bytes of sums at accumulator width. */
function wideBytes(sums: f64): f64 {
  return Math.ceil(sums * accumulatorBytes);
}

function isDouble(bits: i32, operand: i32): bool {
  return (bits & (1 << operand)) != 0;
}

/**
 * How a global-buffer tile of `extent` is shared out: the first cores take `chunk` each, one takes the rest.
 * Extent that the cores in work have between them at local tile `index` of size `local`.
 */
function extentOfAll(extent: f64, chunk: f64, local: f64, index: f64): f64 {
  const whole: f64 = Math.floor(extent / chunk);
  return whole * within(chunk - index * local, local) + within(extent - whole * chunk - index * local, local);
}
function coresAtWork(extent: f64, chunk: f64, local: f64, index: f64): f64 {
  const whole: f64 = Math.floor(extent / chunk);
  return whole + (extent - whole * chunk - index * local > 0 ? 1 : 0);
}
function within(x: f64, most: f64): f64 {
  return x < 0 ? 0 : x > most ? most : x;
}

/** Runs the mapping in `mapping.ts` on the problem there. The caller has checked that it is legal. */
export function walk(): void {
  reset();
  const Gm: f64 = ceilDiv(M, gm);
  const Gn: f64 = ceilDiv(N, gn);
  const Gk: f64 = ceilDiv(K, gk);
  const o0: i32 = outermost(outerOrder);
  const o1: i32 = middle(outerOrder);
  const i0: i32 = outermost(innerOrder);
  const i1: i32 = middle(innerOrder);
  const G0: f64 = pick(o0, Gm, Gn, Gk);
  const G1: f64 = pick(o1, Gm, Gn, Gk);
  const G2: f64 = (Gm * Gn * Gk) / (G0 * G1);
  // Whether the outer buffer keeps a tile of sums until its k is complete: no loop of several turns inside k's.
  const inside1: f64 = o0 == 2 ? G1 * G2 : o1 == 2 ? G2 : 1;
  const keepsSums: bool = inside1 == 1;
  const batchPerStep: f64 = split == SPLIT_BATCH ? splitCores : 1;
  const batchSteps: f64 = ceilDiv(B, batchPerStep);

  // Where the step before was; −1 before the first.
  let pb: f64 = -1;
  let pgm: f64 = -1;
  let pgn: f64 = -1;
  let pgk: f64 = -1;
  let pjm: f64 = -1;
  let pjn: f64 = -1;
  let pjk: f64 = -1;

  for (let b: f64 = 0; b < batchSteps; b++) {
    const batch: f64 = Math.min(batchPerStep, B - b * batchPerStep);
    for (let x0: f64 = 0; x0 < G0; x0++) {
      for (let x1: f64 = 0; x1 < G1; x1++) {
        for (let x2: f64 = 0; x2 < G2; x2++) {
          const gim: f64 = o0 == 0 ? x0 : o1 == 0 ? x1 : x2;
          const gin: f64 = o0 == 1 ? x0 : o1 == 1 ? x1 : x2;
          const gik: f64 = o0 == 2 ? x0 : o1 == 2 ? x1 : x2;
          const em: f64 = Math.min(gm, M - gim * gm);
          const en: f64 = Math.min(gn, N - gin * gn);
          const ek: f64 = Math.min(gk, K - gik * gk);
          const isNewBatch: bool = b != pb;
          const changesOuterInput: bool = isNewBatch || gim != pgm || gik != pgk;
          const changesOuterWeight: bool = isNewBatch || gin != pgn || gik != pgk;
          const changesOuterSums: bool = isNewBatch || gim != pgm || gin != pgn;

          const chunkM: f64 = split == SPLIT_M ? ceilDiv(em, splitCores) : em;
          const chunkN: f64 = split == SPLIT_N ? ceilDiv(en, splitCores) : en;
          const Lm: f64 = ceilDiv(chunkM, lm);
          const Ln: f64 = ceilDiv(chunkN, ln);
          const chunkK: f64 = split == SPLIT_K ? ceilDiv(ek, splitCores) : ek;
          const Lk: f64 = ceilDiv(chunkK, lk);
          const L0: f64 = pick(i0, Lm, Ln, Lk);
          const L1: f64 = pick(i1, Lm, Ln, Lk);
          const L2: f64 = (Lm * Ln * Lk) / (L0 * L1);
          for (let y0: f64 = 0; y0 < L0; y0++) {
            for (let y1: f64 = 0; y1 < L1; y1++) {
              for (let y2: f64 = 0; y2 < L2; y2++) {
                const jm: f64 = i0 == 0 ? y0 : i1 == 0 ? y1 : y2;
                const jn: f64 = i0 == 1 ? y0 : i1 == 1 ? y1 : y2;
                const jk: f64 = i0 == 2 ? y0 : i1 == 2 ? y1 : y2;
                const am: f64 = Math.min(lm, chunkM - jm * lm);
                const an: f64 = Math.min(ln, chunkN - jn * ln);
                const ak: f64 = Math.min(lk, chunkK - jk * lk);
                const opensOuter: bool = b != pb || gim != pgm || gin != pgn || gik != pgk;
                if (opensOuter) {
                  // The place of a new outer tile is that of the one before the last (double buffered), or of the last.
                  if (changesOuterInput) {
                    outerInputSlot = isDouble(outerDoubleBits, INPUT) ? outerInputFreed : outerInputRead;
                    outerInputFreed = outerInputRead;
                  }
                  if (changesOuterWeight) {
                    outerWeightSlot = isDouble(outerDoubleBits, WEIGHT) ? outerWeightFreed : outerWeightRead;
                    outerWeightFreed = outerWeightRead;
                  }
                }
                const isNewM: bool = b != pb || gim != pgm || jm != pjm;
                const isNewN: bool = b != pb || gin != pgn || jn != pjn;
                const isNewK: bool = gik != pgk || jk != pjk;
                const changesInput: bool = isNewM || isNewK;
                const changesWeight: bool = isNewN || isNewK;
                const changesSums: bool = isNewM || isNewN;
                // With k split over cores each core starts its sums anew, and the outer buffer adds them up.
                const addsOutside: bool = split == SPLIT_K;
                const isFirstK: bool = addsOutside ? changesSums : gik == 0 && jk == 0;
                const isLastOuterK: bool = gik == Gk - 1;
                const isLastK: bool = isLastOuterK && jk == Lk - 1 && !addsOutside;
                // The tiles of all cores together.
                const allM: f64 = split == SPLIT_M ? extentOfAll(em, chunkM, lm, jm) : am;
                const allN: f64 = split == SPLIT_N ? extentOfAll(en, chunkN, ln, jn) : an;
                const inputCopies: f64 = split == SPLIT_N ? coresAtWork(en, chunkN, ln, jn) : 1;
                const weightCopies: f64 = split == SPLIT_M ? coresAtWork(em, chunkM, lm, jm) : 1;
                const allK: f64 = addsOutside ? extentOfAll(ek, chunkK, lk, jk) : ak;
                const inputsNeeded: f64 = Math.ceil(allM * allK * inputBytes) * batch;
                const weightsNeeded: f64 = Math.ceil(allN * allK * weightBytes) * batch;
                const inputSent: f64 = inputsNeeded * (multicast ? 1 : inputCopies);
                const weightSent: f64 = weightsNeeded * (multicast ? 1 : weightCopies);

                // Phase 0.
                if (hasOuter) {
                  if (changesOuterInput && jn == 0 && changesInput && !isResident(INPUT)) {
                    outerInputThere = readOuter(outerInputSlot, inputsNeeded) + outerLatency;
                    count(OUTER + INPUT, inBlocks(inputsNeeded, outerBlock));
                  }
                  if (changesOuterWeight && jm == 0 && changesWeight && !isResident(WEIGHT)) {
                    outerWeightThere = readOuter(outerWeightSlot, weightsNeeded) + outerLatency;
                    count(OUTER + WEIGHT, inBlocks(weightsNeeded, outerBlock));
                  }
                }

                // Phase 1.
                const isInputDouble: bool = isDouble(innerDoubleBits, INPUT);
                const isWeightDouble: bool = isDouble(innerDoubleBits, WEIGHT);
                if (changesInput && isInputDouble) fetchInput(inputFreed, inputSent);
                if (changesWeight && isWeightDouble) fetchWeight(weightFreed, weightSent);

                // Phases 2 and 3.
                const isHeld: bool = dataflow == WEIGHT_STATIONARY ? !changesWeight : !changesInput;
                const isNewKind: bool = timeTile(am, an, ak, isFirstK, isLastK, isHeld);
                if (walkedSteps > 0) {
                  pendingLoad = unhiddenLoad(memoLoad, pendingStream);
                  compute();
                  if (changesSums) storeSums();
                }
                if (opensOuter && changesOuterSums) {
                  outerSumsSlot = isDouble(outerDoubleBits, OUTPUT) ? outerStoredAtOpening : outerStored;
                  outerSumsBefore = outerStoredAtOpening;
                  outerStoredAtOpening = outerStored;
                }

                // Phase 4.
                if (changesInput) {
                  if (!isInputDouble) fetchInput(arrayFree, inputSent);
                  inputFreed = arrayFree;
                  count(INNER_SOURCE + INPUT, inBlocks(inputSent, innerBlock));
                  if (!isBypassed(INPUT)) count(INNER + INPUT, inputsNeeded * inputCopies);
                }
                if (changesWeight) {
                  if (!isWeightDouble) fetchWeight(arrayFree, weightSent);
                  weightFreed = arrayFree;
                  count(INNER_SOURCE + WEIGHT, inBlocks(weightSent, innerBlock));
                  if (!isBypassed(WEIGHT)) count(INNER + WEIGHT, weightsNeeded * weightCopies);
                }
                if (changesSums) {
                  // Sums that go straight to the outer buffer wait for no place on their way.
                  sumsThere = isDirect ? 0 : isDouble(innerDoubleBits, OUTPUT) ? storedBefore : stored;
                  sumsWaitForOuter = false;
                  const isOpened: bool = hasOuter && changesOuterSums && jk == 0 && gik > 0 && !isResident(OUTPUT);
                  if (addsOutside && isOpened) {
                    // What the far memory holds of these sums comes back to the outer buffer, to be added to there.
                    const bytes: f64 = Math.ceil(allM * allN * accumulatorBytes) * batch;
                    readOuter(Math.max(outerSumsSlot, outerSumsBefore), bytes);
                    count(OUTER + SUMS_DOWN, inBlocks(bytes, outerBlock));
                  }
                  if (!isFirstK) {
                    const bytes: f64 = Math.ceil(allM * allN * accumulatorBytes) * batch;
                    const slot: f64 = Math.max(sumsThere, storedBefore);
                    let there: f64 = 0;
                    if (isOpened) {
                      there = readOuter(Math.max(outerSumsSlot, outerSumsBefore), bytes) + outerLatency;
                      count(OUTER + SUMS_DOWN, inBlocks(bytes, outerBlock));
                    }
                    sumsWaitForOuter = there > Math.max(innerRead, slot);
                    sumsThere = readInner(Math.max(slot, there), bytes) + innerLatency;
                    count(INNER_SOURCE + SUMS_DOWN, inBlocks(bytes, innerBlock));
                    count(INNER + SUMS_DOWN, bytes);
                  }
                }

                // The present step becomes the pending one.
                pendingReady = inputThere;
                pendingWaitsForOuter = inputWaitsForOuter;
                if (weightThere > pendingReady) {
                  pendingReady = weightThere;
                  pendingWaitsForOuter = weightWaitsForOuter;
                }
                // The place of new sums is needed when the first of them leaves the array, not when it starts.
                if (isFirstK) sumsThere -= memoSkew;
                if (sumsThere > pendingReady) {
                  pendingReady = sumsThere;
                  pendingWaitsForOuter = sumsWaitForOuter;
                }
                pendingPortTime = memoPort;
                pendingArrayTime = memoArray;
                pendingStream = memoStream;
                pendingSkew = memoSkew;
                if (walkedSteps == 0) pendingFirst = unhiddenLoad(memoLoad, 0) + arrayLatency;
                const summands: f64 = addsOutside ? coresAtWork(ek, chunkK, lk, jk) : 1;
                pendingSumBytes =
                  Math.ceil(allM * allN * (isLastK ? outputBytes : accumulatorBytes)) * batch * summands;
                pendingOuterSumBytes = Math.ceil(allM * allN * (isLastOuterK ? outputBytes : accumulatorBytes)) * batch;
                pendingLeavesOuter = jk == Lk - 1 && (isLastOuterK || !keepsSums) && !isResident(OUTPUT);
                if (addsOutside) {
                  if (changesSums) pendingIsFirst = gik == 0 && jk == 0;
                  const fresh: f64 = pendingIsFirst ? wideBytes(allM * allN) * batch : 0;
                  pendingAddedBytes = pendingSumBytes - fresh;
                } else {
                  pendingAddedBytes = 0;
                }
                // Equal steps in a row are counted together.
                let whole: f64 = batch;
                let rest: f64 = 0;
                if (split == SPLIT_M) {
                  whole = Math.floor(em / chunkM);
                  rest = allM - whole * am;
                } else if (split == SPLIT_N) {
                  whole = Math.floor(en / chunkN);
                  rest = allN - whole * an;
                } else if (addsOutside) {
                  whole = Math.floor(ek / chunkK);
                  rest = allK - whole * ak;
                }
                if (isNewKind || whole != runWhole || rest != runRest) {
                  countRun();
                  runM = am;
                  runN = an;
                  runK = ak;
                  runFirst = isFirstK;
                  runLast = isLastK;
                  runHeld = isHeld;
                  runWhole = whole;
                  runRest = rest;
                }
                runSteps += 1;
                walkedSteps += 1;
                pb = b;
                pgm = gim;
                pgn = gin;
                pgk = gik;
                pjm = jm;
                pjn = jn;
                pjk = jk;
              }
            }
          }
        }
      }
    }
  }

  countRun();
  compute();
  storeSums();
  // What is left in the array behind the last stream is the array's own time, the rest waits for the ports.
  computeCycles += drained - arrayFree;
  cycles = Math.max(drained, Math.max(stored, outerStored));
  lastDrain = cycles - arrayFree;
  const inner: f64 = Math.max(0, stored - drained);
  stallInner += hasOuter ? inner : cycles - drained;
  stallOuter += hasOuter ? cycles - drained - inner : 0;
}
