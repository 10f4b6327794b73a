import * as abi from "./abi";
import * as counters from "./counters";
import * as hardware from "./hardware";
import * as mapping from "./mapping";
import { put } from "./memory";
import { longest, withSums } from "./split";
import * as run from "./run";

/** Cycles that each of `ports` ports needs for its share of `bytes` of each batch element. */
function cyclesOf(bytes: f64, perBytes: f64, perCycles: f64, ports: f64): f64 {
  return (bytes * mapping.B * perCycles) / (perBytes * ports);
}

/** Both directions of a port, which take turns where it is shared. */
function together(reads: f64, writes: f64, isShared: bool): f64 {
  return isShared ? reads + writes : Math.max(reads, writes);
}

/** Cycles that the far memory's port needs for all of a product's `inputs`, `weights` and `results`, bytes of one batch element, once each. */
function atFarMemory(inputs: f64, weights: f64, results: f64): f64 {
  if (!hardware.hasOuter) {
    const reads: f64 = cyclesOf(inputs + weights, hardware.innerReadBytes, hardware.innerReadCycles, 1);
    const writes: f64 = cyclesOf(results, hardware.innerWriteBytes, hardware.innerWriteCycles, 1);
    return together(reads, writes, hardware.innerShared);
  }
  const comes: f64 = (mapping.isResident(abi.INPUT) ? 0 : inputs) + (mapping.isResident(abi.WEIGHT) ? 0 : weights);
  const leaves: f64 = mapping.isResident(abi.OUTPUT) ? 0 : results;
  const reads: f64 = cyclesOf(comes, hardware.outerReadBytes, hardware.outerReadCycles, 1);
  const writes: f64 = cyclesOf(leaves, hardware.outerWriteBytes, hardware.outerWriteCycles, 1);
  return together(reads, writes, hardware.outerShared);
}

/** The same of the ports of all cores' arrays, which a held operand that goes past the inner buffer does not cross. */
function atArrays(allInputs: f64, allWeights: f64, results: f64): f64 {
  const inputs: f64 = mapping.isBypassed(abi.INPUT) ? 0 : allInputs;
  const weights: f64 = mapping.isBypassed(abi.WEIGHT) ? 0 : allWeights;
  const writes: f64 = cyclesOf(results, hardware.arrayWriteBytes, hardware.arrayWriteCycles, hardware.cores);
  if (hardware.arrayPorts == abi.SPLIT_TOGETHER) {
    const reads: f64 = cyclesOf(inputs + weights, hardware.arrayReadBytes, hardware.arrayReadCycles, hardware.cores);
    return together(reads, writes, hardware.arrayShared);
  }
  const a: f64 = cyclesOf(inputs, hardware.arrayReadBytes, hardware.arrayReadCycles, hardware.cores);
  const w: f64 = cyclesOf(weights, hardware.arrayWeightBytes, hardware.arrayWeightCycles, hardware.cores);
  const besideSums: f64 = withSums(hardware.arrayPorts, a, w, 0);
  return Math.max(longest(hardware.arrayPorts, a, w, 0), hardware.arrayShared ? besideSums + writes : writes);
}

/** Writes the last walk, the last traffic counted and the mapping in place into a result record. */
export function storeResult(record: usize): void {
  put(record, abi.RES_CYCLES, run.cycles);
  put(record, abi.RES_COMPUTE, run.computeCycles);
  put(record, abi.RES_STALL_OUTER, run.stallOuter);
  put(record, abi.RES_STALL_INNER, run.stallInner);
  put(record, abi.RES_STALL_ARRAY, run.stallArray);
  put(record, abi.RES_FIRST_FILL, run.firstFill);
  put(record, abi.RES_LAST_DRAIN, run.lastDrain);
  put(record, abi.RES_ENERGY, hardware.areEnergiesKnown ? counters.energyOfTraffic() : 0);
  put(
    record,
    abi.RES_ROOF_COMPUTE,
    (mapping.B * mapping.M * mapping.N * mapping.K) /
      (hardware.cores * hardware.arrays * hardware.rows * hardware.cols),
  );
  const inputs: f64 = mapping.M * mapping.K * hardware.inputBytes;
  const weights: f64 = mapping.N * mapping.K * hardware.weightBytes;
  const results: f64 = mapping.M * mapping.N * hardware.outputBytes;
  put(record, abi.RES_ROOF_OUTER, atFarMemory(inputs, weights, results));
  put(record, abi.RES_ROOF_ARRAY, atArrays(inputs, weights, results));
  put(record, abi.RES_ELEMENTS, counters.elementsInput);
  put(record, abi.RES_ELEMENTS + 1, counters.elementsWeight);
  put(record, abi.RES_ELEMENTS + 2, counters.elementsSumsIn);
  put(record, abi.RES_ELEMENTS + 3, counters.elementsSumsOut);
  for (let i: i32 = 0; i < abi.TRAFFIC_COLUMNS; i++) put(record, abi.RES_TRAFFIC + i, counters.traffic(i));
  put(record, abi.RES_STEPS, run.walkedSteps);
  mapping.store(record);
}

/**
 * Clears what a result record holds of another row: all but a mapping that is given, and that if none is.
 *
 * @param isGiven  whether the host has written a mapping into it
 */
export function clearResult(record: usize, isGiven: bool): void {
  for (let field: i32 = 0; field < abi.RES_FIELDS; field++) {
    const isOfMapping: bool =
      (field >= abi.MAP_CORES && field <= abi.MAP_KEPT) || (field >= abi.MAP_ARRAYS && field < abi.MAP_ARRAYS + 3);
    if (!isGiven || !isOfMapping) put(record, field, 0);
  }
}
