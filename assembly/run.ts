import { INPUT, OUTPUT, WEIGHT, WEIGHT_STATIONARY } from "./abi";
import { unhiddenLoad } from "./array/time";
import {
  arrayLatency,
  hasOuter,
  innerLatency,
  innerReadCycles,
  innerShared,
  innerWriteCycles,
  isDirect,
  outerLatency,
  outerReadCycles,
  outerShared,
  outerWriteCycles,
} from "./hardware";
import { ceilDiv } from "./int-math";
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
  isResident,
  lk,
  lm,
  ln,
  outerDoubleBits,
  outerOrder,
  residentBits,
} from "./mapping";
import {
  INNERMOST,
  OUTER_INNERMOST,
  changes,
  dimensionOf,
  isOutsideTurning,
  outerChanges,
  setInnerLoops,
  setOuterLoops,
  turns,
} from "./nest";
import { cutIndex, goToTile, innerTurns, jk, jm, jn, setShare } from "./share";
import {
  ARRAY_FREE,
  COMPUTE,
  DRAINED,
  INNER_READ,
  INNER_WRITE,
  INPUT_FREED,
  INPUT_THERE,
  LATER_READY,
  LATER_STORE,
  OLDER_READY,
  OLDER_STORE,
  OUTER_INPUT_FREED,
  OUTER_INPUT_READ,
  OUTER_INPUT_SLOT,
  OUTER_INPUT_THERE,
  OUTER_READ,
  OUTER_STORED,
  OUTER_STORED_AT_OPENING,
  OUTER_SUMS_BEFORE,
  OUTER_SUMS_SLOT,
  OUTER_WEIGHT_FREED,
  OUTER_WEIGHT_READ,
  OUTER_WEIGHT_SLOT,
  OUTER_WEIGHT_THERE,
  OUTER_WRITE,
  PENDING_ARRAY,
  PENDING_OUTER_STORE,
  PENDING_PORT,
  PENDING_READY,
  PENDING_SKEW,
  PENDING_STORE,
  PENDING_STREAM,
  STALL_ARRAY,
  STALL_INNER,
  STALL_OUTER,
  STEPS,
  STORED,
  STORED_BEFORE,
  SUMS_OUT,
  SUMS_THERE,
  WAITS,
  WEIGHT_FREED,
  WEIGHT_THERE,
  advance,
  bitOf,
  repeats,
  resetState,
  save,
} from "./steady-state";
import {
  ARRAY_TIME,
  DOWN,
  INNER_CYCLES,
  LOAD,
  OUTER_CYCLES,
  OUTER_DOWN,
  OUTER_UP_FINAL,
  OUTER_UP_WIDE,
  PORT_TIME,
  SKEW,
  STREAM,
  UP_FINAL,
  UP_WIDE,
  arrayCosts,
  inputCosts,
  longestSkew,
  newWalk,
  sumCosts,
  useSlot,
  weightCosts,
} from "./tile-costs";

/*
 * Walks the local tiles of the mapping in program order and keeps the time of each event. Rules: docs/model.md, "time".
 * Inner step s is handled in this order, which is also the order of grants at each port:
 *
 *   0  bring the parts of the outer input and weight tiles that s is the first to use into the outer buffer
 *   1  fetch inputs and weights of s into the inner buffers, the double-buffered ones
 *   2  compute s − 1
 *   3  store the sums of s − 1 where s works on others, and send them on where the outer buffer needs them no more
 *   4  fetch the single-buffered operands of s, and partial sums that come back
 *
 * All cores go in step: a step lasts as long as the first core's tile, which is never the smaller one. A loop that has come
 * to repeat itself is cut short (steady-state.ts).
 */

export let cycles: f64 = 0;
export let computeCycles: f64 = 0;
export let stallOuter: f64 = 0;
export let stallInner: f64 = 0;
export let stallArray: f64 = 0;
export let firstFill: f64 = 0;
export let lastDrain: f64 = 0;
/** Steps of the mapping, and those among them that were walked one by one. */
export let walkedSteps: f64 = 0;
export let singleSteps: f64 = 0;

const INPUT_BIT: i32 = 1 << INPUT;
const WEIGHT_BIT: i32 = 1 << WEIGHT;
const OUTPUT_BIT: i32 = 1 << OUTPUT;
/** WAITS: what the tile in place, and the pending step, waited for was the far memory. */
const SUMS_WAIT: i32 = OUTPUT_BIT;
const STEP_WAITS: i32 = 8;

const ONLY_AT_OPENING: i32 =
  bitOf(OUTER_INPUT_READ) |
  bitOf(OUTER_INPUT_FREED) |
  bitOf(OUTER_WEIGHT_READ) |
  bitOf(OUTER_WEIGHT_FREED) |
  bitOf(OUTER_STORED) |
  bitOf(OUTER_STORED_AT_OPENING);
const OF_INPUT: i32 = bitOf(INPUT_FREED) | bitOf(OUTER_INPUT_SLOT) | bitOf(OUTER_INPUT_THERE);
const OF_WEIGHT: i32 = bitOf(WEIGHT_FREED) | bitOf(OUTER_WEIGHT_SLOT) | bitOf(OUTER_WEIGHT_THERE);
const OF_SUMS: i32 = bitOf(STORED) | bitOf(STORED_BEFORE) | bitOf(OUTER_SUMS_SLOT) | bitOf(OUTER_SUMS_BEFORE);

// Where the walk is: the loop that went on last, indices and turns of outer k, indices and turns of the inner loops.
let moved: i32 = 0;
let gik: f64 = 0;
let Gk: f64 = 1;
let Lk: f64 = 1;
/** The class of the present outer tile: bits for a shorter m, n, k, and batch. */
let slot: i32 = -1;
let shorter: i32 = 0;
let batch: f64 = 1;
/** Operands of which the present outer tile is another than the one before, and those that the outer port has to bring. */
let openedOperands: i32 = 0;
let broughtOperands: i32 = 0;
let isOpening: bool = false;
/** Whether the outer buffer keeps a tile of sums until its k is complete: no loop of several turns inside k's. */
let keepsSums: bool = true;
let isStarted: bool = false;
/** Behind the last step: what is pending is computed and stored, and nothing comes in any more. */
let isAtEnd: bool = false;
/** Cycles that the array needs before the first step of all streams; −1: it has streamed. */
let firstWait: f64 = 0;
/** Whether loops that repeat themselves are walked to their ends all the same. */
let everyTile: bool = false;

export function setEveryTile(value: bool): void {
  everyTile = value;
}

/** Stall cycles beyond which the walk is of no more interest, and whether they have been reached. */
let mostStalls: f64 = Infinity;
export let isGivenUp: bool = false;

/** When sums of the present outer tile may come back from the far memory: there is a place, and all before are there. */
function earliestOuterSums(): f64 {
  return Math.max(load<f64>(OUTER_SUMS_SLOT), load<f64>(OUTER_SUMS_BEFORE));
}

/** Gives a new outer tile its place: that of the one before the last (double buffered), or of the last. */
function openOuterOperands(): void {
  if ((openedOperands & INPUT_BIT) != 0) {
    const last: f64 = load<f64>(OUTER_INPUT_READ);
    store<f64>(OUTER_INPUT_SLOT, (outerDoubleBits & INPUT_BIT) != 0 ? load<f64>(OUTER_INPUT_FREED) : last);
    store<f64>(OUTER_INPUT_FREED, last);
  }
  if ((openedOperands & WEIGHT_BIT) != 0) {
    const last: f64 = load<f64>(OUTER_WEIGHT_READ);
    store<f64>(OUTER_WEIGHT_SLOT, (outerDoubleBits & WEIGHT_BIT) != 0 ? load<f64>(OUTER_WEIGHT_FREED) : last);
    store<f64>(OUTER_WEIGHT_FREED, last);
  }
}

function openOuterSums(): void {
  const before: f64 = load<f64>(OUTER_STORED_AT_OPENING);
  const stored: f64 = load<f64>(OUTER_STORED);
  store<f64>(OUTER_SUMS_SLOT, (outerDoubleBits & OUTPUT_BIT) != 0 ? before : stored);
  store<f64>(OUTER_SUMS_BEFORE, before);
  store<f64>(OUTER_STORED_AT_OPENING, stored);
}

/** The later of two times. A choice costs less than Math.max, which minds signs of zero and what is no number. */
function later(a: f64, b: f64): f64 {
  return a > b ? a : b;
}

/**
 * `count` inner steps that are all like the present one (share.ts): what they move and how long it takes is looked up once,
 * and times are kept in local variables until the end. Every step of a walk goes through here.
 */
function steps(count: f64): void {
  const changed: i32 = isAtEnd ? 0 : changes(moved);
  const changesInput: bool = (changed & INPUT_BIT) != 0;
  const changesWeight: bool = (changed & WEIGHT_BIT) != 0;
  const changesSums: bool = (changed & OUTPUT_BIT) != 0;
  // With k split over cores each core starts its sums anew, and the outer buffer adds them up.
  const addsOutside: bool = coresK > 1;
  const isFirstK: bool = addsOutside ? changesSums : gik == 0 && jk == 0;
  const isLastOuterK: bool = gik == Gk - 1;
  const isLastInnerK: bool = jk == Lk - 1;
  const isLastK: bool = isLastOuterK && isLastInnerK && !addsOutside;
  const isHeld: bool = dataflow == WEIGHT_STATIONARY ? !changesWeight : !changesInput;
  const isInputDouble: bool = (innerDoubleBits & INPUT_BIT) != 0;
  const isWeightDouble: bool = (innerDoubleBits & WEIGHT_BIT) != 0;
  const areSumsDouble: bool = (innerDoubleBits & OUTPUT_BIT) != 0;
  if (isOpening) openOuterOperands();

  // What comes in.
  let inputCycles: f64 = 0;
  let weightCycles: f64 = 0;
  let farInputCycles: f64 = 0;
  let farWeightCycles: f64 = 0;
  let bringsInput: bool = false;
  let bringsWeight: bool = false;
  if (changesInput) {
    const input: usize = inputCosts();
    inputCycles = load<f64>(input, INNER_CYCLES);
    farInputCycles = load<f64>(input, OUTER_CYCLES);
    bringsInput = jn == 0 && (broughtOperands & INPUT_BIT) != 0;
  }
  if (changesWeight) {
    const weight: usize = weightCosts();
    weightCycles = load<f64>(weight, INNER_CYCLES);
    farWeightCycles = load<f64>(weight, OUTER_CYCLES);
    bringsWeight = jm == 0 && (broughtOperands & WEIGHT_BIT) != 0;
  }
  const farInputSlot: f64 = load<f64>(OUTER_INPUT_SLOT);
  const farWeightSlot: f64 = load<f64>(OUTER_WEIGHT_SLOT);

  // What the array does, and what it does with the sums. Of the same sums, only the last step along k makes a difference.
  const array: usize = arrayCosts(isFirstK, isLastK, isHeld);
  const arrayTime: f64 = load<f64>(array, ARRAY_TIME);
  const portTime: f64 = load<f64>(array, PORT_TIME);
  const loading: f64 = isAtEnd ? 0 : load<f64>(array, LOAD);
  const stream: f64 = load<f64>(array, STREAM);
  const skew: f64 = load<f64>(array, SKEW);
  let store_: f64 = load<f64>(PENDING_STORE);
  let farStore: f64 = load<f64>(PENDING_OUTER_STORE);
  let down: f64 = 0;
  let farDown: f64 = -1;
  if (changesSums || isLastInnerK || addsOutside) {
    const sums: usize = sumCosts();
    store_ = isLastK ? load<f64>(sums, UP_FINAL) : load<f64>(sums, UP_WIDE);
    const leaves: bool = hasOuter && isLastInnerK && (isLastOuterK || !keepsSums) && !isResident(OUTPUT);
    farStore = leaves ? (isLastOuterK ? load<f64>(sums, OUTER_UP_FINAL) : load<f64>(sums, OUTER_UP_WIDE)) : -1;
    down = load<f64>(sums, DOWN);
    // What the far memory holds of a new outer tile's sums comes back with the first of each inner tile.
    const isOpened: bool = hasOuter && (openedOperands & OUTPUT_BIT) != 0 && jk == 0 && gik > 0 && !isResident(OUTPUT);
    if (changesSums && isOpened) farDown = load<f64>(sums, OUTER_DOWN);
  }
  const opensSums: bool = isOpening && (openedOperands & OUTPUT_BIT) != 0;

  const outerSumsSlot: f64 = load<f64>(OUTER_SUMS_SLOT);
  let inputRead: f64 = load<f64>(OUTER_INPUT_READ);
  let weightRead: f64 = load<f64>(OUTER_WEIGHT_READ);
  let free: f64 = load<f64>(ARRAY_FREE);
  let innerRead: f64 = load<f64>(INNER_READ);
  let innerWrite: f64 = load<f64>(INNER_WRITE);
  let outerRead: f64 = load<f64>(OUTER_READ);
  let outerWrite: f64 = load<f64>(OUTER_WRITE);
  let inputThere: f64 = load<f64>(INPUT_THERE);
  let inputFreed: f64 = load<f64>(INPUT_FREED);
  let weightThere: f64 = load<f64>(WEIGHT_THERE);
  let weightFreed: f64 = load<f64>(WEIGHT_FREED);
  let sumsThere: f64 = load<f64>(SUMS_THERE);
  let stored: f64 = load<f64>(STORED);
  let storedBefore: f64 = load<f64>(STORED_BEFORE);
  let farInputThere: f64 = load<f64>(OUTER_INPUT_THERE);
  let farWeightThere: f64 = load<f64>(OUTER_WEIGHT_THERE);
  let ready: f64 = load<f64>(PENDING_READY);
  let out: f64 = load<f64>(SUMS_OUT);
  let drained: f64 = load<f64>(DRAINED);
  let olderReady: f64 = load<f64>(OLDER_READY);
  let laterReady: f64 = load<f64>(LATER_READY);
  let olderStore: f64 = load<f64>(OLDER_STORE);
  let laterStore: f64 = load<f64>(LATER_STORE);
  let waits: i32 = <i32>load<f64>(WAITS);
  let computed: f64 = load<f64>(COMPUTE);
  let stallFar: f64 = load<f64>(STALL_OUTER);
  let stallNear: f64 = load<f64>(STALL_INNER);
  let stallPort: f64 = load<f64>(STALL_ARRAY);
  let pendingArray: f64 = load<f64>(PENDING_ARRAY);
  let pendingPort: f64 = load<f64>(PENDING_PORT);
  let pendingStream: f64 = load<f64>(PENDING_STREAM);
  let pendingSkew: f64 = load<f64>(PENDING_SKEW);
  let pendingStore: f64 = load<f64>(PENDING_STORE);
  let pendingFarStore: f64 = load<f64>(PENDING_OUTER_STORE);

  const fetchesInputAhead: bool = changesInput && isInputDouble;
  const fetchesWeightAhead: bool = changesWeight && isWeightDouble;
  const storesSums: bool = changesSums || isAtEnd;
  let hasPending: bool = isStarted;
  let wait: f64 = firstWait;

  for (let i: f64 = 0; i < count; i++) {
    // 0: parts of the outer tiles.
    if (bringsInput) {
      outerRead = later(outerRead, farInputSlot) + farInputCycles;
      if (outerShared) outerWrite = outerRead;
      farInputThere = outerRead + outerLatency;
    }
    if (bringsWeight) {
      outerRead = later(outerRead, farWeightSlot) + farWeightCycles;
      if (outerShared) outerWrite = outerRead;
      farWeightThere = outerRead + outerLatency;
    }
    // 1: double-buffered inner tiles.
    if (fetchesInputAhead) {
      const place: f64 = later(innerRead, inputFreed);
      waits = farInputThere > place ? waits | INPUT_BIT : waits & ~INPUT_BIT;
      innerRead = later(place, farInputThere) + inputCycles;
      if (innerShared) innerWrite = innerRead;
      inputThere = innerRead + innerLatency;
      inputRead = innerRead;
    }
    if (fetchesWeightAhead) {
      const place: f64 = later(innerRead, weightFreed);
      waits = farWeightThere > place ? waits | WEIGHT_BIT : waits & ~WEIGHT_BIT;
      innerRead = later(place, farWeightThere) + weightCycles;
      if (innerShared) innerWrite = innerRead;
      weightThere = innerRead + innerLatency;
      weightRead = innerRead;
    }
    if (hasPending) {
      // 2: the pending step. The next one's held words come in behind its last fold's stream, and may take longer.
      const start: f64 = later(free, ready);
      if ((waits & STEP_WAITS) != 0) stallFar += start - free;
      else stallNear += start - free;
      let streams: f64 = start;
      if (wait >= 0) {
        streams += wait;
        firstFill = streams;
        computed += wait;
        wait = -1;
      }
      const busy: f64 = pendingArray + unhiddenLoad(loading, pendingStream);
      const streamed: f64 = streams + later(pendingArray, pendingPort);
      free = later(streamed, streams + busy);
      out = streamed + pendingSkew;
      drained = later(drained, out);
      computed += busy;
      stallPort += free - streams - busy;
      // 3: its sums go up, and on to the far memory where they are done with.
      if (storesSums) {
        storedBefore = stored;
        innerWrite = later(innerWrite, later(out, outerSumsSlot)) + pendingStore;
        if (innerShared) innerRead = innerWrite;
        stored = innerWrite + innerLatency;
        if (pendingFarStore >= 0 && !outerShared) {
          outerWrite = later(outerWrite, stored) + pendingFarStore;
          store<f64>(OUTER_STORED, outerWrite + outerLatency);
        }
      }
      if (outerShared) {
        // Stores let the loads of two more steps go first, unless their outer tile goes.
        if (olderStore >= 0) {
          outerWrite = later(outerWrite, olderReady) + olderStore;
          store<f64>(OUTER_STORED, outerWrite + outerLatency);
        }
        olderReady = laterReady;
        olderStore = laterStore;
        laterReady = stored;
        laterStore = storesSums ? pendingFarStore : -1;
        if (opensSums || isAtEnd) {
          if (olderStore >= 0) outerWrite = later(outerWrite, olderReady) + olderStore;
          if (laterStore >= 0) outerWrite = later(outerWrite, laterReady) + laterStore;
          if (olderStore >= 0 || laterStore >= 0) store<f64>(OUTER_STORED, outerWrite + outerLatency);
          olderStore = -1;
          laterStore = -1;
        }
        outerRead = outerWrite;
      }
    } else {
      wait = unhiddenLoad(loading, 0) + arrayLatency;
      hasPending = true;
    }
    if (opensSums) openOuterSums();
    // 4: single-buffered inner tiles, and partial sums that come back.
    if (changesInput) {
      if (!isInputDouble) {
        const place: f64 = later(innerRead, free);
        waits = farInputThere > place ? waits | INPUT_BIT : waits & ~INPUT_BIT;
        innerRead = later(place, farInputThere) + inputCycles;
        if (innerShared) innerWrite = innerRead;
        inputThere = innerRead + innerLatency;
        inputRead = innerRead;
      }
      inputFreed = free;
    }
    if (changesWeight) {
      if (!isWeightDouble) {
        const place: f64 = later(innerRead, free);
        waits = farWeightThere > place ? waits | WEIGHT_BIT : waits & ~WEIGHT_BIT;
        innerRead = later(place, farWeightThere) + weightCycles;
        if (innerShared) innerWrite = innerRead;
        weightThere = innerRead + innerLatency;
        weightRead = innerRead;
      }
      weightFreed = free;
    }
    if (changesSums) {
      // Sums that go straight to the outer buffer wait for no place on their way.
      sumsThere = isDirect ? 0 : areSumsDouble ? storedBefore : stored;
      waits &= ~SUMS_WAIT;
      let there: f64 = 0;
      if (farDown >= 0) {
        outerRead = later(outerRead, earliestOuterSums()) + farDown;
        if (outerShared) outerWrite = outerRead;
        there = outerRead + outerLatency;
      }
      // Nobody waits for sums that the outer buffer adds to itself.
      if (!isFirstK) {
        const place: f64 = later(innerRead, later(sumsThere, storedBefore));
        if (there > place) waits |= SUMS_WAIT;
        innerRead = later(place, there) + down;
        if (innerShared) innerWrite = innerRead;
        sumsThere = innerRead + innerLatency;
      } else {
        // The place of new sums is needed when the first of them leaves the array, not when it starts.
        sumsThere -= skew;
      }
    }

    // The present step becomes the pending one.
    ready = inputThere;
    let isFar: bool = (waits & INPUT_BIT) != 0;
    if (weightThere > ready) {
      ready = weightThere;
      isFar = (waits & WEIGHT_BIT) != 0;
    }
    if (sumsThere > ready) {
      ready = sumsThere;
      isFar = (waits & SUMS_WAIT) != 0;
    }
    waits = isFar ? waits | STEP_WAITS : waits & ~STEP_WAITS;
    pendingArray = arrayTime;
    pendingPort = portTime;
    pendingStream = stream;
    pendingSkew = skew;
    pendingStore = store_;
    pendingFarStore = farStore;
  }

  isStarted = hasPending;
  firstWait = wait;
  isOpening = false;
  if (free - computed > mostStalls) isGivenUp = true;
  store<f64>(ARRAY_FREE, free);
  store<f64>(INNER_READ, innerRead);
  store<f64>(INNER_WRITE, innerWrite);
  store<f64>(OUTER_READ, outerRead);
  store<f64>(OUTER_WRITE, outerWrite);
  store<f64>(INPUT_THERE, inputThere);
  store<f64>(INPUT_FREED, inputFreed);
  store<f64>(WEIGHT_THERE, weightThere);
  store<f64>(WEIGHT_FREED, weightFreed);
  store<f64>(SUMS_THERE, sumsThere);
  store<f64>(STORED, stored);
  store<f64>(STORED_BEFORE, storedBefore);
  store<f64>(OUTER_INPUT_THERE, farInputThere);
  store<f64>(OUTER_WEIGHT_THERE, farWeightThere);
  store<f64>(OUTER_INPUT_READ, inputRead);
  store<f64>(OUTER_WEIGHT_READ, weightRead);
  store<f64>(PENDING_READY, ready);
  store<f64>(SUMS_OUT, out);
  store<f64>(DRAINED, drained);
  store<f64>(OLDER_READY, olderReady);
  store<f64>(LATER_READY, laterReady);
  store<f64>(OLDER_STORE, olderStore);
  store<f64>(LATER_STORE, laterStore);
  store<f64>(WAITS, <f64>waits);
  store<f64>(COMPUTE, computed);
  store<f64>(STALL_OUTER, stallFar);
  store<f64>(STALL_INNER, stallNear);
  store<f64>(STALL_ARRAY, stallPort);
  store<f64>(PENDING_ARRAY, pendingArray);
  store<f64>(PENDING_PORT, pendingPort);
  store<f64>(PENDING_STREAM, pendingStream);
  store<f64>(PENDING_SKEW, pendingSkew);
  store<f64>(PENDING_STORE, pendingStore);
  store<f64>(PENDING_OUTER_STORE, pendingFarStore);
  if (isAtEnd) return;
  store<f64>(STEPS, load<f64>(STEPS) + count);
  singleSteps += count;
}

/** Opens the outer tile that the outer loops stand at. */
function openOuterTile(): void {
  if (slot != shorter) {
    slot = shorter;
    const em: f64 = (slot & 1) != 0 ? M - (ceilDiv(M, gm) - 1) * gm : gm;
    const en: f64 = (slot & 2) != 0 ? N - (ceilDiv(N, gn) - 1) * gn : gn;
    const ek: f64 = (slot & 4) != 0 ? K - (Gk - 1) * gk : gk;
    setShare(0, em, chunkM(em), coresM, lm);
    setShare(1, en, chunkN(en), coresN, ln);
    setShare(2, ek, chunkK(ek), coresK, lk);
    Lk = innerTurns(2);
    setInnerLoops(innerTurns(0), innerTurns(1), Lk);
    useSlot(slot, batch);
  }
  openedOperands = outerChanges(moved);
  broughtOperands = hasOuter ? openedOperands & ~residentBits : 0;
  isOpening = true;
}

/** Takes note that loop `level` stands at index i, its last one or not. */
function goTo(level: i32, i: f64, isLast: bool): void {
  if (level == 0) {
    batch = isLast ? B - i * batchAtOnce() : batchAtOnce();
    shorter = batch < batchAtOnce() ? shorter | 8 : shorter & ~8;
    return;
  }
  const dimension: i32 = dimensionOf(level);
  if (level <= OUTER_INNERMOST) {
    if (dimension == 2) gik = i;
    const bit: i32 = 1 << dimension;
    shorter = isLast && isShort(dimension) ? shorter | bit : shorter & ~bit;
    return;
  }
  goToTile(dimension, i);
}

/** Whether the last outer tile along a dimension is shorter than the others. */
function isShort(dimension: i32): bool {
  if (dimension == 0) return ceilDiv(M, gm) * gm > M;
  return dimension == 1 ? ceilDiv(N, gn) * gn > N : Gk * gk > K;
}

/** Runs loop `level`, not the innermost, and all inside it. */
function loop(level: i32): void {
  const count: f64 = turns(level);
  // Iterations from `first` up to `end` are alike; the one in whose tiles a core ends early is another.
  const cut: f64 = level > OUTER_INNERMOST ? cutIndex(dimensionOf(level)) : -1;
  let first: f64 = 1;
  let end: f64 = cut > 0 && cut < count - 1 ? cut : count - 1;
  let savedAt: f64 = -1;
  for (let i: f64 = 0; i < count; i++) {
    goTo(level, i, i == count - 1);
    if (i > 0) moved = level;
    if (level == OUTER_INNERMOST) openOuterTile();
    if (level + 1 == INNERMOST) innermostLoop();
    else loop(level + 1);
    if (isGivenUp) return;
    if (i > 0 && i == cut) {
      first = i + 1;
      end = count - 1;
    }
    const left: f64 = end - 1 - i;
    if (left < 1 || everyTile) continue;
    if (i >= first && savedAt == i - 1) {
      if (repeats(level, longestSkew, ignored(level))) {
        advance(level, left);
        i = end - 1;
      }
    } else if (firstWait < 0 && isLookedAt(i + 1 - first)) {
      save(level);
      savedAt = i;
    }
  }
}

/** Runs the innermost loop: the steps that are alike in one go. */
function innermostLoop(): void {
  const count: f64 = turns(INNERMOST);
  const dimension: i32 = dimensionOf(INNERMOST);
  const cut: f64 = cutIndex(dimension);
  let i: f64 = 0;
  while (i < count && !isGivenUp) {
    goToTile(dimension, i);
    if (i > 0) moved = INNERMOST;
    const end: f64 = i == 0 || i == cut ? i + 1 : cut > i && cut < count - 1 ? cut : count - 1;
    if (end - i <= 1) steps(1);
    else alikeSteps(end - i);
    i = Math.max(end, i + 1);
  }
}

/** `count` steps like the present one, cut short once they repeat themselves. */
function alikeSteps(count: f64): void {
  let left: f64 = count;
  if (firstWait >= 0) {
    // The very first step is like no other.
    steps(1);
    left -= 1;
  }
  for (let some: f64 = 3; left > some + 8 && firstWait < 0 && !isGivenUp && !everyTile; some *= 4) {
    // To look costs as much as several steps.
    steps(some);
    save(INNERMOST);
    steps(1);
    left -= some + 1;
    if (repeats(INNERMOST, longestSkew, ignored(INNERMOST))) {
      advance(INNERMOST, left);
      return;
    }
  }
  if (left > 0) steps(left);
}

/**
 * Times that play no part inside loop `level`: nothing in it reads them, or reads them without moving them on. A port that
 * carries anything moves on, unless it is unlimited.
 */
function ignored(level: i32): i32 {
  if (level <= OUTER_INNERMOST) return 0;
  let times: i32 = ONLY_AT_OPENING;
  const changed: i32 = changes(level);
  if ((changed & INPUT_BIT) == 0) times |= OF_INPUT;
  if ((changed & WEIGHT_BIT) == 0) times |= OF_WEIGHT;
  if ((changed & OUTPUT_BIT) == 0) times |= OF_SUMS;
  if (innerReadCycles > 0) times |= bitOf(INNER_READ);
  if (innerWriteCycles > 0) times |= bitOf(INNER_WRITE);
  if (outerReadCycles > 0) times |= bitOf(OUTER_READ);
  if (outerWriteCycles > 0) times |= bitOf(OUTER_WRITE);
  return times;
}

/** Whether to compare the states after iterations n and n + 1 of a kind: at once, and then ever more rarely. */
function isLookedAt(n: f64): bool {
  const next: i32 = <i32>n + 1;
  return (next & (next - 1)) == 0 && next > 1;
}

/**
 * Runs the mapping in `mapping.ts` on the problem there. The caller has checked that it is legal.
 *
 * @param stalls  cycles that the array may stand still; the walk is given up (isGivenUp) once there are more
 */
export function walk(stalls: f64 = Infinity): void {
  mostStalls = stalls;
  isGivenUp = false;
  singleSteps = 0;
  resetState();
  newWalk();
  Gk = ceilDiv(K, gk);
  const Gm: f64 = ceilDiv(M, gm);
  const Gn: f64 = ceilDiv(N, gn);
  setOuterLoops(ceilDiv(B, batchAtOnce()), Gm, Gn, Gk);
  keepsSums = !isOutsideTurning(2, outerOrder, Gm, Gn, Gk);
  slot = -1;
  shorter = 0;
  moved = 0;
  isStarted = false;
  isAtEnd = false;
  firstWait = 0;
  loop(0);
  walkedSteps = load<f64>(STEPS);
  if (isGivenUp) return;
  isAtEnd = true;
  steps(1);

  const arrayFree: f64 = load<f64>(ARRAY_FREE);
  const drained: f64 = load<f64>(DRAINED);
  const stored: f64 = load<f64>(STORED);
  // What is left in the array behind the last stream is the array's own time, the rest waits for the ports.
  computeCycles = load<f64>(COMPUTE) + drained - arrayFree;
  cycles = Math.max(drained, Math.max(stored, load<f64>(OUTER_STORED)));
  lastDrain = cycles - arrayFree;
  const inner: f64 = Math.max(0, stored - drained);
  stallArray = load<f64>(STALL_ARRAY);
  stallInner = load<f64>(STALL_INNER) + (hasOuter ? inner : cycles - drained);
  stallOuter = load<f64>(STALL_OUTER) + (hasOuter ? cycles - drained - inner : 0);
}
