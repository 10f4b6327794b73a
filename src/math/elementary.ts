/**
 * exp, log and real powers that give the same bits on every engine.
 *
 * ECMAScript leaves `Math.exp`, `Math.log`, `**` and their like to the engine, and engines differ in the last bit. It defines
 * + − × ÷ and the square root exactly, and nothing else is used here.
 *
 * The functions look up a value near by in a table and add a short series: Tang, Table-driven implementation of the
 * exponential function (of the logarithm function) in IEEE floating-point arithmetic, ACM TOMS 15(2), 1989, and 16(4), 1990.
 * Arguments are reduced in two parts: Cody and Waite, Software Manual for the Elementary Functions, 1980. Sums and products
 * are split without error: Dekker, Numerische Mathematik 18, 1971. The tables are computed in tables.ts.
 *
 * Largest errors found in 300,000 arguments of each kind, in units in the last place: exp 0.52, log 0.501, power 0.52,
 * expm1 0.80; 0.75 where a result is below 2^−1022. Checked: test/unit/math/elementary.test.ts, against rational arithmetic.
 */
import { powerOfTwo, timesPowerOfTwo } from "./powers-of-two.ts";
import { LOG_FIRST, LOG_ROOT, LOG_STEPS, LOG_TWO, LOGS, ROOT_STEPS, ROOTS, type Parts } from "./tables.ts";

/** e^x; 0 of −∞, ∞ of what is too large, NaN of NaN. */
export function exp(x: number): number {
  return expOfSum(x, 0);
}

/** e^x − 1, precise near 0; −1 of −∞, −0 of −0, NaN of NaN. */
export function expm1(x: number): number {
  if (Math.abs(x) < LARGEST_SERIES) return x + x * x * series(x, MANY_FACTORIALS);
  if (!(Math.abs(x) < 40)) return exp(x) - 1;
  const step = Math.round(x * ROOTS_IN_E);
  const i = step & (ROOT_STEPS - 1);
  const rest = x - step * LOG_ROOT.high - step * LOG_ROOT.low;
  const scale = powerOfTwo((step - i) / ROOT_STEPS);
  const root = ROOTS.high[i]! * scale;
  const more = ROOTS.low[i]! * scale + root * (rest + rest * rest * series(rest, FEW_FACTORIALS));
  const difference = root - 1;
  // What the difference has lost, by Knuth's sum of any two doubles.
  const back = difference + 1;
  const lost = root - back - (1 + (difference - back));
  return difference + (lost + more);
}

/** log(x), natural; −∞ of 0, ∞ of ∞, NaN of what is below 0 and of NaN. */
export function log(x: number): number {
  if (!(x > 0) || x === Infinity) return x === 0 ? -Infinity : x > 0 ? x : NaN;
  const { high, low } = logInParts(x);
  return high + low;
}

/**
 * base^exponent for a base that is not negative.
 *
 * 1 where the exponent is 0 or the base is 1, whatever the other is. 0^y and ∞^y are 0 or ∞. NaN of a negative base, also
 * where the exponent is whole, and of NaN.
 */
export function power(base: number, exponent: number): number {
  if (exponent === 0 || base === 1) return 1;
  if (!(base >= 0) || Number.isNaN(exponent)) return NaN;
  if (base === 0 || base === Infinity) return (base === 0) === exponent < 0 ? Infinity : 0;
  const { high, low } = logInParts(base);
  const product = exponent * high;
  if (!(Math.abs(product) < OUT_OF_RANGE)) return product > 0 ? Infinity : 0;
  return expOfSum(product, productError(exponent, high, product) + exponent * low);
}

/** x · x: `**` is left to the engine for this too. */
export function square(x: number): number {
  return x * x;
}

const ROOTS_IN_E = ROOT_STEPS / Math.LN2;
/** e to this overflows, and e to its negative rounds to 0. */
const OUT_OF_RANGE = 746;
/** 1/2!, 1/3!, … : of (e^x − 1 − x) / x². Up to |x| = log(2) / 128, six terms leave 2^−58 of x. */
const FEW_FACTORIALS = inverseFactorials(7);
/** Up to |x| = 0.3, thirteen terms leave 2^−59 of x. */
const MANY_FACTORIALS = inverseFactorials(14);
const LARGEST_SERIES = 0.3;

/** 1/2!, …, 1/last!. */
function inverseFactorials(last: number): Float64Array {
  const factors = new Float64Array(last - 1);
  for (let [i, factorial] = [2, 2]; i <= last; i += 1, factorial *= i) factors[i - 2] = 1 / factorial;
  return factors;
}

/** Horner's rule, the last coefficient first. */
function series(x: number, coefficients: Float64Array): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i -= 1) sum = sum * x + coefficients[i]!;
  return sum;
}

/** e^(x + low), |low| at most a few units in the last place of x. */
function expOfSum(x: number, low: number): number {
  if (!(Math.abs(x) < OUT_OF_RANGE)) return x > 0 ? Infinity : x < 0 ? 0 : NaN;
  // x = step · log(2)/64 + rest, and the first product and difference are exact.
  const step = Math.round(x * ROOTS_IN_E);
  const rest = x - step * LOG_ROOT.high - (step * LOG_ROOT.low - low);
  const i = step & (ROOT_STEPS - 1);
  const root = ROOTS.high[i]!;
  const more = ROOTS.low[i]! + root * (rest + rest * rest * series(rest, FEW_FACTORIALS));
  return timesPowerOfTwo(root + more, (step - i) / ROOT_STEPS);
}

const LEAST_NORMAL = powerOfTwo(-1022);
const SUBNORMAL_SCALE = 54;
const view = new DataView(new ArrayBuffer(8));

/** Exponent of a normal double > 0: its size is from 2^exponent to below 2^(exponent + 1). */
function exponentOf(x: number): number {
  view.setFloat64(0, x);
  return (view.getUint32(0) >>> 20) - 1023;
}

/** log(x) to 2^−68 of it, for x > 0 and finite. */
function logInParts(x: number): Parts {
  if (x < LEAST_NORMAL) return logOfScaled(x * powerOfTwo(SUBNORMAL_SCALE), -SUBNORMAL_SCALE);
  return logOfScaled(x, 0);
}

/** log(x · 2^shift) of a normal x. */
function logOfScaled(x: number, shift: number): Parts {
  let exponent = exponentOf(x);
  let size = x * powerOfTwo(-exponent);
  if (size > Math.SQRT2) [size, exponent] = [size / 2, exponent + 1];
  // log(size) = log(near) + 2 artanh(s),  s = (size − near) / (size + near),  |s| < 2^−8.5; the difference is exact.
  const i = Math.round(size * LOG_STEPS);
  const near = i / LOG_STEPS;
  const difference = size - near;
  const sum = size + near;
  const sumLost = size < near ? size - (sum - near) : near - (sum - size);
  const s = difference / sum;
  const product = s * sum;
  const sLost = (difference - product - productError(s, sum, product) - s * sumLost) / sum;
  const square = s * s;
  const tail = s * square * (2 / 3 + square * (2 / 5 + square * (2 / 7 + square * (2 / 9))));
  const twos = exponent + shift;
  const known = twos * LOG_TWO.high + LOGS.high[i - LOG_FIRST]!;
  const knownLow = twos * LOG_TWO.low + LOGS.low[i - LOG_FIRST]!;
  const high = known + 2 * s;
  // What that sum has lost: `known` is 0 or the larger of the two.
  const lost = 2 * s - (high - known);
  return { high, low: lost + (knownLow + (2 * sLost + tail)) };
}

const SPLITTER = powerOfTwo(27) + 1;

/** a · b − product where `product` is a · b rounded; exact as long as nothing overflows or falls below the normal range. */
function productError(a: number, b: number, product: number): number {
  const [aHigh, bHigh] = [upperHalf(a), upperHalf(b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

/** The upper 26 bits of a double. */
function upperHalf(a: number): number {
  const scaled = SPLITTER * a;
  return scaled - (scaled - a);
}
