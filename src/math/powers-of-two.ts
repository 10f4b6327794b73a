const LEAST = -1074;
const MOST = 1023;
const LEAST_NORMAL = -1022;

const POWERS = powers();

function powers(): Float64Array {
  const table = new Float64Array(MOST - LEAST + 1);
  for (let [k, power] = [0, 1]; k <= MOST; k += 1, power *= 2) table[k - LEAST] = power;
  for (let [k, power] = [0, 1]; k >= LEAST; k -= 1, power /= 2) table[k - LEAST] = power;
  return table;
}

/** 2^exponent, exact. @param exponent whole, −1074 to 1023 */
export function powerOfTwo(exponent: number): number {
  return POWERS[exponent - LEAST]!;
}

/** value · 2^exponent, rounded once. @param value of a size from ½ to 2; @param exponent whole, −1140 to 1024 */
export function timesPowerOfTwo(value: number, exponent: number): number {
  if (exponent > MOST) return value * powerOfTwo(MOST) * powerOfTwo(exponent - MOST);
  if (exponent < LEAST_NORMAL) return value * powerOfTwo(exponent + 128) * powerOfTwo(-128);
  return value * powerOfTwo(exponent);
}
