/**
 * The one home of exp, log and pow in the accuracy room.
 *
 * These functions may differ in the last bit between platforms. Everything that leaves the room goes through `roundAccuracy`,
 * which keeps six decimals, so that such a difference is not seen.
 */
export function naturalLog(x: number): number {
  return Math.log(x);
}

export function power(base: number, exponent: number): number {
  return Math.exp(exponent * Math.log(base));
}

/** Log-odds of a fraction in (0, 1). */
export function logit(fraction: number): number {
  return Math.log(fraction / (1 - fraction));
}

/** Fraction in (0, 1) from log-odds; the inverse of `logit`, strictly rising. */
export function logistic(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** Six decimals: one ten-thousandth of a percentage point. */
export function roundAccuracy(fraction: number): number {
  return Math.round(fraction * 1e6) / 1e6;
}
