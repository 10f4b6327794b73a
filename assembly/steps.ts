import * as fold from "./array/fold";
import * as hardware from "./hardware";
import * as abi from "./abi";
import * as mapping from "./mapping";
import * as step from "./present-step";
import * as state from "./steady-state";
import { firstIn } from "./split";
import * as events from "./events";

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
const SUMS_WAIT: i32 = step.OUTPUT_BIT;
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
export function begin(outerK: f64, keeps: bool, stalls: f64): void {
  step.standAtBeginning(outerK, keeps);
  mostStalls = stalls;
  isGivenUp = false;
  singleSteps = 0;
  isStarted = false;
  firstWait = 0;
}

/** Computes and stores what is pending behind the last step. */
export function end(): void {
  step.standAtEnd();
  walk(1);
}

/** When sums of the present outer tile may come back from the far memory: there is a place, and all before are there. */
function earliestOuterSums(): f64 {
  return Math.max(load<f64>(state.OUTER_SUMS_SLOT), load<f64>(state.OUTER_SUMS_BEFORE));
}

/** Gives new outer tiles of inputs and weights their places: that of the one before the last (double buffered), or of the last. */
function openOuterOperands(): void {
  if ((step.opened & step.INPUT_BIT) != 0) {
    const last: f64 = load<f64>(state.OUTER_INPUT_READ);
    store<f64>(
      state.OUTER_INPUT_SLOT,
      (mapping.outerDoubleBits & step.INPUT_BIT) != 0 ? load<f64>(state.OUTER_INPUT_FREED) : last,
    );
    store<f64>(state.OUTER_INPUT_FREED, last);
  }
  if ((step.opened & step.WEIGHT_BIT) != 0) {
    const last: f64 = load<f64>(state.OUTER_WEIGHT_READ);
    store<f64>(
      state.OUTER_WEIGHT_SLOT,
      (mapping.outerDoubleBits & step.WEIGHT_BIT) != 0 ? load<f64>(state.OUTER_WEIGHT_FREED) : last,
    );
    store<f64>(state.OUTER_WEIGHT_FREED, last);
  }
}

function openOuterSums(): void {
  const before: f64 = load<f64>(state.OUTER_STORED_AT_OPENING);
  const stored: f64 = load<f64>(state.OUTER_STORED);
  store<f64>(state.OUTER_SUMS_SLOT, (mapping.outerDoubleBits & step.OUTPUT_BIT) != 0 ? before : stored);
  store<f64>(state.OUTER_SUMS_BEFORE, before);
  store<f64>(state.OUTER_STORED_AT_OPENING, stored);
}

/** The port whose reads stand in the local variable of a walk's step: the first operand that is on it. */
let portAtHand: i32 = abi.INPUT;

/** Where the time stands from which on the port is free whose first operand is `first`. */
function readTime(first: i32): usize {
  return first == abi.INPUT ? state.INNER_READ : first == abi.WEIGHT ? state.WEIGHT_READ : state.SUM_READ;
}

/** Puts the time of the port at hand away and takes up that of the one that `operand` is on. */
function usePort(operand: i32, time: f64): f64 {
  const first: i32 = firstIn(hardware.innerPorts, operand);
  if (first == portAtHand) return time;
  store<f64>(readTime(portAtHand), time);
  portAtHand = first;
  return load<f64>(readTime(first));
}

/** Whether the port at hand takes turns with the writes of sums. */
function isPortShared(): bool {
  return hardware.innerShared && portAtHand == firstIn(hardware.innerPorts, abi.OUTPUT);
}

/** The later of two times. A choice costs less than Math.max, which minds signs of zero and what is no number. */
function later(a: f64, b: f64): f64 {
  return a > b ? a : b;
}

/** Serves a store of the outer port that has waited, if there is one (cycles ≥ 0); when the port is free again. */
function serve(free: f64, first: f64, ready: f64, cycles: f64, unit: f64, stepIndex: f64): f64 {
  if (cycles < 0) return free;
  const until: f64 = later(later(free, first) + cycles, ready + unit);
  if (events.isTraced) events.add(abi.TRACK_OUTER_WRITE, abi.OUTPUT, stepIndex, later(free, first), until);
  store<f64>(state.OUTER_STORED, until + hardware.outerLatency);
  return until;
}

/**
 * On a shared outer port stores let the loads of two more steps go first, unless their outer tile goes: takes up a store of
 * `cycles` (−1: none), of which the first unit is there at `first` and the whole at `ready`; when the port is free again.
 */
function storeLater(free: f64, cycles: f64, unit: f64, first: f64, ready: f64, stepIndex: f64): f64 {
  let until: f64 = serve(
    free,
    load<f64>(state.OLDER_FIRST),
    load<f64>(state.OLDER_READY),
    load<f64>(state.OLDER_STORE),
    load<f64>(state.OLDER_UNIT),
    olderStep,
  );
  olderStep = laterStep;
  laterStep = stepIndex;
  store<f64>(state.OLDER_FIRST, load<f64>(state.LATER_FIRST));
  store<f64>(state.OLDER_READY, load<f64>(state.LATER_READY));
  store<f64>(state.OLDER_STORE, load<f64>(state.LATER_STORE));
  store<f64>(state.OLDER_UNIT, load<f64>(state.LATER_UNIT));
  store<f64>(state.LATER_FIRST, first);
  store<f64>(state.LATER_READY, ready);
  store<f64>(state.LATER_STORE, cycles);
  store<f64>(state.LATER_UNIT, unit);
  if (!step.opensSums && !step.isAtEnd) return until;
  until = serve(
    until,
    load<f64>(state.OLDER_FIRST),
    load<f64>(state.OLDER_READY),
    load<f64>(state.OLDER_STORE),
    load<f64>(state.OLDER_UNIT),
    olderStep,
  );
  until = serve(until, first, ready, cycles, unit, stepIndex);
  store<f64>(state.OLDER_STORE, -1);
  store<f64>(state.LATER_STORE, -1);
  return until;
}

/**
 * `count` inner steps that are all like the present one (share.ts): what they move and how long it takes is looked up once.
 * Every step of a walk goes through here.
 */
export function walk(count: f64): void {
  step.lookUp();
  if (hardware.passedBits != 0 || events.isTraced || hardware.innerPorts != abi.SPLIT_TOGETHER) {
    take(count, false, true);
    return;
  }
  const arePlain: bool =
    !hardware.isDirect &&
    !hardware.outerShared &&
    !step.isAtEnd &&
    firstWait < 0 &&
    !step.bringsOne &&
    !step.bringsOther &&
    step.farDown < 0;
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
  if (!isPlain && step.opened != 0) openOuterOperands();
  const oneThereAt: usize = step.isWeightFirst ? state.WEIGHT_THERE : state.INPUT_THERE;
  const otherThereAt: usize = step.isWeightFirst ? state.INPUT_THERE : state.WEIGHT_THERE;
  const oneFreedAt: usize = step.isWeightFirst ? state.WEIGHT_FREED : state.INPUT_FREED;
  const otherFreedAt: usize = step.isWeightFirst ? state.INPUT_FREED : state.WEIGHT_FREED;
  const oneReadAt: usize = step.isWeightFirst ? state.OUTER_WEIGHT_READ : state.OUTER_INPUT_READ;
  const otherReadAt: usize = step.isWeightFirst ? state.OUTER_INPUT_READ : state.OUTER_WEIGHT_READ;
  const farOneSlot: f64 = load<f64>(step.isWeightFirst ? state.OUTER_WEIGHT_SLOT : state.OUTER_INPUT_SLOT);
  const farOtherSlot: f64 = load<f64>(step.isWeightFirst ? state.OUTER_INPUT_SLOT : state.OUTER_WEIGHT_SLOT);
  const outerSumsSlot: f64 = load<f64>(state.OUTER_SUMS_SLOT);
  let free: f64 = load<f64>(state.ARRAY_FREE);
  let innerRead: f64 = load<f64>(state.INNER_READ);
  let innerWrite: f64 = load<f64>(state.INNER_WRITE);
  let outerRead: f64 = load<f64>(state.OUTER_READ);
  let outerWrite: f64 = load<f64>(state.OUTER_WRITE);
  let oneThere: f64 = load<f64>(oneThereAt);
  let oneFreed: f64 = load<f64>(oneFreedAt);
  let otherThere: f64 = load<f64>(otherThereAt);
  let otherFreed: f64 = load<f64>(otherFreedAt);
  let sumsThere: f64 = load<f64>(state.SUMS_THERE);
  let stored: f64 = load<f64>(state.STORED);
  let storedBefore: f64 = load<f64>(state.STORED_BEFORE);
  let ready: f64 = load<f64>(state.PENDING_READY);
  let out: f64 = load<f64>(state.SUMS_OUT);
  let drained: f64 = load<f64>(state.DRAINED);
  let waits: i32 = <i32>load<f64>(state.WAITS);
  let computed: f64 = load<f64>(state.COMPUTE);
  let stallFar: f64 = load<f64>(state.STALL_OUTER);
  let stallNear: f64 = load<f64>(state.STALL_INNER);
  /** What the array does for the pending step, the load of the present one's first words behind it included; its stream. */
  let busy: f64 = load<f64>(state.PENDING_ARRAY) + fold.unhiddenLoad(step.loading, load<f64>(state.PENDING_STREAM));
  let lasting: f64 = later(load<f64>(state.PENDING_ARRAY), load<f64>(state.PENDING_PORT));
  const ownBusy: f64 = step.arrayTime + fold.unhiddenLoad(step.loading, step.stream);
  const ownLasting: f64 = later(step.arrayTime, step.portTime);
  let pendingPort: f64 = load<f64>(state.PENDING_PORT);
  /** Steps so far, the pending one included. */
  let stepIndex: f64 = load<f64>(state.STEPS);
  const one: i32 = step.isWeightFirst ? abi.WEIGHT : abi.INPUT;
  const other: i32 = step.isWeightFirst ? abi.INPUT : abi.WEIGHT;
  let pendingSkew: f64 = load<f64>(state.PENDING_SKEW);
  let pendingLead: f64 = load<f64>(state.PENDING_LEAD);
  let pendingStore: f64 = load<f64>(state.PENDING_STORE);
  let pendingUnit: f64 = load<f64>(state.PENDING_UNIT);
  let pendingFarStore: f64 = load<f64>(state.PENDING_OUTER_STORE);
  let pendingFarUnit: f64 = load<f64>(state.PENDING_OUTER_UNIT);

  const fetchesOneAhead: bool = step.changesOne && step.isOneDouble;
  const fetchesOtherAhead: bool = step.changesOther && step.isOtherDouble;
  const storesSums: bool = step.changesSums || step.isAtEnd;
  const passesSums: bool = isGeneral && hardware.passesOuter(abi.OUTPUT);
  const oneLatency: f64 = isGeneral && step.passesOne ? hardware.outerLatency : hardware.innerLatency;
  const otherLatency: f64 = isGeneral && step.passesOther ? hardware.outerLatency : hardware.innerLatency;
  const sumsLatency: f64 = passesSums ? hardware.outerLatency : hardware.innerLatency;
  const fills: bool = !isStarted || step.fillsTile;
  let pendingFills: bool = load<f64>(state.PENDING_FILLS) != 0;
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
    if (!isPlain && step.bringsOne) {
      const from: f64 = later(outerRead, farOneSlot);
      outerRead = from + step.farOneCycles;
      if (hardware.outerShared) outerWrite = outerRead;
      if (isGeneral && events.isTraced) events.add(abi.TRACK_OUTER_READ, one, stepIndex, from, outerRead);
      farOneFirst = from + step.farOneUnit + hardware.outerLatency;
      farOneThere = outerRead + hardware.outerLatency;
    }
    if (!isPlain && step.bringsOther) {
      const from: f64 = later(outerRead, farOtherSlot);
      outerRead = from + step.farOtherCycles;
      if (hardware.outerShared) outerWrite = outerRead;
      if (isGeneral && events.isTraced) events.add(abi.TRACK_OUTER_READ, other, stepIndex, from, outerRead);
      farOtherFirst = from + step.farOtherUnit + hardware.outerLatency;
      farOtherThere = outerRead + hardware.outerLatency;
    }
    // 1: double-buffered inner tiles.
    if (isGeneral && step.passesOne && fetchesOneAhead) {
      const from: f64 = later(outerRead, oneFreed);
      outerRead = from + step.oneCycles;
      if (hardware.outerShared) outerWrite = outerRead;
      if (events.isTraced) events.add(abi.TRACK_OUTER_READ, one, stepIndex, from, outerRead);
      waits |= step.oneBit;
      oneThere = later(from + step.oneUnit, outerRead - step.oneLead) + oneLatency;
    } else if (fetchesOneAhead) {
      if (isGeneral) innerRead = usePort(one, innerRead);
      let from: f64 = later(innerRead, oneFreed);
      innerRead = from + step.oneCycles;
      if (!isPlain) waits &= ~step.oneBit;
      if (!isPlain && step.bringsOne) {
        const near: f64 = innerRead;
        from = later(from, farOneFirst);
        innerRead = later(from + step.oneCycles, farOneThere + step.oneUnit);
        if (innerRead > near) waits |= step.oneBit;
      }
      if (isGeneral ? isPortShared() : hardware.innerShared) innerWrite = innerRead;
      if (isGeneral && events.isTraced) events.add(abi.TRACK_INNER_READ, one, stepIndex, from, innerRead);
      oneThere = (isPlain ? innerRead : later(from + step.oneUnit, innerRead - step.oneLead)) + oneLatency;
      store<f64>(oneReadAt, innerRead);
    }
    if (isGeneral && step.passesOther && fetchesOtherAhead) {
      const from: f64 = later(outerRead, otherFreed);
      outerRead = from + step.otherCycles;
      if (hardware.outerShared) outerWrite = outerRead;
      if (events.isTraced) events.add(abi.TRACK_OUTER_READ, other, stepIndex, from, outerRead);
      waits |= step.otherBit;
      otherThere = later(from + step.otherUnit, outerRead - step.otherLead) + otherLatency;
    } else if (fetchesOtherAhead) {
      if (isGeneral) innerRead = usePort(other, innerRead);
      let from: f64 = later(innerRead, otherFreed);
      innerRead = from + step.otherCycles;
      if (!isPlain) waits &= ~step.otherBit;
      if (!isPlain && step.bringsOther) {
        const near: f64 = innerRead;
        from = later(from, farOtherFirst);
        innerRead = later(from + step.otherCycles, farOtherThere + step.otherUnit);
        if (innerRead > near) waits |= step.otherBit;
      }
      if (isGeneral ? isPortShared() : hardware.innerShared) innerWrite = innerRead;
      if (isGeneral && events.isTraced) events.add(abi.TRACK_INNER_READ, other, stepIndex, from, innerRead);
      otherThere = (isPlain ? innerRead : later(from + step.otherUnit, innerRead - step.otherLead)) + otherLatency;
      store<f64>(otherReadAt, innerRead);
    }
    /** When the first sums of the step before can come back. */
    let storedFirst: f64 = 0;
    if (isPlain || hasPending) {
      // 2: the pending step. The next one's held words come in behind its last fold's stream, and may take longer.
      const start: f64 = later(free, ready);
      if ((waits & STEP_WAITS) != 0) stallFar += start - free;
      else stallNear += start - free;
      if (!isPlain && pendingFills) store<f64>(state.FILL, stallFar + stallNear);
      if (isGeneral && events.isTraced) {
        events.add(
          abi.TRACK_STALL,
          (waits & STEP_WAITS) != 0 ? abi.WAIT_OUTER : abi.WAIT_INNER,
          stepIndex - 1,
          free,
          start,
        );
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
      if (isGeneral && events.isTraced) {
        events.add(abi.TRACK_ARRAY, 0, stepIndex - 1, start, streams + busy);
        events.add(abi.TRACK_ARRAY_PORT, 0, stepIndex - 1, streams, streams + pendingPort);
        events.add(abi.TRACK_STALL, abi.WAIT_ARRAY_PORT, stepIndex - 1, streams + busy, free);
      }
      out = streamed + pendingSkew;
      drained = later(drained, out);
      computed += busy;
      // 3: its sums go up, and on to the far memory where they are done with.
      if (passesSums && storesSums) {
        storedBefore = stored;
        const from: f64 = later(outerWrite, out - pendingLead);
        outerWrite = later(from + pendingStore, out + pendingUnit);
        if (hardware.outerShared) outerRead = outerWrite;
        if (events.isTraced) events.add(abi.TRACK_OUTER_WRITE, abi.OUTPUT, stepIndex - 1, from, outerWrite);
        stored = outerWrite + sumsLatency;
        storedFirst = from + pendingUnit + sumsLatency;
      } else if (storesSums) {
        if (isGeneral) innerRead = usePort(abi.OUTPUT, innerRead);
        storedBefore = stored;
        const from: f64 = later(innerWrite, later(isPlain ? out : out - pendingLead, outerSumsSlot));
        innerWrite = from + pendingStore;
        if (!isPlain) innerWrite = later(innerWrite, out + pendingUnit);
        if (hardware.innerShared) innerRead = innerWrite;
        if (isGeneral && events.isTraced)
          events.add(abi.TRACK_INNER_WRITE, abi.OUTPUT, stepIndex - 1, from, innerWrite);
        stored = innerWrite + sumsLatency;
        storedFirst = isPlain ? stored : from + pendingUnit + sumsLatency;
        if (pendingFarStore >= 0 && (isPlain || !hardware.outerShared)) {
          const from: f64 = later(outerWrite, storedFirst);
          outerWrite = from + pendingFarStore;
          if (!isPlain) outerWrite = later(outerWrite, stored + pendingFarUnit);
          if (isGeneral && events.isTraced)
            events.add(abi.TRACK_OUTER_WRITE, abi.OUTPUT, stepIndex - 1, from, outerWrite);
          store<f64>(state.OUTER_STORED, outerWrite + hardware.outerLatency);
        }
      }
      if (!isPlain && hardware.outerShared) {
        outerWrite = storeLater(
          outerWrite,
          storesSums ? pendingFarStore : -1,
          pendingFarUnit,
          storedFirst,
          stored,
          stepIndex - 1,
        );
        outerRead = outerWrite;
      }
    } else {
      wait = fold.unhiddenLoad(step.loading, 0) + hardware.arrayLatency;
      hasPending = true;
    }
    if (!isPlain && step.opensSums) openOuterSums();
    // 4: single-buffered inner tiles, and partial sums that come back.
    if (step.changesOne) {
      if (isGeneral && step.passesOne && !step.isOneDouble) {
        const place: f64 = later(outerRead, free);
        outerRead = place + step.oneCycles;
        if (hardware.outerShared) outerWrite = outerRead;
        if (events.isTraced) events.add(abi.TRACK_OUTER_READ, one, stepIndex, place, outerRead);
        waits |= step.oneBit;
        oneThere = outerRead + oneLatency;
      } else if (!step.isOneDouble) {
        if (isGeneral) innerRead = usePort(one, innerRead);
        const place: f64 = later(innerRead, free);
        if (!isPlain) waits = farOneThere > place ? waits | step.oneBit : waits & ~step.oneBit;
        innerRead = (isPlain ? place : later(place, farOneThere)) + step.oneCycles;
        if (isGeneral ? isPortShared() : hardware.innerShared) innerWrite = innerRead;
        if (isGeneral && events.isTraced)
          events.add(abi.TRACK_INNER_READ, one, stepIndex, innerRead - step.oneCycles, innerRead);
        oneThere = innerRead + oneLatency;
        store<f64>(oneReadAt, innerRead);
      }
      oneFreed = free;
    }
    if (step.changesOther) {
      if (isGeneral && step.passesOther && !step.isOtherDouble) {
        const place: f64 = later(outerRead, free);
        outerRead = place + step.otherCycles;
        if (hardware.outerShared) outerWrite = outerRead;
        if (events.isTraced) events.add(abi.TRACK_OUTER_READ, other, stepIndex, place, outerRead);
        waits |= step.otherBit;
        otherThere = outerRead + otherLatency;
      } else if (!step.isOtherDouble) {
        if (isGeneral) innerRead = usePort(other, innerRead);
        const place: f64 = later(innerRead, free);
        if (!isPlain) waits = farOtherThere > place ? waits | step.otherBit : waits & ~step.otherBit;
        innerRead = (isPlain ? place : later(place, farOtherThere)) + step.otherCycles;
        if (isGeneral ? isPortShared() : hardware.innerShared) innerWrite = innerRead;
        if (isGeneral && events.isTraced)
          events.add(abi.TRACK_INNER_READ, other, stepIndex, innerRead - step.otherCycles, innerRead);
        otherThere = innerRead + otherLatency;
        store<f64>(otherReadAt, innerRead);
      }
      otherFreed = free;
    }
    if (step.changesSums) {
      if (isGeneral) innerRead = usePort(abi.OUTPUT, innerRead);
      // Sums that go straight to the outer buffer wait for no place on their way.
      sumsThere = !isPlain && hardware.isDirect ? 0 : step.areSumsDouble ? storedBefore : stored;
      if (!isPlain) waits &= ~SUMS_WAIT;
      let first: f64 = later(sumsThere, step.areSameSums ? storedFirst : storedBefore);
      let whole: f64 = step.areSameSums ? stored : storedBefore;
      // When they would be there if the far memory had nothing to do with it.
      const near: f64 = isPlain ? 0 : later(later(innerRead, first) + step.down, whole + step.downUnit);
      if (!isPlain && step.farDown >= 0) {
        const from: f64 = later(outerRead, earliestOuterSums());
        outerRead = from + step.farDown;
        if (hardware.outerShared) outerWrite = outerRead;
        if (isGeneral && events.isTraced) events.add(abi.TRACK_OUTER_READ, abi.OUTPUT, stepIndex, from, outerRead);
        first = later(first, from + step.farDownUnit + hardware.outerLatency);
        whole = later(whole, outerRead + hardware.outerLatency);
      }
      // Nobody waits for sums that the outer buffer adds to itself.
      if (!step.isFirstK) {
        const from: f64 = later(passesSums ? outerRead : innerRead, first);
        const until: f64 = later(from + step.down, whole + step.downUnit);
        if (passesSums || (!isPlain && until > near)) waits |= SUMS_WAIT;
        // Straight to the array, other streams go on while they are waited for.
        if (passesSums) {
          outerRead = hardware.isDirect ? outerRead + step.down : until;
          if (hardware.outerShared) outerWrite = outerRead;
          if (events.isTraced)
            events.add(
              abi.TRACK_OUTER_READ,
              abi.OUTPUT,
              stepIndex,
              hardware.isDirect ? outerRead - step.down : from,
              outerRead,
            );
        } else {
          innerRead = !isPlain && hardware.isDirect ? innerRead + step.down : until;
          if (hardware.innerShared) innerWrite = innerRead;
          if (isGeneral && events.isTraced)
            events.add(
              abi.TRACK_INNER_READ,
              abi.OUTPUT,
              stepIndex,
              hardware.isDirect ? innerRead - step.down : from,
              innerRead,
            );
        }
        sumsThere = (isPlain ? until : later(from + step.downUnit, until - step.sumsLead)) + sumsLatency;
        // Without a buffer near the array they are added on the way out, where the first of them is needed after the skew.
        if (!isPlain && hardware.isDirect) sumsThere -= step.skew;
      } else {
        // The place of new sums is needed when the first of them leaves the array, not when it starts.
        sumsThere -= step.skew;
      }
    }

    // The present step becomes the pending one.
    ready = oneThere;
    let isFar: bool = (waits & step.oneBit) != 0;
    if (otherThere > ready) {
      ready = otherThere;
      isFar = (waits & step.otherBit) != 0;
    }
    if (sumsThere > ready) {
      ready = sumsThere;
      isFar = (waits & SUMS_WAIT) != 0;
    }
    waits = isFar ? waits | STEP_WAITS : waits & ~STEP_WAITS;
    if (!isPlain) {
      pendingFills = fills;
      busy = ownBusy;
      pendingPort = step.portTime;
      stepIndex += 1;
      lasting = ownLasting;
      pendingSkew = step.skew;
      pendingLead = step.sumsLead;
      pendingStore = step.storing;
      pendingUnit = step.storeUnit;
      pendingFarStore = step.farStoring;
      pendingFarUnit = step.farStoreUnit;
    }
  }

  if (!isPlain && !isStarted && wait > hardware.arrayLatency) {
    // The first held words go into the PEs once they are there, while what streams may still come.
    const heldThere: f64 = step.isHeldOne ? oneThere : otherThere;
    const restThere: f64 = (step.isHeldOne ? otherThere : oneThere) - (wait - hardware.arrayLatency);
    const isHeldFar: bool = (waits & (step.isHeldOne ? step.oneBit : step.otherBit)) != 0;
    const isRestFar: bool = (waits & (step.isHeldOne ? step.otherBit : step.oneBit)) != 0;
    ready = later(heldThere, restThere);
    waits = (restThere > heldThere ? isRestFar : isHeldFar) ? waits | STEP_WAITS : waits & ~STEP_WAITS;
  }
  if (isGeneral) innerRead = usePort(abi.INPUT, innerRead);
  isStarted = hasPending;
  firstWait = wait;
  if (free - computed > mostStalls) isGivenUp = true;
  store<f64>(state.ARRAY_FREE, free);
  store<f64>(state.INNER_READ, innerRead);
  store<f64>(state.INNER_WRITE, innerWrite);
  store<f64>(state.OUTER_READ, outerRead);
  store<f64>(state.OUTER_WRITE, outerWrite);
  store<f64>(oneThereAt, oneThere);
  store<f64>(oneFreedAt, oneFreed);
  store<f64>(otherThereAt, otherThere);
  store<f64>(otherFreedAt, otherFreed);
  store<f64>(state.SUMS_THERE, sumsThere);
  store<f64>(state.STORED, stored);
  store<f64>(state.STORED_BEFORE, storedBefore);
  store<f64>(state.PENDING_READY, ready);
  store<f64>(state.SUMS_OUT, out);
  store<f64>(state.DRAINED, drained);
  store<f64>(state.WAITS, <f64>waits);
  store<f64>(state.COMPUTE, computed);
  store<f64>(state.STALL_OUTER, stallFar);
  store<f64>(state.STALL_INNER, stallNear);
  store<f64>(state.STALL_ARRAY, load<f64>(state.STALL_ARRAY) + free - computed - stallFar - stallNear - begun);
  store<f64>(state.PENDING_ARRAY, step.arrayTime);
  store<f64>(state.PENDING_PORT, step.portTime);
  store<f64>(state.PENDING_STREAM, step.stream);
  store<f64>(state.PENDING_FILLS, pendingFills ? 1 : 0);
  store<f64>(state.PENDING_SKEW, pendingSkew);
  store<f64>(state.PENDING_LEAD, pendingLead);
  store<f64>(state.PENDING_STORE, pendingStore);
  store<f64>(state.PENDING_UNIT, pendingUnit);
  store<f64>(state.PENDING_OUTER_STORE, pendingFarStore);
  store<f64>(state.PENDING_OUTER_UNIT, pendingFarUnit);
  if (step.isAtEnd) return;
  store<f64>(state.STEPS, load<f64>(state.STEPS) + count);
  singleSteps += count;
}
