import { unhiddenLoad } from "./array/time";
import {
  arrayLatency,
  innerLatency,
  innerPorts,
  innerShared,
  isDirect,
  outerLatency,
  outerShared,
  passedBits,
  passesOuter,
} from "./hardware";
import {
  INPUT,
  OUTPUT,
  SPLIT_TOGETHER,
  TRACK_ARRAY,
  TRACK_ARRAY_PORT,
  TRACK_INNER_READ,
  TRACK_INNER_WRITE,
  TRACK_OUTER_READ,
  TRACK_OUTER_WRITE,
  TRACK_STALL,
  WAIT_ARRAY_PORT,
  WAIT_INNER,
  WAIT_OUTER,
  WEIGHT,
} from "./abi";
import { outerDoubleBits } from "./mapping";
import {
  INPUT_BIT,
  OUTPUT_BIT,
  WEIGHT_BIT,
  areSameSums,
  areSumsDouble,
  arrayTime,
  bringsOne,
  bringsOther,
  changesOne,
  changesOther,
  changesSums,
  down,
  downUnit,
  farDown,
  farDownUnit,
  farOneCycles,
  farOneUnit,
  farOtherCycles,
  farOtherUnit,
  farStoreUnit,
  farStoring,
  fillsTile,
  isAtEnd,
  isFirstK,
  isHeldOne,
  isOneDouble,
  isOtherDouble,
  isWeightFirst,
  loading,
  lookUp,
  oneBit,
  oneCycles,
  oneLead,
  oneUnit,
  opened,
  opensSums,
  otherBit,
  otherCycles,
  otherLead,
  otherUnit,
  passesOne,
  passesOther,
  portTime,
  skew,
  standAtBeginning,
  standAtEnd,
  storeUnit,
  storing,
  stream,
  sumsLead,
} from "./present-step";
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
  SUM_READ,
  WAITS,
  WEIGHT_FREED,
  WEIGHT_READ,
  WEIGHT_THERE,
} from "./steady-state";
import { firstIn } from "./split";
import { event, isTraced } from "./trace";

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

/** WAITS: what the tile in place, and the pending step, waited for was the far memory. */
const SUMS_WAIT: i32 = OUTPUT_BIT;
const STEP_WAITS: i32 = 8;
/** Steps alike from which on it pays to take those behind the first by themselves. */
const MANY: f64 = 5;

/** Steps that were walked one by one. */
export let singleSteps: f64 = 0;
/** Whether more stalls have come together than the walk is worth going on for. */
export let isGivenUp: bool = false;
/** Cycles that the array needs before the first step of all streams; −1: it has streamed. */
export let firstWait: f64 = 0;
/** The same, once it has. */
export let beginning: f64 = 0;
let mostStalls: f64 = Infinity;

let isStarted: bool = false;
/** Steps whose sums wait for the outer port, where events are taken down: the older, and the later. */
let olderStep: f64 = 0;
let laterStep: f64 = 0;

/**
 * Begins a walk.
 *
 * @param outerK  turns of the outer k loop
 * @param keeps   the outer buffer keeps a tile of sums until its k is complete
 * @param stalls  cycles that the array may stand still before the walk is given up
 */
export function beginSteps(outerK: f64, keeps: bool, stalls: f64): void {
  standAtBeginning(outerK, keeps);
  mostStalls = stalls;
  isGivenUp = false;
  singleSteps = 0;
  isStarted = false;
  firstWait = 0;
}

/** Computes and stores what is pending behind the last step. */
export function endSteps(): void {
  standAtEnd();
  steps(1);
}

/** When sums of the present outer tile may come back from the far memory: there is a place, and all before are there. */
function earliestOuterSums(): f64 {
  return Math.max(load<f64>(OUTER_SUMS_SLOT), load<f64>(OUTER_SUMS_BEFORE));
}

/** Gives new outer tiles of inputs and weights their places: that of the one before the last (double buffered), or of the last. */
function openOuterOperands(): void {
  if ((opened & INPUT_BIT) != 0) {
    const last: f64 = load<f64>(OUTER_INPUT_READ);
    store<f64>(OUTER_INPUT_SLOT, (outerDoubleBits & INPUT_BIT) != 0 ? load<f64>(OUTER_INPUT_FREED) : last);
    store<f64>(OUTER_INPUT_FREED, last);
  }
  if ((opened & WEIGHT_BIT) != 0) {
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

/** The port whose reads stand in the local variable of a walk's step: the first operand that is on it. */
let portAtHand: i32 = INPUT;

/** Where the time stands from which on the port is free whose first operand is `first`. */
function readTime(first: i32): usize {
  return first == INPUT ? INNER_READ : first == WEIGHT ? WEIGHT_READ : SUM_READ;
}

/** Puts the time of the port at hand away and takes up that of the one that `operand` is on. */
function usePort(operand: i32, time: f64): f64 {
  const first: i32 = firstIn(innerPorts, operand);
  if (first == portAtHand) return time;
  store<f64>(readTime(portAtHand), time);
  portAtHand = first;
  return load<f64>(readTime(first));
}

/** Whether the port at hand takes turns with the writes of sums. */
function isPortShared(): bool {
  return innerShared && portAtHand == firstIn(innerPorts, OUTPUT);
}

/** The later of two times. A choice costs less than Math.max, which minds signs of zero and what is no number. */
function later(a: f64, b: f64): f64 {
  return a > b ? a : b;
}

/** Serves a store of the outer port that has waited, if there is one (cycles ≥ 0); when the port is free again. */
function serve(free: f64, first: f64, ready: f64, cycles: f64, unit: f64, step: f64): f64 {
  if (cycles < 0) return free;
  const end: f64 = later(later(free, first) + cycles, ready + unit);
  if (isTraced) event(TRACK_OUTER_WRITE, OUTPUT, step, later(free, first), end);
  store<f64>(OUTER_STORED, end + outerLatency);
  return end;
}

/**
 * On a shared outer port stores let the loads of two more steps go first, unless their outer tile goes: takes up a store of
 * `cycles` (−1: none), of which the first unit is there at `first` and the whole at `ready`; when the port is free again.
 */
function storeLater(free: f64, cycles: f64, unit: f64, first: f64, ready: f64, step: f64): f64 {
  let end: f64 = serve(
    free,
    load<f64>(OLDER_FIRST),
    load<f64>(OLDER_READY),
    load<f64>(OLDER_STORE),
    load<f64>(OLDER_UNIT),
    olderStep,
  );
  olderStep = laterStep;
  laterStep = step;
  store<f64>(OLDER_FIRST, load<f64>(LATER_FIRST));
  store<f64>(OLDER_READY, load<f64>(LATER_READY));
  store<f64>(OLDER_STORE, load<f64>(LATER_STORE));
  store<f64>(OLDER_UNIT, load<f64>(LATER_UNIT));
  store<f64>(LATER_FIRST, first);
  store<f64>(LATER_READY, ready);
  store<f64>(LATER_STORE, cycles);
  store<f64>(LATER_UNIT, unit);
  if (!opensSums && !isAtEnd) return end;
  end = serve(
    end,
    load<f64>(OLDER_FIRST),
    load<f64>(OLDER_READY),
    load<f64>(OLDER_STORE),
    load<f64>(OLDER_UNIT),
    olderStep,
  );
  end = serve(end, first, ready, cycles, unit, step);
  store<f64>(OLDER_STORE, -1);
  store<f64>(LATER_STORE, -1);
  return end;
}

/**
 * `count` inner steps that are all like the present one (share.ts): what they move and how long it takes is looked up once.
 * Every step of a walk goes through here.
 */
export function steps(count: f64): void {
  lookUp();
  if (passedBits != 0 || isTraced || innerPorts != SPLIT_TOGETHER) {
    take(count, false, true);
    return;
  }
  const arePlain: bool =
    !isDirect && !outerShared && !isAtEnd && firstWait < 0 && !bringsOne && !bringsOther && farDown < 0;
  const some: f64 = arePlain && count >= MANY ? 1 : count;
  take(some, false, false);
  if (some < count) take(count - some, true, false);
}

/**
 * Takes `count` of the present steps; times are kept in local variables until the end.
 *
 * @param isPlain  the far memory brings nothing, each transfer is handed on as a whole, and the step before was like these: most
 *                 of what can happen in a step does not. A constant, so that what does not happen is not in the code
 * @param isGeneral  operands may go past the outer buffer, over the outer port, and events are taken down if they are asked for; a constant too
 */
// @ts-ignore: decorator
@inline
function take(count: f64, isPlain: bool, isGeneral: bool): void {
  if (!isPlain && opened != 0) openOuterOperands();
  const oneThereAt: usize = isWeightFirst ? WEIGHT_THERE : INPUT_THERE;
  const otherThereAt: usize = isWeightFirst ? INPUT_THERE : WEIGHT_THERE;
  const oneFreedAt: usize = isWeightFirst ? WEIGHT_FREED : INPUT_FREED;
  const otherFreedAt: usize = isWeightFirst ? INPUT_FREED : WEIGHT_FREED;
  const oneReadAt: usize = isWeightFirst ? OUTER_WEIGHT_READ : OUTER_INPUT_READ;
  const otherReadAt: usize = isWeightFirst ? OUTER_INPUT_READ : OUTER_WEIGHT_READ;
  const farOneSlot: f64 = load<f64>(isWeightFirst ? OUTER_WEIGHT_SLOT : OUTER_INPUT_SLOT);
  const farOtherSlot: f64 = load<f64>(isWeightFirst ? OUTER_INPUT_SLOT : OUTER_WEIGHT_SLOT);
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
  let pendingPort: f64 = load<f64>(PENDING_PORT);
  /** Steps so far, the pending one included. */
  let step: f64 = load<f64>(STEPS);
  const one: i32 = isWeightFirst ? WEIGHT : INPUT;
  const other: i32 = isWeightFirst ? INPUT : WEIGHT;
  let pendingSkew: f64 = load<f64>(PENDING_SKEW);
  let pendingLead: f64 = load<f64>(PENDING_LEAD);
  let pendingStore: f64 = load<f64>(PENDING_STORE);
  let pendingUnit: f64 = load<f64>(PENDING_UNIT);
  let pendingFarStore: f64 = load<f64>(PENDING_OUTER_STORE);
  let pendingFarUnit: f64 = load<f64>(PENDING_OUTER_UNIT);

  const fetchesOneAhead: bool = changesOne && isOneDouble;
  const fetchesOtherAhead: bool = changesOther && isOtherDouble;
  const storesSums: bool = changesSums || isAtEnd;
  const passesSums: bool = isGeneral && passesOuter(OUTPUT);
  const oneLatency: f64 = isGeneral && passesOne ? outerLatency : innerLatency;
  const otherLatency: f64 = isGeneral && passesOther ? outerLatency : innerLatency;
  const sumsLatency: f64 = passesSums ? outerLatency : innerLatency;
  const fills: bool = !isStarted || fillsTile;
  let pendingFills: bool = load<f64>(PENDING_FILLS) != 0;
  let hasPending: bool = isStarted;
  let wait: f64 = firstWait;
  /** Stalls of the array's port are what is left of the time that passes. */
  const begun: f64 = free - computed - stallFar - stallNear;

  for (let left: i64 = <i64>count; left > 0; left--) {
    // 0: parts of the outer tiles; when they are there. Any other part has been fetched from there before.
    let farOneFirst: f64 = 0;
    let farOneThere: f64 = 0;
    let farOtherFirst: f64 = 0;
    let farOtherThere: f64 = 0;
    if (!isPlain && bringsOne) {
      const begin: f64 = later(outerRead, farOneSlot);
      outerRead = begin + farOneCycles;
      if (outerShared) outerWrite = outerRead;
      if (isGeneral && isTraced) event(TRACK_OUTER_READ, one, step, begin, outerRead);
      farOneFirst = begin + farOneUnit + outerLatency;
      farOneThere = outerRead + outerLatency;
    }
    if (!isPlain && bringsOther) {
      const begin: f64 = later(outerRead, farOtherSlot);
      outerRead = begin + farOtherCycles;
      if (outerShared) outerWrite = outerRead;
      if (isGeneral && isTraced) event(TRACK_OUTER_READ, other, step, begin, outerRead);
      farOtherFirst = begin + farOtherUnit + outerLatency;
      farOtherThere = outerRead + outerLatency;
    }
    // 1: double-buffered inner tiles.
    if (isGeneral && passesOne && fetchesOneAhead) {
      const begin: f64 = later(outerRead, oneFreed);
      outerRead = begin + oneCycles;
      if (outerShared) outerWrite = outerRead;
      if (isTraced) event(TRACK_OUTER_READ, one, step, begin, outerRead);
      waits |= oneBit;
      oneThere = later(begin + oneUnit, outerRead - oneLead) + oneLatency;
    } else if (fetchesOneAhead) {
      if (isGeneral) innerRead = usePort(one, innerRead);
      let begin: f64 = later(innerRead, oneFreed);
      innerRead = begin + oneCycles;
      if (!isPlain) waits &= ~oneBit;
      if (!isPlain && bringsOne) {
        const near: f64 = innerRead;
        begin = later(begin, farOneFirst);
        innerRead = later(begin + oneCycles, farOneThere + oneUnit);
        if (innerRead > near) waits |= oneBit;
      }
      if (isGeneral ? isPortShared() : innerShared) innerWrite = innerRead;
      if (isGeneral && isTraced) event(TRACK_INNER_READ, one, step, begin, innerRead);
      oneThere = (isPlain ? innerRead : later(begin + oneUnit, innerRead - oneLead)) + oneLatency;
      store<f64>(oneReadAt, innerRead);
    }
    if (isGeneral && passesOther && fetchesOtherAhead) {
      const begin: f64 = later(outerRead, otherFreed);
      outerRead = begin + otherCycles;
      if (outerShared) outerWrite = outerRead;
      if (isTraced) event(TRACK_OUTER_READ, other, step, begin, outerRead);
      waits |= otherBit;
      otherThere = later(begin + otherUnit, outerRead - otherLead) + otherLatency;
    } else if (fetchesOtherAhead) {
      if (isGeneral) innerRead = usePort(other, innerRead);
      let begin: f64 = later(innerRead, otherFreed);
      innerRead = begin + otherCycles;
      if (!isPlain) waits &= ~otherBit;
      if (!isPlain && bringsOther) {
        const near: f64 = innerRead;
        begin = later(begin, farOtherFirst);
        innerRead = later(begin + otherCycles, farOtherThere + otherUnit);
        if (innerRead > near) waits |= otherBit;
      }
      if (isGeneral ? isPortShared() : innerShared) innerWrite = innerRead;
      if (isGeneral && isTraced) event(TRACK_INNER_READ, other, step, begin, innerRead);
      otherThere = (isPlain ? innerRead : later(begin + otherUnit, innerRead - otherLead)) + otherLatency;
      store<f64>(otherReadAt, innerRead);
    }
    /** When the first sums of the step before can come back. */
    let storedFirst: f64 = 0;
    if (isPlain || hasPending) {
      // 2: the pending step. The next one's held words come in behind its last fold's stream, and may take longer.
      const start: f64 = later(free, ready);
      if ((waits & STEP_WAITS) != 0) stallFar += start - free;
      else stallNear += start - free;
      if (!isPlain && pendingFills) store<f64>(FILL, stallFar + stallNear);
      if (isGeneral && isTraced) {
        event(TRACK_STALL, (waits & STEP_WAITS) != 0 ? WAIT_OUTER : WAIT_INNER, step - 1, free, start);
      }
      let streams: f64 = start;
      if (!isPlain && wait >= 0) {
        streams += wait;
        computed += wait;
        beginning = wait;
        wait = -1;
      }
      const streamed: f64 = streams + lasting;
      free = later(streamed, streams + busy);
      if (isGeneral && isTraced) {
        event(TRACK_ARRAY, 0, step - 1, start, streams + busy);
        event(TRACK_ARRAY_PORT, 0, step - 1, streams, streams + pendingPort);
        event(TRACK_STALL, WAIT_ARRAY_PORT, step - 1, streams + busy, free);
      }
      out = streamed + pendingSkew;
      drained = later(drained, out);
      computed += busy;
      // 3: its sums go up, and on to the far memory where they are done with.
      if (passesSums && storesSums) {
        storedBefore = stored;
        const begin: f64 = later(outerWrite, out - pendingLead);
        outerWrite = later(begin + pendingStore, out + pendingUnit);
        if (outerShared) outerRead = outerWrite;
        if (isTraced) event(TRACK_OUTER_WRITE, OUTPUT, step - 1, begin, outerWrite);
        stored = outerWrite + sumsLatency;
        storedFirst = begin + pendingUnit + sumsLatency;
      } else if (storesSums) {
        if (isGeneral) innerRead = usePort(OUTPUT, innerRead);
        storedBefore = stored;
        const begin: f64 = later(innerWrite, later(isPlain ? out : out - pendingLead, outerSumsSlot));
        innerWrite = begin + pendingStore;
        if (!isPlain) innerWrite = later(innerWrite, out + pendingUnit);
        if (innerShared) innerRead = innerWrite;
        if (isGeneral && isTraced) event(TRACK_INNER_WRITE, OUTPUT, step - 1, begin, innerWrite);
        stored = innerWrite + sumsLatency;
        storedFirst = isPlain ? stored : begin + pendingUnit + sumsLatency;
        if (pendingFarStore >= 0 && (isPlain || !outerShared)) {
          const begin: f64 = later(outerWrite, storedFirst);
          outerWrite = begin + pendingFarStore;
          if (!isPlain) outerWrite = later(outerWrite, stored + pendingFarUnit);
          if (isGeneral && isTraced) event(TRACK_OUTER_WRITE, OUTPUT, step - 1, begin, outerWrite);
          store<f64>(OUTER_STORED, outerWrite + outerLatency);
        }
      }
      if (!isPlain && outerShared) {
        outerWrite = storeLater(
          outerWrite,
          storesSums ? pendingFarStore : -1,
          pendingFarUnit,
          storedFirst,
          stored,
          step - 1,
        );
        outerRead = outerWrite;
      }
    } else {
      wait = unhiddenLoad(loading, 0) + arrayLatency;
      hasPending = true;
    }
    if (!isPlain && opensSums) openOuterSums();
    // 4: single-buffered inner tiles, and partial sums that come back.
    if (changesOne) {
      if (isGeneral && passesOne && !isOneDouble) {
        const place: f64 = later(outerRead, free);
        outerRead = place + oneCycles;
        if (outerShared) outerWrite = outerRead;
        if (isTraced) event(TRACK_OUTER_READ, one, step, place, outerRead);
        waits |= oneBit;
        oneThere = outerRead + oneLatency;
      } else if (!isOneDouble) {
        if (isGeneral) innerRead = usePort(one, innerRead);
        const place: f64 = later(innerRead, free);
        if (!isPlain) waits = farOneThere > place ? waits | oneBit : waits & ~oneBit;
        innerRead = (isPlain ? place : later(place, farOneThere)) + oneCycles;
        if (isGeneral ? isPortShared() : innerShared) innerWrite = innerRead;
        if (isGeneral && isTraced) event(TRACK_INNER_READ, one, step, innerRead - oneCycles, innerRead);
        oneThere = innerRead + oneLatency;
        store<f64>(oneReadAt, innerRead);
      }
      oneFreed = free;
    }
    if (changesOther) {
      if (isGeneral && passesOther && !isOtherDouble) {
        const place: f64 = later(outerRead, free);
        outerRead = place + otherCycles;
        if (outerShared) outerWrite = outerRead;
        if (isTraced) event(TRACK_OUTER_READ, other, step, place, outerRead);
        waits |= otherBit;
        otherThere = outerRead + otherLatency;
      } else if (!isOtherDouble) {
        if (isGeneral) innerRead = usePort(other, innerRead);
        const place: f64 = later(innerRead, free);
        if (!isPlain) waits = farOtherThere > place ? waits | otherBit : waits & ~otherBit;
        innerRead = (isPlain ? place : later(place, farOtherThere)) + otherCycles;
        if (isGeneral ? isPortShared() : innerShared) innerWrite = innerRead;
        if (isGeneral && isTraced) event(TRACK_INNER_READ, other, step, innerRead - otherCycles, innerRead);
        otherThere = innerRead + otherLatency;
        store<f64>(otherReadAt, innerRead);
      }
      otherFreed = free;
    }
    if (changesSums) {
      if (isGeneral) innerRead = usePort(OUTPUT, innerRead);
      // Sums that go straight to the outer buffer wait for no place on their way.
      sumsThere = !isPlain && isDirect ? 0 : areSumsDouble ? storedBefore : stored;
      if (!isPlain) waits &= ~SUMS_WAIT;
      let first: f64 = later(sumsThere, areSameSums ? storedFirst : storedBefore);
      let whole: f64 = areSameSums ? stored : storedBefore;
      // When they would be there if the far memory had nothing to do with it.
      const near: f64 = isPlain ? 0 : later(later(innerRead, first) + down, whole + downUnit);
      if (!isPlain && farDown >= 0) {
        const begin: f64 = later(outerRead, earliestOuterSums());
        outerRead = begin + farDown;
        if (outerShared) outerWrite = outerRead;
        if (isGeneral && isTraced) event(TRACK_OUTER_READ, OUTPUT, step, begin, outerRead);
        first = later(first, begin + farDownUnit + outerLatency);
        whole = later(whole, outerRead + outerLatency);
      }
      // Nobody waits for sums that the outer buffer adds to itself.
      if (!isFirstK) {
        const begin: f64 = later(passesSums ? outerRead : innerRead, first);
        const end: f64 = later(begin + down, whole + downUnit);
        if (passesSums || (!isPlain && end > near)) waits |= SUMS_WAIT;
        // Straight to the array, other streams go on while they are waited for.
        if (passesSums) {
          outerRead = isDirect ? outerRead + down : end;
          if (outerShared) outerWrite = outerRead;
          if (isTraced) event(TRACK_OUTER_READ, OUTPUT, step, isDirect ? outerRead - down : begin, outerRead);
        } else {
          innerRead = !isPlain && isDirect ? innerRead + down : end;
          if (innerShared) innerWrite = innerRead;
          if (isGeneral && isTraced)
            event(TRACK_INNER_READ, OUTPUT, step, isDirect ? innerRead - down : begin, innerRead);
        }
        sumsThere = (isPlain ? end : later(begin + downUnit, end - sumsLead)) + sumsLatency;
        // Without a buffer near the array they are added on the way out, where the first of them is needed after the skew.
        if (!isPlain && isDirect) sumsThere -= skew;
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
    if (!isPlain) {
      pendingFills = fills;
      busy = ownBusy;
      pendingPort = portTime;
      step += 1;
      lasting = ownLasting;
      pendingSkew = skew;
      pendingLead = sumsLead;
      pendingStore = storing;
      pendingUnit = storeUnit;
      pendingFarStore = farStoring;
      pendingFarUnit = farStoreUnit;
    }
  }

  if (!isPlain && !isStarted && wait > arrayLatency) {
    // The first held words go into the PEs once they are there, while what streams may still come.
    const heldThere: f64 = isHeldOne ? oneThere : otherThere;
    const restThere: f64 = (isHeldOne ? otherThere : oneThere) - (wait - arrayLatency);
    const isHeldFar: bool = (waits & (isHeldOne ? oneBit : otherBit)) != 0;
    const isRestFar: bool = (waits & (isHeldOne ? otherBit : oneBit)) != 0;
    ready = later(heldThere, restThere);
    waits = (restThere > heldThere ? isRestFar : isHeldFar) ? waits | STEP_WAITS : waits & ~STEP_WAITS;
  }
  if (isGeneral) innerRead = usePort(INPUT, innerRead);
  isStarted = hasPending;
  firstWait = wait;
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
