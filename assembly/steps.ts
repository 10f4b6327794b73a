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
 *   outer port   | 0: s |                      | 3: s − 1 goes on |
 *   inner port          | 1: s |       | 3: s − 1 goes up | 4: s |
 *   array                 | 2: s − 1   |                          | s, in the next step's turn
 *
 * All cores go in step: a step lasts as long as the first core's tile, which is never the smaller one.
 */

/** Bits of `farWaits`, beside those of inputs and weights: of sums; of the pending step, whatever came last for it. */
const SUMS_WAIT: i32 = step.OUTPUT_BIT;
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
  sumsPort = innerPort(abi.OUTPUT);
  for (let operand: i32 = 0; operand < 3; operand++) {
    const port: usize = hardware.passesOuter(operand) ? state.OUTER_READ : innerPort(operand);
    store<usize>(PORTS + <usize>operand * sizeof<usize>(), port);
  }
}

/** Computes and stores what is pending behind the last step. */
export function end(): void {
  step.standAtEnd();
  take(1);
}

/** When sums of the present outer tile may come back from the far memory: there is a place, and all before are there. */
function earliestOuterSums(): f64 {
  return Math.max(load<f64>(state.OUTER_SUMS_SLOT), load<f64>(state.OUTER_SUMS_BEFORE));
}

/** Gives a new outer tile of inputs or weights its place: that of the one before the last (double buffered), or of the last. */
function openOuter(operand: i32): void {
  const bit: i32 = 1 << operand;
  if ((step.opened & bit) == 0) return;
  const freed: usize = state.ofOuter(state.OUTER_INPUT_FREED, operand);
  const last: f64 = load<f64>(state.ofOuter(state.OUTER_INPUT_READ, operand));
  const slot: f64 = (mapping.outerDoubleBits & bit) != 0 ? load<f64>(freed) : last;
  store<f64>(state.ofOuter(state.OUTER_INPUT_SLOT, operand), slot);
  store<f64>(freed, last);
}

function openOuterSums(): void {
  const before: f64 = load<f64>(state.OUTER_STORED_AT_OPENING);
  const stored: f64 = load<f64>(state.OUTER_STORED);
  store<f64>(state.OUTER_SUMS_SLOT, (mapping.outerDoubleBits & step.OUTPUT_BIT) != 0 ? before : stored);
  store<f64>(state.OUTER_SUMS_BEFORE, before);
  store<f64>(state.OUTER_STORED_AT_OPENING, stored);
}

/** The later of two times. A choice costs less than Math.max, which minds signs of zero and what is no number. */
function later(a: f64, b: f64): f64 {
  return a > b ? a : b;
}

/** Where it stands when the port between outer and inner buffers is free that `operand` is read over. */
function innerPort(operand: i32): usize {
  const sharer: i32 = firstIn(hardware.innerPorts, operand);
  return sharer == abi.INPUT ? state.INNER_READ : sharer == abi.WEIGHT ? state.WEIGHT_READ : state.SUM_READ;
}

/** The same of the port that brings inner tiles of each operand: the outer one, if they go past the outer buffer. */
const PORTS: usize = memory.data(3 * sizeof<usize>(), 8);
function portOf(operand: i32): usize {
  return load<usize>(PORTS + <usize>operand * sizeof<usize>());
}

/** The port at `port` (portOf) reads until `until`; where it is shared, writes wait as long. */
function readUntil(port: usize, until: f64): void {
  store<f64>(port, until);
  if (port == state.OUTER_READ) {
    if (hardware.outerShared) store<f64>(state.OUTER_WRITE, until);
  } else if (hardware.innerShared && port == sumsPort) store<f64>(state.INNER_WRITE, until);
}

/** Takes an event of the port at `port` down. */
function addRead(port: usize, operand: i32, from: f64, until: f64): void {
  const track: i32 = port == state.OUTER_READ ? abi.TRACK_OUTER_READ : abi.TRACK_INNER_READ;
  events.add(track, operand, load<f64>(state.STEPS), from, until);
}

/** Serves a store of the outer port that has waited, if there is one (it lasts ≥ 0 cycles), behind what the port does already. */
function serve(unitReady: f64, ready: f64, lasts: f64, unit: f64, stepIndex: f64): void {
  if (lasts < 0) return;
  const from: f64 = later(load<f64>(state.OUTER_WRITE), unitReady);
  const until: f64 = later(from + lasts, ready + unit);
  if (events.isTraced) events.add(abi.TRACK_OUTER_WRITE, abi.OUTPUT, stepIndex, from, until);
  store<f64>(state.OUTER_STORED, until + hardware.outerLatency);
  store<f64>(state.OUTER_WRITE, until);
}
function serveOlder(): void {
  serve(
    load<f64>(state.OLDER_FIRST),
    load<f64>(state.OLDER_READY),
    load<f64>(state.OLDER_STORE),
    load<f64>(state.OLDER_UNIT),
    olderStep,
  );
}

/**
 * On a shared outer port stores let the loads of two more steps go first, unless their outer tile goes: takes up a store that lasts
 * so many cycles (−1: none), of which the first unit is there at `unitReady` and the whole at `ready`.
 */
function storeLater(lasts: f64, unit: f64, unitReady: f64, ready: f64, stepIndex: f64): void {
  serveOlder();
  olderStep = laterStep;
  laterStep = stepIndex;
  store<f64>(state.OLDER_FIRST, load<f64>(state.LATER_FIRST));
  store<f64>(state.OLDER_READY, load<f64>(state.LATER_READY));
  store<f64>(state.OLDER_STORE, load<f64>(state.LATER_STORE));
  store<f64>(state.OLDER_UNIT, load<f64>(state.LATER_UNIT));
  store<f64>(state.LATER_FIRST, unitReady);
  store<f64>(state.LATER_READY, ready);
  store<f64>(state.LATER_STORE, lasts);
  store<f64>(state.LATER_UNIT, unit);
  if (step.opensSums || step.isAtEnd) {
    serveOlder();
    serve(unitReady, ready, lasts, unit, stepIndex);
    store<f64>(state.OLDER_STORE, -1);
    store<f64>(state.LATER_STORE, -1);
  }
  store<f64>(state.OUTER_READ, load<f64>(state.OUTER_WRITE));
}

/** What the tile in place, and the pending step, waited for was the far memory: bits of operands, and STEP_WAITS. */
let farWaits: i32 = 0;
/** Where it stands when the inner port is free that sums come back over. */
let sumsPort: usize = state.INNER_READ;
/** When the part of an outer tile is there that the step is the first to use, and its first unit: of inputs, of weights; 0: it was there before. */
const FAR: usize = memory.data(4 * 8, 16);
const FAR_FIRST: usize = 8;
/** When the first of the sums that the step before stored can come back; 0: it has stored none. */
let storedFirst: f64 = 0;

function wait(bit: i32, isFar: bool): void {
  farWaits = isFar ? farWaits | bit : farWaits & ~bit;
}

/** 0: a part of the outer tile of `operand`. */
function bring(operand: i32): void {
  if ((step.brought & (1 << operand)) == 0) return;
  const far: usize = FAR + <usize>(operand * 16);
  const fetch: usize = step.fetchOf(operand);
  const from: f64 = later(load<f64>(state.OUTER_READ), load<f64>(state.ofOuter(state.OUTER_INPUT_SLOT, operand)));
  const until: f64 = from + load<f64>(fetch, step.FAR_CYCLES);
  readUntil(state.OUTER_READ, until);
  if (events.isTraced) addRead(state.OUTER_READ, operand, from, until);
  store<f64>(far, from + load<f64>(fetch, step.FAR_UNIT) + hardware.outerLatency, FAR_FIRST);
  store<f64>(far, until + hardware.outerLatency);
}

/** 1 and 4: the inner tile of `operand`, ahead of the pending step or behind it. */
function fetch(operand: i32, isAhead: bool): void {
  const bit: i32 = 1 << operand;
  const record: usize = step.fetchOf(operand);
  const lasts: f64 = load<f64>(record, step.CYCLES);
  const unit: f64 = load<f64>(record, step.UNIT);
  const far: usize = FAR + <usize>(operand * 16);
  const port: usize = portOf(operand);
  const passes: bool = port == state.OUTER_READ;
  const place: f64 = isAhead ? load<f64>(state.ofInner(state.INPUT_FREED, operand)) : load<f64>(state.ARRAY_FREE);
  let from: f64 = later(load<f64>(port), place);
  let until: f64 = from + lasts;
  if (passes) farWaits |= bit;
  else if (isAhead) {
    const near: f64 = until;
    from = later(from, load<f64>(far, FAR_FIRST));
    if ((step.brought & bit) != 0) until = later(from + lasts, load<f64>(far) + unit);
    wait(bit, until > near);
  } else {
    // Into a place that has just become free a tile goes as a whole.
    wait(bit, load<f64>(far) > from);
    from = later(from, load<f64>(far));
    until = from + lasts;
  }
  readUntil(port, until);
  if (events.isTraced) addRead(port, operand, from, until);
  const whole: f64 = isAhead ? later(from + unit, until - load<f64>(record, step.LEAD)) : until;
  store<f64>(
    state.ofInner(state.INPUT_THERE, operand),
    whole + (passes ? hardware.outerLatency : hardware.innerLatency),
  );
  if (!passes) store<f64>(state.ofOuter(state.OUTER_INPUT_READ, operand), until);
}

/** 2: the pending step. The present one's held words come in behind its last fold's stream, and may take longer. */
function compute(): void {
  const index: f64 = load<f64>(state.STEPS) - 1;
  const free: f64 = load<f64>(state.ARRAY_FREE);
  const start: f64 = later(free, load<f64>(state.PENDING_READY));
  const isFar: bool = (farWaits & STEP_WAITS) != 0;
  const stall: usize = isFar ? state.STALL_OUTER : state.STALL_INNER;
  store<f64>(stall, load<f64>(stall) + start - free);
  if (load<f64>(state.PENDING_FILLS) != 0) {
    store<f64>(state.FILL, load<f64>(state.STALL_OUTER) + load<f64>(state.STALL_INNER));
  }
  let streamStart: f64 = start;
  let computed: f64 = load<f64>(state.COMPUTE);
  if (firstWait >= 0) {
    streamStart += firstWait;
    computed += firstWait;
    beginning = firstWait;
    firstWait = -1;
  }
  const arrayCycles: f64 = load<f64>(state.PENDING_ARRAY);
  const portCycles: f64 = load<f64>(state.PENDING_PORT);
  const busy: f64 = arrayCycles + fold.unhiddenLoad(step.loading, load<f64>(state.PENDING_STREAM));
  const streamed: f64 = streamStart + later(arrayCycles, portCycles);
  const end: f64 = later(streamed, streamStart + busy);
  if (events.isTraced) {
    events.add(abi.TRACK_STALL, isFar ? abi.WAIT_OUTER : abi.WAIT_INNER, index, free, start);
    events.add(abi.TRACK_ARRAY, 0, index, start, streamStart + busy);
    events.add(abi.TRACK_ARRAY_PORT, 0, index, streamStart, streamStart + portCycles);
    events.add(abi.TRACK_STALL, abi.WAIT_ARRAY_PORT, index, streamStart + busy, end);
  }
  const out: f64 = streamed + load<f64>(state.PENDING_SKEW);
  store<f64>(state.ARRAY_FREE, end);
  store<f64>(state.COMPUTE, computed + busy);
  store<f64>(state.SUMS_OUT, out);
  store<f64>(state.DRAINED, later(load<f64>(state.DRAINED), out));
}

/** 3: sums of the pending step go up where the present one works on others, and on to the far memory where they are done with. */
function storeSums(): void {
  const isStored: bool = step.changesSums || step.isAtEnd;
  const index: f64 = load<f64>(state.STEPS) - 1;
  const farCycles: f64 = load<f64>(state.PENDING_OUTER_STORE);
  if (isStored) {
    const out: f64 = load<f64>(state.SUMS_OUT);
    const unit: f64 = load<f64>(state.PENDING_UNIT);
    const passes: bool = hardware.passesOuter(abi.OUTPUT);
    const port: usize = passes ? state.OUTER_WRITE : state.INNER_WRITE;
    const latency: f64 = passes ? hardware.outerLatency : hardware.innerLatency;
    const place: f64 = passes ? 0 : load<f64>(state.OUTER_SUMS_SLOT);
    const from: f64 = later(load<f64>(port), later(out - load<f64>(state.PENDING_LEAD), place));
    const until: f64 = later(from + load<f64>(state.PENDING_STORE), out + unit);
    store<f64>(port, until);
    if (passes && hardware.outerShared) store<f64>(state.OUTER_READ, until);
    if (!passes && hardware.innerShared) store<f64>(sumsPort, until);
    if (events.isTraced) {
      events.add(passes ? abi.TRACK_OUTER_WRITE : abi.TRACK_INNER_WRITE, abi.OUTPUT, index, from, until);
    }
    store<f64>(state.STORED_BEFORE, load<f64>(state.STORED));
    store<f64>(state.STORED, until + latency);
    storedFirst = from + unit + latency;
    if (farCycles >= 0 && !hardware.outerShared) {
      serve(storedFirst, until + latency, farCycles, load<f64>(state.PENDING_OUTER_UNIT), index);
    }
  }
  if (!hardware.outerShared) return;
  const lasts: f64 = isStored ? farCycles : -1;
  storeLater(lasts, load<f64>(state.PENDING_OUTER_UNIT), storedFirst, load<f64>(state.STORED), index);
}

/** 4: there is a place for the step's sums, and partial sums come back. */
function takeSums(): void {
  const passes: bool = hardware.passesOuter(abi.OUTPUT);
  const port: usize = portOf(abi.OUTPUT);
  const stored: f64 = load<f64>(state.STORED);
  const storedBefore: f64 = load<f64>(state.STORED_BEFORE);
  // Sums that go straight to the outer buffer wait for no place on their way.
  let there: f64 = hardware.isDirect ? 0 : step.areSumsDouble ? storedBefore : stored;
  let firstReady: f64 = later(there, step.areSameSums ? storedFirst : storedBefore);
  let allReady: f64 = step.areSameSums ? stored : storedBefore;
  farWaits &= ~SUMS_WAIT;
  // When they would be there if the far memory had nothing to do with it.
  const near: f64 = later(later(load<f64>(port), firstReady) + step.down, allReady + step.downUnit);
  if (step.farDown >= 0) {
    const from: f64 = later(load<f64>(state.OUTER_READ), earliestOuterSums());
    const until: f64 = from + step.farDown;
    readUntil(state.OUTER_READ, until);
    if (events.isTraced) addRead(state.OUTER_READ, abi.OUTPUT, from, until);
    firstReady = later(firstReady, from + step.farDownUnit + hardware.outerLatency);
    allReady = later(allReady, until + hardware.outerLatency);
  }
  // The place of new sums is needed when the first of them leaves the array, not when it starts. Nobody waits for sums that the outer buffer adds to itself.
  if (step.isFirstK) there -= step.skewCycles;
  else {
    const free: f64 = load<f64>(port);
    const from: f64 = later(free, firstReady);
    const until: f64 = later(from + step.down, allReady + step.downUnit);
    if (passes || until > near) farWaits |= SUMS_WAIT;
    // Straight to the array, other streams go on while they are waited for.
    const last: f64 = hardware.isDirect ? free + step.down : until;
    readUntil(port, last);
    if (events.isTraced) addRead(port, abi.OUTPUT, hardware.isDirect ? free : from, last);
    there = later(from + step.downUnit, until - step.sumsLead);
    there += passes ? hardware.outerLatency : hardware.innerLatency;
    // Without a buffer near the array they are added on the way out, where the first of them is needed after the skew.
    if (hardware.isDirect) there -= step.skewCycles;
  }
  store<f64>(state.SUMS_THERE, there);
}

/** The present step becomes the pending one. */
function makePending(fills: bool): void {
  const firstThere: f64 = load<f64>(state.ofInner(state.INPUT_THERE, step.firstOperand));
  const secondThere: f64 = load<f64>(state.ofInner(state.INPUT_THERE, step.secondOperand));
  const sumsThere: f64 = load<f64>(state.SUMS_THERE);
  let ready: f64 = firstThere;
  let last: i32 = 1 << step.firstOperand;
  if (secondThere > ready) {
    ready = secondThere;
    last = 1 << step.secondOperand;
  }
  if (sumsThere > ready) {
    ready = sumsThere;
    last = SUMS_WAIT;
  }
  wait(STEP_WAITS, (farWaits & last) != 0);
  store<f64>(state.PENDING_READY, ready);
  store<f64>(state.PENDING_FILLS, fills ? 1 : 0);
  store<f64>(state.PENDING_ARRAY, step.arrayTime);
  store<f64>(state.PENDING_PORT, step.portTime);
  store<f64>(state.PENDING_STREAM, step.stream);
  store<f64>(state.PENDING_SKEW, step.skewCycles);
  store<f64>(state.PENDING_LEAD, step.sumsLead);
  store<f64>(state.PENDING_STORE, step.storing);
  store<f64>(state.PENDING_UNIT, step.storeUnit);
  store<f64>(state.PENDING_OUTER_STORE, step.farStoring);
  store<f64>(state.PENDING_OUTER_UNIT, step.farStoreUnit);
  if (!step.isAtEnd) store<f64>(state.STEPS, load<f64>(state.STEPS) + 1);
}

/** The first held words of all go into the PEs once they are there, while what streams may still come. */
function waitForHeld(loadCycles: f64): void {
  const streamed: i32 = 1 - step.heldOperand;
  const heldThere: f64 = load<f64>(state.ofInner(state.INPUT_THERE, step.heldOperand));
  const restThere: f64 = load<f64>(state.ofInner(state.INPUT_THERE, streamed)) - loadCycles;
  store<f64>(state.PENDING_READY, later(heldThere, restThere));
  wait(STEP_WAITS, (farWaits & (1 << (restThere > heldThere ? streamed : step.heldOperand))) != 0);
}

/**
 * `count` inner steps that are all like the present one (share.ts): what they move and how long it takes is looked up once.
 * Every step of a walk goes through here.
 */
export function take(count: f64): void {
  step.lookUp();
  openOuter(abi.INPUT);
  openOuter(abi.WEIGHT);
  farWaits = <i32>load<f64>(state.WAITS);
  for (let at: usize = FAR; at < FAR + 32; at += 8) store<f64>(at, 0);
  const isFirst: bool = !isStarted;
  const first: i32 = 1 << step.firstOperand;
  const second: i32 = 1 << step.secondOperand;
  const ahead: i32 = step.changed & mapping.innerDoubleBits;
  const behind: i32 = step.changed & ~mapping.innerDoubleBits;
  for (let left: i64 = <i64>count; left > 0; left--) {
    if (step.brought != 0) {
      bring(step.firstOperand);
      bring(step.secondOperand);
    }
    if ((ahead & first) != 0) fetch(step.firstOperand, true);
    if ((ahead & second) != 0) fetch(step.secondOperand, true);
    storedFirst = 0;
    if (isFirst) firstWait = fold.unhiddenLoad(step.loading, 0) + hardware.arrayLatency;
    else {
      compute();
      storeSums();
    }
    if (step.opensSums) openOuterSums();
    if ((behind & first) != 0) fetch(step.firstOperand, false);
    if ((behind & second) != 0) fetch(step.secondOperand, false);
    const free: f64 = load<f64>(state.ARRAY_FREE);
    if ((step.changed & step.INPUT_BIT) != 0) store<f64>(state.INPUT_FREED, free);
    if ((step.changed & step.WEIGHT_BIT) != 0) store<f64>(state.WEIGHT_FREED, free);
    if (step.changesSums) takeSums();
    makePending(isFirst || step.fillsTile);
  }
  if (isFirst && firstWait > hardware.arrayLatency) waitForHeld(firstWait - hardware.arrayLatency);
  isStarted = true;
  store<f64>(state.WAITS, <f64>farWaits);
  if (load<f64>(state.ARRAY_FREE) - load<f64>(state.COMPUTE) > mostStalls) isGivenUp = true;
  if (!step.isAtEnd) singleSteps += count;
}
