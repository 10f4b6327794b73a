import * as abi from "./abi";
import * as hardware from "./hardware";
import { ceilDiv } from "./int-math";
import * as mapping from "./mapping";
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
import * as step from "./present-step";
import * as share from "./share";
import * as state from "./steady-state";
import * as steps from "./steps";
import * as tileCosts from "./tile-costs";

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
  state.bitOf(state.OUTER_INPUT_READ) |
  state.bitOf(state.OUTER_INPUT_FREED) |
  state.bitOf(state.OUTER_WEIGHT_READ) |
  state.bitOf(state.OUTER_WEIGHT_FREED) |
  state.bitOf(state.OUTER_STORED) |
  state.bitOf(state.OUTER_STORED_AT_OPENING);
const OF_INPUT: i32 = state.bitOf(state.INPUT_FREED) | state.bitOf(state.OUTER_INPUT_SLOT);
const OF_WEIGHT: i32 = state.bitOf(state.WEIGHT_FREED) | state.bitOf(state.OUTER_WEIGHT_SLOT);
const OF_SUMS: i32 =
  state.bitOf(state.STORED) |
  state.bitOf(state.STORED_BEFORE) |
  state.bitOf(state.OUTER_SUMS_SLOT) |
  state.bitOf(state.OUTER_SUMS_BEFORE);

/** The class of the present outer tile: bits for a shorter m, n, k, and batch; and that of the one the loops stand at. */
let outerClass: i32 = -1;
let nextOuterClass: i32 = 0;
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
  if (outerClass != nextOuterClass) {
    outerClass = nextOuterClass;
    for (let dimension: i32 = 0; dimension < 3; dimension++) {
      const isLast: bool = (outerClass & (1 << dimension)) != 0;
      const extent: f64 = isLast ? lastOuter(dimension) : mapping.outerOf(dimension);
      share.set(dimension, extent, mapping.coresOf(dimension), mapping.innerOf(dimension));
    }
    setInnerLoops(share.innerTurns(0), share.innerTurns(1), share.innerTurns(2));
    tileCosts.useSlot(outerClass, batch);
  }
  step.openTile(share.innerTurns(2), firstUses);
}

/** Extent of the last outer tile along a dimension. */
function lastOuter(dimension: i32): f64 {
  return mapping.problemOf(dimension) - (mapping.outerTurns(dimension) - 1) * mapping.outerOf(dimension);
}

/** Takes note that loop `level` stands at index i, its last one or not. */
function goTo(level: i32, i: f64, isLast: bool): void {
  if (level == 0) {
    batch = isLast ? mapping.B - i * mapping.batchAtOnce() : mapping.batchAtOnce();
    nextOuterClass = batch < mapping.batchAtOnce() ? nextOuterClass | 8 : nextOuterClass & ~8;
    return;
  }
  const dimension: i32 = dimensionOf(level);
  if (level <= OUTER_INNERMOST) {
    if (dimension == 2) step.goToOuterK(i);
    else {
      const operand: i32 = dimension == 0 ? step.WEIGHT_BIT : step.INPUT_BIT;
      firstUses = i == 0 ? firstUses | operand : firstUses & ~operand;
    }
    const bit: i32 = 1 << dimension;
    nextOuterClass =
      isLast && lastOuter(dimension) < mapping.outerOf(dimension) ? nextOuterClass | bit : nextOuterClass & ~bit;
    return;
  }
  share.goToTile(dimension, i);
}

/** Runs loop `level`, not the innermost, and all inside it. */
function loop(level: i32): void {
  const count: f64 = turns(level);
  // Iterations from `alikeFrom` up to `end` are alike; the one in whose tiles a core ends early is another.
  const cut: f64 = level > OUTER_INNERMOST ? share.cutIndex(dimensionOf(level)) : -1;
  let alikeFrom: f64 = 1;
  let end: f64 = cut > 0 && cut < count - 1 ? cut : count - 1;
  let savedAt: f64 = -1;
  for (let i: f64 = 0; i < count; i++) {
    goTo(level, i, i == count - 1);
    if (i > 0) step.goOn(level);
    if (level == OUTER_INNERMOST) openOuterTile();
    if (level + 1 == INNERMOST) innermostLoop();
    else loop(level + 1);
    if (steps.isGivenUp) return;
    if (i > 0 && i == cut) {
      alikeFrom = i + 1;
      end = count - 1;
    }
    const left: f64 = end - 1 - i;
    if (left < 1 || everyTile) continue;
    if (i >= alikeFrom && savedAt == i - 1) {
      if (state.repeats(level, tileCosts.longestSkew, ignored(level))) {
        state.advance(level, left);
        i = end - 1;
      }
    } else if (steps.firstWait < 0 && isLookedAt(i + 1 - alikeFrom)) {
      state.save(level);
      savedAt = i;
    }
  }
}

/** Runs the innermost loop: the steps that are alike in one go. */
function innermostLoop(): void {
  const count: f64 = turns(INNERMOST);
  const dimension: i32 = dimensionOf(INNERMOST);
  const cut: f64 = share.cutIndex(dimension);
  let i: f64 = 0;
  while (i < count && !steps.isGivenUp) {
    share.goToTile(dimension, i);
    if (i > 0) step.goOn(INNERMOST);
    const end: f64 = i == 0 || i == cut ? i + 1 : cut > i && cut < count - 1 ? cut : count - 1;
    if (end - i <= 1) steps.take(1);
    else alikeSteps(end - i);
    i = Math.max(end, i + 1);
  }
}

/** `count` steps like the present one, cut short once they repeat themselves. */
function alikeSteps(count: f64): void {
  let left: f64 = count;
  if (steps.firstWait >= 0) {
    // The very first step is like no other.
    steps.take(1);
    left -= 1;
  }
  for (let some: f64 = 3; left > some + 8 && steps.firstWait < 0 && !steps.isGivenUp && !everyTile; some *= 4) {
    // To look costs as much as several steps.
    steps.take(some);
    state.save(INNERMOST);
    steps.take(1);
    left -= some + 1;
    if (state.repeats(INNERMOST, tileCosts.longestSkew, ignored(INNERMOST))) {
      state.advance(INNERMOST, left);
      return;
    }
  }
  if (left > 0) steps.take(left);
}

/**
 * Times that play no part inside loop `level`: nothing in it reads them, or reads them without moving them on. A port that
 * carries anything moves on, unless it is unlimited.
 */
function ignored(level: i32): i32 {
  if (level <= OUTER_INNERMOST) return 0;
  let times: i32 = ONLY_AT_OPENING;
  const crossing: i32 = changes(level) | streaming();
  if ((crossing & step.INPUT_BIT) == 0) times |= OF_INPUT;
  if ((crossing & step.WEIGHT_BIT) == 0) times |= OF_WEIGHT;
  if ((crossing & step.OUTPUT_BIT) == 0) times |= OF_SUMS;
  if (hardware.innerReadCycles > 0) times |= state.bitOf(state.INNER_READ);
  if (hardware.innerWeightCycles > 0) times |= state.bitOf(state.WEIGHT_READ);
  if (hardware.innerSumCycles > 0) times |= state.bitOf(state.SUM_READ);
  if (hardware.innerWriteCycles > 0) times |= state.bitOf(state.INNER_WRITE);
  if (hardware.outerReadCycles > 0) times |= state.bitOf(state.OUTER_READ);
  if (hardware.outerWriteCycles > 0) times |= state.bitOf(state.OUTER_WRITE);
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
  state.resetState();
  tileCosts.newWalk();
  const Gm: f64 = mapping.outerTurns(0);
  const Gn: f64 = mapping.outerTurns(1);
  const Gk: f64 = mapping.outerTurns(2);
  setOuterLoops(ceilDiv(mapping.B, mapping.batchAtOnce()), Gm, Gn, Gk);
  steps.begin(Gk, mapping.isKept(abi.OUTPUT) || !isOutsideTurning(2, mapping.outerOrder, Gm, Gn, Gk), stalls);
  outerClass = -1;
  nextOuterClass = 0;
  firstUses = 0;
  loop(0);
  walkedSteps = load<f64>(state.STEPS);
  if (steps.isGivenUp) return;
  steps.end();

  const arrayFree: f64 = load<f64>(state.ARRAY_FREE);
  const drained: f64 = load<f64>(state.DRAINED);
  const stored: f64 = load<f64>(state.STORED);
  // What is left in the array behind the last stream is the array's own time, the rest waits for the ports.
  computeCycles = load<f64>(state.COMPUTE) + drained - arrayFree;
  cycles = Math.max(drained, Math.max(stored, load<f64>(state.OUTER_STORED)));
  firstFill = steps.beginning + load<f64>(state.FILL);
  lastDrain = cycles - arrayFree;
  const inner: f64 = hardware.passesOuter(abi.OUTPUT) ? 0 : Math.max(0, stored - drained);
  // What is left of the time that passes.
  stallArray = arrayFree - load<f64>(state.COMPUTE) - load<f64>(state.STALL_OUTER) - load<f64>(state.STALL_INNER);
  stallInner = load<f64>(state.STALL_INNER) + (hardware.hasOuter ? inner : cycles - drained);
  stallOuter = load<f64>(state.STALL_OUTER) + (hardware.hasOuter ? cycles - drained - inner : 0);
}
