import * as abi from "./abi";
import * as counters from "./counters";
import * as hardware from "./hardware";
import * as mapping from "./mapping";
import { put } from "./memory";
import { longest, withSums } from "./split";
import * as run from "./run";

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
  const reads: f64 = ((inputs + weights) * mapping.B * readCycles) / (readBytes * ports);
  const writes: f64 = (results * mapping.B * writeCycles) / (writeBytes * ports);
  return isShared ? reads + writes : Math.max(reads, writes);
}

/** The same of the ports of a core's arrays where operands have their own. */
function ownPorts(inputs: f64, weights: f64, results: f64): f64 {
  const a: f64 = (inputs * mapping.B * hardware.arrayReadCycles) / (hardware.arrayReadBytes * hardware.cores);
  const w: f64 = (weights * mapping.B * hardware.arrayWeightCycles) / (hardware.arrayWeightBytes * hardware.cores);
  const writes: f64 = (results * mapping.B * hardware.arrayWriteCycles) / (hardware.arrayWriteBytes * hardware.cores);
  const reads: f64 = longest(hardware.arrayPorts, a, w, 0);
  return Math.max(reads, hardware.arrayShared ? withSums(hardware.arrayPorts, a, w, 0) + writes : writes);
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
  const far: f64 = hardware.hasOuter
    ? compulsory(
        mapping.isResident(abi.INPUT) ? 0 : inputs,
        mapping.isResident(abi.WEIGHT) ? 0 : weights,
        mapping.isResident(abi.OUTPUT) ? 0 : results,
        hardware.outerReadBytes,
        hardware.outerReadCycles,
        hardware.outerWriteBytes,
        hardware.outerWriteCycles,
        hardware.outerShared,
        1,
      )
    : compulsory(
        inputs,
        weights,
        results,
        hardware.innerReadBytes,
        hardware.innerReadCycles,
        hardware.innerWriteBytes,
        hardware.innerWriteCycles,
        hardware.innerShared,
        1,
      );
  put(record, abi.RES_ROOF_OUTER, far);
  // A held operand that goes past the inner buffer does not cross its port.
  const edgeInputs: f64 = mapping.isBypassed(abi.INPUT) ? 0 : inputs;
  const edgeWeights: f64 = mapping.isBypassed(abi.WEIGHT) ? 0 : weights;
  const edge: f64 =
    hardware.arrayPorts == abi.SPLIT_TOGETHER
      ? compulsory(
          edgeInputs,
          edgeWeights,
          results,
          hardware.arrayReadBytes,
          hardware.arrayReadCycles,
          hardware.arrayWriteBytes,
          hardware.arrayWriteCycles,
          hardware.arrayShared,
          hardware.cores,
        )
      : ownPorts(edgeInputs, edgeWeights, results);
  put(record, abi.RES_ROOF_ARRAY, edge);
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
