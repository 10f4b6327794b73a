/**
 * exp, log and powers in rational arithmetic with 240 binary places, by other series than src/math: exp by Taylor's series of
 * the halved argument, log by that of artanh without a table.
 */
const PLACES = 240n;
const ONE = 1n << PLACES;
const HALVINGS = 12n;

/** mantissa · 2^exponent */
export interface Binary {
  readonly mantissa: bigint;
  readonly exponent: number;
}

/** The exact value of a finite double. */
export function binaryOf(x: number): Binary {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  const bits = view.getBigUint64(0);
  const field = Number((bits >> 52n) & 0x7ffn);
  const digits = bits & ((1n << 52n) - 1n);
  const mantissa = field === 0 ? digits : digits | (1n << 52n);
  return { mantissa: x < 0 ? -mantissa : mantissa, exponent: Math.max(field, 1) - 1075 };
}

const lengthOf = (value: bigint): number => value.toString(2).length;

/** value · 2^places as a whole number, rounded towards −∞. */
function fixedOf({ mantissa, exponent }: Binary, places = PLACES): bigint {
  const shift = BigInt(exponent) + places;
  return shift >= 0n ? mantissa << shift : mantissa >> -shift;
}

/** log 2 = Σ 1 / (i 2^i). */
const LOG_TWO = ((): bigint => {
  let sum = 0n;
  for (let i = 1n; i <= PLACES; i += 1n) sum += (ONE >> i) / i;
  return sum;
})();

/** log(x), x > 0, as a whole number of 2^−240. */
function fixedLog(x: number): bigint {
  const { mantissa, exponent } = binaryOf(x);
  // size is from ⅔ to 4/3, so that what is near 1 keeps its digits.
  let twos = lengthOf(mantissa) - 1;
  let size = fixedOf({ mantissa, exponent: -twos });
  if (3n * size > 4n * ONE) [size, twos] = [size / 2n, twos + 1];
  const ratio = ((size - ONE) << PLACES) / (size + ONE);
  const square = (ratio * ratio) >> PLACES;
  let sum = 0n;
  for (let [i, term] = [1n, ratio]; term !== 0n && term !== -1n; i += 2n, term = (term * square) >> PLACES)
    sum += term / i;
  return 2n * sum + BigInt(twos + exponent) * LOG_TWO;
}

/** e^(x / 2^240). */
function expOfFixed(x: bigint): Binary {
  const twos = x / LOG_TWO;
  const rest = (x - twos * LOG_TWO) >> HALVINGS;
  let sum = ONE;
  for (let [i, term] = [1n, rest]; term !== 0n && term !== -1n; i += 1n, term = (term * rest) / (ONE * i)) sum += term;
  for (let i = 0n; i < HALVINGS; i += 1n) sum = (sum * sum) >> PLACES;
  return { mantissa: sum, exponent: Number(twos - PLACES) };
}

export const exactExp = (x: number): Binary => expOfFixed(fixedOf(binaryOf(x)));

export function exactExpm1(x: number): Binary {
  const { mantissa, exponent } = exactExp(x);
  if (exponent > 0) return { mantissa: (mantissa << BigInt(exponent)) - 1n, exponent: 0 };
  return { mantissa: mantissa - (1n << BigInt(-exponent)), exponent };
}

export const exactLog = (x: number): Binary => ({ mantissa: fixedLog(x), exponent: -Number(PLACES) });

export function exactPower(base: number, exponent: number): Binary {
  const { mantissa, exponent: twos } = binaryOf(exponent);
  const product = mantissa * fixedLog(base);
  return expOfFixed(twos >= 0 ? product << BigInt(twos) : product >> BigInt(-twos));
}

/** How far a double is from an exact value, in units in the last place of the double nearest to that value. */
export function errorInLastPlaces(found: number, exact: Binary): number {
  const size = lengthOf(exact.mantissa < 0n ? -exact.mantissa : exact.mantissa) - 1 + exact.exponent;
  const place = Math.max(size, -1022) - 52;
  // In 2^−40 of a unit in the last place.
  const inPlaces = ({ mantissa, exponent }: Binary): bigint => fixedOf({ mantissa, exponent: exponent - place }, 40n);
  return Math.abs(Number(inPlaces(binaryOf(found)) - inPlaces(exact))) / 2 ** 40;
}
