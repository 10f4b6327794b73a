import { exp, log } from "../math/index.ts";

/** Log-odds of a fraction in (0, 1). */
export function logit(fraction: number): number {
  return log(fraction / (1 - fraction));
}

/** Fraction in (0, 1) from log-odds; the inverse of `logit`, rising. */
export function logistic(logOdds: number): number {
  return 1 / (1 + exp(-logOdds));
}

/** Six decimals: one ten-thousandth of a percentage point. */
export function roundAccuracy(fraction: number): number {
  return Math.round(fraction * 1e6) / 1e6;
}
