import * as abi from "../abi";
import * as mapping from "../mapping";
import { get } from "../memory";

/*
 * The mappings with the best bounds, best first: what is worth walking. Bounds leave out what ports and places make wait,
 * and near neighbours wait alike, so of one kind (core split and use of the array) only a few are kept. A row is laid out
 * like a result record, of which it holds the mapping; its first fields are the score, the second score and the kind.
 */
let mostOfKind: i32 = 2;
const MOST: i32 = 64;
const ROW: usize = abi.RES_FIELDS * 8;
const ROWS: usize = memory.data((MOST + 1) * abi.RES_FIELDS * 8, 16);
let limit: i32 = MOST;
export let count: i32 = 0;

/** Score beyond which nothing is kept. */
let beyond: f64 = Infinity;

/**
 * @param most, ofOneKind  mappings to keep, in all and of one kind
 * @param ceiling          score beyond which nothing is kept
 */
export function clear(most: i32, ofOneKind: i32, ceiling: f64): void {
  beyond = ceiling;
  mostOfKind = ofOneKind;
  count = 0;
  ofKind = 0;
  limit = most < MOST ? most : MOST;
}

export function rowOf(index: i32): usize {
  return ROWS + <usize>index * ROW;
}

export function scoreOf(index: i32): f64 {
  return load<f64>(rowOf(index));
}

let kind: f64 = 0;
/** Rows of the present kind, and the worst of them. */
let ofKind: i32 = 0;
let worstOfKind: i32 = 0;

/** Begins another kind of mapping. */
export function newKind(): void {
  kind += 1;
  ofKind = 0;
}

/** Score that a candidate must not be above to be kept. */
export function worst(): f64 {
  if (ofKind == mostOfKind) return scoreOf(worstOfKind);
  return count < limit ? beyond : scoreOf(count - 1);
}

/** Keeps the present mapping if there is room for its score. */
export function keep(first: f64, second: f64): void {
  let i: i32 = count;
  while (i > 0) {
    const other: f64 = scoreOf(i - 1);
    if (first > other || (first == other && second >= load<f64>(rowOf(i - 1) + 8))) break;
    i--;
  }
  // What it pushes out: the worst of its kind if there are enough of it, else the worst of all.
  const isFull: bool = ofKind == mostOfKind;
  const last: i32 = isFull ? worstOfKind : count < limit ? count : limit - 1;
  if (i > last || i >= limit) return;
  if (last > i) memory.copy(rowOf(i + 1), rowOf(i), <usize>(last - i) * ROW);
  mapping.store(rowOf(i));
  store<f64>(rowOf(i), first);
  store<f64>(rowOf(i) + 8, second);
  store<f64>(rowOf(i) + 16, kind);
  if (!isFull && count < limit) count++;
  ofKind = 0;
  for (let row: i32 = 0; row < count; row++) {
    if (load<f64>(rowOf(row) + 16) != kind) continue;
    ofKind += 1;
    worstOfKind = row;
  }
}

/** Copies the best row of each kind to `to`; returns how many. */
export function copyKinds(to: usize): i32 {
  let copied: i32 = 0;
  for (let row: i32 = 0; row < count; row++) {
    let isNew: bool = true;
    for (let other: i32 = 0; other < row; other++) {
      if (load<f64>(rowOf(other) + 16) == load<f64>(rowOf(row) + 16)) isNew = false;
    }
    if (!isNew) continue;
    memory.copy(to + <usize>copied * ROW, rowOf(row), ROW);
    copied++;
  }
  return copied;
}

/** Whether two records have one grid of cores and of their arrays. */
export function areOneGrid(a: usize, b: usize): bool {
  for (let i: i32 = 0; i < 4; i++) {
    if (get(a, abi.MAP_CORES + i) != get(b, abi.MAP_CORES + i)) return false;
  }
  for (let i: i32 = 0; i < 3; i++) {
    if (get(a, abi.MAP_ARRAYS + i) != get(b, abi.MAP_ARRAYS + i)) return false;
  }
  return true;
}

/** Copies the best row of each grid of cores and arrays to `to`, up to `most` of them; returns how many. */
export function copyGrids(to: usize, most: i32): i32 {
  let copied: i32 = 0;
  for (let row: i32 = 0; row < count && copied < most; row++) {
    let isNew: bool = true;
    for (let other: i32 = 0; other < row && isNew; other++) isNew = !areOneGrid(rowOf(row), rowOf(other));
    if (!isNew) continue;
    memory.copy(to + <usize>copied * ROW, rowOf(row), ROW);
    copied++;
  }
  return copied;
}
