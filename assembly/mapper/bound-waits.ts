import * as abi from "../abi";
import * as hardware from "../hardware";
import { larger } from "../int-math";
import { innermost, middle, outermost } from "../loop-order";
import * as mapping from "../mapping";
import * as arrayBound from "./array-bound";
import * as bound from "./bound";
import * as sizes from "./sizes";

/*
 * What waits for what: at the inner port, whose transfers come in program order into places that have to be free, and for far memory.
 * docs/model.md, "bound". Needs the parts of bound.ts, of the same mapping.
 */

/** Fifth part of a bound, after boundOrder: raises bound.time. */
export function boundWaits(): void {
  if (hardware.hasOuter && hardware.outerLatency > 0) boundLatency();
  if (hardware.isDirect) return;
  if (mapping.innerDoubleBits != 7) boundSingle();
  // What follows is of operands that come over one port.
  if (hardware.passedBits != 0 || hardware.innerPorts != abi.SPLIT_TOGETHER) return;
  if ((mapping.innerDoubleBits & 3) == 3) boundReloads();
  if (hardware.hasOuter && bound.Gm * bound.Gn * bound.Gk == 1) boundFirstUses();
  if (bound.visitsOfSums > 1 && mapping.coresK == 1 && bound.Gk == 1) boundSpills();
}

/**
 * An operand has as many places in the outer buffer as it is double buffered or not: a tile is asked for when the last but one, or the last, has gone
 * on from its place, and is there after the latency of the far memory.
 */
function boundLatency(): void {
  const turns: f64 = larger(
    mapping.isKept(abi.INPUT) || mapping.isResident(abi.INPUT) || hardware.passesOuter(abi.INPUT)
      ? 0
      : turnsOf(abi.INPUT, bound.Gm * bound.Gk * bound.outerReloadsA * bound.batches),
    mapping.isKept(abi.WEIGHT) || mapping.isResident(abi.WEIGHT) || hardware.passesOuter(abi.WEIGHT)
      ? 0
      : turnsOf(abi.WEIGHT, bound.Gn * bound.Gk * bound.outerReloadsW * bound.batches),
  );
  if (turns > 1) bound.raiseTime(turns * hardware.outerLatency + hardware.innerLatency + bound.lastDrain);
}

/** Tiles of an operand that come to the outer buffer one after the other: every second one where it has two places. */
function turnsOf(operand: i32, tiles: f64): f64 {
  return (mapping.outerDoubleBits & (1 << operand)) != 0 ? Math.floor((tiles + 1) / 2) : tiles;
}

function rowOf(d: i32): usize {
  return d == 0 ? bound.rowM : d == 1 ? bound.rowN : bound.rowK;
}

/**
 * Sums that are not done with when their turn is over go up and come back: those of a step only after the step before the last has
 * stored its own (the last, single buffered), and what the step behind fetches comes after them on the same port. Of overlapping spans of two or
 * three steps every second or third counts, whichever: on average of those.
 */
function boundSpills(): void {
  const inside: i32 = bound.innermostTurning();
  if (inside == 2 || inside < 0) return;
  const wide: f64 = bound.sums * hardware.accumulatorBytes;
  const returned: f64 = bound.stepCount * (1 - 1 / bound.visitsOfSums);
  const round: f64 =
    returned * hardware.leastSkew +
    ((bound.visitsOfSums - 2) * wide + bound.sums * hardware.outputBytes) * bound.innerPerWrite +
    (bound.visitsOfSums - 1) * wide * bound.innerPerRead;
  const later: f64 = 1 - sizes.firstWork(bound.rowK);
  let waits: f64 = round;
  if ((mapping.innerDoubleBits & (1 << abi.OUTPUT)) != 0) {
    const meanwhile: f64 = bound.streams * (later + (1 - later) * sizes.endWork(rowOf(inside)));
    const fetched: f64 = (bound.inputCycles + bound.weightCycles) * (1 - sizes.firstPart(bound.rowK));
    waits = larger((round - meanwhile) / 2, (round + fetched - meanwhile - bound.streams * later) / 3);
  }
  bound.raiseTime(bound.innerFill + bound.streams + waits + hardware.leastSkew + bound.lastDrain);
}

/** Cycles of the outer port for the first tiles of inputs and weights. */
let inputsOfFirst: f64 = 0;
let weightsOfFirst: f64 = 0;

/** Cycles of the outer port for what the second turn of loop `d` needs first, if it has one, in the first turns of the loops outside. */
function secondUse(d: i32): f64 {
  if (((bound.turning >> d) & 1) == 0) return 0;
  const row: usize = rowOf(d);
  const loads: f64 = (d == 1 ? 0 : inputsOfFirst) + (d == 0 ? 0 : weightsOfFirst);
  return load<f64>(row, sizes.TILES) == 2 ? (loads * load<f64>(row, sizes.ENDS)) / load<f64>(row) : loads;
}

/**
 * Where an outer tile is all there is, its parts come when they are first used: an operand that does not depend on the outermost loop,
 * in the first turn of that, and of this most in the first turn of the loop inside it. What the array could do later it has to wait for.
 */
function boundFirstUses(): void {
  const a: i32 = outermost(mapping.innerOrder);
  const b: i32 = middle(mapping.innerOrder);
  const rowA: usize = rowOf(a);
  const rowB: usize = rowOf(b);
  const partA: f64 = sizes.firstPart(rowA);
  const partB: f64 = sizes.firstPart(rowB);
  const allInputs: f64 = (bound.inputs * bound.outerReadInput) / bound.batches;
  const allWeights: f64 = (bound.weights * bound.outerReadWeight) / bound.batches;
  const inputsOfA: f64 = a == 1 ? allInputs : allInputs * partA;
  const weightsOfA: f64 = a == 0 ? allWeights : allWeights * partA;
  const inputsOfB: f64 = b == 1 ? inputsOfA : inputsOfA * partB;
  const weightsOfB: f64 = b == 0 ? weightsOfA : weightsOfA * partB;
  const c: i32 = innermost(mapping.innerOrder);
  const partC: f64 = sizes.firstPart(rowOf(c));
  inputsOfFirst = c == 1 ? inputsOfB : inputsOfB * partC;
  weightsOfFirst = c == 0 ? weightsOfB : weightsOfB * partC;
  const work: f64 = bound.streams / bound.batches;
  const shareB: f64 = sizes.firstWork(rowB);
  const workA: f64 = work * sizes.firstWork(rowA);
  const workB: f64 = workA * shareB;
  const endB: f64 = larger(bound.innerFill + workB, inputsOfB + weightsOfB + secondUse(b));
  const endA: f64 = larger(endB + workA - workB, inputsOfA + weightsOfA + secondUse(a));
  let time: f64 = endA + bound.streams - workA;
  // The last part to come is of the operand that does not depend on the innermost loop over m or n, if that has the other one outside:
  // behind it are the turns of the loops inside.
  if ((c == 0 && (bound.turning & 2) != 0) || (c == 1 && (bound.turning & 1) != 0)) {
    time = larger(time, bound.outerRead + work * sizes.endWork(rowA) * sizes.endWork(rowB));
  } else if (c == 2 && ((bound.turning >> a) & 1) != 0) {
    time = larger(time, bound.outerRead + work * sizes.endWork(rowA) * (1 - shareB));
  }
  bound.raiseTime(time + hardware.leastSkew + bound.lastDrain);
}

/** Single-buffered tiles are replaced while the array stands still. */
function boundSingle(): void {
  const isInput: bool = (mapping.innerDoubleBits & (1 << abi.INPUT)) == 0;
  const isWeight: bool = (mapping.innerDoubleBits & (1 << abi.WEIGHT)) == 0;
  const inputReads: f64 = isInput ? bound.inputCycles * (1 - bound.firstInputs / bound.inputsMoved) : 0;
  const weightReads: f64 = isWeight ? bound.weightCycles * (1 - bound.firstWeights / bound.weightsMoved) : 0;
  // Of two ports both may be at work at once.
  let reads: f64 = bound.isOnePort(abi.INPUT, abi.WEIGHT) ? inputReads + weightReads : larger(inputReads, weightReads);
  // The place of sums is needed when the first of them leave the array: unless skews are equal, that may be earlier than it was for those before.
  const isEven: bool = hardware.kind == abi.KIND_DOT_PRODUCT || hardware.overlap != abi.OVERLAP_FOLDS;
  if (isEven && (mapping.innerDoubleBits & (1 << abi.OUTPUT)) == 0) {
    reads = larger(reads, bound.storeCycles * (1 - bound.firstSums / (bound.sums * bound.visitsOfSums)));
  }
  bound.raiseTime(bound.innerFill + arrayBound.time + reads + bound.lastDrain);
}

/**
 * An operand that stays while the innermost loop turns is loaded in program order, behind the other one of the step before:
 * that one waits for its place, so what the array can do meanwhile is one step (the weights, m innermost: inputs of the same step are asked
 * for first), or two (the inputs, n innermost). All other steps come on top.
 */
function boundReloads(): void {
  const inside: i32 = bound.innermostTurning();
  if (inside == 2 || inside < 0) return;
  const row: usize = inside == 0 ? bound.rowM : bound.rowN;
  const turns: f64 = (bound.stepCount * (inside == 0 ? bound.Gm : bound.Gn)) / load<f64>(row, sizes.TILES);
  /** Part of the loads of an operand that comes at every step which falls on the first steps of turns. */
  const share: f64 = (turns - 1) / bound.stepCount;
  let meanwhile: f64 = sizes.endWork(row);
  let loads: f64 = 0;
  if (inside == 0) {
    loads = bound.weightCycles * (1 - bound.firstWeights / bound.weightsMoved) + bound.inputCycles * share;
  } else {
    meanwhile += bound.Gn * sizes.firstWork(row);
    const before: f64 = sizes.endPart(row) * (1 - 1 / turns);
    loads = bound.inputCycles * (1 - bound.firstInputs / bound.inputsMoved) + bound.weightCycles * (share + before);
    // With two steps in a turn, the first reload has less before it.
    if (load<f64>(row, sizes.FEWEST) == 2)
      loads -=
        bound.inputCycles * (bound.firstInputs / bound.inputsMoved) +
        2 * bound.weightCycles * (bound.firstWeights / bound.weightsMoved);
  }
  bound.raiseTime(bound.innerFill + bound.streams * (1 - meanwhile) + loads + hardware.leastSkew + bound.lastDrain);
}
