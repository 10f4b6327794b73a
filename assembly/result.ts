import {
  INPUT,
  MAP_ARRAYS,
  MAP_CORES,
  MAP_KEPT,
  OUTPUT,
  WEIGHT,
  RES_COMPUTE,
  RES_CYCLES,
  RES_ELEMENTS,
  RES_ENERGY,
  RES_FIELDS,
  RES_FIRST_FILL,
  RES_LAST_DRAIN,
  RES_ROOF_ARRAY,
  RES_ROOF_COMPUTE,
  RES_ROOF_OUTER,
  RES_STALL_ARRAY,
  RES_STALL_INNER,
  RES_STALL_OUTER,
  RES_STEPS,
  RES_TRAFFIC,
  SPLIT_TOGETHER,
  TRAFFIC_COLUMNS,
} from "./abi";
import { elementsInput, elementsSumsIn, elementsSumsOut, elementsWeight, energyOfTraffic, traffic } from "./counters";
import {
  areEnergiesKnown,
  arrayPorts,
  arrayWeightBytes,
  arrayWeightCycles,
  arrayReadBytes,
  arrayReadCycles,
  arrayShared,
  arrayWriteBytes,
  arrayWriteCycles,
  arrays,
  cols,
  cores,
  hasOuter,
  innerReadBytes,
  innerReadCycles,
  innerShared,
  innerWriteBytes,
  innerWriteCycles,
  inputBytes,
  outerReadBytes,
  outerReadCycles,
  outerShared,
  outerWriteBytes,
  outerWriteCycles,
  outputBytes,
  rows,
  weightBytes,
} from "./hardware";
import { B, K, M, N, isBypassed, isResident, storeMapping } from "./mapping";
import { put } from "./memory";
import { longest, withSums } from "./split";
import { computeCycles, cycles, firstFill, lastDrain, stallArray, stallInner, stallOuter, walkedSteps } from "./run";

/** Cycles that a port needs for all of a product's `inputs`, `weights` and `results`, bytes of one batch element, once each. */
function compulsory(
  inputs: f64,
  weights: f64,
  results: f64,
  readBytes: f64,
  readCycles: f64,
  writeBytes: f64,
  writeCycles: f64,
  isShared: bool,
  ports: f64,
): f64 {
  const reads: f64 = ((inputs + weights) * B * readCycles) / (readBytes * ports);
  const writes: f64 = (results * B * writeCycles) / (writeBytes * ports);
  return isShared ? reads + writes : Math.max(reads, writes);
}

/** The same of the ports of a core's arrays where operands have their own. */
function ownPorts(inputs: f64, weights: f64, results: f64): f64 {
  const a: f64 = (inputs * B * arrayReadCycles) / (arrayReadBytes * cores);
  const w: f64 = (weights * B * arrayWeightCycles) / (arrayWeightBytes * cores);
  const writes: f64 = (results * B * arrayWriteCycles) / (arrayWriteBytes * cores);
  const reads: f64 = longest(arrayPorts, a, w, 0);
  return Math.max(reads, arrayShared ? withSums(arrayPorts, a, w, 0) + writes : writes);
}

/** Writes the last walk, the last traffic counted and the mapping in place into a result record. */
export function storeResult(record: usize): void {
  put(record, RES_CYCLES, cycles);
  put(record, RES_COMPUTE, computeCycles);
  put(record, RES_STALL_OUTER, stallOuter);
  put(record, RES_STALL_INNER, stallInner);
  put(record, RES_STALL_ARRAY, stallArray);
  put(record, RES_FIRST_FILL, firstFill);
  put(record, RES_LAST_DRAIN, lastDrain);
  put(record, RES_ENERGY, areEnergiesKnown ? energyOfTraffic() : 0);
  put(record, RES_ROOF_COMPUTE, (B * M * N * K) / (cores * arrays * rows * cols));
  const inputs: f64 = M * K * inputBytes;
  const weights: f64 = N * K * weightBytes;
  const results: f64 = M * N * outputBytes;
  const far: f64 = hasOuter
    ? compulsory(
        isResident(INPUT) ? 0 : inputs,
        isResident(WEIGHT) ? 0 : weights,
        isResident(OUTPUT) ? 0 : results,
        outerReadBytes,
        outerReadCycles,
        outerWriteBytes,
        outerWriteCycles,
        outerShared,
        1,
      )
    : compulsory(
        inputs,
        weights,
        results,
        innerReadBytes,
        innerReadCycles,
        innerWriteBytes,
        innerWriteCycles,
        innerShared,
        1,
      );
  put(record, RES_ROOF_OUTER, far);
  // A held operand that goes past the inner buffer does not cross its port.
  const edgeInputs: f64 = isBypassed(INPUT) ? 0 : inputs;
  const edgeWeights: f64 = isBypassed(WEIGHT) ? 0 : weights;
  const edge: f64 =
    arrayPorts == SPLIT_TOGETHER
      ? compulsory(
          edgeInputs,
          edgeWeights,
          results,
          arrayReadBytes,
          arrayReadCycles,
          arrayWriteBytes,
          arrayWriteCycles,
          arrayShared,
          cores,
        )
      : ownPorts(edgeInputs, edgeWeights, results);
  put(record, RES_ROOF_ARRAY, edge);
  put(record, RES_ELEMENTS, elementsInput);
  put(record, RES_ELEMENTS + 1, elementsWeight);
  put(record, RES_ELEMENTS + 2, elementsSumsIn);
  put(record, RES_ELEMENTS + 3, elementsSumsOut);
  for (let i: i32 = 0; i < TRAFFIC_COLUMNS; i++) put(record, RES_TRAFFIC + i, traffic(i));
  put(record, RES_STEPS, walkedSteps);
  storeMapping(record);
}

/**
 * Clears what a result record holds of another row: all but a mapping that is given, and that if none is.
 *
 * @param isGiven  whether the host has written a mapping into it
 */
export function clearResult(record: usize, isGiven: bool): void {
  for (let field: i32 = 0; field < RES_FIELDS; field++) {
    const isOfMapping: bool =
      (field >= MAP_CORES && field <= MAP_KEPT) || (field >= MAP_ARRAYS && field < MAP_ARRAYS + 3);
    if (!isGiven || !isOfMapping) put(record, field, 0);
  }
}
