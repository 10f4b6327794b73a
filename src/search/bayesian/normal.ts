import { exp } from "../../math/index.ts";
/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/**
 * Cumulative standard normal distribution, error below 1.2e-7 relative to the smaller tail.
 * @source Press et al., Numerical Recipes, `erfcc`: a rational Chebyshev fit
 */
export function normalCumulative(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + z / 2);
  const c = [
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368,
  ];
  const fit = c.reduce((sum, coefficient) => sum * t + coefficient, 0);
  const tail = 0.5 * t * exp(-z * z - 1.26551223 + t * fit);
  return x > 0 ? 1 - tail : tail;
}

/** E[max(0, Y − threshold)] of a normal Y. */
export function expectedExcess(mean: number, deviation: number, threshold: number): number {
  const gap = mean - threshold;
  if (!(deviation > 0)) return Math.max(0, gap);
  const z = gap / deviation;
  return Math.max(0, gap * normalCumulative(z) + deviation * normalDensity(z));
}
