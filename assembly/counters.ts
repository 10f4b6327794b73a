import { INPUT, TRAFFIC_COLUMNS, WEIGHT } from "./abi";
import { accumulated, changesEachStep, inputsIn, stepOf, sumsIn, sumsOut, weightsIn } from "./array/step";
import { accumulatorBytes, inputBytes, outputBytes, registerHolds, registerWords, weightBytes } from "./hardware";
import { isBypassed, sm, sn } from "./mapping";
import { get, put } from "./memory";

/** Elements over the edges of all arrays, after multicast. */
export let elementsInput: f64 = 0;
export let elementsWeight: f64 = 0;
export let elementsSumsIn: f64 = 0;
export let elementsSumsOut: f64 = 0;

/** Bytes by column, in the order of RES_TRAFFIC (abi.ts). */
const TRAFFIC: usize = memory.data(TRAFFIC_COLUMNS * 8, 16);

export const OUTER: i32 = 0;
export const INNER_SOURCE: i32 = 4;
export const INNER: i32 = 8;
export const EDGE: i32 = 12;
/** Registers written and read, then accumulators written and read. */
export const REGISTER_WRITES: i32 = 16;
const REGISTER_READS: i32 = 17;
const ACCUMULATOR_WRITES: i32 = 18;
const ACCUMULATOR_READS: i32 = 19;
/** Within a group of four columns: sums that go down to the array and sums that come up from it. */
export const SUMS_DOWN: i32 = 2;
export const SUMS_UP: i32 = 3;

export function resetCounters(): void {
  for (let i: i32 = 0; i < TRAFFIC_COLUMNS; i++) put(TRAFFIC, i, 0);
  elementsInput = 0;
  elementsWeight = 0;
  elementsSumsIn = 0;
  elementsSumsOut = 0;
}

export function traffic(column: i32): f64 {
  return get(TRAFFIC, column);
}

export function count(column: i32, bytes: f64): void {
  put(TRAFFIC, column, get(TRAFFIC, column) + bytes);
}

/** Bytes of `sums` sums that leave the array, of which the last `finals` are finished outputs where k is complete. */
export function sumBytes(sums: f64, finals: f64, isLastK: bool): f64 {
  if (!isLastK) return Math.ceil(sums * accumulatorBytes);
  return Math.ceil((sums - finals) * accumulatorBytes) + Math.ceil(finals * outputBytes);
}

/** Bytes that the array takes from the inner buffer for the tile that `stepOf` has seen last. */
export function edgeReadBytes(): f64 {
  const inputs: f64 = isBypassed(INPUT) ? 0 : Math.ceil(inputsIn * inputBytes);
  const weights: f64 = isBypassed(WEIGHT) ? 0 : Math.ceil(weightsIn * weightBytes);
  return inputs + weights + Math.ceil(sumsIn * accumulatorBytes);
}

/** Counts what `cores` cores with a tile of em × en × ek each move over their arrays' edges. */
export function countEdge(cores: f64, em: f64, en: f64, ek: f64, isFirstK: bool, isLastK: bool, isHeld: bool): void {
  if (cores == 0 || em == 0 || en == 0 || ek == 0) return;
  stepOf(em, en, ek, isFirstK, isHeld);
  elementsInput += cores * inputsIn;
  elementsWeight += cores * weightsIn;
  elementsSumsIn += cores * sumsIn;
  elementsSumsOut += cores * sumsOut;
  if (!isBypassed(INPUT)) count(EDGE, cores * Math.ceil(inputsIn * inputBytes));
  if (!isBypassed(WEIGHT)) count(EDGE + 1, cores * Math.ceil(weightsIn * weightBytes));
  count(EDGE + SUMS_DOWN, cores * Math.ceil(sumsIn * accumulatorBytes));
  count(EDGE + SUMS_UP, cores * sumBytes(sumsOut, em * en, isLastK));
  if (registerWords > 0) {
    const macs: f64 = em * en * ek;
    let written: f64 = 0;
    let read: f64 = 0;
    if ((registerHolds & (1 << WEIGHT)) != 0) {
      // Every PE that works on another row of inputs keeps its own copy of the weight.
      written += weightsIn * sm * weightBytes;
      read += (changesEachStep(WEIGHT) ? macs : weightsIn * sm) * weightBytes;
    }
    if ((registerHolds & (1 << INPUT)) != 0) {
      written += inputsIn * sn * inputBytes;
      read += (changesEachStep(INPUT) ? macs : inputsIn * sn) * inputBytes;
    }
    count(REGISTER_WRITES, cores * Math.ceil(written));
    count(REGISTER_READS, cores * Math.ceil(read));
  }
  count(ACCUMULATOR_WRITES, cores * Math.ceil(accumulated * accumulatorBytes));
  count(ACCUMULATOR_READS, cores * Math.ceil(accumulated * accumulatorBytes));
}
