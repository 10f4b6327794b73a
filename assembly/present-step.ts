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
export let skewCycles: f64 = 0;

// What comes in, of inputs and weights.
/** The one that is asked for first, and the other. The array needs held weights before anything. */
export let firstOperand: i32 = abi.INPUT;
export let secondOperand: i32 = abi.WEIGHT;
/** The one that is in place before the other streams past it: what the dataflow holds. */
export let heldOperand: i32 = abi.INPUT;
/** Operands (bits) of which another inner tile comes in, and of which a part of an outer tile comes from the far memory for it. */
export let changed: i32 = 0;
export let brought: i32 = 0;
/** Whether the step is the first to use a part of the first outer tile. */
export let fillsTile: bool = false;

/*
 * Fields of an operand that comes in (fetchOf), cycles: its inner tile on its port, the first unit of it that is handed on, from the first to the
 * last; the part of its outer tile on the outer port, the first unit of that.
 */
const FETCHES: usize = memory.data(2 * 64, 16);
export const CYCLES: usize = 0;
export const UNIT: usize = 8;
export const LEAD: usize = 16;
export const FAR_CYCLES: usize = 24;
export const FAR_UNIT: usize = 32;

export function fetchOf(operand: i32): usize {
  return FETCHES + <usize>(operand * 64);
}

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

/** Cycles of the first of `units` equal parts of a transfer that lasts so many; a transfer of a single unit is handed on as a whole. */
function unitOf(lasts: f64, units: f64): f64 {
  return units > 1 ? ceilDiv(lasts, units) : lasts;
}

/** Sets what comes in of `operand`, whose tile is handed on in so many positions, `lead` cycles from the first to the last. */
function lookUpFetch(operand: i32, positions: f64, lead: f64): void {
  const costs: usize = tileCosts.operandCosts(operand);
  const fetch: usize = fetchOf(operand);
  const nearCycles: f64 = load<f64>(costs, tileCosts.INNER_CYCLES);
  const farCycles: f64 = load<f64>(costs, tileCosts.OUTER_CYCLES);
  store<f64>(fetch, nearCycles, CYCLES);
  store<f64>(fetch, unitOf(nearCycles, positions), UNIT);
  store<f64>(fetch, positions > 1 ? lead : 0, LEAD);
  store<f64>(fetch, farCycles, FAR_CYCLES);
  store<f64>(fetch, unitOf(farCycles, positions), FAR_UNIT);
  // Any other part of the outer tile has been brought before.
  if (share.tileIndex(1 - operand) == 0) brought |= broughtOperands & (1 << operand);
}

/** Sets the variables above for the step that the loops stand at. Every step of a walk goes through here. */
export function lookUp(): void {
  const others: i32 = isAtEnd ? 0 : changes(moved);
  // What streams past an array without a buffer crosses the inner port at every step.
  const streams: i32 = streaming();
  changed = isAtEnd ? 0 : others | streams;
  changesSums = (changed & OUTPUT_BIT) != 0;
  areSameSums = (others & OUTPUT_BIT) == 0;
  // With k split over cores each core starts its sums anew, and the outer buffer adds them up.
  const addsOutside: bool = mapping.coresK > 1;
  isFirstK = addsOutside ? changesSums : gik == 0 && share.tileIndex(2) == 0;
  const isLastOuterK: bool = gik == Gk - 1;
  const isLastInnerK: bool = share.tileIndex(2) == Lk - 1;
  const isLastK: bool = isLastOuterK && isLastInnerK && !addsOutside;
  const isWeight: bool = mapping.dataflow == abi.WEIGHT_STATIONARY;
  const isHeld: bool = (changed & (isWeight ? WEIGHT_BIT : INPUT_BIT)) == 0;
  opened = isOpening ? openedOperands : 0;
  opensSums = (opened & OUTPUT_BIT) != 0;
  isOpening = false;

  const array: usize = tileCosts.arrayCosts(isFirstK, isLastK, isHeld);
  arrayTime = load<f64>(array, tileCosts.ARRAY_TIME);
  portTime = load<f64>(array, tileCosts.PORT_TIME);
  loading = isAtEnd ? 0 : load<f64>(array, tileCosts.LOAD);
  stream = load<f64>(array, tileCosts.STREAM);
  skewCycles = load<f64>(array, tileCosts.SKEW);
  // Positions of its stream, where transfers are handed on position by position, and cycles from the first to the last.
  const position: f64 = load<f64>(array, tileCosts.POSITION);
  const positions: f64 = hardware.isDirect ? ceilDiv(stream, position) : 1;
  const lead: f64 = (positions - 1) * position;

  firstOperand = hardware.isDirect && isWeight ? abi.WEIGHT : abi.INPUT;
  secondOperand = 1 - firstOperand;
  const isFirstHeld: bool = firstOperand == abi.WEIGHT || mapping.dataflow == abi.INPUT_STATIONARY;
  heldOperand = isFirstHeld ? firstOperand : secondOperand;
  brought = 0;
  if ((changed & INPUT_BIT) != 0) lookUpFetch(abi.INPUT, (streams & INPUT_BIT) != 0 ? positions : 1, lead);
  if ((changed & WEIGHT_BIT) != 0) lookUpFetch(abi.WEIGHT, (streams & WEIGHT_BIT) != 0 ? positions : 1, lead);
  fillsTile = isFirstTile && brought != 0;

  // Of the same sums, only the last step along k makes a difference.
  areSumsDouble = (mapping.innerDoubleBits & OUTPUT_BIT) != 0;
  storing = load<f64>(state.PENDING_STORE);
  farStoring = load<f64>(state.PENDING_OUTER_STORE);
  down = 0;
  farDown = -1;
  if (changesSums || isLastInnerK || addsOutside) {
    const sums: usize = tileCosts.sumCosts();
    storing = isLastK ? load<f64>(sums, tileCosts.UP_FINAL) : load<f64>(sums, tileCosts.UP_WIDE);
    const isKeptFar: bool = hardware.hasOuter && !mapping.isResident(abi.OUTPUT) && !hardware.passesOuter(abi.OUTPUT);
    const leaves: bool = isKeptFar && isLastInnerK && (isLastOuterK || !keepsSums);
    farStoring = -1;
    if (leaves && isLastOuterK) farStoring = load<f64>(sums, tileCosts.OUTER_UP_FINAL);
    else if (leaves) farStoring = load<f64>(sums, tileCosts.OUTER_UP_WIDE);
    down = load<f64>(sums, tileCosts.DOWN);
    // What the far memory holds of a new outer tile's sums comes back with the first of each inner tile.
    const isOpened: bool = isKeptFar && (openedOperands & OUTPUT_BIT) != 0 && share.tileIndex(2) == 0 && gik > 0;
    if (changesSums && isOpened) farDown = load<f64>(sums, tileCosts.OUTER_DOWN);
  }
  const sumsPositions: f64 = (streams & OUTPUT_BIT) != 0 ? positions : 1;
  storeUnit = unitOf(storing, sumsPositions);
  farStoreUnit = farStoring < 0 ? 0 : unitOf(farStoring, sumsPositions);
  downUnit = unitOf(down, sumsPositions);
  farDownUnit = unitOf(farDown, sumsPositions);
  sumsLead = sumsPositions > 1 ? lead : 0;
}
