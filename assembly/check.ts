import * as abi from "./abi";
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

function begin(what: i32, address: usize): void {
  brokenField = NONE;
  brokenRecord = what;
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
  begin(abi.RECORD_PROBLEM, 0);
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
  whole(field, 0, 1, abi.RULE_FLAG);
}
function code(field: i32, last: i32): void {
  whole(field, 0, last, abi.RULE_CODE);
}
function bits(field: i32, least: f64): void {
  whole(field, least, 7, abi.RULE_BITS);
}
/** `count` extents one after the other. */
function extents(field: i32, count: i32): void {
  for (let i: i32 = 0; i < count; i++) whole(field + i, 1, abi.MOST_EXTENT, abi.RULE_EXTENT);
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
    if (get(record, field + i) != Infinity) whole(field + i, isRead ? 1 : 0, abi.MOST_BYTES, abi.RULE_CAPACITY);
  }
}

function port(field: i32): void {
  real(field + abi.PORT_READ_BYTES, abi.LEAST_RATE, abi.MOST_BYTES, abi.RULE_RATE);
  cyclesOfPort(field + abi.PORT_READ_CYCLES);
  real(field + abi.PORT_WRITE_BYTES, abi.LEAST_RATE, abi.MOST_BYTES, abi.RULE_RATE);
  cyclesOfPort(field + abi.PORT_WRITE_CYCLES);
  flag(field + abi.PORT_SHARED);
}
/** Reads of the ports of weights and of sums, where `ports` gives them one that is not an operand's before them. What is not read may be 0. */
function reads(field: i32, ports: i32): void {
  for (let i: i32 = 0; i < 2; i++) {
    const bytes: i32 = field + 2 * i;
    if (hasSize(ports, i + 1) || get(record, bytes) != 0) real(bytes, abi.LEAST_RATE, abi.MOST_BYTES, abi.RULE_RATE);
    cyclesOfPort(bytes + 1);
  }
}
function cyclesOfPort(field: i32): void {
  if (get(record, field) != 0) real(field, abi.LEAST_RATE, abi.MOST_BYTES, abi.RULE_RATE);
}
function latency(field: i32): void {
  whole(field, 0, abi.MOST_LATENCY, abi.RULE_LATENCY);
}

/** Checks the hardware record at `address`; true where it is good. */
export function hardware(address: usize): bool {
  begin(abi.RECORD_HARDWARE, address);
  whole(abi.HW_CORES, 1, abi.MOST_CORES, abi.RULE_CORES);
  flag(abi.HW_MULTICAST);
  code(abi.HW_ARRAY_KIND, abi.KIND_DOT_PRODUCT);
  whole(abi.HW_ROWS, 1, abi.MOST_SIDE, abi.RULE_SIDE);
  whole(abi.HW_COLS, 1, abi.MOST_SIDE, abi.RULE_SIDE);
  code(abi.HW_UNROLL, abi.UNROLL_FLEXIBLE);
  bits(abi.HW_DATAFLOWS, 1);
  code(abi.HW_SKEW, abi.SKEW_EDGE_AWARE);
  code(abi.HW_OVERLAP, abi.OVERLAP_FOLDS);
  code(abi.HW_DRAIN, abi.DRAIN_SHIFT);
  whole(abi.HW_REGISTER_WORDS, 0, abi.MOST_WORDS, abi.RULE_WORDS);
  bits(abi.HW_REGISTER_HOLDS, 0);
  whole(abi.HW_ACCUMULATORS, 0, abi.MOST_WORDS, abi.RULE_WORDS);
  for (let field: i32 = abi.HW_INPUT_BYTES; field <= abi.HW_OUTPUT_BYTES; field++) {
    real(field, abi.LEAST_WIDTH, abi.MOST_WIDTH, abi.RULE_WIDTH);
  }
  code(abi.HW_INNER_SPLIT, abi.SPLIT_OUTPUT);
  flag(abi.HW_INNER_DOUBLE);
  flag(abi.HW_HAS_OUTER);
  code(abi.HW_OUTER_SPLIT, abi.SPLIT_OUTPUT);
  flag(abi.HW_OUTER_DOUBLE);
  flag(abi.HW_DIRECT);
  const hasInner: bool = get(record, abi.HW_DIRECT) == 0;
  const hasOuter: bool = get(record, abi.HW_HAS_OUTER) != 0;
  bits(abi.HW_OUTER_PASSED, 0);
  const passed: i32 = smallAt(abi.HW_OUTER_PASSED);
  capacities(abi.HW_INNER_SIZE, smallAt(abi.HW_INNER_SPLIT), hasInner ? 0 : 7);
  capacities(abi.HW_OUTER_SIZE, smallAt(abi.HW_OUTER_SPLIT), hasOuter ? passed : 7);
  port(abi.HW_ARRAY_PORT);
  port(abi.HW_INNER_PORT);
  port(abi.HW_OUTER_PORT);
  code(abi.HW_ARRAY_PORTS, abi.SPLIT_OUTPUT);
  reads(abi.HW_ARRAY_READS, smallAt(abi.HW_ARRAY_PORTS));
  code(abi.HW_INNER_PORTS, abi.SPLIT_OUTPUT);
  reads(abi.HW_INNER_READS, smallAt(abi.HW_INNER_PORTS));
  latency(abi.HW_ARRAY_LATENCY);
  latency(abi.HW_INNER_PORT + abi.PORT_LATENCY);
  latency(abi.HW_OUTER_PORT + abi.PORT_LATENCY);
  whole(abi.HW_ARRAY_BLOCK, 0, abi.MOST_BYTES, abi.RULE_BYTES);
  whole(abi.HW_INNER_BLOCK, 0, abi.MOST_BYTES, abi.RULE_BYTES);
  whole(abi.HW_OUTER_BLOCK, 0, abi.MOST_BYTES, abi.RULE_BYTES);
  for (let field: i32 = abi.HW_ENERGY_MAC; field < abi.HW_ENERGY_TRAFFIC + abi.TRAFFIC_COLUMNS; field++) {
    real(field, 0, abi.MOST_ENERGY, abi.RULE_ENERGY);
  }
  whole(abi.HW_ARRAYS, 1, abi.MOST_ARRAYS, abi.RULE_ARRAYS);
  if (brokenField != NONE) return false;
  const sums: f64 = get(record, abi.HW_ACCUMULATOR_BYTES);
  const operands: f64 = Math.max(get(record, abi.HW_INPUT_BYTES), get(record, abi.HW_WEIGHT_BYTES));
  if (sums < operands || sums < get(record, abi.HW_OUTPUT_BYTES)) refuse(abi.HW_ACCUMULATOR_BYTES, abi.RULE_TOGETHER);
  if (get(record, abi.HW_ARRAYS) > 1 && !hasInner) refuse(abi.HW_ARRAYS, abi.RULE_TOGETHER);
  if (!hasOuter && get(record, abi.HW_INNER_PORTS) != abi.SPLIT_TOGETHER) refuse(abi.HW_INNER_PORTS, abi.RULE_TOGETHER);
  // A buffer that nothing is in.
  if (hasOuter && passed == 7) refuse(abi.HW_OUTER_PASSED, abi.RULE_TOGETHER);
  return brokenField == NONE;
}

/**
 * Checks a problem record; true where it is good.
 *
 * @param stays  operands (bits) that may stay in the outer buffer: those that do not go past it, where there is one
 */
export function problem(address: usize, stays: i32): bool {
  begin(abi.RECORD_PROBLEM, address);
  extents(abi.IN_BATCH, 4);
  flag(abi.IN_SHARED_B);
  code(abi.IN_OBJECTIVE, abi.OBJECTIVE_CARBON);
  code(abi.IN_EFFORT, abi.EFFORT_THOROUGH);
  flag(abi.IN_GIVEN_MAPPING);
  bits(abi.IN_RESIDENT, 0);
  real(abi.IN_RESERVED, 0, abi.MOST_BYTES, abi.RULE_BYTES);
  flag(abi.IN_EVERY_TILE);
  if (brokenField != NONE) return false;
  const macs: f64 = get(record, abi.IN_BATCH) * get(record, abi.IN_M) * get(record, abi.IN_N) * get(record, abi.IN_K);
  if (macs > abi.MOST_MACS) refuse(abi.IN_BATCH, abi.RULE_TOGETHER);
  if (((<i32>get(record, abi.IN_RESIDENT)) & ~stays) != 0) refuse(abi.IN_RESIDENT, abi.RULE_TOGETHER);
  return brokenField == NONE;
}

/** Checks the fields of the mapping in a result record, each by itself; true where they are good. */
export function mapping(address: usize): bool {
  begin(abi.RECORD_MAPPING, address);
  extents(abi.MAP_CORES, 4);
  extents(abi.MAP_PACKED, 1);
  extents(abi.MAP_OUTER_TILE, 3);
  code(abi.MAP_OUTER_ORDER, 5);
  extents(abi.MAP_INNER_TILE, 3);
  code(abi.MAP_INNER_ORDER, 5);
  code(abi.MAP_DATAFLOW, abi.INPUT_STATIONARY);
  extents(abi.MAP_REGISTER_TILE, 3);
  extents(abi.MAP_ROWS, 3);
  extents(abi.MAP_COLS, 3);
  bits(abi.MAP_OUTER_DOUBLE, 0);
  bits(abi.MAP_INNER_DOUBLE, 0);
  flag(abi.MAP_BYPASS);
  bits(abi.MAP_KEPT, 0);
  extents(abi.MAP_ARRAYS, 3);
  return brokenField == NONE;
}
