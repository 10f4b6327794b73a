import { INPUT, INPUT_STATIONARY, OUTPUT, WEIGHT, WEIGHT_STATIONARY } from "./abi";
import { unhiddenLoad } from "./array/time";
import { ceilDiv } from "./int-math";
import { arrayLatency, hasOuter, innerLatency, innerShared, isDirect, outerLatency, outerShared } from "./hardware";
import { coresK, dataflow, innerDoubleBits, isResident, keptBits, outerDoubleBits, residentBits } from "./mapping";
import { changes, outerOpens, streaming } from "./nest";
import { jk, jm, jn } from "./share";
import {
  ARRAY_FREE,
  COMPUTE,
  DRAINED,
  FILL,
  INNER_READ,
  INNER_WRITE,
  INPUT_FREED,
  INPUT_THERE,
  LATER_FIRST,
  LATER_READY,
  LATER_STORE,
  LATER_UNIT,
  OLDER_FIRST,
  OLDER_READY,
  OLDER_STORE,
  OLDER_UNIT,
  OUTER_INPUT_FREED,
  OUTER_INPUT_READ,
  OUTER_INPUT_SLOT,
  OUTER_READ,
  OUTER_STORED,
  OUTER_STORED_AT_OPENING,
  OUTER_SUMS_BEFORE,
  OUTER_SUMS_SLOT,
  OUTER_WEIGHT_FREED,
  OUTER_WEIGHT_READ,
  OUTER_WEIGHT_SLOT,
  OUTER_WRITE,
  PENDING_ARRAY,
  PENDING_FILLS,
  PENDING_LEAD,
  PENDING_OUTER_STORE,
  PENDING_OUTER_UNIT,
  PENDING_PORT,
  PENDING_READY,
  PENDING_SKEW,
  PENDING_STORE,
  PENDING_STREAM,
  PENDING_UNIT,
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
  POSITION,
  SKEW,
  STREAM,
  UP_FINAL,
  UP_WIDE,
  arrayCosts,
  inputCosts,
  sumCosts,
  weightCosts,
} from "./tile-costs";

/*
 * The inner step, of which a walk is made: what happens in it, in which order, and when. Rules: docs/model.md, "time". Step s is
 * handled in this order, which is also the order of grants at each port:
 *
 *   0  bring the parts of the outer input and weight tiles that s is the first to use into the outer buffer
 *   1  fetch inputs and weights of s into the inner buffers, the double-buffered ones
 *   2  compute s − 1
 *   3  store the sums of s − 1 where s works on others, and send them on where the outer buffer needs them no more
 *   4  fetch the single-buffered operands of s, and partial sums that come back
 *
 * All cores go in step: a step lasts as long as the first core's tile, which is never the smaller one.
 */
export const INPUT_BIT: i32 = 1 << INPUT;
export const WEIGHT_BIT: i32 = 1 << WEIGHT;
export const OUTPUT_BIT: i32 = 1 << OUTPUT;
/** WAITS: what the tile in place, and the pending step, waited for was the far memory. */
const SUMS_WAIT: i32 = OUTPUT_BIT;
const STEP_WAITS: i32 = 8;

/** Steps that were walked one by one. */
export let singleSteps: f64 = 0;
/** Whether more stalls have come together than the walk is worth going on for. */
export let isGivenUp: bool = false;
/** Cycles that the array needs before the first step of all streams; −1: it has streamed. */
export let firstWait: f64 = 0;
/** The same, once it has. */
export let beginning: f64 = 0;
let mostStalls: f64 = Infinity;

// Where the walk is: the loop that went on last, index and turns of the outer k loop, turns of the inner one.
let moved: i32 = 0;
let gik: f64 = 0;
let Gk: f64 = 1;
let Lk: f64 = 1;
/** Operands of which the present outer tile is another than the one before, and those that the outer port has to bring. */
let openedOperands: i32 = 0;
let broughtOperands: i32 = 0;
let isOpening: bool = false;
/** Whether an outer tile has been opened, and whether it is still the first. */
let hasOpened: bool = false;
let isFirstTile: bool = false;
/** Whether the outer buffer keeps a tile of sums until its k is complete. */
let keepsSums: bool = true;
let isStarted: bool = false;
/** Behind the last step: what is pending is computed and stored, and nothing comes in any more. */
let isAtEnd: bool = false;

/**
 * Begins a walk.
 *
 * @param outerK  turns of the outer k loop
 * @param keeps   the outer buffer keeps a tile of sums until its k is complete
 * @param stalls  cycles that the array may stand still before the walk is given up
 */
export function beginSteps(outerK: f64, keeps: bool, stalls: f64): void {
  Gk = outerK;
  keepsSums = keeps;
  mostStalls = stalls;
  isGivenUp = false;
  singleSteps = 0;
  moved = 0;
  isStarted = false;
  isAtEnd = false;
  firstWait = 0;
  hasOpened = false;
}

/** It is loop `level` that goes on. */
export function goOn(level: i32): void {
  moved = level;
}

export function goToOuterK(index: f64): void {
  gik = index;
}

/**
 * The next step is the first in another outer tile.
 *
 * @param innerK     turns of its inner k loop
 * @param firstUses  operands of which the outer buffer cannot have the tile yet: the outer loop that they do not depend on
 *                   stands at its first index
 */
export function openTile(innerK: f64, firstUses: i32): void {
  Lk = innerK;
  openedOperands = outerOpens(moved);
  const comes: i32 = (openedOperands & ~keptBits) | (firstUses & keptBits);
  broughtOperands = hasOuter ? comes & ~residentBits : 0;
  isOpening = true;
  isFirstTile = !hasOpened;
  hasOpened = true;
}

/** Computes and stores what is pending behind the last step. */
export function endSteps(): void {
  isAtEnd = true;
  steps(1);
}

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

/** Serves a store of the outer port that has waited, if there is one (cycles ≥ 0); when the port is free again. */
function serve(free: f64, first: f64, ready: f64, cycles: f64, unit: f64): f64 {
  if (cycles < 0) return free;
  const end: f64 = later(later(free, first) + cycles, ready + unit);
  store<f64>(OUTER_STORED, end + outerLatency);
  return end;
}

/**
 * On a shared outer port stores let the loads of two more steps go first, unless their outer tile goes: takes up a store of
 * `cycles` (−1: none), of which the first unit is there at `first` and the whole at `ready`; when the port is free again.
 */
function storeLater(free: f64, cycles: f64, unit: f64, first: f64, ready: f64, opensSums: bool): f64 {
  let end: f64 = serve(
    free,
    load<f64>(OLDER_FIRST),
    load<f64>(OLDER_READY),
    load<f64>(OLDER_STORE),
    load<f64>(OLDER_UNIT),
  );
  store<f64>(OLDER_FIRST, load<f64>(LATER_FIRST));
  store<f64>(OLDER_READY, load<f64>(LATER_READY));
  store<f64>(OLDER_STORE, load<f64>(LATER_STORE));
  store<f64>(OLDER_UNIT, load<f64>(LATER_UNIT));
  store<f64>(LATER_FIRST, first);
  store<f64>(LATER_READY, ready);
  store<f64>(LATER_STORE, cycles);
  store<f64>(LATER_UNIT, unit);
  if (!opensSums && !isAtEnd) return end;
  end = serve(end, load<f64>(OLDER_FIRST), load<f64>(OLDER_READY), load<f64>(OLDER_STORE), load<f64>(OLDER_UNIT));
  end = serve(end, first, ready, cycles, unit);
  store<f64>(OLDER_STORE, -1);
  store<f64>(LATER_STORE, -1);
  return end;
}

/** Cycles of the first of `units` equal parts of a transfer; a transfer of a single unit is handed on as a whole. */
function unitOf(cycles: f64, units: f64): f64 {
  return units > 1 ? ceilDiv(cycles, units) : cycles;
}

/**
 * `count` inner steps that are all like the present one (share.ts): what they move and how long it takes is looked up once,
 * and times are kept in local variables until the end. Every step of a walk goes through here.
 */
export function steps(count: f64): void {
  const changed: i32 = isAtEnd ? 0 : changes(moved);
  // What streams past an array without a buffer crosses the inner port at every step.
  const crossing: i32 = isAtEnd ? 0 : changed | streaming();
  const changesInput: bool = (crossing & INPUT_BIT) != 0;
  const changesWeight: bool = (crossing & WEIGHT_BIT) != 0;
  const changesSums: bool = (crossing & OUTPUT_BIT) != 0;
  // With k split over cores each core starts its sums anew, and the outer buffer adds them up.
  const addsOutside: bool = coresK > 1;
  const isFirstK: bool = addsOutside ? changesSums : gik == 0 && jk == 0;
  const isLastOuterK: bool = gik == Gk - 1;
  const isLastInnerK: bool = jk == Lk - 1;
  const isLastK: bool = isLastOuterK && isLastInnerK && !addsOutside;
  const isHeld: bool = dataflow == WEIGHT_STATIONARY ? !changesWeight : !changesInput;
  if (isOpening) openOuterOperands();

  // What the array does.
  const array: usize = arrayCosts(isFirstK, isLastK, isHeld);
  const arrayTime: f64 = load<f64>(array, ARRAY_TIME);
  const portTime: f64 = load<f64>(array, PORT_TIME);
  const loading: f64 = isAtEnd ? 0 : load<f64>(array, LOAD);
  const stream: f64 = load<f64>(array, STREAM);
  const skew: f64 = load<f64>(array, SKEW);
  // Positions of its stream, where transfers are handed on position by position, and cycles from the first to the last.
  const position: f64 = load<f64>(array, POSITION);
  const positions: f64 = isDirect ? ceilDiv(stream, position) : 1;
  const lead: f64 = (positions - 1) * position;

  // What comes in: the operand that is asked for first, one, and the other. The array needs held weights before anything.
  const isWeightFirst: bool = isDirect && dataflow == WEIGHT_STATIONARY;
  const oneBit: i32 = isWeightFirst ? WEIGHT_BIT : INPUT_BIT;
  const otherBit: i32 = isWeightFirst ? INPUT_BIT : WEIGHT_BIT;
  const changesOne: bool = (crossing & oneBit) != 0;
  const changesOther: bool = (crossing & otherBit) != 0;
  const isOneDouble: bool = (innerDoubleBits & oneBit) != 0;
  const isOtherDouble: bool = (innerDoubleBits & otherBit) != 0;
  const areSumsDouble: bool = (innerDoubleBits & OUTPUT_BIT) != 0;
  let oneCycles: f64 = 0;
  let otherCycles: f64 = 0;
  let farOneCycles: f64 = 0;
  let farOtherCycles: f64 = 0;
  let bringsOne: bool = false;
  let bringsOther: bool = false;
  if (changesOne) {
    const costs: usize = isWeightFirst ? weightCosts() : inputCosts();
    oneCycles = load<f64>(costs, INNER_CYCLES);
    farOneCycles = load<f64>(costs, OUTER_CYCLES);
    bringsOne = (isWeightFirst ? jm : jn) == 0 && (broughtOperands & oneBit) != 0;
  }
  if (changesOther) {
    const costs: usize = isWeightFirst ? inputCosts() : weightCosts();
    otherCycles = load<f64>(costs, INNER_CYCLES);
    farOtherCycles = load<f64>(costs, OUTER_CYCLES);
    bringsOther = (isWeightFirst ? jn : jm) == 0 && (broughtOperands & otherBit) != 0;
  }
  // Units that they are handed on in: the whole, or one position of what streams.
  const onePositions: f64 = (streaming() & oneBit) != 0 ? positions : 1;
  const otherPositions: f64 = (streaming() & otherBit) != 0 ? positions : 1;
  const sumsPositions: f64 = (streaming() & OUTPUT_BIT) != 0 ? positions : 1;
  const oneUnit: f64 = unitOf(oneCycles, onePositions);
  const otherUnit: f64 = unitOf(otherCycles, otherPositions);
  const farOneUnit: f64 = unitOf(farOneCycles, onePositions);
  const farOtherUnit: f64 = unitOf(farOtherCycles, otherPositions);
  const oneLead: f64 = onePositions > 1 ? lead : 0;
  const otherLead: f64 = otherPositions > 1 ? lead : 0;
  const sumsLead: f64 = sumsPositions > 1 ? lead : 0;
  const oneThereAt: usize = isWeightFirst ? WEIGHT_THERE : INPUT_THERE;
  const otherThereAt: usize = isWeightFirst ? INPUT_THERE : WEIGHT_THERE;
  const oneFreedAt: usize = isWeightFirst ? WEIGHT_FREED : INPUT_FREED;
  const otherFreedAt: usize = isWeightFirst ? INPUT_FREED : WEIGHT_FREED;
  const oneReadAt: usize = isWeightFirst ? OUTER_WEIGHT_READ : OUTER_INPUT_READ;
  const otherReadAt: usize = isWeightFirst ? OUTER_INPUT_READ : OUTER_WEIGHT_READ;
  const farOneSlot: f64 = load<f64>(isWeightFirst ? OUTER_WEIGHT_SLOT : OUTER_INPUT_SLOT);
  const farOtherSlot: f64 = load<f64>(isWeightFirst ? OUTER_INPUT_SLOT : OUTER_WEIGHT_SLOT);

  // What becomes of the sums. Of the same sums, only the last step along k makes a difference.
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
  const storeUnit: f64 = unitOf(store_, sumsPositions);
  const farStoreUnit: f64 = farStore < 0 ? 0 : unitOf(farStore, sumsPositions);
  const downUnit: f64 = unitOf(down, sumsPositions);
  const farDownUnit: f64 = unitOf(farDown, sumsPositions);
  const opensSums: bool = isOpening && (openedOperands & OUTPUT_BIT) != 0;
  /** The sums that come back are those that went up last. */
  const areSameSums: bool = (changed & OUTPUT_BIT) == 0;

  const outerSumsSlot: f64 = load<f64>(OUTER_SUMS_SLOT);
  let free: f64 = load<f64>(ARRAY_FREE);
  let innerRead: f64 = load<f64>(INNER_READ);
  let innerWrite: f64 = load<f64>(INNER_WRITE);
  let outerRead: f64 = load<f64>(OUTER_READ);
  let outerWrite: f64 = load<f64>(OUTER_WRITE);
  let oneThere: f64 = load<f64>(oneThereAt);
  let oneFreed: f64 = load<f64>(oneFreedAt);
  let otherThere: f64 = load<f64>(otherThereAt);
  let otherFreed: f64 = load<f64>(otherFreedAt);
  let sumsThere: f64 = load<f64>(SUMS_THERE);
  let stored: f64 = load<f64>(STORED);
  let storedBefore: f64 = load<f64>(STORED_BEFORE);
  let ready: f64 = load<f64>(PENDING_READY);
  let out: f64 = load<f64>(SUMS_OUT);
  let drained: f64 = load<f64>(DRAINED);
  let waits: i32 = <i32>load<f64>(WAITS);
  let computed: f64 = load<f64>(COMPUTE);
  let stallFar: f64 = load<f64>(STALL_OUTER);
  let stallNear: f64 = load<f64>(STALL_INNER);
  /** What the array does for the pending step, the load of the present one's first words behind it included; its stream. */
  let busy: f64 = load<f64>(PENDING_ARRAY) + unhiddenLoad(loading, load<f64>(PENDING_STREAM));
  let lasting: f64 = later(load<f64>(PENDING_ARRAY), load<f64>(PENDING_PORT));
  const ownBusy: f64 = arrayTime + unhiddenLoad(loading, stream);
  const ownLasting: f64 = later(arrayTime, portTime);
  let pendingSkew: f64 = load<f64>(PENDING_SKEW);
  let pendingLead: f64 = load<f64>(PENDING_LEAD);
  let pendingStore: f64 = load<f64>(PENDING_STORE);
  let pendingUnit: f64 = load<f64>(PENDING_UNIT);
  let pendingFarStore: f64 = load<f64>(PENDING_OUTER_STORE);
  let pendingFarUnit: f64 = load<f64>(PENDING_OUTER_UNIT);

  const fetchesOneAhead: bool = changesOne && isOneDouble;
  const fetchesOtherAhead: bool = changesOther && isOtherDouble;
  const storesSums: bool = changesSums || isAtEnd;
  const fills: bool = !isStarted || (isFirstTile && (bringsOne || bringsOther));
  let pendingFills: bool = load<f64>(PENDING_FILLS) != 0;
  let hasPending: bool = isStarted;
  let wait: f64 = firstWait;
  /** Stalls of the array's port are what is left of the time that passes. */
  const begun: f64 = free - computed - stallFar - stallNear;

  for (let i: f64 = 0; i < count; i++) {
    // 0: parts of the outer tiles; when they are there. Any other part has been fetched from there before.
    let farOneFirst: f64 = 0;
    let farOneThere: f64 = 0;
    let farOtherFirst: f64 = 0;
    let farOtherThere: f64 = 0;
    if (bringsOne) {
      const begin: f64 = later(outerRead, farOneSlot);
      outerRead = begin + farOneCycles;
      if (outerShared) outerWrite = outerRead;
      farOneFirst = begin + farOneUnit + outerLatency;
      farOneThere = outerRead + outerLatency;
    }
    if (bringsOther) {
      const begin: f64 = later(outerRead, farOtherSlot);
      outerRead = begin + farOtherCycles;
      if (outerShared) outerWrite = outerRead;
      farOtherFirst = begin + farOtherUnit + outerLatency;
      farOtherThere = outerRead + outerLatency;
    }
    // 1: double-buffered inner tiles.
    if (fetchesOneAhead) {
      let begin: f64 = later(innerRead, oneFreed);
      innerRead = begin + oneCycles;
      waits &= ~oneBit;
      if (bringsOne) {
        const near: f64 = innerRead;
        begin = later(begin, farOneFirst);
        innerRead = later(begin + oneCycles, farOneThere + oneUnit);
        if (innerRead > near) waits |= oneBit;
      }
      if (innerShared) innerWrite = innerRead;
      oneThere = later(begin + oneUnit, innerRead - oneLead) + innerLatency;
      store<f64>(oneReadAt, innerRead);
    }
    if (fetchesOtherAhead) {
      let begin: f64 = later(innerRead, otherFreed);
      innerRead = begin + otherCycles;
      waits &= ~otherBit;
      if (bringsOther) {
        const near: f64 = innerRead;
        begin = later(begin, farOtherFirst);
        innerRead = later(begin + otherCycles, farOtherThere + otherUnit);
        if (innerRead > near) waits |= otherBit;
      }
      if (innerShared) innerWrite = innerRead;
      otherThere = later(begin + otherUnit, innerRead - otherLead) + innerLatency;
      store<f64>(otherReadAt, innerRead);
    }
    /** When the first sums of the step before can come back. */
    let storedFirst: f64 = 0;
    if (hasPending) {
      // 2: the pending step. The next one's held words come in behind its last fold's stream, and may take longer.
      const start: f64 = later(free, ready);
      if ((waits & STEP_WAITS) != 0) stallFar += start - free;
      else stallNear += start - free;
      if (pendingFills) store<f64>(FILL, stallFar + stallNear);
      let streams: f64 = start;
      if (wait >= 0) {
        streams += wait;
        computed += wait;
        beginning = wait;
        wait = -1;
      }
      const streamed: f64 = streams + lasting;
      free = later(streamed, streams + busy);
      out = streamed + pendingSkew;
      drained = later(drained, out);
      computed += busy;
      // 3: its sums go up, and on to the far memory where they are done with.
      if (storesSums) {
        storedBefore = stored;
        const begin: f64 = later(innerWrite, later(out - pendingLead, outerSumsSlot));
        innerWrite = later(begin + pendingStore, out + pendingUnit);
        if (innerShared) innerRead = innerWrite;
        storedFirst = begin + pendingUnit + innerLatency;
        stored = innerWrite + innerLatency;
        if (pendingFarStore >= 0 && !outerShared) {
          outerWrite = later(later(outerWrite, storedFirst) + pendingFarStore, stored + pendingFarUnit);
          store<f64>(OUTER_STORED, outerWrite + outerLatency);
        }
      }
      if (outerShared) {
        outerWrite = storeLater(
          outerWrite,
          storesSums ? pendingFarStore : -1,
          pendingFarUnit,
          storedFirst,
          stored,
          opensSums,
        );
        outerRead = outerWrite;
      }
    } else {
      wait = unhiddenLoad(loading, 0) + arrayLatency;
      hasPending = true;
    }
    if (opensSums) openOuterSums();
    // 4: single-buffered inner tiles, and partial sums that come back.
    if (changesOne) {
      if (!isOneDouble) {
        const place: f64 = later(innerRead, free);
        waits = farOneThere > place ? waits | oneBit : waits & ~oneBit;
        innerRead = later(place, farOneThere) + oneCycles;
        if (innerShared) innerWrite = innerRead;
        oneThere = innerRead + innerLatency;
        store<f64>(oneReadAt, innerRead);
      }
      oneFreed = free;
    }
    if (changesOther) {
      if (!isOtherDouble) {
        const place: f64 = later(innerRead, free);
        waits = farOtherThere > place ? waits | otherBit : waits & ~otherBit;
        innerRead = later(place, farOtherThere) + otherCycles;
        if (innerShared) innerWrite = innerRead;
        otherThere = innerRead + innerLatency;
        store<f64>(otherReadAt, innerRead);
      }
      otherFreed = free;
    }
    if (changesSums) {
      // Sums that go straight to the outer buffer wait for no place on their way.
      sumsThere = isDirect ? 0 : areSumsDouble ? storedBefore : stored;
      waits &= ~SUMS_WAIT;
      let first: f64 = later(sumsThere, areSameSums ? storedFirst : storedBefore);
      let whole: f64 = areSameSums ? stored : storedBefore;
      // When they would be there if the far memory had nothing to do with it.
      const near: f64 = later(later(innerRead, first) + down, whole + downUnit);
      if (farDown >= 0) {
        const begin: f64 = later(outerRead, earliestOuterSums());
        outerRead = begin + farDown;
        if (outerShared) outerWrite = outerRead;
        first = later(first, begin + farDownUnit + outerLatency);
        whole = later(whole, outerRead + outerLatency);
      }
      // Nobody waits for sums that the outer buffer adds to itself.
      if (!isFirstK) {
        const begin: f64 = later(innerRead, first);
        const end: f64 = later(begin + down, whole + downUnit);
        if (end > near) waits |= SUMS_WAIT;
        // Straight to the array, other streams go on while they are waited for.
        innerRead = isDirect ? innerRead + down : end;
        if (innerShared) innerWrite = innerRead;
        sumsThere = later(begin + downUnit, end - sumsLead) + innerLatency;
        // Without a buffer near the array they are added on the way out, where the first of them is needed after the skew.
        if (isDirect) sumsThere -= skew;
      } else {
        // The place of new sums is needed when the first of them leaves the array, not when it starts.
        sumsThere -= skew;
      }
    }

    // The present step becomes the pending one.
    ready = oneThere;
    let isFar: bool = (waits & oneBit) != 0;
    if (otherThere > ready) {
      ready = otherThere;
      isFar = (waits & otherBit) != 0;
    }
    if (sumsThere > ready) {
      ready = sumsThere;
      isFar = (waits & SUMS_WAIT) != 0;
    }
    waits = isFar ? waits | STEP_WAITS : waits & ~STEP_WAITS;
    pendingFills = fills;
    busy = ownBusy;
    lasting = ownLasting;
    pendingSkew = skew;
    pendingLead = sumsLead;
    pendingStore = store_;
    pendingUnit = storeUnit;
    pendingFarStore = farStore;
    pendingFarUnit = farStoreUnit;
  }

  if (!isStarted && wait > arrayLatency) {
    // The first held words go into the PEs once they are there, while what streams may still come.
    const isHeldOne: bool = isWeightFirst || dataflow == INPUT_STATIONARY;
    const heldThere: f64 = isHeldOne ? oneThere : otherThere;
    const restThere: f64 = (isHeldOne ? otherThere : oneThere) - (wait - arrayLatency);
    const isHeldFar: bool = (waits & (isHeldOne ? oneBit : otherBit)) != 0;
    const isRestFar: bool = (waits & (isHeldOne ? otherBit : oneBit)) != 0;
    ready = later(heldThere, restThere);
    waits = (restThere > heldThere ? isRestFar : isHeldFar) ? waits | STEP_WAITS : waits & ~STEP_WAITS;
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
  store<f64>(oneThereAt, oneThere);
  store<f64>(oneFreedAt, oneFreed);
  store<f64>(otherThereAt, otherThere);
  store<f64>(otherFreedAt, otherFreed);
  store<f64>(SUMS_THERE, sumsThere);
  store<f64>(STORED, stored);
  store<f64>(STORED_BEFORE, storedBefore);
  store<f64>(PENDING_READY, ready);
  store<f64>(SUMS_OUT, out);
  store<f64>(DRAINED, drained);
  store<f64>(WAITS, <f64>waits);
  store<f64>(COMPUTE, computed);
  store<f64>(STALL_OUTER, stallFar);
  store<f64>(STALL_INNER, stallNear);
  store<f64>(STALL_ARRAY, load<f64>(STALL_ARRAY) + free - computed - stallFar - stallNear - begun);
  store<f64>(PENDING_ARRAY, arrayTime);
  store<f64>(PENDING_PORT, portTime);
  store<f64>(PENDING_STREAM, stream);
  store<f64>(PENDING_FILLS, pendingFills ? 1 : 0);
  store<f64>(PENDING_SKEW, pendingSkew);
  store<f64>(PENDING_LEAD, pendingLead);
  store<f64>(PENDING_STORE, pendingStore);
  store<f64>(PENDING_UNIT, pendingUnit);
  store<f64>(PENDING_OUTER_STORE, pendingFarStore);
  store<f64>(PENDING_OUTER_UNIT, pendingFarUnit);
  if (isAtEnd) return;
  store<f64>(STEPS, load<f64>(STEPS) + count);
  singleSteps += count;
}
