/** The k of the power of ten 10^k at or below a value > 0; 0 of 0. Read from its digits, which every engine writes alike. */
export function decimalExponent(value: number): number {
  return Number(value.toExponential().split("e")[1]);
}

/** The power of ten at or below a value > 0. */
export function decadeBelow(value: number): number {
  return Number(`1e${decimalExponent(value)}`);
}

/** The power of ten at or above a value > 0. */
export function decadeAbove(value: number): number {
  const below = decadeBelow(value);
  return below === value ? value : Number(`1e${decimalExponent(value) + 1}`);
}
