import { powerOfTwo } from "./powers-of-two.ts";

/**
 * Logarithms and roots of two, computed with whole numbers as the module loads: every digit comes from a series that
 * stands here. A whole number stands for value · 2^160; the errors of the series are below 2^−150.
 */
const PRECISION = 160n;
const ONE = 1n << PRECISION;

/** A value as the sum of two doubles: `high` has only so many binary places, `low` is what is left. */
export interface Parts {
  readonly high: number;
  readonly low: number;
}

function partsOf(fixed: bigint, places: bigint): Parts {
  const high = fixed >> (PRECISION - places);
  const low = fixed - (high << (PRECISION - places));
  return {
    high: Number(high) * powerOfTwo(-Number(places)),
    low: Number(low) * powerOfTwo(-Number(PRECISION)),
  };
}

/** Parts of many values, in columns. */
export interface PartsTable {
  readonly high: Float64Array;
  readonly low: Float64Array;
}

function tableOf(values: readonly bigint[], places: bigint): PartsTable {
  const parts = values.map((value) => partsOf(value, places));
  return { high: Float64Array.from(parts, ({ high }) => high), low: Float64Array.from(parts, ({ low }) => low) };
}

/** log((n + 1) / (n − 1)) = 2 artanh(1/n) = 2 Σ 1 / (i n^i) over odd i. */
function logOfNeighbours(n: bigint): bigint {
  let sum = 0n;
  for (let [i, term] = [1n, (2n * ONE) / n]; term > 0n; i += 2n, term /= n * n) sum += term / i;
  return sum;
}

const LOG_TWO_FIXED = logOfNeighbours(3n);

/**
 * Binary places of the first part of a logarithm. Logarithms of doubles are below 2^10, so whole multiples of such parts,
 * and their sums, have at most 52 places and are exact.
 */
const LOG_PLACES = 42n;

export const LOG_TWO = partsOf(LOG_TWO_FIXED, LOG_PLACES);

/** Logarithms are tabulated at i / 128, from below √½ to above √2. */
export const LOG_STEPS = 128;
export const LOG_FIRST = 91;
const LOG_LAST = 181;

/** log(i / 128) at index i − `LOG_FIRST`. */
export const LOGS = tableOf(logarithms(), LOG_PLACES);

function logarithms(): readonly bigint[] {
  const below: bigint[] = [];
  for (let [i, log] = [LOG_STEPS, 0n]; i > LOG_FIRST; i -= 1) {
    log -= logOfNeighbours(BigInt(2 * i - 1));
    below.unshift(log);
  }
  const above: bigint[] = [];
  for (let [i, log] = [LOG_STEPS, 0n]; i < LOG_LAST; i += 1) {
    log += logOfNeighbours(BigInt(2 * i + 1));
    above.push(log);
  }
  return [...below, 0n, ...above];
}

/** Powers of two are tabulated at i / 64, from 0 to 63 / 64. */
export const ROOT_STEPS = 64;

/** log(2) / 64: one step of `ROOTS`. */
export const LOG_ROOT = partsOf(LOG_TWO_FIXED / BigInt(ROOT_STEPS), LOG_PLACES);

/** 2^(i/64) at index i; the first parts are the doubles just below. */
export const ROOTS = tableOf(roots(), 52n);

function roots(): readonly bigint[] {
  let step = 2n * ONE;
  for (let steps = 1; steps < ROOT_STEPS; steps *= 2) step = squareRoot(step * ONE);
  const powers = [ONE];
  while (powers.length < ROOT_STEPS) powers.push((powers.at(-1)! * step) >> PRECISION);
  return powers;
}

/** The largest whole number of which the square is not above `value`: Newton's method from above. */
function squareRoot(value: bigint): bigint {
  let root = value;
  for (;;) {
    const next = (root + value / root) / 2n;
    if (next >= root) return root;
    root = next;
  }
}
