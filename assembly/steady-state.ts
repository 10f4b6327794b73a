import * as abi from "./abi";
import * as hardware from "./hardware";

/*
 * What the walk remembers between two steps, in one region, and how a loop is cut short once it repeats itself.
 *
 *   times     cycles at which ports, places and data are free or there
 *   facts     what the pending step needs; they are equal in equal situations
 *   sums      what only adds up
 *
 * All times are maxima of earlier times plus constants. Let an iteration of a loop leave every time either Δ later than the
 * iteration before it did ("moving") or where it was ("resting"), facts as they were, and let no resting time be later than
 * a moving one. Then no resting time decides a maximum again, and each further iteration of the same kind adds Δ to the
 * moving times and the same amounts to the sums: they are added at once, bit for bit what walking them gives.
 * The port of the far memory may also run ahead at a pace of its own, δ < Δ: what it has brought by the end of the iteration
 * was there before any moving time of its beginning, and no resting time that it waits for is later than it. Then it decides no moving time, in
 * this iteration or in a further one, since it falls behind; nor does one of them decide when it is free, or it would be as late.
 * docs/model.md, "steady state". Checked: test/property/sim/walk.test.ts.
 */
/** All of them, and those that play a part where the inner port is one for all operands. */
const TIMES: i32 = 31;
const TIMES_OF_ONE: i32 = 29;
const FACTS: i32 = 15;
const SUMS: i32 = 5;
const FIELDS: i32 = TIMES + FACTS + SUMS;
const STATE: usize = memory.data(FIELDS * 8, 16);
const LEVELS: i32 = 7;
const SAVED: usize = memory.data(LEVELS * FIELDS * 8, 16);

/** Whether the array is free, and each direction of the two ports. */
export const ARRAY_FREE: usize = STATE;
export const INNER_READ: usize = STATE + 8;
export const INNER_WRITE: usize = STATE + 16;
export const OUTER_READ: usize = STATE + 24;
export const OUTER_WRITE: usize = STATE + 32;
/** Inner tiles of an operand (inputs, then weights): when the present one is there, when the place of the one before became free. */
export const INPUT_THERE: usize = STATE + 40;
export const INPUT_FREED: usize = STATE + 48;
export const WEIGHT_THERE: usize = STATE + 56;
export const WEIGHT_FREED: usize = STATE + 64;
export const SUMS_THERE: usize = STATE + 72;
export const STORED: usize = STATE + 80;
export const STORED_BEFORE: usize = STATE + 88;
/** Outer tiles of an operand: when the present one was last read, when the tile before was, when there is a place. */
export const OUTER_INPUT_READ: usize = STATE + 96;
export const OUTER_INPUT_FREED: usize = STATE + 104;
export const OUTER_INPUT_SLOT: usize = STATE + 112;
export const OUTER_WEIGHT_READ: usize = STATE + 120;
export const OUTER_WEIGHT_FREED: usize = STATE + 128;
export const OUTER_WEIGHT_SLOT: usize = STATE + 136;
export const OUTER_SUMS_SLOT: usize = STATE + 144;
export const OUTER_STORED: usize = STATE + 152;
/** When the sums of the outer tile before the present one, and of the one before that, were all in the far memory. */
export const OUTER_STORED_AT_OPENING: usize = STATE + 160;
export const OUTER_SUMS_BEFORE: usize = STATE + 168;
/** Step s − 1, computed while s is fetched: when its operands are there, when its sums have left the array. */
export const PENDING_READY: usize = STATE + 176;
export const SUMS_OUT: usize = STATE + 184;
export const DRAINED: usize = STATE + 192;
/** Stores that wait for the outer port, where it is shared: when their sums are there, the older first. */
export const OLDER_READY: usize = STATE + 200;
export const LATER_READY: usize = STATE + 208;
/** The same for the first unit of them. */
export const OLDER_FIRST: usize = STATE + 216;
export const LATER_FIRST: usize = STATE + 224;
/** Whether the ports that read weights and sums into the inner buffers are free, where they are not that of inputs (INNER_READ). */
export const WEIGHT_READ: usize = STATE + 232;
export const SUM_READ: usize = STATE + 240;

/** Array time, port time, stream of the last fold, skew; bits of what waits for the far memory; cycles of its stores. */
export const PENDING_ARRAY: usize = STATE + 8 * TIMES;
export const PENDING_PORT: usize = PENDING_ARRAY + 8;
export const PENDING_STREAM: usize = PENDING_ARRAY + 16;
export const PENDING_SKEW: usize = PENDING_ARRAY + 24;
export const WAITS: usize = PENDING_ARRAY + 32;
export const PENDING_STORE: usize = PENDING_ARRAY + 40;
/** −1: the outer buffer keeps the sums. */
export const PENDING_OUTER_STORE: usize = PENDING_ARRAY + 48;
/** Cycles of the stores that wait for the outer port; −1: none. */
export const OLDER_STORE: usize = PENDING_ARRAY + 56;
export const LATER_STORE: usize = PENDING_ARRAY + 64;
/** Units of the pending step's stores over the inner and the outer port; cycles from the first sums that leave to the last. */
export const PENDING_UNIT: usize = PENDING_ARRAY + 72;
export const PENDING_OUTER_UNIT: usize = PENDING_ARRAY + 80;
export const PENDING_LEAD: usize = PENDING_ARRAY + 88;
/** Units of the stores that wait for the outer port. */
export const OLDER_UNIT: usize = PENDING_ARRAY + 96;
export const LATER_UNIT: usize = PENDING_ARRAY + 104;
/** 1: the pending step was the first to use a part of the first outer tile, or is the very first. */
export const PENDING_FILLS: usize = PENDING_ARRAY + 112;

export const COMPUTE: usize = STATE + 8 * (TIMES + FACTS);
export const STALL_OUTER: usize = COMPUTE + 8;
export const STALL_INNER: usize = COMPUTE + 16;
export const STEPS: usize = COMPUTE + 24;
/** Stalls for the outer and the inner port up to the last step that fills (PENDING_FILLS). */
export const FILL: usize = COMPUTE + 32;

/** Where a time of inputs stands (INPUT_THERE, INPUT_FREED), of `operand`. */
export function ofInner(time: usize, operand: i32): usize {
  return time + <usize>(operand * 16);
}
/** The same of outer tiles (OUTER_INPUT_READ, OUTER_INPUT_FREED, OUTER_INPUT_SLOT). */
export function ofOuter(time: usize, operand: i32): usize {
  return time + <usize>(operand * 24);
}

export function resetState(): void {
  for (let at: usize = 0; at < <usize>(FIELDS * 8); at += 8) store<f64>(STATE + at, 0);
  store<f64>(OLDER_STORE, -1);
  store<f64>(LATER_STORE, -1);
}

function saved(level: i32): usize {
  return SAVED + <usize>(level * FIELDS * 8);
}

/** Remembers the state at the end of an iteration of loop `level`. */
export function save(level: i32): void {
  // By hand: a call of memory.copy costs more than these few words.
  const to: usize = saved(level);
  for (let at: usize = 0; at < <usize>(FIELDS * 8); at += 8) store<f64>(to + at, load<f64>(STATE + at));
}

/** The bit of a time in a set of them. */
export function bitOf(time: usize): i32 {
  return 1 << ((<i32>(time - STATE)) >> 3);
}

const FAR_PORT: i32 = bitOf(OUTER_READ) | bitOf(OUTER_WRITE);
/** Times that are compared with nothing that the far memory's port does: when what a step works on is there. */
const ONLY_NEAR: i32 = bitOf(INPUT_THERE) | bitOf(WEIGHT_THERE);

/**
 * Whether loop `level` has come to repeat itself since `save`.
 *
 * @param margin   cycles by which a time may be taken earlier before it is compared: the longest skew of an array tile
 * @param ignored  times that may rest at any value, since the loop does not read them
 */
export function repeats(level: i32, margin: f64, ignored: i32): bool {
  const before: usize = saved(level);
  const period: f64 = load<f64>(ARRAY_FREE) - load<f64>(before);
  for (let i: i32 = TIMES; i < TIMES + FACTS; i++) {
    const at: usize = (<usize>i) << 3;
    if (load<f64>(STATE + at) != load<f64>(before + at)) return false;
  }
  // If FILL has grown, it was by what came since the last step that fills before, too.
  const isFilling: bool = load<f64>(FILL) != load<f64>(before + (FILL - STATE));
  if (isFilling && sinceFill(STATE) != sinceFill(before)) return false;
  let earliestMoving: f64 = Infinity;
  let latestResting: f64 = -Infinity;
  let latestAtPort: f64 = -Infinity;
  /** When the far memory's port was free, and when it is now, where it runs ahead; its pace. */
  let portBefore: f64 = Infinity;
  let portNow: f64 = -Infinity;
  let pace: f64 = 0;
  const times: i32 = hardware.innerPorts == abi.SPLIT_TOGETHER ? TIMES_OF_ONE : TIMES;
  for (let i: i32 = 0; i < times; i++) {
    const at: usize = (<usize>i) << 3;
    const was: f64 = load<f64>(before + at);
    const shift: f64 = load<f64>(STATE + at) - was;
    if (shift == period) earliestMoving = Math.min(earliestMoving, was);
    else if (shift == 0) {
      if (((ignored >> i) & 1) != 0) continue;
      latestResting = Math.max(latestResting, was);
      if (((ONLY_NEAR >> i) & 1) == 0) latestAtPort = Math.max(latestAtPort, was);
    } else {
      if (((FAR_PORT >> i) & 1) == 0 || shift < 0 || shift > period || (pace != 0 && shift != pace)) return false;
      pace = shift;
      portBefore = Math.min(portBefore, was);
      portNow = Math.max(portNow, was + shift);
    }
  }
  if (period <= 0 || latestResting + margin > earliestMoving) return false;
  return pace == 0 || (latestAtPort <= portBefore && portNow + hardware.outerLatency + margin <= earliestMoving);
}

/** Stalls since the last step that fills, in the state that is kept at `state`. */
function sinceFill(state: usize): f64 {
  const stalls: f64 = load<f64>(state + (STALL_OUTER - STATE)) + load<f64>(state + (STALL_INNER - STATE));
  return stalls - load<f64>(state + (FILL - STATE));
}

/** Adds `count` iterations like the one since `save`. */
export function advance(level: i32, count: f64): void {
  const before: usize = saved(level);
  for (let i: i32 = 0; i < FIELDS; i++) {
    if (i >= TIMES && i < TIMES + FACTS) continue;
    const at: usize = (<usize>i) << 3;
    const now: f64 = load<f64>(STATE + at);
    store<f64>(STATE + at, now + count * (now - load<f64>(before + at)));
  }
}
