import { MAP_ARRAYS, MAP_CORES, RES_FIELDS } from "../abi";
import { storeMapping } from "../mapping";
import { get } from "../memory";

/*
 * The mappings with the best bounds, best first: what is worth walking. Bounds leave out what ports and places make wait,
 * and near neighbours wait alike, so of one kind (core split and use of the array) only a few are kept. A row is laid out
 * like a result record, of which it holds the mapping; its first fields are the score, the second score and the kind.
 */
let mostOfKind: i32 = 2;
const MOST: i32 = 64;
const ROW: usize = RES_FIELDS * 8;
const ROWS: usize = memory.data((MOST + 1) * RES_FIELDS * 8, 16);
let limit: i32 = MOST;
export let keptCount: i32 = 0;

/** Score beyond which nothing is kept. */
let beyond: f64 = Infinity;

/**
 * @param most, ofOneKind  mappings to keep, in all and of one kind
 * @param worst            score beyond which nothing is kept
 */
export function clearShortList(most: i32, ofOneKind: i32, worst: f64): void {
  beyond = worst;
  mostOfKind = ofOneKind;
  keptCount = 0;
  ofKind = 0;
  limit = most < MOST ? most : MOST;
}

export function keptRow(index: i32): usize {
  return ROWS + <usize>index * ROW;
}

export function keptScore(index: i32): f64 {
  return load<f64>(keptRow(index));
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
export function worstKept(): f64 {
  if (ofKind == mostOfKind) return keptScore(worstOfKind);
  return keptCount < limit ? beyond : keptScore(keptCount - 1);
}

/** Keeps the present mapping if there is room for its score. */
export function keep(first: f64, second: f64): void {
  let i: i32 = keptCount;
  while (i > 0) {
    const other: f64 = keptScore(i - 1);
    if (first > other || (first == other && second >= load<f64>(keptRow(i - 1) + 8))) break;
    i--;
  }
  // What it pushes out: the worst of its kind if there are enough of it, else the worst of all.
  const isFull: bool = ofKind == mostOfKind;
  const last: i32 = isFull ? worstOfKind : keptCount < limit ? keptCount : limit - 1;
  if (i > last || i >= limit) return;
  if (last > i) memory.copy(keptRow(i + 1), keptRow(i), <usize>(last - i) * ROW);
  storeMapping(keptRow(i));
  store<f64>(keptRow(i), first);
  store<f64>(keptRow(i) + 8, second);
  store<f64>(keptRow(i) + 16, kind);
  if (!isFull && keptCount < limit) keptCount++;
  ofKind = 0;
  for (let row: i32 = 0; row < keptCount; row++) {
    if (load<f64>(keptRow(row) + 16) != kind) continue;
    ofKind += 1;
    worstOfKind = row;
  }
}

/** Copies the best row of each kind to `to`; returns how many. */
export function copyKinds(to: usize): i32 {
  let count: i32 = 0;
  for (let row: i32 = 0; row < keptCount; row++) {
    let isNew: bool = true;
    for (let other: i32 = 0; other < row; other++) {
      if (load<f64>(keptRow(other) + 16) == load<f64>(keptRow(row) + 16)) isNew = false;
    }
    if (!isNew) continue;
    memory.copy(to + <usize>count * ROW, keptRow(row), ROW);
    count++;
  }
  return count;
}

/** Whether two records have one grid of cores and of their arrays. */
export function areOneGrid(a: usize, b: usize): bool {
  for (let i: i32 = 0; i < 4; i++) {
    if (get(a, MAP_CORES + i) != get(b, MAP_CORES + i)) return false;
  }
  for (let i: i32 = 0; i < 3; i++) {
    if (get(a, MAP_ARRAYS + i) != get(b, MAP_ARRAYS + i)) return false;
  }
  return true;
}

/** Copies the best row of each grid of cores and arrays to `to`, up to `most` of them; returns how many. */
export function copyGrids(to: usize, most: i32): i32 {
  let count: i32 = 0;
  for (let row: i32 = 0; row < keptCount && count < most; row++) {
    let isNew: bool = true;
    for (let other: i32 = 0; other < row && isNew; other++) isNew = !areOneGrid(keptRow(row), keptRow(other));
    if (!isNew) continue;
    memory.copy(to + <usize>count * ROW, keptRow(row), ROW);
    count++;
  }
  return count;
}
