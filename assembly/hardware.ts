import * as abi from "./abi";
import * as check from "./check";
import { ceilLog2 } from "./int-math";
import { HARDWARE, HARDWARE_RECORD, get, put } from "./memory";
import { firstIn } from "./split";

/** The hardware of the present call, read once from its record. Meaning and units of each field: abi.ts. */
export let cores: f64 = 1;
/** Arrays of each core; several share its inner buffer. */
export let arrays: f64 = 1;
export let multicast: bool = true;
export let kind: i32 = 0;
export let rows: f64 = 1;
export let cols: f64 = 1;
export let unroll: i32 = 0;
export let dataflows: i32 = 7;
export let skew: i32 = 0;
export let overlap: i32 = 0;
export let drain: i32 = 0;
export let registerWords: f64 = 0;
export let registerHolds: i32 = 0;
export let accumulators: f64 = 1;
export let inputBytes: f64 = 1;
export let weightBytes: f64 = 1;
export let accumulatorBytes: f64 = 4;
export let outputBytes: f64 = 1;

/** Which operands share a memory (SPLIT_TOGETHER and others); sizes of what each is in, where it is the first in it. */
export let innerSplit: i32 = 0;
export let innerInput: f64 = 0;
export let innerWeight: f64 = 0;
export let innerOutput: f64 = 0;
export let innerDouble: bool = true;
/** The array is fed straight from the outer buffer (or far memory): an inner tile is one fold and takes no room. */
export let isDirect: bool = false;
export let hasOuter: bool = true;
export let outerSplit: i32 = 0;
export let outerInput: f64 = 0;
export let outerWeight: f64 = 0;
export let outerOutput: f64 = 0;
export let outerDouble: bool = true;
/** Operands (bits) that go past the outer buffer: their tiles come over the outer port, and none of them is kept. */
export let passedBits: i32 = 0;
/** Whether the outer buffer adds up partial sums of several cores. */
export let addsSums: bool = true;

/** Cycles per byte of each port (0: unlimited), as numerator over denominator. */
export let arrayReadBytes: f64 = 1;
export let arrayReadCycles: f64 = 0;
export let arrayWriteBytes: f64 = 1;
export let arrayWriteCycles: f64 = 0;
export let arrayShared: bool = false;
/** Which operands share a port, and the reads of the ports that weights and sums are on. */
export let arrayPorts: i32 = 0;
export let arrayWeightBytes: f64 = 1;
export let arrayWeightCycles: f64 = 0;
export let arraySumBytes: f64 = 1;
export let arraySumCycles: f64 = 0;
export let innerPorts: i32 = 0;
export let innerWeightBytes: f64 = 1;
export let innerWeightCycles: f64 = 0;
export let innerSumBytes: f64 = 1;
export let innerSumCycles: f64 = 0;
/** Cycles per byte as one number, for bounds. */
export let arrayPerRead: f64 = 0;
export let arrayPerWrite: f64 = 0;
/** Levels of adders that a sum passes on its way out of a dot-product array. */
export let arrayTail: f64 = 0;
/** Cycles that sums need at least to leave the array, beside those that its steps count. */
export let leastSkew: f64 = 0;
export let arrayLatency: f64 = 0;
export let innerReadBytes: f64 = 1;
export let innerReadCycles: f64 = 0;
export let innerWriteBytes: f64 = 1;
export let innerWriteCycles: f64 = 0;
export let innerShared: bool = false;
export let innerLatency: f64 = 0;
export let outerReadBytes: f64 = 1;
export let outerReadCycles: f64 = 0;
export let outerWriteBytes: f64 = 1;
export let outerWriteCycles: f64 = 0;
export let outerShared: bool = false;
export let outerLatency: f64 = 0;
export let arrayBlock: f64 = 0;
export let innerBlock: f64 = 0;
export let outerBlock: f64 = 0;
export let energyMac: f64 = 0;
export let energyCycle: f64 = 0;
/** Whether the record gives energies; else bytes moved stand for them. */
export let areEnergiesKnown: bool = true;

function field(index: i32): f64 {
  return get(HARDWARE, index);
}

/** Copies the record that the host has written. Zeros lose their sign, which the least of two numbers would keep or not. */
function copyRecord(): void {
  for (let i: i32 = 0; i < abi.HW_FIELDS; i++) put(HARDWARE, i, get(HARDWARE_RECORD, i) + 0);
}

/** Whether any energy is not 0. */
function hasEnergies(): bool {
  for (let i: i32 = abi.HW_ENERGY_MAC; i < abi.HW_ENERGY_TRAFFIC + abi.TRAFFIC_COLUMNS; i++)
    if (field(i) != 0) return true;
  return false;
}

/** Prices each traffic column by the ends of its transfers that are there: a byte is 1 at each. */
function priceBytesMoved(): void {
  const inner: f64 = field(abi.HW_DIRECT) != 0 ? 0 : 1;
  for (let i: i32 = 0; i < 4; i++) {
    put(HARDWARE, abi.HW_ENERGY_TRAFFIC + i, passesOuter(i < abi.OUTPUT ? i : abi.OUTPUT) ? 1 : 2);
    put(HARDWARE, abi.HW_ENERGY_TRAFFIC + 4 + i, 1);
    put(HARDWARE, abi.HW_ENERGY_TRAFFIC + 8 + i, inner);
    put(HARDWARE, abi.HW_ENERGY_TRAFFIC + 12 + i, inner);
  }
}

/** Checks the hardware record and takes it into the variables above; false where it is refused (check.ts). */
export function load(): bool {
  copyRecord();
  if (!check.hardware(HARDWARE)) return false;
  hasOuter = field(abi.HW_HAS_OUTER) != 0;
  passedBits = hasOuter ? <i32>field(abi.HW_OUTER_PASSED) : 0;
  addsSums = hasOuter && !passesOuter(abi.OUTPUT);
  areEnergiesKnown = hasEnergies();
  if (!areEnergiesKnown) priceBytesMoved();
  cores = field(abi.HW_CORES);
  arrays = field(abi.HW_ARRAYS);
  multicast = field(abi.HW_MULTICAST) != 0;
  kind = <i32>field(abi.HW_ARRAY_KIND);
  rows = field(abi.HW_ROWS);
  cols = field(abi.HW_COLS);
  unroll = <i32>field(abi.HW_UNROLL);
  dataflows = <i32>field(abi.HW_DATAFLOWS);
  skew = <i32>field(abi.HW_SKEW);
  overlap = <i32>field(abi.HW_OVERLAP);
  drain = <i32>field(abi.HW_DRAIN);
  registerWords = field(abi.HW_REGISTER_WORDS);
  registerHolds = <i32>field(abi.HW_REGISTER_HOLDS);
  accumulators = field(abi.HW_ACCUMULATORS);
  inputBytes = field(abi.HW_INPUT_BYTES);
  weightBytes = field(abi.HW_WEIGHT_BYTES);
  accumulatorBytes = field(abi.HW_ACCUMULATOR_BYTES);
  outputBytes = field(abi.HW_OUTPUT_BYTES);
  innerSplit = <i32>field(abi.HW_INNER_SPLIT);
  innerInput = field(abi.HW_INNER_SIZE);
  innerWeight = field(abi.HW_INNER_SIZE + 1);
  innerOutput = field(abi.HW_INNER_SIZE + 2);
  innerDouble = field(abi.HW_INNER_DOUBLE) != 0;
  isDirect = field(abi.HW_DIRECT) != 0;
  outerSplit = <i32>field(abi.HW_OUTER_SPLIT);
  outerInput = field(abi.HW_OUTER_SIZE);
  outerWeight = field(abi.HW_OUTER_SIZE + 1);
  outerOutput = field(abi.HW_OUTER_SIZE + 2);
  outerDouble = field(abi.HW_OUTER_DOUBLE) != 0;
  arrayReadBytes = field(abi.HW_ARRAY_PORT + abi.PORT_READ_BYTES);
  arrayReadCycles = isDirect ? 0 : field(abi.HW_ARRAY_PORT + abi.PORT_READ_CYCLES);
  arrayWriteBytes = field(abi.HW_ARRAY_PORT + abi.PORT_WRITE_BYTES);
  arrayWriteCycles = isDirect ? 0 : field(abi.HW_ARRAY_PORT + abi.PORT_WRITE_CYCLES);
  arrayShared = field(abi.HW_ARRAY_PORT + abi.PORT_SHARED) != 0;
  arrayLatency = isDirect ? 0 : field(abi.HW_ARRAY_LATENCY);
  innerReadBytes = field(abi.HW_INNER_PORT + abi.PORT_READ_BYTES);
  innerReadCycles = field(abi.HW_INNER_PORT + abi.PORT_READ_CYCLES);
  innerWriteBytes = field(abi.HW_INNER_PORT + abi.PORT_WRITE_BYTES);
  innerWriteCycles = field(abi.HW_INNER_PORT + abi.PORT_WRITE_CYCLES);
  innerShared = field(abi.HW_INNER_PORT + abi.PORT_SHARED) != 0;
  innerLatency = field(abi.HW_INNER_PORT + abi.PORT_LATENCY);
  arrayPorts = isDirect ? abi.SPLIT_TOGETHER : <i32>field(abi.HW_ARRAY_PORTS);
  const arrayWeight: i32 = readsOf(arrayPorts, abi.WEIGHT, abi.HW_ARRAY_PORT, abi.HW_ARRAY_READS);
  const arraySum: i32 = readsOf(arrayPorts, abi.OUTPUT, abi.HW_ARRAY_PORT, abi.HW_ARRAY_READS);
  arrayWeightBytes = field(arrayWeight);
  arrayWeightCycles = isDirect ? 0 : field(arrayWeight + 1);
  arraySumBytes = field(arraySum);
  arraySumCycles = isDirect ? 0 : field(arraySum + 1);
  innerPorts = <i32>field(abi.HW_INNER_PORTS);
  const weightReads: i32 = readsOf(innerPorts, abi.WEIGHT, abi.HW_INNER_PORT, abi.HW_INNER_READS);
  const sumReads: i32 = readsOf(innerPorts, abi.OUTPUT, abi.HW_INNER_PORT, abi.HW_INNER_READS);
  innerWeightBytes = field(weightReads);
  innerWeightCycles = field(weightReads + 1);
  innerSumBytes = field(sumReads);
  innerSumCycles = field(sumReads + 1);
  outerReadBytes = field(abi.HW_OUTER_PORT + abi.PORT_READ_BYTES);
  outerReadCycles = field(abi.HW_OUTER_PORT + abi.PORT_READ_CYCLES);
  outerWriteBytes = field(abi.HW_OUTER_PORT + abi.PORT_WRITE_BYTES);
  outerWriteCycles = field(abi.HW_OUTER_PORT + abi.PORT_WRITE_CYCLES);
  outerShared = field(abi.HW_OUTER_PORT + abi.PORT_SHARED) != 0;
  outerLatency = field(abi.HW_OUTER_PORT + abi.PORT_LATENCY);
  arrayBlock = isDirect ? 0 : field(abi.HW_ARRAY_BLOCK);
  innerBlock = field(abi.HW_INNER_BLOCK);
  outerBlock = field(abi.HW_OUTER_BLOCK);
  energyMac = field(abi.HW_ENERGY_MAC);
  energyCycle = field(abi.HW_ENERGY_CYCLE);
  arrayPerRead = arrayReadCycles / arrayReadBytes;
  arrayPerWrite = arrayWriteCycles / arrayWriteBytes;
  arrayTail = kind == abi.KIND_DOT_PRODUCT ? ceilLog2(rows) : 0;
  const isWhole: bool = skew == abi.SKEW_FULL_ARRAY || unroll == abi.UNROLL_FLEXIBLE;
  leastSkew = kind == abi.KIND_DOT_PRODUCT ? arrayTail : overlap == abi.OVERLAP_FOLDS && isWhole ? rows + cols - 2 : 0;
  return true;
}

/** Field of the reads, bytes and then cycles, of the port that an operand is on. */
function readsOf(ports: i32, operand: i32, port: i32, reads: i32): i32 {
  const first: i32 = firstIn(ports, operand);
  return first == 0 ? port + abi.PORT_READ_BYTES : reads + 2 * (first - 1);
}

/** Whether operand `operand` goes past the outer buffer. */
export function passesOuter(operand: i32): bool {
  return (passedBits & (1 << operand)) != 0;
}

/** Words of operand `operand` (INPUT or WEIGHT) that a PE keeps: its registers, or the one latch that every PE has. */
export function heldWords(operand: i32): f64 {
  const inRegisters: bool = (registerHolds & (1 << operand)) != 0;
  return inRegisters && registerWords > 1 ? registerWords : 1;
}

/** Bytes that a transfer of `bytes` occupies on a port that moves whole blocks (0: exact bytes). */
export function inBlocks(bytes: f64, block: f64): f64 {
  return block > 0 ? Math.ceil(bytes / block) * block : bytes;
}

/** Whole cycles that `bytes` occupy a port of `perBytes` bytes in `perCycles` cycles. */
export function portCycles(bytes: f64, perBytes: f64, perCycles: f64): f64 {
  return Math.ceil((bytes * perCycles) / perBytes);
}
