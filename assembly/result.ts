import {
  INPUT,
  WEIGHT,
  RES_COMPUTE,
  RES_CYCLES,
  RES_ELEMENTS,
  RES_ENERGY,
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
  TRAFFIC_COLUMNS,
} from "./abi";
import { elementsInput, elementsSumsIn, elementsSumsOut, elementsWeight, energyOfTraffic, traffic } from "./counters";
import {
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
import { B, K, M, N, isBypassed, storeMapping } from "./mapping";
import { put } from "./memory";
import { computeCycles, cycles, firstFill, lastDrain, stallArray, stallInner, stallOuter, walkedSteps } from "./run";

/** Cycles that a port needs for `inputs` and `weights` bytes (of one batch element) once in and results once out. */
function compulsory(
  inputs: f64,
  weights: f64,
  readBytes: f64,
  readCycles: f64,
  writeBytes: f64,
  writeCycles: f64,
  isShared: bool,
  ports: f64,
): f64 {
  const reads: f64 = ((inputs + weights) * B * readCycles) / (readBytes * ports);
  const writes: f64 = (M * N * B * outputBytes * writeCycles) / (writeBytes * ports);
  return isShared ? reads + writes : Math.max(reads, writes);
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
  put(record, RES_ENERGY, energyOfTraffic());
  put(record, RES_ROOF_COMPUTE, (B * M * N * K) / (cores * arrays * rows * cols));
  const inputs: f64 = M * K * inputBytes;
  const weights: f64 = N * K * weightBytes;
  // A held operand that goes past the inner buffer does not cross its port.
  const edgeInputs: f64 = isBypassed(INPUT) ? 0 : inputs;
  const edgeWeights: f64 = isBypassed(WEIGHT) ? 0 : weights;
  const inner: f64 = compulsory(
    inputs,
    weights,
    innerReadBytes,
    innerReadCycles,
    innerWriteBytes,
    innerWriteCycles,
    innerShared,
    1,
  );
  const outer: f64 = compulsory(
    inputs,
    weights,
    outerReadBytes,
    outerReadCycles,
    outerWriteBytes,
    outerWriteCycles,
    outerShared,
    1,
  );
  put(record, RES_ROOF_OUTER, hasOuter ? outer : inner);
  put(
    record,
    RES_ROOF_ARRAY,
    compulsory(
      edgeInputs,
      edgeWeights,
      arrayReadBytes,
      arrayReadCycles,
      arrayWriteBytes,
      arrayWriteCycles,
      arrayShared,
      cores,
    ),
  );
  put(record, RES_ELEMENTS, elementsInput);
  put(record, RES_ELEMENTS + 1, elementsWeight);
  put(record, RES_ELEMENTS + 2, elementsSumsIn);
  put(record, RES_ELEMENTS + 3, elementsSumsOut);
  for (let i: i32 = 0; i < TRAFFIC_COLUMNS; i++) put(record, RES_TRAFFIC + i, traffic(i));
  put(record, RES_STEPS, walkedSteps);
  storeMapping(record);
}
