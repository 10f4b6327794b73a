import * as abi from "./abi";
import * as hardware from "./hardware";
import { ceilDiv } from "./int-math";
import { pick } from "./loop-order";
import { get, put, putThree } from "./memory";

/** The problem of the present search, and the mapping under evaluation. Sizes are whole numbers ≥ 1. */
export let B: f64 = 1;
export let M: f64 = 1;
export let N: f64 = 1;
export let K: f64 = 1;

/** Operands that do not cross the outer port (bit per operand), and bytes of the outer buffer that are taken. */
export let residentBits: i32 = 0;
export let reservedBytes: f64 = 0;

export function setResidency(bits: i32, reserved: f64): void {
  residentBits = bits;
  reservedBytes = reserved;
}

/** Whether `operand` goes past the inner buffer: the one that the dataflow holds. */
export function isBypassed(operand: i32): bool {
  return (
    bypass &&
    dataflow == (operand == abi.WEIGHT ? abi.WEIGHT_STATIONARY : abi.INPUT_STATIONARY) &&
    operand != abi.OUTPUT
  );
}

export function isResident(operand: i32): bool {
  return (residentBits & (1 << operand)) != 0;
}

export function setProblem(batch: f64, m: f64, n: f64, k: f64): void {
  B = batch;
  M = m;
  N = n;
  K = k;
}

/** Cores that share out batch elements, m, n and k of each outer tile; their product is at most the number of cores. */
export let coresB: f64 = 1;
export let coresM: f64 = 1;
export let coresN: f64 = 1;
export let coresK: f64 = 1;
/** Arrays of a core that share out the batch elements that it takes at once, and m and n of each of its inner tiles. */
export let arraysB: f64 = 1;
export let arraysM: f64 = 1;
export let arraysN: f64 = 1;
/** Batch elements side by side on one array, block-diagonally. */
export let packed: f64 = 1;
/** Outer (global-buffer) tile and order, inner (local-buffer) tile and order. */
export let gm: f64 = 1;
export let gn: f64 = 1;
export let gk: f64 = 1;
export let outerOrder: i32 = 0;
export let lm: f64 = 1;
export let ln: f64 = 1;
export let lk: f64 = 1;
export let innerOrder: i32 = 0;
export let dataflow: i32 = 0;
/** Register tile in steps; spatial extents over rows and columns. */
export let tm: f64 = 1;
export let tn: f64 = 1;
export let tk: f64 = 1;
export let rowsM: f64 = 1;
export let rowsN: f64 = 1;
export let rowsK: f64 = 1;
export let colsM: f64 = 1;
export let colsN: f64 = 1;
export let colsK: f64 = 1;
/** Extents of an inner tile that one step of all arrays of a core covers: ⌈⌈e / A⌉ / s⌉ = ⌈e / (A · s)⌉. */
export let sm: f64 = 1;
export let sn: f64 = 1;
export let sk: f64 = 1;
export let outerDoubleBits: i32 = 7;
export let innerDoubleBits: i32 = 7;
/** Operands (bits) that the outer buffer keeps whole until the batch step is done, beside the tiles of the others. */
export let keptBits: i32 = 0;
/** The held operand (weight- or input-stationary) goes past the inner buffer into the PE registers. */
export let bypass: bool = false;

export function setKept(bits: i32): void {
  keptBits = bits;
}
export function isKept(operand: i32): bool {
  return (keptBits & (1 << operand)) != 0;
}

export function setBypass(value: bool): void {
  bypass = value;
}

export function setCores(b: f64, m: f64, n: f64, k: f64): void {
  coresB = b;
  coresM = m;
  coresN = n;
  coresK = k;
}
export function setArrays(b: f64, m: f64, n: f64): void {
  arraysB = b;
  arraysM = m;
  arraysN = n;
  coverSteps();
}
function coverSteps(): void {
  sm = rowsM * colsM * arraysM;
  sn = rowsN * colsN * arraysN;
  sk = rowsK * colsK;
}
export function setPacked(elements: f64): void {
  packed = elements;
}

/** Chunk of an outer tile's extent that one core takes. */
export function chunkM(extent: f64): f64 {
  return coresM == 1 ? extent : ceilDiv(extent, coresM);
}
export function chunkN(extent: f64): f64 {
  return coresN == 1 ? extent : ceilDiv(extent, coresN);
}
export function chunkK(extent: f64): f64 {
  return coresK == 1 ? extent : ceilDiv(extent, coresK);
}

/** Extent of the first array's part of an inner tile; no other array has more. */
export function arrayPart(extent: f64, sharers: f64): f64 {
  return sharers == 1 ? extent : ceilDiv(extent, sharers);
}

/** Along dimension 0 m, 1 n, 2 k: extents of the problem, of a whole outer and a whole inner tile; cores that share outer tiles out; outer tiles. */
export function problemOf(dimension: i32): f64 {
  return pick(dimension, M, N, K);
}
export function outerOf(dimension: i32): f64 {
  return pick(dimension, gm, gn, gk);
}
export function innerOf(dimension: i32): f64 {
  return pick(dimension, lm, ln, lk);
}
export function coresOf(dimension: i32): f64 {
  return pick(dimension, coresM, coresN, coresK);
}
export function outerTurns(dimension: i32): f64 {
  return ceilDiv(problemOf(dimension), outerOf(dimension));
}

/** Batch elements that a core takes at once. */
export function elementsOfCore(): f64 {
  return packed * arraysB;
}
/** Batch elements at a time: those of all cores together. */
export function batchAtOnce(): f64 {
  return coresB * packed * arraysB;
}
/** Sets the outer tile, with nothing kept beyond it. */
export function setOuter(m: f64, n: f64, k: f64, order: i32, doubleBits: i32): void {
  keptBits = 0;
  gm = m;
  gn = n;
  gk = k;
  outerOrder = order;
  outerDoubleBits = doubleBits;
}
/** Sets the inner tile. What goes straight to the array is always fetched ahead. */
export function setInner(m: f64, n: f64, k: f64, order: i32, doubleBits: i32): void {
  lm = m;
  ln = n;
  lk = k;
  innerOrder = order;
  innerDoubleBits = hardware.isDirect ? 7 : doubleBits;
}
/** Sets the steps of the array along each dimension that the registers of a PE or column work off as one block. */
export function setRegisterTile(m: f64, n: f64, k: f64): void {
  tm = m;
  tn = n;
  tk = k;
}
export function setArray(
  flow: i32,
  stepsM: f64,
  stepsN: f64,
  stepsK: f64,
  rm: f64,
  rn: f64,
  rk: f64,
  cm: f64,
  cn: f64,
  ck: f64,
): void {
  dataflow = flow;
  setRegisterTile(stepsM, stepsN, stepsK);
  rowsM = rm;
  rowsN = rn;
  rowsK = rk;
  colsM = cm;
  colsN = cn;
  colsK = ck;
  coverSteps();
}

/** Writes the mapping in place into a result record. */
export function store(record: usize): void {
  put(record, abi.MAP_CORES, coresB);
  putThree(record, abi.MAP_CORES + 1, coresM, coresN, coresK);
  putThree(record, abi.MAP_ARRAYS, arraysB, arraysM, arraysN);
  put(record, abi.MAP_PACKED, packed);
  putThree(record, abi.MAP_OUTER_TILE, gm, gn, gk);
  put(record, abi.MAP_OUTER_ORDER, <f64>outerOrder);
  putThree(record, abi.MAP_INNER_TILE, lm, ln, lk);
  put(record, abi.MAP_INNER_ORDER, <f64>innerOrder);
  put(record, abi.MAP_DATAFLOW, <f64>dataflow);
  putThree(record, abi.MAP_REGISTER_TILE, tm, tn, tk);
  putThree(record, abi.MAP_ROWS, rowsM, rowsN, rowsK);
  putThree(record, abi.MAP_COLS, colsM, colsN, colsK);
  put(record, abi.MAP_OUTER_DOUBLE, hardware.hasOuter ? <f64>outerDoubleBits : 0);
  put(record, abi.MAP_INNER_DOUBLE, <f64>innerDoubleBits);
  put(record, abi.MAP_BYPASS, bypass ? 1 : 0);
  put(record, abi.MAP_KEPT, <f64>keptBits);
}

/** Puts the mapping of a result record in place. Its fields are good each by itself (check.ts). */
export function load(record: usize): void {
  setBypass(get(record, abi.MAP_BYPASS) != 0);
  setCores(
    get(record, abi.MAP_CORES),
    get(record, abi.MAP_CORES + 1),
    get(record, abi.MAP_CORES + 2),
    get(record, abi.MAP_CORES + 3),
  );
  setArrays(get(record, abi.MAP_ARRAYS), get(record, abi.MAP_ARRAYS + 1), get(record, abi.MAP_ARRAYS + 2));
  setPacked(get(record, abi.MAP_PACKED));
  setOuter(
    get(record, abi.MAP_OUTER_TILE),
    get(record, abi.MAP_OUTER_TILE + 1),
    get(record, abi.MAP_OUTER_TILE + 2),
    <i32>get(record, abi.MAP_OUTER_ORDER),
    <i32>get(record, abi.MAP_OUTER_DOUBLE),
  );
  setKept(<i32>get(record, abi.MAP_KEPT));
  setInner(
    get(record, abi.MAP_INNER_TILE),
    get(record, abi.MAP_INNER_TILE + 1),
    get(record, abi.MAP_INNER_TILE + 2),
    <i32>get(record, abi.MAP_INNER_ORDER),
    <i32>get(record, abi.MAP_INNER_DOUBLE),
  );
  setArray(
    <i32>get(record, abi.MAP_DATAFLOW),
    get(record, abi.MAP_REGISTER_TILE),
    get(record, abi.MAP_REGISTER_TILE + 1),
    get(record, abi.MAP_REGISTER_TILE + 2),
    get(record, abi.MAP_ROWS),
    get(record, abi.MAP_ROWS + 1),
    get(record, abi.MAP_ROWS + 2),
    get(record, abi.MAP_COLS),
    get(record, abi.MAP_COLS + 1),
    get(record, abi.MAP_COLS + 2),
  );
}
