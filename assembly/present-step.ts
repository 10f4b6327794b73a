import * as abi from "./abi";
import { ceilDiv } from "./int-math";
import * as hardware from "./hardware";
import * as mapping from "./mapping";
import { changes, outerOpens, streaming } from "./nest";
import * as share from "./share";
import * as state from "./steady-state";
import * as tileCosts from "./tile-costs";

/*
 * Where the walk is, and what its present inner step has to do: what it moves, what the array does, and how long each takes by
 * itself. When that happens is up to steps.ts.
 */
export const INPUT_BIT: i32 = 1 << abi.INPUT;
export const WEIGHT_BIT: i32 = 1 << abi.WEIGHT;
export const OUTPUT_BIT: i32 = 1 << abi.OUTPUT;

// Where the walk is: the loop that went on last, index and turns of the outer k loop, turns of the inner one.
let moved: i32 = 0;
let gik: f64 = 0;
let Gk: f64 = 1;
let Lk: f64 = 1;
/** Operands of which the present outer tile is another than the one before, and those that the outer port has to bring. */
let openedOperands: i32 = 0;
let broughtOperands: i32 = 0;
/** Whether the outer tile has been opened for the present step. */
let isOpening: bool = false;
/** Whether an outer tile has been opened, and whether it is still the first. */
let hasOpened: bool = false;
let isFirstTile: bool = false;
/** Whether the outer buffer keeps a tile of sums until its k is complete. */
let keepsSums: bool = true;
/** Behind the last step: what is pending is computed and stored, and nothing comes in any more. */
export let isAtEnd: bool = false;

/** Operands of which the step is the first in another outer tile. */
export let opened: i32 = 0;
export let opensSums: bool = false;

// What the array does.
export let arrayTime: f64 = 0;
export let portTime: f64 = 0;
/** Load of the first held words, stream of the last fold, skew of its sums. */
export let loading: f64 = 0;
export let stream: f64 = 0;
export let skew: f64 = 0;

/** Operands (bits) that go past the outer buffer cross the outer port where others cross the inner one. */
export let passesOne: bool = false;
export let passesOther: bool = false;

// What comes in: the operand that is asked for first, one, and the other. The array needs held weights before anything.
export let isWeightFirst: bool = false;
export let oneBit: i32 = INPUT_BIT;
export let otherBit: i32 = WEIGHT_BIT;
export let changesOne: bool = false;
export let changesOther: bool = false;
/** Whether parts of their outer tiles come from the far memory for this step. */
export let bringsOne: bool = false;
export let bringsOther: bool = false;
export let isOneDouble: bool = false;
export let isOtherDouble: bool = false;
/** Whether one is the operand that the dataflow holds. */
export let isHeldOne: bool = false;
/** Cycles of inner tiles on their port and of parts of outer ones on the outer port; those of the first unit that is handed on, and from the first to the last. */
export let oneCycles: f64 = 0;
export let otherCycles: f64 = 0;
export let farOneCycles: f64 = 0;
export let farOtherCycles: f64 = 0;
export let oneUnit: f64 = 0;
export let otherUnit: f64 = 0;
export let farOneUnit: f64 = 0;
export let farOtherUnit: f64 = 0;
export let oneLead: f64 = 0;
export let otherLead: f64 = 0;
/** Whether the step is the first to use a part of the first outer tile. */
export let fillsTile: bool = false;

// What becomes of the sums.
export let changesSums: bool = false;
export let areSumsDouble: bool = false;
/** The sums that come back are those that went up last. */
export let areSameSums: bool = false;
export let isFirstK: bool = false;
/** Cycles of their way up and down over the port of inner tiles, and of outer tiles over the outer one (−1: they do not go). */
export let storing: f64 = 0;
export let farStoring: f64 = -1;
export let down: f64 = 0;
export let farDown: f64 = -1;
export let storeUnit: f64 = 0;
export let farStoreUnit: f64 = 0;
export let downUnit: f64 = 0;
export let farDownUnit: f64 = 0;
export let sumsLead: f64 = 0;

/**
 * Stands before the first step of a walk.
 *
 * @param outerK  turns of the outer k loop
 * @param keeps   the outer buffer keeps a tile of sums until its k is complete
 */
export function standAtBeginning(outerK: f64, keeps: bool): void {
  Gk = outerK;
  keepsSums = keeps;
  moved = 0;
  isAtEnd = false;
  hasOpened = false;
}

/** Stands behind the last step. */
export function standAtEnd(): void {
  isAtEnd = true;
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
  const comes: i32 = (openedOperands & ~mapping.keptBits) | (firstUses & mapping.keptBits);
  broughtOperands = hardware.hasOuter ? comes & ~(mapping.residentBits | hardware.passedBits) : 0;
  isOpening = true;
  isFirstTile = !hasOpened;
  hasOpened = true;
}

/** Cycles of the first of `units` equal parts of a transfer; a transfer of a single unit is handed on as a whole. */
function unitOf(cycles: f64, units: f64): f64 {
  return units > 1 ? ceilDiv(cycles, units) : cycles;
}

/** Sets the variables above for the step that the loops stand at. Every step of a walk goes through here. */
export function lookUp(): void {
  const changed: i32 = isAtEnd ? 0 : changes(moved);
  // What streams past an array without a buffer crosses the inner port at every step.
  const streams: i32 = streaming();
  const crossing: i32 = isAtEnd ? 0 : changed | streams;
  const changesInput: bool = (crossing & INPUT_BIT) != 0;
  const changesWeight: bool = (crossing & WEIGHT_BIT) != 0;
  changesSums = (crossing & OUTPUT_BIT) != 0;
  areSameSums = (changed & OUTPUT_BIT) == 0;
  // With k split over cores each core starts its sums anew, and the outer buffer adds them up.
  const addsOutside: bool = mapping.coresK > 1;
  isFirstK = addsOutside ? changesSums : gik == 0 && share.jk == 0;
  const isLastOuterK: bool = gik == Gk - 1;
  const isLastInnerK: bool = share.jk == Lk - 1;
  const isLastK: bool = isLastOuterK && isLastInnerK && !addsOutside;
  const isHeld: bool = mapping.dataflow == abi.WEIGHT_STATIONARY ? !changesWeight : !changesInput;
  opened = isOpening ? openedOperands : 0;
  opensSums = (opened & OUTPUT_BIT) != 0;
  isOpening = false;

  const array: usize = tileCosts.arrayCosts(isFirstK, isLastK, isHeld);
  arrayTime = load<f64>(array, tileCosts.ARRAY_TIME);
  portTime = load<f64>(array, tileCosts.PORT_TIME);
  loading = isAtEnd ? 0 : load<f64>(array, tileCosts.LOAD);
  stream = load<f64>(array, tileCosts.STREAM);
  skew = load<f64>(array, tileCosts.SKEW);
  // Positions of its stream, where transfers are handed on position by position, and cycles from the first to the last.
  const position: f64 = load<f64>(array, tileCosts.POSITION);
  const positions: f64 = hardware.isDirect ? ceilDiv(stream, position) : 1;
  const lead: f64 = (positions - 1) * position;

  isWeightFirst = hardware.isDirect && mapping.dataflow == abi.WEIGHT_STATIONARY;
  isHeldOne = isWeightFirst || mapping.dataflow == abi.INPUT_STATIONARY;
  oneBit = isWeightFirst ? WEIGHT_BIT : INPUT_BIT;
  otherBit = isWeightFirst ? INPUT_BIT : WEIGHT_BIT;
  passesOne = (hardware.passedBits & oneBit) != 0;
  passesOther = (hardware.passedBits & otherBit) != 0;
  changesOne = (crossing & oneBit) != 0;
  changesOther = (crossing & otherBit) != 0;
  isOneDouble = (mapping.innerDoubleBits & oneBit) != 0;
  isOtherDouble = (mapping.innerDoubleBits & otherBit) != 0;
  areSumsDouble = (mapping.innerDoubleBits & OUTPUT_BIT) != 0;
  oneCycles = 0;
  otherCycles = 0;
  farOneCycles = 0;
  farOtherCycles = 0;
  bringsOne = false;
  bringsOther = false;
  if (changesOne) {
    const costs: usize = isWeightFirst ? tileCosts.weightCosts() : tileCosts.inputCosts();
    oneCycles = load<f64>(costs, tileCosts.INNER_CYCLES);
    farOneCycles = load<f64>(costs, tileCosts.OUTER_CYCLES);
    bringsOne = (isWeightFirst ? share.jm : share.jn) == 0 && (broughtOperands & oneBit) != 0;
  }
  if (changesOther) {
    const costs: usize = isWeightFirst ? tileCosts.inputCosts() : tileCosts.weightCosts();
    otherCycles = load<f64>(costs, tileCosts.INNER_CYCLES);
    farOtherCycles = load<f64>(costs, tileCosts.OUTER_CYCLES);
    bringsOther = (isWeightFirst ? share.jn : share.jm) == 0 && (broughtOperands & otherBit) != 0;
  }
  fillsTile = isFirstTile && (bringsOne || bringsOther);

  // Of the same sums, only the last step along k makes a difference.
  storing = load<f64>(state.PENDING_STORE);
  farStoring = load<f64>(state.PENDING_OUTER_STORE);
  down = 0;
  farDown = -1;
  if (changesSums || isLastInnerK || addsOutside) {
    const sums: usize = tileCosts.sumCosts();
    storing = isLastK ? load<f64>(sums, tileCosts.UP_FINAL) : load<f64>(sums, tileCosts.UP_WIDE);
    const isKeptFar: bool = hardware.hasOuter && !mapping.isResident(abi.OUTPUT) && !hardware.passesOuter(abi.OUTPUT);
    const leaves: bool = isKeptFar && isLastInnerK && (isLastOuterK || !keepsSums);
    farStoring = leaves
      ? isLastOuterK
        ? load<f64>(sums, tileCosts.OUTER_UP_FINAL)
        : load<f64>(sums, tileCosts.OUTER_UP_WIDE)
      : -1;
    down = load<f64>(sums, tileCosts.DOWN);
    // What the far memory holds of a new outer tile's sums comes back with the first of each inner tile.
    const isOpened: bool = isKeptFar && (openedOperands & OUTPUT_BIT) != 0 && share.jk == 0 && gik > 0;
    if (changesSums && isOpened) farDown = load<f64>(sums, tileCosts.OUTER_DOWN);
  }

  // Units that they are handed on in: the whole, or one position of what streams.
  const onePositions: f64 = (streams & oneBit) != 0 ? positions : 1;
  const otherPositions: f64 = (streams & otherBit) != 0 ? positions : 1;
  const sumsPositions: f64 = (streams & OUTPUT_BIT) != 0 ? positions : 1;
  oneUnit = unitOf(oneCycles, onePositions);
  otherUnit = unitOf(otherCycles, otherPositions);
  farOneUnit = unitOf(farOneCycles, onePositions);
  farOtherUnit = unitOf(farOtherCycles, otherPositions);
  storeUnit = unitOf(storing, sumsPositions);
  farStoreUnit = farStoring < 0 ? 0 : unitOf(farStoring, sumsPositions);
  downUnit = unitOf(down, sumsPositions);
  farDownUnit = unitOf(farDown, sumsPositions);
  oneLead = onePositions > 1 ? lead : 0;
  otherLead = otherPositions > 1 ? lead : 0;
  sumsLead = sumsPositions > 1 ? lead : 0;
}
