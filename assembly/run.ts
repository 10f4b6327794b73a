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
/** Cycles that the array needs before the first step of all streams. */
let firstWait: f64 = 0;
let isFilled: bool = false;
/** Stall cycles beyond which the walk is of no more interest, and whether they have been reached. */
let mostStalls: f64 = Infinity;
export let isGivenUp: bool = false;

// Reads and writes of `duration` cycles over a port, not before `earliest`; they return when the last byte left the port.
function readInner(earliest: f64, duration: f64): f64 {
  const end: f64 = Math.max(load<f64>(INNER_READ), earliest) + duration;
  store<f64>(INNER_READ, end);
  if (innerShared) store<f64>(INNER_WRITE, end);
  return end;
}
function writeInner(earliest: f64, duration: f64): f64 {
  const end: f64 = Math.max(load<f64>(INNER_WRITE), earliest) + duration;
  store<f64>(INNER_WRITE, end);
  if (innerShared) store<f64>(INNER_READ, end);
  return end;
}
function readOuter(earliest: f64, duration: f64): f64 {
  const end: f64 = Math.max(load<f64>(OUTER_READ), earliest) + duration;
  store<f64>(OUTER_READ, end);
  if (outerShared) store<f64>(OUTER_WRITE, end);
  return end;
}
function writeOuter(earliest: f64, duration: f64): f64 {
  const end: f64 = Math.max(load<f64>(OUTER_WRITE), earliest) + duration;
  store<f64>(OUTER_WRITE, end);
  if (outerShared) store<f64>(OUTER_READ, end);
  return end;
}

function add(sum: usize, cyclesMore: f64): void {
  store<f64>(sum, load<f64>(sum) + cyclesMore);
}

/** Runs the pending step on the array; `loading`: load of the next step's first held words. */
function compute(loading: f64): void {
  const free: f64 = load<f64>(ARRAY_FREE);
  const start: f64 = Math.max(free, load<f64>(PENDING_READY));
  const isFar: bool = ((<i32>load<f64>(WAITS)) & STEP_WAITS) != 0;
  add(isFar ? STALL_OUTER : STALL_INNER, start - free);
  let streams: f64 = start;
  let arrayTime: f64 = load<f64>(PENDING_ARRAY);
  // The next step's held words come in behind the last fold's stream, and may take longer.
  const busy: f64 = arrayTime + loading;
  if (!isFilled) {
    isFilled = true;
    streams += firstWait;
    firstFill = streams;
    add(COMPUTE, firstWait);
  }
  const streamed: f64 = streams + Math.max(arrayTime, load<f64>(PENDING_PORT));
  const next: f64 = Math.max(streamed, streams + busy);
  const out: f64 = streamed + load<f64>(PENDING_SKEW);
  store<f64>(ARRAY_FREE, next);
  store<f64>(SUMS_OUT, out);
  store<f64>(DRAINED, Math.max(load<f64>(DRAINED), out));
  add(COMPUTE, busy);
  add(STALL_ARRAY, next - streams - busy);
  if (next - load<f64>(COMPUTE) > mostStalls) isGivenUp = true;
}

/** Sends the pending step's sums from the inner buffers up, and on to the far memory where they are done with. */
function storeSums(): void {
  store<f64>(STORED_BEFORE, load<f64>(STORED));
  const earliest: f64 = Math.max(load<f64>(SUMS_OUT), load<f64>(OUTER_SUMS_SLOT));
  const there: f64 = writeInner(earliest, load<f64>(PENDING_STORE)) + innerLatency;
  store<f64>(STORED, there);
  const further: f64 = load<f64>(PENDING_OUTER_STORE);
  if (further >= 0) store<f64>(OUTER_STORED, writeOuter(there, further) + outerLatency);
}

/** Fetches the input tile of the present step, not before its place in the inner buffer is free; returns WAITS. */
function fetchInput(freed: f64, duration: f64, waits: i32): i32 {
  const outerThere: f64 = load<f64>(OUTER_INPUT_THERE);
  const isFar: bool = outerThere > Math.max(load<f64>(INNER_READ), freed);
  const end: f64 = readInner(Math.max(freed, outerThere), duration);
  store<f64>(OUTER_INPUT_READ, end);
  store<f64>(INPUT_THERE, end + innerLatency);
  return isFar ? waits | INPUT_BIT : waits & ~INPUT_BIT;
}
function fetchWeight(freed: f64, duration: f64, waits: i32): i32 {
  const outerThere: f64 = load<f64>(OUTER_WEIGHT_THERE);
  const isFar: bool = outerThere > Math.max(load<f64>(INNER_READ), freed);
  const end: f64 = readInner(Math.max(freed, outerThere), duration);
  store<f64>(OUTER_WEIGHT_READ, end);
  store<f64>(WEIGHT_THERE, end + innerLatency);
  return isFar ? waits | WEIGHT_BIT : waits & ~WEIGHT_BIT;
}

/** Fetches partial sums of the present step, `down` cycles over the inner and `far` over the outer port; returns WAITS. */
function fetchSums(place: f64, down: f64, far: f64, isOpened: bool, waits: i32): i32 {
  const slotFree: f64 = Math.max(place, load<f64>(STORED_BEFORE));
  let there: f64 = 0;
  if (isOpened) there = readOuter(earliestOuterSums(), far) + outerLatency;
  const isFar: bool = there > Math.max(load<f64>(INNER_READ), slotFree);
  store<f64>(SUMS_THERE, readInner(Math.max(slotFree, there), down) + innerLatency);
  return isFar ? waits | SUMS_WAIT : waits;
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

/** One inner step, at the indices above. */
function step(): void {
  const changed: i32 = changes(moved);
  const changesInput: bool = (changed & INPUT_BIT) != 0;
  const changesWeight: bool = (changed & WEIGHT_BIT) != 0;
  const changesSums: bool = (changed & OUTPUT_BIT) != 0;
  // With k split over cores each core starts its sums anew, and the outer buffer adds them up.
  const addsOutside: bool = coresK > 1;
  const isFirstK: bool = addsOutside ? changesSums : gik == 0 && jk == 0;
  const isLastOuterK: bool = gik == Gk - 1;
  const isLastK: bool = isLastOuterK && jk == Lk - 1 && !addsOutside;
  const isHeld: bool = dataflow == WEIGHT_STATIONARY ? !changesWeight : !changesInput;
  const array: usize = arrayCosts(isFirstK, isLastK, isHeld);
  let waits: i32 = <i32>load<f64>(WAITS);
  let input: usize = 0;
  let weight: usize = 0;

  if (isOpening) openOuterOperands();
  if (changesInput) {
    input = inputCosts();
    if (jn == 0 && (broughtOperands & INPUT_BIT) != 0) {
      const end: f64 = readOuter(load<f64>(OUTER_INPUT_SLOT), load<f64>(input, OUTER_CYCLES));
      store<f64>(OUTER_INPUT_THERE, end + outerLatency);
    }
  }
  if (changesWeight) {
    weight = weightCosts();
    if (jm == 0 && (broughtOperands & WEIGHT_BIT) != 0) {
      const end: f64 = readOuter(load<f64>(OUTER_WEIGHT_SLOT), load<f64>(weight, OUTER_CYCLES));
      store<f64>(OUTER_WEIGHT_THERE, end + outerLatency);
    }
  }
  if (changesInput && (innerDoubleBits & INPUT_BIT) != 0) {
    waits = fetchInput(load<f64>(INPUT_FREED), load<f64>(input, INNER_CYCLES), waits);
  }
  if (changesWeight && (innerDoubleBits & WEIGHT_BIT) != 0) {
    waits = fetchWeight(load<f64>(WEIGHT_FREED), load<f64>(weight, INNER_CYCLES), waits);
  }

  if (isStarted) {
    compute(unhiddenLoad(load<f64>(array, LOAD), load<f64>(PENDING_STREAM)));
    if (changesSums) storeSums();
  } else {
    firstWait = unhiddenLoad(load<f64>(array, LOAD), 0) + arrayLatency;
    isStarted = true;
  }
  if (isOpening && (openedOperands & OUTPUT_BIT) != 0) openOuterSums();

  const arrayFree: f64 = load<f64>(ARRAY_FREE);
  if (changesInput) {
    if ((innerDoubleBits & INPUT_BIT) == 0) waits = fetchInput(arrayFree, load<f64>(input, INNER_CYCLES), waits);
    store<f64>(INPUT_FREED, arrayFree);
  }
  if (changesWeight) {
    if ((innerDoubleBits & WEIGHT_BIT) == 0) waits = fetchWeight(arrayFree, load<f64>(weight, INNER_CYCLES), waits);
    store<f64>(WEIGHT_FREED, arrayFree);
  }
  // Of the same sums, only the last step along k can make a difference to what is stored.
  const isLastInnerK: bool = jk == Lk - 1;
  const sums: usize = changesSums || isLastInnerK || addsOutside ? sumCosts() : 0;
  if (changesSums) {
    // Sums that go straight to the outer buffer wait for no place on their way.
    const stored: usize = (innerDoubleBits & OUTPUT_BIT) != 0 ? STORED_BEFORE : STORED;
    const place: f64 = isDirect ? 0 : load<f64>(stored);
    store<f64>(SUMS_THERE, place);
    waits &= ~SUMS_WAIT;
    const isOpened: bool = hasOuter && (openedOperands & OUTPUT_BIT) != 0 && jk == 0 && gik > 0 && !isResident(OUTPUT);
    // What the far memory holds of sums that the outer buffer adds to comes back without anyone waiting for it.
    if (addsOutside && isOpened) readOuter(earliestOuterSums(), load<f64>(sums, OUTER_DOWN));
    if (!isFirstK) waits = fetchSums(place, load<f64>(sums, DOWN), load<f64>(sums, OUTER_DOWN), isOpened, waits);
  }

  // The present step becomes the pending one.
  const skew: f64 = load<f64>(array, SKEW);
  let ready: f64 = load<f64>(INPUT_THERE);
  let isFar: bool = (waits & INPUT_BIT) != 0;
  const weightThere: f64 = load<f64>(WEIGHT_THERE);
  if (weightThere > ready) {
    ready = weightThere;
    isFar = (waits & WEIGHT_BIT) != 0;
  }
  // The place of new sums is needed when the first of them leaves the array, not when it starts.
  const sumsThere: f64 = load<f64>(SUMS_THERE) - (isFirstK ? skew : 0);
  store<f64>(SUMS_THERE, sumsThere);
  if (sumsThere > ready) {
    ready = sumsThere;
    isFar = (waits & SUMS_WAIT) != 0;
  }
  store<f64>(WAITS, <f64>(isFar ? waits | STEP_WAITS : waits & ~STEP_WAITS));
  store<f64>(PENDING_READY, ready);
  store<f64>(PENDING_ARRAY, load<f64>(array, ARRAY_TIME));
  store<f64>(PENDING_PORT, load<f64>(array, PORT_TIME));
  store<f64>(PENDING_STREAM, load<f64>(array, STREAM));
  store<f64>(PENDING_SKEW, skew);
  if (sums != 0) {
    store<f64>(PENDING_STORE, isLastK ? load<f64>(sums, UP_FINAL) : load<f64>(sums, UP_WIDE));
    const leaves: bool = hasOuter && isLastInnerK && (isLastOuterK || !keepsSums) && !isResident(OUTPUT);
    const far: f64 = isLastOuterK ? load<f64>(sums, OUTER_UP_FINAL) : load<f64>(sums, OUTER_UP_WIDE);
    store<f64>(PENDING_OUTER_STORE, leaves ? far : -1);
  }
  add(STEPS, 1);
  singleSteps += 1;
  isOpening = false;
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

/** Runs loop `level` and all inside it. */
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
    if (level == INNERMOST) step();
    else {
      if (level == OUTER_INNERMOST) openOuterTile();
      loop(level + 1);
    }
    if (isGivenUp) return;
    if (i > 0 && i == cut) {
      first = i + 1;
      end = count - 1;
    }
    const left: f64 = end - 1 - i;
    if (left < 2) continue;
    if (i >= first && savedAt == i - 1 && repeats(level, longestSkew, ignored(level))) {
      advance(level, left);
      i = end - 1;
      continue;
    }
    if (isFilled && isLookedAt(i + 1 - first)) {
      save(level);
      savedAt = i;
    }
  }
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

/** Whether to compare the states after iterations i and i + 1 of a kind: most loops settle at once or never. */
function isLookedAt(i: f64): bool {
  const n: i32 = <i32>i;
  return (n & (n - 1)) == 0 || n == 3;
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
  isFilled = false;
  loop(0);
  walkedSteps = load<f64>(STEPS);
  if (isGivenUp) return;
  compute(0);
  storeSums();

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
