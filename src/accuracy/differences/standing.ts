import { exp, square } from "../../math/index.ts";
import { fitted, lossOf } from "../precision/form.ts";
import { storedPrice } from "../precision/stored-price.ts";
import { logistic } from "../log-odds.ts";
import { normalBelow } from "../normal.ts";
import { storedDifferences } from "./stored.ts";

/** What of a model decides how it compares with another one of the same study. */
export interface Standing {
  /** Log-odds of the accuracy in full precision. */
  readonly score: number;
  /** Values of the form's terms. */
  readonly terms: readonly number[];
  /** Equal for models of equal shape: in full precision they are one model. */
  readonly shape: string;
  /** λ of its number formats, and what they are. */
  readonly loss: number;
  readonly formats: string;
  /** Accuracy of guessing. */
  readonly chance: number;
}

/**
 * P(a is more accurate than b) for two models of one study. Data set, recipe and intercept cancel, as does what number formats cost
 * both:
 *
 *   full precision   z = Δscore / √( f (s² + d·J·d) )            d: difference of the terms
 *   number formats   z = Δg / (floor + slope · |Δg|)             g: the loss on its fitted scale
 *
 * Either may be zero. Where both differ, each is taken to percentage points, and errors add as squares. Calibrated on pairs that were
 * held out: docs/accuracy.md.
 */
export function probabilityAbove(metric: string, a: Standing, b: Standing): number {
  const z = deviationsAbove(metric, a, b);
  return z === Infinity ? 1 : z === -Infinity ? 0 : normalBelow(z);
}

function deviationsAbove(metric: string, a: Standing, b: Standing): number {
  const left = [a, b].map(({ loss }) => exp(-loss));
  const kept = (left[0]! + left[1]!) / 2;
  const whole = [a, b].map(({ score }) => logistic(score));
  const middle = (whole[0]! + whole[1]!) / 2;
  const shape = shapePart(metric, a, b, kept, [whole[0]!, whole[1]!]);
  const formats = formatsPart(a, b, Math.max(0, middle - a.chance), [left[0]!, left[1]!]);
  const difference = shape.difference + formats.difference;
  const deviation = Math.sqrt(square(shape.deviation) + square(formats.deviation));
  return deviation === 0 ? (difference === 0 ? 0 : difference * Infinity) : difference / deviation;
}

/** A difference in accuracy and its standard deviation, as fractions. */
interface Part {
  readonly difference: number;
  readonly deviation: number;
}

const NOTHING: Part = { difference: 0, deviation: 0 };

function shapePart(metric: string, a: Standing, b: Standing, kept: number, whole: readonly [number, number]): Part {
  const stored = storedDifferences().get(metric);
  if (stored === undefined || a.shape === b.shape) return NOTHING;
  const d = a.terms.map((value, j) => value - b.terms[j]!);
  const { residual, covariance, factor } = stored;
  const spread = d.reduce(
    (sum, value, j) => sum + value * d.reduce((row, other, k) => row + other * covariance[j]![k]!, 0),
    0,
  );
  const scoreDeviation = Math.sqrt(factor * (residual + spread));
  const difference = (whole[0] - whole[1]) * kept;
  const score = a.score - b.score;
  const slope = score === 0 ? whole[0] * (1 - whole[0]) * kept : difference / score;
  return { difference, deviation: slope * scoreDeviation };
}

function formatsPart(a: Standing, b: Standing, above: number, left: readonly [number, number]): Part {
  if (a.formats === b.formats) return NOTHING;
  const { floor, slope } = storedPrice().pairs;
  const gap = fitted(a.loss) - fitted(b.loss);
  const deviation = floor + slope * Math.abs(gap);
  const difference = above * (left[0] - left[1]);
  const nearby = lossOf(fitted(a.loss) + 1e-3) - a.loss;
  const each = gap === 0 ? (above * left[0] * nearby) / 1e-3 : Math.abs(difference / gap);
  return { difference, deviation: each * deviation };
}

/**
 * One draw of the accuracies of several models of a study, in their order, fractions: amplitudes are drawn once for all, residuals once a
 * model, the error of prices once a set of number formats and once for how steep they are. Two of them differ as
 * {@link probabilityAbove} says, but for formats, whose two errors add as squares here.
 *
 * @param normal  standard normal numbers
 */
export function drawnAccuracies(
  metric: string,
  standings: readonly Standing[],
  normal: () => number,
): readonly number[] {
  const stored = storedDifferences().get(metric);
  const { floor, slope } = storedPrice().pairs;
  const factor = stored?.factor ?? 0;
  const root = rootOf(stored?.covariance ?? []);
  const draws = root.map(() => normal());
  const amplitudes = root.map((row) => Math.sqrt(factor) * row.reduce((sum, value, k) => sum + value * draws[k]!, 0));
  const steepness = slope * normal();
  const residuals = new Map<string, number>();
  const prices = new Map<string, number>();
  const once = (known: Map<string, number>, key: string, deviation: number): number => {
    const value = known.get(key) ?? deviation * normal();
    known.set(key, value);
    return value;
  };
  return standings.map(({ score, terms, shape, loss, formats, chance }) => {
    const residual = once(residuals, shape, Math.sqrt((factor * (stored?.residual ?? 0)) / 2));
    const drawn = terms.reduce((sum, value, j) => sum + value * (amplitudes[j] ?? 0), score + residual);
    const whole = logistic(drawn);
    if (loss === 0) return whole;
    const value = fitted(loss) * (1 + steepness) + once(prices, formats, floor / Math.SQRT2);
    const kept = exp(-Math.max(0, lossOf(value)));
    return whole <= chance ? whole : chance + (whole - chance) * kept;
  });
}

/** Lower triangle L of a covariance L Lᵀ; directions without variance stay out. */
function rootOf(covariance: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const root = covariance.map((row) => row.map(() => 0));
  covariance.forEach((row, i) => {
    for (let j = 0; j <= i; j++) {
      let sum = row[j]!;
      for (let k = 0; k < j; k++) sum -= root[i]![k]! * root[j]![k]!;
      if (i === j) root[i]![j] = sum > 1e-15 ? Math.sqrt(sum) : 0;
      else root[i]![j] = root[j]![j]! > 0 ? sum / root[j]![j]! : 0;
    }
  });
  return root;
}
