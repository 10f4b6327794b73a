import { ceilDiv } from "../int-math";

/*
 * Sizes worth trying for one dimension of extent D. A size s matters through ⌈D / s⌉ and through how it divides into
 * the units q below it (array extents, register blocks): so balanced sizes ⌈D / i⌉, the same rounded up to whole units,
 * and whole units that leave a short last tile. Between them all other sizes only add remainder.
 *
 * A list is a run of f64 in linear memory, largest first, without duplicates.
 */
export const MOST_CANDIDATES: i32 = 64;

let list: usize = 0;
let length: i32 = 0;

function insert(size: f64): void {
  // From the end, since most come in order.
  let i: i32 = length;
  while (i > 0 && load<f64>(list + ((<usize>(i - 1)) << 3)) < size) i--;
  if (i > 0 && load<f64>(list + ((<usize>(i - 1)) << 3)) == size) return;
  if (length == MOST_CANDIDATES) return;
  for (let j: i32 = length; j > i; j--) {
    store<f64>(list + ((<usize>j) << 3), load<f64>(list + ((<usize>(j - 1)) << 3)));
  }
  store<f64>(list + ((<usize>i) << 3), size);
  length++;
}

/** Next number of parts after `parts`: every one up to 4, then two a doubling (4, 6, 8, 12, 16, …). */
export function nextParts(parts: f64): f64 {
  if (parts < 4) return parts + 1;
  const third: f64 = Math.floor(parts / 3);
  return third * 3 == parts ? third * 4 : parts * 1.5;
}

/** Writes every size from `extent`, at most MOST_CANDIDATES, down to 1 at `to`; returns how many. */
export function everySize(to: usize, extent: f64): i32 {
  list = to;
  length = 0;
  for (let size: f64 = extent; size >= 1; size--) insert(size);
  return length;
}

/** Writes the sizes for `extent` with unit `unit` at `to`; returns how many. */
export function someSizes(to: usize, extent: f64, unit: f64): i32 {
  list = to;
  length = 0;
  for (let parts: f64 = 1; parts <= extent; parts = nextParts(parts)) {
    const even: f64 = ceilDiv(extent, parts);
    insert(even);
    if (unit > 1) {
      const up: f64 = ceilDiv(even, unit) * unit;
      if (up < extent) insert(up);
      const down: f64 = Math.floor(even / unit) * unit;
      if (down >= 1) insert(down);
    }
  }
  insert(1);
  // A full list still ends with what always fits if anything does.
  if (length == MOST_CANDIDATES) store<f64>(list + ((<usize>(length - 1)) << 3), 1);
  return length;
}

/**
 * Writes the sizes that a search begins with at `to`; returns how many. They depend on the problem and on what the array covers alone, never on
 * what a buffer holds: so what a smaller one allows is a candidate for a larger one. All of `extent`; whole units of `unit` for two numbers of
 * parts a doubling; half of the extent; and a half of a unit, a quarter and so on down to one of `halvings` parts, for buffers that hold less than one.
 *
 * @param evenParts  parts up to which even ones are sizes too, in whole units or not: where nothing is between array and buffer, units are large
 */
export function tileSizes(to: usize, extent: f64, unit: f64, halvings: f64, evenParts: f64 = 1): i32 {
  list = to;
  length = 0;
  insert(extent);
  const units: f64 = ceilDiv(extent, unit);
  for (let parts: f64 = 2; parts <= units; parts = nextParts(parts)) insert(ceilDiv(units, parts) * unit);
  if (units > 1) insert(unit);
  for (let parts: f64 = 2; parts <= evenParts; parts = nextParts(parts)) insert(ceilDiv(extent, parts));
  if (extent > 1) insert(ceilDiv(extent, 2));
  for (let parts: f64 = 2; parts <= unit && parts <= halvings; parts *= 2) {
    const size: f64 = ceilDiv(unit, parts);
    if (size < extent) insert(size);
  }
  return length;
}

/** Size of the tiles that cut `extent` into `parts`, at most `most`: in whole units of `unit` where that takes no part more. */
export function evenSize(extent: f64, parts: f64, unit: f64, most: f64): f64 {
  if (parts == 1) return extent;
  const even: f64 = ceilDiv(extent, parts);
  if (unit == 1) return even;
  const up: f64 = ceilDiv(even, unit) * unit;
  if (up <= most && ceilDiv(extent, up) == ceilDiv(extent, even)) return up;
  const down: f64 = Math.floor(most / unit) * unit;
  return down >= even ? down : even;
}
