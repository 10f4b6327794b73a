import * as abi from "../abi";
import { registersFit } from "../array/registers";
import * as counters from "../counters";
import * as hardware from "../hardware";
import { ceilDiv, larger, smaller } from "../int-math";
import * as mapping from "../mapping";
import { HARDWARE, get } from "../memory";
import * as arrayBound from "./array-bound";
import * as bound from "./bound";
import { nextParts } from "./candidates";
import * as legal from "./legal";
import * as objective from "./objective";

/*
 * Ways to use the array for the present problem and split: dataflow, extents unrolled over rows and columns, register
 * tile. Each is judged by the bound of the whole problem as one tile, which no tiling beats; the best are kept, sorted.
 */
export const MOST_OPTIONS: i32 = 256;
/** The same where everything is searched. */
export const ALL_OPTIONS: i32 = 4096;
const ROWS: i32 = ALL_OPTIONS + 1;
const FIELDS: i32 = 14;
const TABLE: usize = memory.data(ROWS * FIELDS * 8, 16);
export let count: i32 = 0;
let limit: i32 = MOST_OPTIONS;
/** Whether uses of the array that take more than the fewest steps, and every register tile, are tried as well. */
let isThorough: bool = false;

function at(row: i32, column: i32): usize {
  return TABLE + ((<usize>(row * FIELDS + column)) << 3);
}

/** Bound on the score of option `row`, whatever its tiles. */
export function scoreOf(row: i32): f64 {
  return load<f64>(at(row, 0));
}

/** Puts option `row` into the present mapping. */
export function use(row: i32): void {
  mapping.setBypass(load<f64>(at(row, 12)) != 0);
  mapping.setPacked(load<f64>(at(row, 13)));
  mapping.setArray(
    <i32>load<f64>(at(row, 2)),
    load<f64>(at(row, 3)),
    load<f64>(at(row, 4)),
    load<f64>(at(row, 5)),
    load<f64>(at(row, 6)),
    load<f64>(at(row, 7)),
    load<f64>(at(row, 8)),
    load<f64>(at(row, 9)),
    load<f64>(at(row, 10)),
    load<f64>(at(row, 11)),
  );
  arrayBound.setBatches();
  arrayBound.setPrices();
}

// The array extents under trial.
let rm: f64 = 1;
let rn: f64 = 1;
let rk: f64 = 1;
let cm: f64 = 1;
let cn: f64 = 1;
/** Steps of the best extents so far. */
let fewestSteps: f64 = Infinity;
// Extents of the first array of the first core.
let oneM: f64 = 1;
let oneN: f64 = 1;
let oneK: f64 = 1;
/** Its steps along each dimension, with the extents under trial. */
let Tm: f64 = 1;
let Tn: f64 = 1;
let Tk: f64 = 1;
let batchSteps: f64 = 1;
/** Time of the array alone, with the extents under trial. */
let leastTime: f64 = 0;
/** Score beyond which no use of the array is kept. */
let beyond: f64 = Infinity;
/** Energy of the MACs alone. */
let leastEnergy: f64 = 0;
/** Whether a use of the array is left out where the buffers hold no tile of it, and whether one has been. */
let mindsRoom: bool = true;
let isLeftOut: bool = false;
/** Whether they hold one whatever the use, with so many batch elements side by side. */
let isRoomy: bool = true;

/** Judges the register tile with the present extents and dataflow, if it is legal. */
function tryOption(flow: i32, tm: f64, tn: f64, tk: f64): void {
  arrayBound.setBlocks(tm == 1 ? Tm : ceilDiv(Tm, tm), tn == 1 ? Tn : ceilDiv(Tn, tn), tk == 1 ? Tk : ceilDiv(Tk, tk));
  if (
    !mayBeKept(bound.leastBeyond + arrayBound.leastTileEnergy(flow), leastArrivals(flow, flow != abi.OUTPUT_STATIONARY))
  )
    return;
  mapping.setRegisterTile(tm, tn, tk);
  if (!registersFit()) return;
  mapping.setBypass(false);
  arrayBound.setPrices();
  arrayBound.boundOneTile();
  if (holdsTileOf(false)) keepOption(flow, tm, tn, tk, false);
  // Held words that the registers keep need no place in the inner buffer on their way.
  const held: i32 = flow == abi.WEIGHT_STATIONARY ? abi.WEIGHT : abi.INPUT;
  if (flow == abi.OUTPUT_STATIONARY || hardware.isDirect || hardware.heldWords(held) <= 1) return;
  arrayBound.leaveOutHeld();
  arrayBound.priceArray();
  if (holdsTileOf(true)) keepOption(flow, tm, tn, tk, true);
}

/** Whether the buffers hold a tile in the use of the array under trial, whose held operand goes past the inner buffer or not. */
function holdsTileOf(isPast: bool): bool {
  if (isRoomy) return true;
  mapping.setBypass(isPast);
  const holds: bool = legal.holdsSomeTile();
  mapping.setBypass(false);
  if (!holds) isLeftOut = true;
  return holds;
}

function keepOption(flow: i32, tm: f64, tn: f64, tk: f64, bypass: bool): void {
  const time: f64 = larger(arrayBound.time, arrayBound.edgeTime);
  const energy: f64 = arrayBound.energy + bound.leastBeyond;
  const first: f64 = objective.score(time, energy);
  if (count == limit && first > scoreOf(limit - 1)) return;
  if (objective.score(larger(time, bound.leastPorts), energy + leastArrivals(flow, bypass)) > beyond) return;
  const second: f64 = objective.secondScore(time, energy);
  if (isVaried && !giveWay(flow, first, second)) return;
  let i: i32 = count;
  while (i > 0 && isBefore(first, second, i - 1)) i--;
  if (i >= limit) return;
  const last: i32 = count < limit ? count : limit - 1;
  if (last > i) memory.copy(at(i + 1, 0), at(i, 0), (<usize>((last - i) * FIELDS)) << 3);
  store<f64>(at(i, 0), first);
  store<f64>(at(i, 1), second);
  store<f64>(at(i, 2), <f64>flow);
  store<f64>(at(i, 3), tm);
  store<f64>(at(i, 4), tn);
  store<f64>(at(i, 5), tk);
  store<f64>(at(i, 6), rm);
  store<f64>(at(i, 7), rn);
  store<f64>(at(i, 8), rk);
  store<f64>(at(i, 9), cm);
  store<f64>(at(i, 10), cn);
  store<f64>(at(i, 11), 1);
  store<f64>(at(i, 12), bypass ? 1 : 0);
  store<f64>(at(i, 13), mapping.packed);
  if (count < limit) count++;
}

/** Uses alike that are kept (any number: 0.28 % of latency on random chips; one: 0.06 %). */
const MOST_ALIKE: i32 = 2;
/** Whether no more than those are kept: where time counts first, uses of few extents tie by hundreds. */
let isVaried: bool = false;

/**
 * Uses of one dataflow that unroll the same extents over the rows differ by what a walk hardly tells apart, and would leave no room for others: only the
 * best of them are kept. Takes the worst one out for a better one; false if it is none.
 */
function giveWay(flow: i32, first: f64, second: f64): bool {
  let alike: i32 = 0;
  let worst: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    if (
      <i32>load<f64>(at(i, 2)) != flow ||
      load<f64>(at(i, 6)) != rm ||
      load<f64>(at(i, 7)) != rn ||
      load<f64>(at(i, 8)) != rk ||
      load<f64>(at(i, 13)) != mapping.packed
    )
      continue;
    alike++;
    worst = i;
  }
  if (alike < MOST_ALIKE) return true;
  if (!isBefore(first, second, worst)) return false;
  count--;
  memory.copy(at(worst, 0), at(worst + 1, 0), (<usize>((count - worst) * FIELDS)) << 3);
  return true;
}

/** Energy of what arrives in the inner buffers, every element once; of a held operand that goes past them, none. */
function leastArrivals(flow: i32, bypass: bool): f64 {
  const input: f64 = bypass && flow == abi.INPUT_STATIONARY ? 0 : bound.leastInputArrival;
  return bypass && flow == abi.WEIGHT_STATIONARY ? input : input + bound.leastWeightArrival;
}

function isBefore(first: f64, second: f64, row: i32): bool {
  const other: f64 = load<f64>(at(row, 0));
  return first < other || (first == other && second < load<f64>(at(row, 1)));
}

/** Even share of `extent` in blocks of at most `most`. */
function even(extent: f64, most: f64): f64 {
  return most >= extent ? extent : ceilDiv(extent, ceilDiv(extent, most));
}

/** Every register tile for the present extents and dataflow; tryOption says which are legal. */
function tryAllRegisterTiles(flow: i32): void {
  const most: f64 = larger(hardware.accumulators, larger(hardware.registerWords, 1));
  const isOutput: bool = flow == abi.OUTPUT_STATIONARY;
  const A: f64 = isOutput ? Tm : Tk;
  const B: f64 = flow == abi.INPUT_STATIONARY ? Tm : Tn;
  for (let a: f64 = 1; a <= A && a <= most; a++) {
    for (let b: f64 = 1; b <= B && a * b <= most; b++) {
      if (isOutput) tryOption(flow, a, b, 1);
      else {
        tryHeld(flow, b, a, 1);
        if (b == 1) {
          const S: f64 = flow == abi.WEIGHT_STATIONARY ? Tm : Tn;
          tryTogether(flow, a, S, larger(accumulating(), pooled() - a));
        }
      }
    }
  }
}

/** Judges a register tile of across × tk held words, with `together` stream positions. */
function tryHeld(flow: i32, across: f64, tk: f64, together: f64): void {
  if (flow == abi.WEIGHT_STATIONARY) tryOption(flow, together, across, tk);
  else tryOption(flow, across, together, tk);
}

/**
 * Judges a held word across and tk > 1 along k, with several stream positions worked on together. The more, the fewer register
 * reads; where transfers are handed on position by position, fewer are there sooner.
 */
function tryTogether(flow: i32, tk: f64, positions: f64, room: f64): void {
  const most: f64 = smaller(positions, room);
  if (tk == 1 || most < 2 || get(HARDWARE, abi.HW_ENERGY_TRAFFIC + counters.REGISTER_READS) == 0) return;
  tryHeld(flow, 1, tk, most);
  if (!isThorough || !hardware.isDirect) return;
  for (let together: f64 = 2; together < most; together++) tryHeld(flow, 1, tk, together);
}

/** Least score that any mapping may have in a use of the array that has been looked at since forgetLeast, kept or not, whatever its register tile and tiles. */
export let leastCost: f64 = Infinity;

export function setLeastCost(value: f64): void {
  leastCost = value;
}

/** Takes note of what the present extents cost at least in one dataflow; returns the energy of the array and behind it. */
function noteLeast(flow: i32): f64 {
  const room: f64 =
    flow == abi.OUTPUT_STATIONARY
      ? roomForSums()
      : hardware.heldWords(flow == abi.WEIGHT_STATIONARY ? abi.WEIGHT : abi.INPUT);
  const energy: f64 = bound.leastBeyond + arrayBound.leastArrayEnergy(flow, rm * cm, rn * cn, room);
  const cost: f64 = objective.score(
    larger(leastTime, bound.leastPorts),
    energy + leastArrivals(flow, flow != abi.OUTPUT_STATIONARY),
  );
  if (cost < leastCost) leastCost = cost;
  return energy;
}

/** Whether the present extents, in any dataflow, may be among the best; sets the array steps that they take. */
function arePromising(): bool {
  Tm = ceilDiv(oneM, rm * cm);
  Tn = ceilDiv(oneN, rn * cn);
  Tk = ceilDiv(oneK, rk);
  // Unless time is free, an array that stands half idle cannot make up for it.
  const steps: f64 = Tm * Tn * Tk;
  arrayBound.setSteps(Tm, Tn, Tk);
  leastTime = steps * batchSteps + hardware.leastSkew;
  if (steps < fewestSteps) fewestSteps = steps;
  else if (!isThorough && objective.isTimeCounted() && steps > 1.1 * fewestSteps) {
    // What is left out for its time may still need least energy.
    for (let flow: i32 = abi.WEIGHT_STATIONARY; flow <= abi.INPUT_STATIONARY; flow++) {
      if (objective.isEnergyCounted() && (hardware.dataflows & (1 << flow)) != 0) noteLeast(flow);
    }
    return false;
  }
  return mayBeKept(bound.leastBeyond + leastEnergy, 0);
}

/** Whether a use of the array may be kept that takes leastTime, and energy of its own and in `arrivals` at the inner buffers, at least. */
function mayBeKept(energy: f64, arrivals: f64): bool {
  if (
    count == limit &&
    !isBefore(objective.score(leastTime, energy), objective.secondScore(leastTime, energy), limit - 1)
  )
    return false;
  return objective.score(larger(leastTime, bound.leastPorts), energy + arrivals) <= beyond;
}

/** The same of the present extents in one dataflow, whatever the register tile. */
function isPromising(flow: i32): bool {
  const energy: f64 = noteLeast(flow);
  return mayBeKept(energy, leastArrivals(flow, flow != abi.OUTPUT_STATIONARY));
}

/** Sums that the accumulators of the present extents have room for, and those that PE registers have. */
function accumulating(): f64 {
  return Math.floor(hardware.accumulators / (hardware.kind == abi.KIND_DOT_PRODUCT ? rm * rn : 1));
}
function pooled(): f64 {
  return (hardware.registerHolds & (1 << abi.OUTPUT)) != 0 ? hardware.registerWords : 0;
}
/** The more of the two; at least one sum is tried, registersFit says whether it is legal. */
function roomForSums(): f64 {
  return larger(1, larger(accumulating(), pooled()));
}

/** Register tiles for the present extents and dataflow. */
function tryRegisterTiles(flow: i32): void {
  mapping.setArray(flow, 1, 1, 1, rm, rn, rk, cm, cn, 1);
  if (isThorough) {
    tryAllRegisterTiles(flow);
    return;
  }
  const pool: f64 = pooled();
  const sums: f64 = accumulating();
  const room: f64 = roomForSums();
  if (flow == abi.OUTPUT_STATIONARY) {
    // Sums of tm × tn steps share what is fetched: near-square tiles fetch least, as far as an operand can be held.
    const mostN: f64 = smaller(smaller(Tn, hardware.heldWords(abi.WEIGHT)), room);
    for (let tn: f64 = mostN; tn >= 1; tn = Math.floor(tn / 2)) {
      const left: f64 = tn == 1 ? room : larger(sums, pool - tn);
      tryOption(flow, even(Tm, larger(1, Math.floor(left / tn))), even(Tn, tn), 1);
    }
    const mostM: f64 = smaller(smaller(Tm, hardware.heldWords(abi.INPUT)), room);
    for (let tm: f64 = mostM; tm >= 1; tm = Math.floor(tm / 2)) {
      const left: f64 = tm == 1 ? room : larger(sums, pool - tm);
      tryOption(flow, even(Tm, tm), even(Tn, larger(1, Math.floor(left / tm))), 1);
    }
    return;
  }
  const words: f64 = hardware.heldWords(flow == abi.WEIGHT_STATIONARY ? abi.WEIGHT : abi.INPUT);
  const T: f64 = flow == abi.WEIGHT_STATIONARY ? Tn : Tm;
  const S: f64 = flow == abi.WEIGHT_STATIONARY ? Tm : Tn;
  // Words along k: none, all of it, and shares between.
  let last: f64 = 0;
  for (let parts: f64 = 1; parts <= Tk; parts *= 2) {
    const tk: f64 = ceilDiv(Tk, parts);
    if (tk > words || tk == last) continue;
    last = tk;
    const most: f64 = tk == 1 ? words : smaller(Math.floor(words / tk), room);
    if (most < 1) continue;
    const t: f64 = even(T, most);
    tryHeld(flow, t, tk, 1);
    tryTogether(flow, tk, S, larger(sums, pool - tk));
    // With all of them across, fewer along k only add sums; a single one, which needs no place for them, is tried below.
    if (t == T) break;
  }
  if (last != 1) {
    tryHeld(flow, even(T, words), 1, 1);
  }
}

function tryDataflows(): void {
  if (!arePromising()) return;
  for (let flow: i32 = abi.WEIGHT_STATIONARY; flow <= abi.INPUT_STATIONARY; flow++) {
    if ((hardware.dataflows & (1 << flow)) != 0 && isPromising(flow)) tryRegisterTiles(flow);
  }
}

/** Shares the columns between m and n: all to one, or two or four to m. */
function tryColumns(): void {
  cm = 1;
  cn = hardware.cols;
  tryDataflows();
  if (hardware.cols == 1 || oneM == 1) return;
  cm = hardware.cols;
  cn = 1;
  tryDataflows();
  for (let m: f64 = 2; m <= 4 && m < hardware.cols; m *= 2) {
    cm = m;
    cn = Math.floor(hardware.cols / m);
    tryDataflows();
  }
}

function usePacked(elements: f64): void {
  mapping.setPacked(elements);
  arrayBound.setBatches();
  batchSteps = ceilDiv(mapping.B, mapping.batchAtOnce());
  mapping.setBypass(false);
  isRoomy = !mindsRoom || legal.holdsSmallestTile();
}

/** Fixed arrays: the dataflow says which dimensions lie on rows and columns. */
function tryFixed(): void {
  for (let flow: i32 = abi.WEIGHT_STATIONARY; flow <= abi.INPUT_STATIONARY; flow++) {
    if ((hardware.dataflows & (1 << flow)) == 0) continue;
    // An adder tree adds along the rows in every dataflow; a systolic array keeps outputs in its PEs.
    const keepsOutputs: bool = flow == abi.OUTPUT_STATIONARY && hardware.kind != abi.KIND_DOT_PRODUCT;
    const onRows: f64 = keepsOutputs ? oneM : oneK;
    const onCols: f64 = flow == abi.INPUT_STATIONARY ? oneM : oneN;
    // Small batch elements lie side by side, as many as there are rows and columns for, or so many that every turn has as many.
    const most: f64 = smaller(
      ceilDiv(mapping.B, mapping.arraysB),
      smaller(Math.floor(hardware.rows / onRows), Math.floor(hardware.cols / onCols)),
    );
    const balanced: f64 = even(ceilDiv(mapping.B, mapping.coresB * mapping.arraysB), larger(1, most));
    for (let elements: f64 = 1; elements <= most || elements == 1; elements++) {
      if (!isThorough && elements != 1 && elements != balanced && elements != most) continue;
      usePacked(elements);
      const onRow: f64 = elements == 1 ? hardware.rows : onRows;
      const onCol: f64 = elements == 1 ? hardware.cols : onCols;
      rm = keepsOutputs ? onRow : 1;
      rk = keepsOutputs ? 1 : onRow;
      rn = 1;
      cm = flow == abi.INPUT_STATIONARY ? onCol : 1;
      cn = flow == abi.INPUT_STATIONARY ? 1 : onCol;
      fewestSteps = Infinity;
      if (arePromising() && isPromising(flow)) tryRegisterTiles(flow);
    }
  }
  usePacked(1);
}

/**
 * Flexible arrays: a part of the rows to m or n, or none, and as many as that leaves to k, which takes them in even shares: fewer would need no
 * fewer turns. Parts are all that leave k another number of rows (at most 2 √rows), or two for each doubling.
 */
function tryFlexible(): void {
  let last: f64 = 0;
  for (let parts: f64 = 1; parts <= hardware.rows; parts = isThorough ? parts + 1 : nextParts(parts)) {
    const share: f64 = even(oneK, Math.floor(hardware.rows / parts));
    if (share == last) continue;
    last = share;
    rk = share;
    const left: f64 = Math.floor(hardware.rows / share);
    rm = left;
    rn = 1;
    tryColumns();
    if (left > 1) {
      rm = 1;
      rn = left;
      tryColumns();
    }
  }
}

/**
 * Fills the table with the `most` best for the present problem and split of which the buffers hold a tile; where there is none, with the
 * best of the others, so that what they lack can be told.
 *
 * @param thorough  try uses that take more than the fewest steps, and every register tile, as well
 * @param worst     score beyond which none is wanted
 */
export function find(most: i32, thorough: bool, worst: f64): void {
  limit = most;
  isThorough = thorough;
  isVaried = !thorough && hardware.unroll == abi.UNROLL_FLEXIBLE && !objective.isEnergyCounted();
  beyond = worst;
  bound.boundLeast();
  leastEnergy = mapping.B * mapping.M * mapping.N * mapping.K * hardware.energyMac;
  const m: f64 = mapping.chunkM(mapping.M);
  const n: f64 = mapping.chunkN(mapping.N);
  oneM = mapping.arrayPart(m, mapping.arraysM);
  oneN = mapping.arrayPart(n, mapping.arraysN);
  oneK = mapping.chunkK(mapping.K);
  arrayBound.setExtents(m, n, oneK, (mapping.B * mapping.M * mapping.N * mapping.K) / (m * n * oneK));
  arrayBound.setTiles(1, 1, 1);
  arrayBound.setTilesOfK(0);
  isLeftOut = false;
  mindsRoom = true;
  tryUses();
  if (count > 0 || !isLeftOut) return;
  mindsRoom = false;
  tryUses();
}

function tryUses(): void {
  count = 0;
  fewestSteps = Infinity;
  usePacked(1);
  if (hardware.unroll == abi.UNROLL_FIXED) tryFixed();
  else tryFlexible();
}
