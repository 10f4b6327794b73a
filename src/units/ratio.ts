import { powerOfTwo } from "../math/index.ts";
/** An exact rational number in lowest terms, `denominator` > 0. */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** `numerator / denominator` in lowest terms; `denominator` > 0. */
export function ratio(numerator: bigint, denominator: bigint): Ratio {
  const divisor = gcd(numerator, denominator) || 1n;
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

export function multiply(a: Ratio, b: Ratio): Ratio {
  return ratio(a.numerator * b.numerator, a.denominator * b.denominator);
}

export function divide(a: Ratio, b: Ratio): Ratio {
  return ratio(a.numerator * b.denominator, a.denominator * b.numerator);
}

const DECIMAL = /^([+-]?)(\d{0,40})(?:\.(\d{0,40}))?(?:[eE]([+-]?\d{1,3}))?$/;

/** Exact value of a decimal such as `-10.24` or `1.5e9`; undefined: not a decimal of up to 40 digits. */
export function parseDecimal(text: string): Ratio | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  if (whole + fraction === "") return undefined;
  const digits = BigInt(whole + fraction) * (sign === "-" ? -1n : 1n);
  const power = Number(exponent) - fraction.length;
  return power >= 0 ? ratio(digits * 10n ** BigInt(power), 1n) : ratio(digits, 10n ** BigInt(-power));
}

const bitLength = (value: bigint): number => value.toString(2).length;

/** The nearest double, correctly rounded in the normal range. */
export function toNumber({ numerator, denominator }: Ratio): number {
  if (numerator < 0n) return -toNumber({ numerator: -numerator, denominator });
  if (numerator === 0n) return 0;
  const shift = 66 + bitLength(denominator) - bitLength(numerator);
  const scaled = shift >= 0 ? numerator << BigInt(shift) : numerator;
  const divisor = shift >= 0 ? denominator : denominator << BigInt(-shift);
  const quotient = scaled / divisor;
  const sticky = scaled % divisor === 0n ? 0n : 1n;
  return scale(Number(quotient | sticky), -shift);
}

/** value · 2^exponent, in steps so that neither factor leaves the range of doubles. */
function scale(value: number, exponent: number): number {
  let [result, left] = [value, exponent];
  while (left < -1000) [result, left] = [result * powerOfTwo(-1000), left + 1000];
  while (left > 1000) [result, left] = [result * powerOfTwo(1000), left - 1000];
  return result * powerOfTwo(left);
}

/** The exact value of a whole double. */
export function fromWhole(value: number): Ratio {
  return { numerator: BigInt(value), denominator: 1n };
}
