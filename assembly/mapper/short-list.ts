import { RES_FIELDS } from "../abi";
import { storeMapping } from "../mapping";

/*
 * The mappings with the best bounds, best first: what is worth walking. A row is laid out like a result record, of which
 * it holds the mapping; its first two fields are the score and the second score.
 */
const MOST: i32 = 64;
const ROW: usize = RES_FIELDS * 8;
const ROWS: usize = memory.data((MOST + 1) * RES_FIELDS * 8, 16);
let limit: i32 = MOST;
export let keptCount: i32 = 0;

export function clearShortList(most: i32): void {
  keptCount = 0;
  limit = most < MOST ? most : MOST;
}

export function keptRow(index: i32): usize {
  return ROWS + <usize>index * ROW;
}

export function keptScore(index: i32): f64 {
  return load<f64>(keptRow(index));
}

/** Score that a candidate must beat to be kept. */
export function worstKept(): f64 {
  return keptCount < limit ? Infinity : keptScore(keptCount - 1);
}

/** Keeps the present mapping if there is room for its score. */
export function keep(first: f64, second: f64): void {
  let i: i32 = keptCount;
  while (i > 0) {
    const other: f64 = keptScore(i - 1);
    if (first > other || (first == other && second >= load<f64>(keptRow(i - 1) + 8))) break;
    i--;
  }
  if (i >= limit) return;
  const last: i32 = keptCount < limit ? keptCount : limit - 1;
  if (last > i) memory.copy(keptRow(i + 1), keptRow(i), <usize>(last - i) * ROW);
  storeMapping(keptRow(i));
  store<f64>(keptRow(i), first);
  store<f64>(keptRow(i) + 8, second);
  if (keptCount < limit) keptCount++;
}
