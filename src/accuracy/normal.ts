import { exp } from "../math/index.ts";

/**
 * Φ, the share of a standard normal variable below x. Error below 7.5e-8: Abramowitz and Stegun, Handbook of Mathematical Functions,
 * 26.2.17.
 */
export function normalBelow(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return x === 0 ? 0.5 : x > 0 ? 1 - tail : tail;
}
