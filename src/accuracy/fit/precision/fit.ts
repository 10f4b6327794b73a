import { exp, log } from "../../../math/index.ts";
import {
  COLLAPSE,
  LEAST_SLOPE,
  coverageKey,
  effectsOf,
  fitted,
  fittedSlope,
  type Coefficients,
} from "../../precision/form.ts";
import { solvePositive } from "../solve.ts";
import type { LossRow } from "./rows.ts";

/** Mean and standard deviation of a coefficient before any row: partial pooling. */
type Prior = readonly [mean: number, deviation: number];

const FIRST: Readonly<Record<string, Prior>> = {
  weights: [log(0.05), 2],
  activations: [log(0.1), 2],
  kv: [log(0.02), 1],
};

function priorOf(name: string): Prior {
  const first = FIRST[name];
  if (first !== undefined) return first;
  const [word] = name.split(" ");
  if (word === "slope") return [1.1, 0.35];
  if (word === "source") return [0, 0.3];
  if (word === "below") return [0.7, 1];
  if (word === "size" || word === "tokens" || word === "group") return [0, 0.3];
  return [0, 0.7];
}

/** Standard deviation of a row about the form, on the fitted scale; errors beyond twice it count linearly (Huber). */
const DEVIATION = 0.8;
const HUBER = 2;
const ITERATIONS = 40;
const LONGEST_STEP = 1.5;
/** Rows that all sources together count as, at most: they are no independent draws. */
const MOST_ROWS = 400;

/** One over the root of the rows of its source, so that no table decides. */
export function rowWeights(rows: readonly Pick<LossRow, "source">[]): readonly number[] {
  const counts = new Map<string, number>();
  for (const { source } of rows) counts.set(source, (counts.get(source) ?? 0) + 1);
  const weights = rows.map(({ source }) => 1 / Math.sqrt(counts.get(source)!));
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / rows.length;
  return weights.map((weight) => weight / mean);
}

/** A part of a row: places of its effects, what multiplies them, and its place of slope. */
interface Term {
  readonly offset: number;
  readonly distance: number;
  readonly slope: number;
  readonly places: readonly number[];
  readonly values: readonly number[];
}

/**
 * Coefficients of the form in src/accuracy/precision/form.ts, by Levenberg and Marquardt: Huber's loss of fitted values, normal
 * priors on all coefficients, an effect of the source that is left out of predictions.
 */
export function fitLosses(rows: readonly LossRow[]): Coefficients {
  const places = new Map<string, number>();
  const placeOf = (name: string): number => {
    const known = places.get(name) ?? places.size;
    places.set(name, known);
    return known;
  };
  const terms = rows.map(({ model, source }) =>
    model.parts.map((part): Term => {
      const effects = [...effectsOf(model, part), [`source ${source}`, 1] as const];
      return {
        offset: log(part.share),
        distance: 4 - part.bits,
        slope: placeOf(`slope ${part.operand}`),
        places: effects.map(([name]) => placeOf(name)),
        values: effects.map(([, value]) => value),
      };
    }),
  );
  const names = [...places.keys()];
  const priors = names.map(priorOf);
  const targets = rows.map(({ loss }) => fitted(loss));
  const scale = Math.min(1, MOST_ROWS / rows.length);
  const weights = rowWeights(rows).map((weight) => weight * scale);

  const costOf = (
    at: readonly number[],
  ): { readonly cost: number; readonly gram: Float64Array[]; readonly moment: Float64Array } => {
    const gram = Array.from(names, () => new Float64Array(names.length));
    const moment = new Float64Array(names.length);
    let cost = 0;
    const gradient = new Float64Array(names.length);
    terms.forEach((parts, i) => {
      let sum = 0;
      const touched = new Set<number>();
      for (const { offset, distance, slope, places: effects, values } of parts) {
        let amplitude = offset;
        effects.forEach((place, j) => (amplitude += at[place]! * values[j]!));
        const own = at[slope]!;
        const loss = exp(Math.min(3, Math.max(-30, amplitude + Math.max(LEAST_SLOPE, own) * distance)));
        sum += loss;
        effects.forEach((place, j) => {
          gradient[place]! += loss * values[j]!;
          touched.add(place);
        });
        if (own > LEAST_SLOPE) gradient[slope]! += loss * distance;
        touched.add(slope);
      }
      const left = exp(-sum / COLLAPSE);
      const saturated = COLLAPSE * (1 - left);
      const error = fitted(saturated) - targets[i]!;
      const size = Math.abs(error / DEVIATION);
      cost += weights[i]! * (size < HUBER ? (size * size) / 2 : HUBER * size - (HUBER * HUBER) / 2);
      const weight = (weights[i]! * (size < HUBER ? 1 : HUBER / size)) / (DEVIATION * DEVIATION);
      const turn = left * fittedSlope(saturated);
      const used = [...touched];
      for (const a of used) {
        const slopeA = gradient[a]! * turn;
        moment[a]! += weight * slopeA * error;
        for (const b of used) gram[a]![b]! += weight * slopeA * gradient[b]! * turn;
      }
      for (const a of used) gradient[a] = 0;
    });
    names.forEach((_, j) => {
      const [mean, deviation] = priors[j]!;
      const off = (at[j]! - mean) / deviation;
      cost += (off * off) / 2;
      gram[j]![j]! += 1 / (deviation * deviation);
      moment[j]! += off / deviation;
    });
    return { cost, gram, moment };
  };

  let at: readonly number[] = priors.map(([mean]) => mean);
  let now = costOf(at);
  let damping = 1;
  const all = names.map((_, j) => j);
  for (let step = 0; step < ITERATIONS && damping < 1e6; step++) {
    const extra = now.gram.map((row, j) => damping * row[j]!);
    const move = solvePositive(now.gram, now.moment, extra, all);
    const next = at.map((value, j) => value - Math.min(LONGEST_STEP, Math.max(-LONGEST_STEP, move[j]!)));
    const tried = costOf(next);
    if (tried.cost >= now.cost) {
      damping *= 4;
      continue;
    }
    const gain = now.cost - tried.cost;
    const isDone = gain < 1e-4 * (1 + now.cost);
    [at, now, damping] = [next, tried, Math.max(damping / 3, 1e-6)];
    if (isDone) break;
  }
  return Object.fromEntries(names.map((name, j) => [name, at[j]!]));
}

/** Lowest width of each kind that has rows. */
export function lowestWidths(rows: readonly LossRow[]): ReadonlyMap<string, number> {
  const lowest = new Map<string, number>();
  for (const { model } of rows)
    for (const part of model.parts) {
      const key = coverageKey(model, part);
      lowest.set(key, Math.min(lowest.get(key) ?? Infinity, part.bits));
    }
  return lowest;
}

export function isCovered(lowest: ReadonlyMap<string, number>, { model }: Pick<LossRow, "model">): boolean {
  return model.parts.every((part) => part.bits >= (lowest.get(coverageKey(model, part)) ?? Infinity) - 0.1);
}
