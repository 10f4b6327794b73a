import { INPUT, OUTPUT, WEIGHT } from "./abi";
import {
  hasOuter,
  innerSumCycles,
  innerWeightCycles,
  passesOuter,
  innerReadCycles,
  innerWriteCycles,
  outerReadCycles,
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
  gk,
  gm,
  gn,
  isKept,
  lk,
  lm,
  ln,
  outerOrder,
} from "./mapping";
import {
  INNERMOST,
  OUTER_INNERMOST,
  changes,
  dimensionOf,
  isOutsideTurning,
  setInnerLoops,
  setOuterLoops,
  streaming,
  turns,
} from "./nest";
import { INPUT_BIT, OUTPUT_BIT, WEIGHT_BIT, goOn, goToOuterK, openTile } from "./present-step";
import { cutIndex, goToTile, innerTurns, setShare } from "./share";
import {
  ARRAY_FREE,
  COMPUTE,
  DRAINED,
  FILL,
  INNER_READ,
  INNER_WRITE,
  INPUT_FREED,
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
  STALL_ARRAY,
  STALL_INNER,
  STALL_OUTER,
  STEPS,
  STORED,
  STORED_BEFORE,
  SUM_READ,
  WEIGHT_FREED,
  WEIGHT_READ,
  advance,
  bitOf,
  repeats,
  resetState,
  save,
} from "./steady-state";
import { beginSteps, beginning, endSteps, firstWait, isGivenUp, steps } from "./steps";
import { longestSkew, newWalk, useSlot } from "./tile-costs";

/*
 * Walks a mapping in program order, loop by loop, and keeps the time of each event (steps.ts). A loop that has come to repeat
 * itself is cut short (steady-state.ts).
 */

export let cycles: f64 = 0;
export let computeCycles: f64 = 0;
export let stallOuter: f64 = 0;
export let stallInner: f64 = 0;
export let stallArray: f64 = 0;
export let firstFill: f64 = 0;
export let lastDrain: f64 = 0;
/** Steps of the mapping. */
export let walkedSteps: f64 = 0;

const ONLY_AT_OPENING: i32 =
  bitOf(OUTER_INPUT_READ) |
  bitOf(OUTER_INPUT_FREED) |
  bitOf(OUTER_WEIGHT_READ) |
  bitOf(OUTER_WEIGHT_FREED) |
  bitOf(OUTER_STORED) |
  bitOf(OUTER_STORED_AT_OPENING);
const OF_INPUT: i32 = bitOf(INPUT_FREED) | bitOf(OUTER_INPUT_SLOT);
const OF_WEIGHT: i32 = bitOf(WEIGHT_FREED) | bitOf(OUTER_WEIGHT_SLOT);
const OF_SUMS: i32 = bitOf(STORED) | bitOf(STORED_BEFORE) | bitOf(OUTER_SUMS_SLOT) | bitOf(OUTER_SUMS_BEFORE);

/** The class of the present outer tile: bits for a shorter m, n, k, and batch; and that of the one the loops stand at. */
let slot: i32 = -1;
let shorter: i32 = 0;
let batch: f64 = 1;
/** Operands whose outer tile has not been used in this batch step: the outer loop that they do not depend on has just begun. */
let firstUses: i32 = 0;
/** Whether loops that repeat themselves are walked to their ends all the same. */
let everyTile: bool = false;

export function setEveryTile(value: bool): void {
  everyTile = value;
}

/** Opens the outer tile that the outer loops stand at. */
function openOuterTile(): void {
  if (slot != shorter) {
    slot = shorter;
    const em: f64 = (slot & 1) != 0 ? M - (ceilDiv(M, gm) - 1) * gm : gm;
    const en: f64 = (slot & 2) != 0 ? N - (ceilDiv(N, gn) - 1) * gn : gn;
    const ek: f64 = (slot & 4) != 0 ? K - (ceilDiv(K, gk) - 1) * gk : gk;
    setShare(0, em, chunkM(em), coresM, lm);
    setShare(1, en, chunkN(en), coresN, ln);
    setShare(2, ek, chunkK(ek), coresK, lk);
    setInnerLoops(innerTurns(0), innerTurns(1), innerTurns(2));
    useSlot(slot, batch);
  }
  openTile(innerTurns(2), firstUses);
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
    if (dimension == 2) goToOuterK(i);
    else {
      const operand: i32 = dimension == 0 ? WEIGHT_BIT : INPUT_BIT;
      firstUses = i == 0 ? firstUses | operand : firstUses & ~operand;
    }
    const bit: i32 = 1 << dimension;
    shorter = isLast && isShort(dimension) ? shorter | bit : shorter & ~bit;
    return;
  }
  goToTile(dimension, i);
}

/** Whether the last outer tile along a dimension is shorter than the others. */
function isShort(dimension: i32): bool {
  if (dimension == 0) return ceilDiv(M, gm) * gm > M;
  return dimension == 1 ? ceilDiv(N, gn) * gn > N : ceilDiv(K, gk) * gk > K;
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
    if (i > 0) goOn(level);
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
    if (i > 0) goOn(INNERMOST);
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
  const changed: i32 = changes(level) | streaming();
  if ((changed & INPUT_BIT) == 0) times |= OF_INPUT;
  if ((changed & WEIGHT_BIT) == 0) times |= OF_WEIGHT;
  if ((changed & OUTPUT_BIT) == 0) times |= OF_SUMS;
  if (innerReadCycles > 0) times |= bitOf(INNER_READ);
  if (innerWeightCycles > 0) times |= bitOf(WEIGHT_READ);
  if (innerSumCycles > 0) times |= bitOf(SUM_READ);
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
  resetState();
  newWalk();
  const Gk: f64 = ceilDiv(K, gk);
  const Gm: f64 = ceilDiv(M, gm);
  const Gn: f64 = ceilDiv(N, gn);
  setOuterLoops(ceilDiv(B, batchAtOnce()), Gm, Gn, Gk);
  beginSteps(Gk, isKept(OUTPUT) || !isOutsideTurning(2, outerOrder, Gm, Gn, Gk), stalls);
  slot = -1;
  shorter = 0;
  firstUses = 0;
  loop(0);
  walkedSteps = load<f64>(STEPS);
  if (isGivenUp) return;
  endSteps();

  const arrayFree: f64 = load<f64>(ARRAY_FREE);
  const drained: f64 = load<f64>(DRAINED);
  const stored: f64 = load<f64>(STORED);
  // What is left in the array behind the last stream is the array's own time, the rest waits for the ports.
  computeCycles = load<f64>(COMPUTE) + drained - arrayFree;
  cycles = Math.max(drained, Math.max(stored, load<f64>(OUTER_STORED)));
  firstFill = beginning + load<f64>(FILL);
  lastDrain = cycles - arrayFree;
  const inner: f64 = passesOuter(OUTPUT) ? 0 : Math.max(0, stored - drained);
  stallArray = load<f64>(STALL_ARRAY);
  stallInner = load<f64>(STALL_INNER) + (hasOuter ? inner : cycles - drained);
  stallOuter = load<f64>(STALL_OUTER) + (hasOuter ? cycles - drained - inner : 0);
}
