import { exp } from "../../math/index.ts";
import { defectYield, type YieldModel } from "./yield.ts";

/** A die of which some cores may be broken. */
export interface Harvest {
  /** Cores on the die, and those that must work. */
  readonly made: number;
  readonly sold: number;
  /** Of the die: what all cores together take, and what must be whole for it to be sold. Their sum is at most 1; the rest may be broken. */
  readonly coreShare: number;
  readonly wholeShare: number;
}

/**
 * Share of dies that can be sold with some cores switched off, (0, 1].
 *
 *   Y = E over D of  e^(−D · A · whole) · P(at least `sold` of `made` cores work),   a core works with e^(−D · A · cores / made)
 *
 * D is the density of defects at one die: clustered defects are a Poisson law whose density differs from die to die. For the negative
 * binomial yield it has a gamma distribution with mean `defectDensity` and shape α; for Murphy's a triangle from 0 to twice the mean.
 *
 * @param areaCm2 the die, cm2
 * @source Stapper, IBM J. R&D 27, 1983 (the mixtures); chips that are sold with cores switched off: NVIDIA A100 and H100 white papers
 *         (108 of 128 and 132 of 144). Checked against the closed forms, and by counting: test/unit/cost/harvest.test.ts
 */
export function harvestedYield(
  model: YieldModel,
  areaCm2: number,
  defectDensity: number,
  clustering: number,
  harvest: Harvest,
): number {
  const { made, sold, coreShare, wholeShare } = harvest;
  const defects = areaCm2 * defectDensity;
  if (model === "fixed" || defects === 0) return 1;
  if (made === sold) return defectYield(model, areaCm2 * (coreShare + wholeShare), defectDensity, clustering);
  let sum = 0;
  let weights = 0;
  for (const [ratio, weight] of densities(model, clustering)) {
    const here = defects * ratio;
    sum += weight * exp(-here * wholeShare) * atLeast(sold, made, exp((-here * coreShare) / made));
    weights += weight;
  }
  return Math.min(1, sum / weights);
}

/** Points over a gamma density with mean 1 and shape α, in the logarithm of the density: the rule of trapezes converges fast there. */
const POINTS = 96;
/** A density below e^−LAST of its peak is left out. */
const LAST = 40;

/** Densities of defects over their mean, with weights of any sum. */
function densities(model: YieldModel, clustering: number): readonly (readonly [number, number])[] {
  if (model === "poisson") return [[1, 1]];
  if (model === "murphy")
    return Array.from({ length: POINTS }, (_, i) => {
      const at = (2 * (i + 0.5)) / POINTS;
      return [at, 1 - Math.abs(at - 1)] as const;
    });
  const wide = LAST / clustering;
  // ln f(y) = α (y − e^y) + const: a straight line to the left of the peak at 0, steeper than a parabola to the right.
  const left = -(Math.sqrt(2 * wide) + wide / 3);
  const right = Math.min(Math.sqrt(2 * wide), 6);
  const step = (right - left) / (POINTS - 1);
  return Array.from({ length: POINTS }, (_, i) => {
    const y = left + i * step;
    const ratio = exp(y);
    return [ratio, exp(clustering * (y - ratio + 1))] as const;
  });
}

/** P(at least `least` of `count` work), each with probability p: the tail of a binomial, summed from all working downwards. */
function atLeast(least: number, count: number, p: number): number {
  if (p === 0) return 0;
  let term = 1;
  for (let i = 0; i < count; i += 1) term *= p;
  let sum = term;
  for (let working = count; working > least; working -= 1) {
    term *= (working / (count - working + 1)) * ((1 - p) / p);
    sum += term;
  }
  return sum;
}
