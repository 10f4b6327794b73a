import {
  DRAIN_SHIFT,
  EFFORT_THOROUGH,
  HW_ACCUMULATORS,
  HW_ACCUMULATOR_BYTES,
  HW_ARRAYS,
  HW_ARRAY_BLOCK,
  HW_ARRAY_KIND,
  HW_ARRAY_LATENCY,
  HW_ARRAY_PORT,
  HW_ARRAY_PORTS,
  HW_ARRAY_READS,
  HW_COLS,
  HW_CORES,
  HW_DATAFLOWS,
  HW_DIRECT,
  HW_DRAIN,
  HW_ENERGY_MAC,
  HW_ENERGY_TRAFFIC,
  HW_HAS_OUTER,
  HW_INNER_BLOCK,
  HW_INNER_DOUBLE,
  HW_INNER_PORT,
  HW_INNER_PORTS,
  HW_INNER_READS,
  HW_INNER_SIZE,
  HW_INNER_SPLIT,
  HW_INPUT_BYTES,
  HW_MULTICAST,
  HW_OUTER_BLOCK,
  HW_OUTER_DOUBLE,
  HW_OUTER_PASSED,
  HW_OUTER_PORT,
  HW_OUTER_SIZE,
  HW_OUTER_SPLIT,
  HW_OUTPUT_BYTES,
  HW_OVERLAP,
  HW_REGISTER_HOLDS,
  HW_REGISTER_WORDS,
  HW_ROWS,
  HW_SKEW,
  HW_UNROLL,
  HW_WEIGHT_BYTES,
  INPUT_STATIONARY,
  IN_BATCH,
  IN_EFFORT,
  IN_EVERY_TILE,
  IN_GIVEN_MAPPING,
  IN_K,
  IN_M,
  IN_N,
  IN_OBJECTIVE,
  IN_RESERVED,
  IN_RESIDENT,
  IN_SHARED_B,
  KIND_DOT_PRODUCT,
  LEAST_RATE,
  LEAST_WIDTH,
  MAP_ARRAYS,
  MAP_BYPASS,
  MAP_COLS,
  MAP_CORES,
  MAP_DATAFLOW,
  MAP_INNER_DOUBLE,
  MAP_INNER_ORDER,
  MAP_INNER_TILE,
  MAP_KEPT,
  MAP_OUTER_DOUBLE,
  MAP_OUTER_ORDER,
  MAP_OUTER_TILE,
  MAP_PACKED,
  MAP_REGISTER_TILE,
  MAP_ROWS,
  MOST_ARRAYS,
  MOST_BYTES,
  MOST_CORES,
  MOST_ENERGY,
  MOST_EXTENT,
  MOST_LATENCY,
  MOST_MACS,
  MOST_SIDE,
  MOST_WIDTH,
  MOST_WORDS,
  OBJECTIVE_CARBON,
  OVERLAP_FOLDS,
  PORT_LATENCY,
  PORT_READ_BYTES,
  PORT_READ_CYCLES,
  PORT_SHARED,
  PORT_WRITE_BYTES,
  PORT_WRITE_CYCLES,
  RECORD_HARDWARE,
  RECORD_MAPPING,
  RECORD_PROBLEM,
  RULE_ARRAYS,
  RULE_BITS,
  RULE_BYTES,
  RULE_CAPACITY,
  RULE_CODE,
  RULE_CORES,
  RULE_ENERGY,
  RULE_EXTENT,
  RULE_FLAG,
  RULE_LATENCY,
  RULE_RATE,
  RULE_SIDE,
  RULE_TOGETHER,
  RULE_WIDTH,
  RULE_WORDS,
  SKEW_EDGE_AWARE,
  SPLIT_OUTPUT,
  SPLIT_TOGETHER,
  TRAFFIC_COLUMNS,
  UNROLL_FLEXIBLE,
} from "./abi";
import { get } from "./memory";
import { hasSize, inMemory } from "./split";

/*
 * The door: the rule of every field of the records that a host writes, and rules of several fields together. Nothing is worked out
 * from a record before it has passed. A number that is not one (NaN) is in no range. Rules of a mapping that depend on the problem and the hardware:
 * mapper/legal.ts.
 */
const NONE: i32 = -1;
/** The first field that breaks a rule, by index, −1: none; its record; its rule. */
export let brokenField: i32 = NONE;
export let brokenRecord: i32 = 0;
export let brokenRule: i32 = 0;

/** Record under check. */
let record: usize = 0;

function begin(kind: i32, address: usize): void {
  brokenField = NONE;
  brokenRecord = kind;
  record = address;
}

/** Takes note of a field that breaks a rule. */
export function refuse(field: i32, rule: i32): void {
  if (brokenField != NONE && brokenField < field) return;
  brokenField = field;
  brokenRule = rule;
}

/** Takes note of what is found of a problem that has passed. */
export function refuseProblem(field: i32, rule: i32): void {
  begin(RECORD_PROBLEM, 0);
  refuse(field, rule);
}

function isWithin(x: f64, least: f64, most: f64): bool {
  return x >= least && x <= most;
}

function real(field: i32, least: f64, most: f64, rule: i32): void {
  if (!isWithin(get(record, field), least, most)) refuse(field, rule);
}
function whole(field: i32, least: f64, most: f64, rule: i32): void {
  const x: f64 = get(record, field);
  if (!isWithin(x, least, most) || Math.floor(x) != x) refuse(field, rule);
}
function flag(field: i32): void {
  whole(field, 0, 1, RULE_FLAG);
}
function code(field: i32, last: i32): void {
  whole(field, 0, last, RULE_CODE);
}
function bits(field: i32, least: f64): void {
  whole(field, least, 7, RULE_BITS);
}
/** `count` extents one after the other. */
function extents(field: i32, count: i32): void {
  for (let i: i32 = 0; i < count; i++) whole(field + i, 1, MOST_EXTENT, RULE_EXTENT);
}

/** A small whole number as it stands in a field; 0 for what is none, and refused as such. */
function smallAt(field: i32): i32 {
  const x: f64 = get(record, field);
  return isWithin(x, 0, 7) ? <i32>x : 0;
}

/**
 * Three sizes, some of which are read.
 *
 * @param split   which operands share a memory
 * @param unread  operands (bits) that are not in it
 */
function capacities(field: i32, split: i32, unread: i32): void {
  for (let i: i32 = 0; i < 3; i++) {
    const isRead: bool = hasSize(split, i) && (inMemory(split, i) & ~unread) != 0;
    if (get(record, field + i) != Infinity) whole(field + i, isRead ? 1 : 0, MOST_BYTES, RULE_CAPACITY);
  }
}

function port(field: i32): void {
  real(field + PORT_READ_BYTES, LEAST_RATE, MOST_BYTES, RULE_RATE);
  cyclesOfPort(field + PORT_READ_CYCLES);
  real(field + PORT_WRITE_BYTES, LEAST_RATE, MOST_BYTES, RULE_RATE);
  cyclesOfPort(field + PORT_WRITE_CYCLES);
  flag(field + PORT_SHARED);
}
/** Reads of the ports of weights and of sums, where `ports` gives them one that is not an operand's before them. What is not read may be 0. */
function reads(field: i32, ports: i32): void {
  for (let i: i32 = 0; i < 2; i++) {
    const bytes: i32 = field + 2 * i;
    if (hasSize(ports, i + 1) || get(record, bytes) != 0) real(bytes, LEAST_RATE, MOST_BYTES, RULE_RATE);
    cyclesOfPort(bytes + 1);
  }
}
function cyclesOfPort(field: i32): void {
  if (get(record, field) != 0) real(field, LEAST_RATE, MOST_BYTES, RULE_RATE);
}
function latency(field: i32): void {
  whole(field, 0, MOST_LATENCY, RULE_LATENCY);
}

/** Checks the hardware record at `address`; true where it is good. */
export function checkHardware(address: usize): bool {
  begin(RECORD_HARDWARE, address);
  whole(HW_CORES, 1, MOST_CORES, RULE_CORES);
  flag(HW_MULTICAST);
  code(HW_ARRAY_KIND, KIND_DOT_PRODUCT);
  whole(HW_ROWS, 1, MOST_SIDE, RULE_SIDE);
  whole(HW_COLS, 1, MOST_SIDE, RULE_SIDE);
  code(HW_UNROLL, UNROLL_FLEXIBLE);
  bits(HW_DATAFLOWS, 1);
  code(HW_SKEW, SKEW_EDGE_AWARE);
  code(HW_OVERLAP, OVERLAP_FOLDS);
  code(HW_DRAIN, DRAIN_SHIFT);
  whole(HW_REGISTER_WORDS, 0, MOST_WORDS, RULE_WORDS);
  bits(HW_REGISTER_HOLDS, 0);
  whole(HW_ACCUMULATORS, 0, MOST_WORDS, RULE_WORDS);
  for (let field: i32 = HW_INPUT_BYTES; field <= HW_OUTPUT_BYTES; field++) {
    real(field, LEAST_WIDTH, MOST_WIDTH, RULE_WIDTH);
  }
  code(HW_INNER_SPLIT, SPLIT_OUTPUT);
  flag(HW_INNER_DOUBLE);
  flag(HW_HAS_OUTER);
  code(HW_OUTER_SPLIT, SPLIT_OUTPUT);
  flag(HW_OUTER_DOUBLE);
  flag(HW_DIRECT);
  const hasInner: bool = get(record, HW_DIRECT) == 0;
  const hasOuter: bool = get(record, HW_HAS_OUTER) != 0;
  bits(HW_OUTER_PASSED, 0);
  const passed: i32 = smallAt(HW_OUTER_PASSED);
  capacities(HW_INNER_SIZE, smallAt(HW_INNER_SPLIT), hasInner ? 0 : 7);
  capacities(HW_OUTER_SIZE, smallAt(HW_OUTER_SPLIT), hasOuter ? passed : 7);
  port(HW_ARRAY_PORT);
  port(HW_INNER_PORT);
  port(HW_OUTER_PORT);
  code(HW_ARRAY_PORTS, SPLIT_OUTPUT);
  reads(HW_ARRAY_READS, smallAt(HW_ARRAY_PORTS));
  code(HW_INNER_PORTS, SPLIT_OUTPUT);
  reads(HW_INNER_READS, smallAt(HW_INNER_PORTS));
  latency(HW_ARRAY_LATENCY);
  latency(HW_INNER_PORT + PORT_LATENCY);
  latency(HW_OUTER_PORT + PORT_LATENCY);
  whole(HW_ARRAY_BLOCK, 0, MOST_BYTES, RULE_BYTES);
  whole(HW_INNER_BLOCK, 0, MOST_BYTES, RULE_BYTES);
  whole(HW_OUTER_BLOCK, 0, MOST_BYTES, RULE_BYTES);
  for (let field: i32 = HW_ENERGY_MAC; field < HW_ENERGY_TRAFFIC + TRAFFIC_COLUMNS; field++) {
    real(field, 0, MOST_ENERGY, RULE_ENERGY);
  }
  whole(HW_ARRAYS, 1, MOST_ARRAYS, RULE_ARRAYS);
  if (brokenField != NONE) return false;
  const sums: f64 = get(record, HW_ACCUMULATOR_BYTES);
  const operands: f64 = Math.max(get(record, HW_INPUT_BYTES), get(record, HW_WEIGHT_BYTES));
  if (sums < operands || sums < get(record, HW_OUTPUT_BYTES)) refuse(HW_ACCUMULATOR_BYTES, RULE_TOGETHER);
  if (get(record, HW_ARRAYS) > 1 && !hasInner) refuse(HW_ARRAYS, RULE_TOGETHER);
  if (!hasOuter && get(record, HW_INNER_PORTS) != SPLIT_TOGETHER) refuse(HW_INNER_PORTS, RULE_TOGETHER);
  // A buffer that nothing is in.
  if (hasOuter && passed == 7) refuse(HW_OUTER_PASSED, RULE_TOGETHER);
  return brokenField == NONE;
}

/**
 * Checks a problem record; true where it is good.
 *
 * @param stays  operands (bits) that may stay in the outer buffer: those that do not go past it, where there is one
 */
export function checkProblem(address: usize, stays: i32): bool {
  begin(RECORD_PROBLEM, address);
  extents(IN_BATCH, 4);
  flag(IN_SHARED_B);
  code(IN_OBJECTIVE, OBJECTIVE_CARBON);
  code(IN_EFFORT, EFFORT_THOROUGH);
  flag(IN_GIVEN_MAPPING);
  bits(IN_RESIDENT, 0);
  real(IN_RESERVED, 0, MOST_BYTES, RULE_BYTES);
  flag(IN_EVERY_TILE);
  if (brokenField != NONE) return false;
  const macs: f64 = get(record, IN_BATCH) * get(record, IN_M) * get(record, IN_N) * get(record, IN_K);
  if (macs > MOST_MACS) refuse(IN_BATCH, RULE_TOGETHER);
  if (((<i32>get(record, IN_RESIDENT)) & ~stays) != 0) refuse(IN_RESIDENT, RULE_TOGETHER);
  return brokenField == NONE;
}

/** Checks the fields of the mapping in a result record, each by itself; true where they are good. */
export function checkMapping(address: usize): bool {
  begin(RECORD_MAPPING, address);
  extents(MAP_CORES, 4);
  extents(MAP_PACKED, 1);
  extents(MAP_OUTER_TILE, 3);
  code(MAP_OUTER_ORDER, 5);
  extents(MAP_INNER_TILE, 3);
  code(MAP_INNER_ORDER, 5);
  code(MAP_DATAFLOW, INPUT_STATIONARY);
  extents(MAP_REGISTER_TILE, 3);
  extents(MAP_ROWS, 3);
  extents(MAP_COLS, 3);
  bits(MAP_OUTER_DOUBLE, 0);
  bits(MAP_INNER_DOUBLE, 0);
  flag(MAP_BYPASS);
  bits(MAP_KEPT, 0);
  extents(MAP_ARRAYS, 3);
  return brokenField == NONE;
}
