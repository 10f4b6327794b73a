import { INPUT, KIND_DOT_PRODUCT, OUTPUT, OVERLAP_FOLDS, SPLIT_TOGETHER, WEIGHT } from "../abi";
import {
  accumulatorBytes,
  hasOuter,
  innerLatency,
  innerPorts,
  isDirect,
  kind,
  leastSkew,
  outerLatency,
  outputBytes,
  overlap,
  passedBits,
  passesOuter,
} from "../hardware";
import { larger } from "../int-math";
import { innermost, middle, outermost } from "../loop-order";
import { coresK, innerDoubleBits, innerOrder, isKept, isResident, outerDoubleBits } from "../mapping";
import { arrayTime } from "./array-bound";
import {
  Gk,
  Gm,
  Gn,
  batches,
  firstInputs,
  firstSums,
  firstWeights,
  innerFill,
  innerPerRead,
  innerPerWrite,
  innermostTurning,
  isOnePort,
  inputCycles,
  inputs,
  inputsMoved,
  lastDrain,
  outerRead,
  outerReadInput,
  outerReadWeight,
  outerReloadsA,
  outerReloadsW,
  raiseTime,
  rowK,
  rowM,
  rowN,
  stepCount,
  storeCycles,
  streams,
  sums,
  turning,
  visitsOfSums,
  weightCycles,
  weights,
  weightsMoved,
} from "./bound";
import { ENDS, FEWEST, TILES, endPart, endWork, firstPart, firstWork } from "./sizes";

/*
 * What waits for what: at the inner port, whose transfers come in program order into places that have to be free, and for far memory.
 * docs/model.md, "bound". Needs the parts of bound.ts, of the same mapping.
 */

/** Fifth part of a bound, after boundOrder: raises boundTime. */
export function boundWaits(): void {
  if (hasOuter && outerLatency > 0) boundLatency();
  if (isDirect) return;
  if (innerDoubleBits != 7) boundSingle();
  // What follows is of operands that come over one port.
  if (passedBits != 0 || innerPorts != SPLIT_TOGETHER) return;
  if ((innerDoubleBits & 3) == 3) boundReloads();
  if (hasOuter && Gm * Gn * Gk == 1) boundFirstUses();
  if (visitsOfSums > 1 && coresK == 1 && Gk == 1) boundSpills();
}

/**
 * An operand has as many places in the outer buffer as it is double buffered or not: a tile is asked for when the last but one, or the last, has gone
 * on from its place, and is there after the latency of the far memory.
 */
function boundLatency(): void {
  const turns: f64 = larger(
    isKept(INPUT) || isResident(INPUT) || passesOuter(INPUT) ? 0 : turnsOf(INPUT, Gm * Gk * outerReloadsA * batches),
    isKept(WEIGHT) || isResident(WEIGHT) || passesOuter(WEIGHT)
      ? 0
      : turnsOf(WEIGHT, Gn * Gk * outerReloadsW * batches),
  );
  if (turns > 1) raiseTime(turns * outerLatency + innerLatency + lastDrain);
}

/** Tiles of an operand that come to the outer buffer one after the other: every second one where it has two places. */
function turnsOf(operand: i32, tiles: f64): f64 {
  return (outerDoubleBits & (1 << operand)) != 0 ? Math.floor((tiles + 1) / 2) : tiles;
}

function rowOf(d: i32): usize {
  return d == 0 ? rowM : d == 1 ? rowN : rowK;
}

/**
 * Sums that are not done with when their turn is over go up and come back: those of a step only after the step before the last has
 * stored its own (the last, single buffered), and what the step behind fetches comes after them on the same port. Of overlapping spans of two or
 * three steps every second or third counts, whichever: on average of those.
 */
function boundSpills(): void {
  const inside: i32 = innermostTurning();
  if (inside == 2 || inside < 0) return;
  const wide: f64 = sums * accumulatorBytes;
  const returned: f64 = stepCount * (1 - 1 / visitsOfSums);
  const round: f64 =
    returned * leastSkew +
    ((visitsOfSums - 2) * wide + sums * outputBytes) * innerPerWrite +
    (visitsOfSums - 1) * wide * innerPerRead;
  const later: f64 = 1 - firstWork(rowK);
  let waits: f64 = round;
  if ((innerDoubleBits & (1 << OUTPUT)) != 0) {
    const meanwhile: f64 = streams * (later + (1 - later) * endWork(rowOf(inside)));
    const fetched: f64 = (inputCycles + weightCycles) * (1 - firstPart(rowK));
    waits = larger((round - meanwhile) / 2, (round + fetched - meanwhile - streams * later) / 3);
  }
  raiseTime(innerFill + streams + waits + leastSkew + lastDrain);
}

/** Cycles of the outer port for the first tiles of inputs and weights. */
let inputsOfFirst: f64 = 0;
let weightsOfFirst: f64 = 0;

/** Cycles of the outer port for what the second turn of loop `d` needs first, if it has one, in the first turns of the loops outside. */
function secondUse(d: i32): f64 {
  if (((turning >> d) & 1) == 0) return 0;
  const row: usize = rowOf(d);
  const loads: f64 = (d == 1 ? 0 : inputsOfFirst) + (d == 0 ? 0 : weightsOfFirst);
  return load<f64>(row, TILES) == 2 ? (loads * load<f64>(row, ENDS)) / load<f64>(row) : loads;
}

/**
 * Where an outer tile is all there is, its parts come when they are first used: an operand that does not depend on the outermost loop,
 * in the first turn of that, and of this most in the first turn of the loop inside it. What the array could do later it has to wait for.
 */
function boundFirstUses(): void {
  const a: i32 = outermost(innerOrder);
  const b: i32 = middle(innerOrder);
  const rowA: usize = rowOf(a);
  const rowB: usize = rowOf(b);
  const partA: f64 = firstPart(rowA);
  const partB: f64 = firstPart(rowB);
  const allInputs: f64 = (inputs * outerReadInput) / batches;
  const allWeights: f64 = (weights * outerReadWeight) / batches;
  const inputsOfA: f64 = a == 1 ? allInputs : allInputs * partA;
  const weightsOfA: f64 = a == 0 ? allWeights : allWeights * partA;
  const inputsOfB: f64 = b == 1 ? inputsOfA : inputsOfA * partB;
  const weightsOfB: f64 = b == 0 ? weightsOfA : weightsOfA * partB;
  const c: i32 = innermost(innerOrder);
  const partC: f64 = firstPart(rowOf(c));
  inputsOfFirst = c == 1 ? inputsOfB : inputsOfB * partC;
  weightsOfFirst = c == 0 ? weightsOfB : weightsOfB * partC;
  const work: f64 = streams / batches;
  const shareB: f64 = firstWork(rowB);
  const workA: f64 = work * firstWork(rowA);
  const workB: f64 = workA * shareB;
  const endB: f64 = larger(innerFill + workB, inputsOfB + weightsOfB + secondUse(b));
  const endA: f64 = larger(endB + workA - workB, inputsOfA + weightsOfA + secondUse(a));
  let time: f64 = endA + streams - workA;
  // The last part to come is of the operand that does not depend on the innermost loop over m or n, if that has the other one outside:
  // behind it are the turns of the loops inside.
  if ((c == 0 && (turning & 2) != 0) || (c == 1 && (turning & 1) != 0)) {
    time = larger(time, outerRead + work * endWork(rowA) * endWork(rowB));
  } else if (c == 2 && ((turning >> a) & 1) != 0) {
    time = larger(time, outerRead + work * endWork(rowA) * (1 - shareB));
  }
  raiseTime(time + leastSkew + lastDrain);
}

/** Single-buffered tiles are replaced while the array stands still. */
function boundSingle(): void {
  const isInput: bool = (innerDoubleBits & (1 << INPUT)) == 0;
  const isWeight: bool = (innerDoubleBits & (1 << WEIGHT)) == 0;
  const inputReads: f64 = isInput ? inputCycles * (1 - firstInputs / inputsMoved) : 0;
  const weightReads: f64 = isWeight ? weightCycles * (1 - firstWeights / weightsMoved) : 0;
  // Of two ports both may be at work at once.
  let reads: f64 = isOnePort(INPUT, WEIGHT) ? inputReads + weightReads : larger(inputReads, weightReads);
  // The place of sums is needed when the first of them leave the array: unless skews are equal, that may be earlier than it was for those before.
  const isEven: bool = kind == KIND_DOT_PRODUCT || overlap != OVERLAP_FOLDS;
  if (isEven && (innerDoubleBits & (1 << OUTPUT)) == 0) {
    reads = larger(reads, storeCycles * (1 - firstSums / (sums * visitsOfSums)));
  }
  raiseTime(innerFill + arrayTime + reads + lastDrain);
}

/**
 * An operand that stays while the innermost loop turns is loaded in program order, behind the other one of the step before:
 * that one waits for its place, so what the array can do meanwhile is one step (the weights, m innermost: inputs of the same step are asked
 * for first), or two (the inputs, n innermost). All other steps come on top.
 */
function boundReloads(): void {
  const inside: i32 = innermostTurning();
  if (inside == 2 || inside < 0) return;
  const row: usize = inside == 0 ? rowM : rowN;
  const turns: f64 = (stepCount * (inside == 0 ? Gm : Gn)) / load<f64>(row, TILES);
  /** Part of the loads of an operand that comes at every step which falls on the first steps of turns. */
  const share: f64 = (turns - 1) / stepCount;
  let meanwhile: f64 = endWork(row);
  let loads: f64 = 0;
  if (inside == 0) {
    loads = weightCycles * (1 - firstWeights / weightsMoved) + inputCycles * share;
  } else {
    meanwhile += Gn * firstWork(row);
    const before: f64 = endPart(row) * (1 - 1 / turns);
    loads = inputCycles * (1 - firstInputs / inputsMoved) + weightCycles * (share + before);
    // With two steps in a turn, the first reload has less before it.
    if (load<f64>(row, FEWEST) == 2)
      loads -= inputCycles * (firstInputs / inputsMoved) + 2 * weightCycles * (firstWeights / weightsMoved);
  }
  raiseTime(innerFill + streams * (1 - meanwhile) + loads + leastSkew + lastDrain);
}
