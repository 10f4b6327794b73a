import { spreadOf, type PricedModel } from "../../precision/form.ts";
import { solvePositive } from "../solve.ts";
import { rowWeights } from "./fit.ts";

/** What was fitted, what came true, of a row of a source that was held out. */
export interface HeldOut {
  readonly source: string;
  readonly model: PricedModel;
  readonly value: number;
  readonly truth: number;
}

export interface Quantiles {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

const TAIL = 0.05;
const RIDGE = 4;
const ITERATIONS = 60;
const SMALLEST = 0.05;

/** Quantiles, 5 and 95 %, of errors as linear functions of {@link spreadOf}: check loss by re-weighted least squares. */
export function errorQuantiles(rows: readonly HeldOut[]): Quantiles {
  return { low: errorQuantile(rows, TAIL), high: errorQuantile(rows, 1 - TAIL) };
}

function errorQuantile(rows: readonly HeldOut[], tail: number): readonly number[] {
  const weights = rowWeights(rows);
  const spread = rows.map(({ model, value }) => spreadOf(model, value));
  const errors = rows.map(({ value, truth }) => truth - value);
  const width = spread[0]!.length;
  const all = Array.from({ length: width }, (_, j) => j);
  const ridge = all.map((j) => (j === 0 ? 1e-6 : RIDGE));
  let found: readonly number[] = all.map((j) => (j === 0 ? weightedQuantile(errors, weights, tail) : 0));
  for (let step = 0; step < ITERATIONS; step++) {
    const gram = all.map(() => new Float64Array(width));
    const moment = new Float64Array(width);
    spread.forEach((row, i) => {
      const rest = errors[i]! - row.reduce((sum, value, j) => sum + value * found[j]!, 0);
      const weight = (weights[i]! * (rest > 0 ? tail : 1 - tail)) / Math.max(Math.abs(rest), SMALLEST);
      row.forEach((value, a) => {
        moment[a]! += weight * value * errors[i]!;
        row.forEach((other, b) => (gram[a]![b]! += weight * value * other));
      });
    });
    found = [...solvePositive(gram, moment, ridge, all)];
  }
  return found;
}

/** The value below which a share of the weight lies. */
export function weightedQuantile(values: readonly number[], weights: readonly number[], share: number): number {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  for (const i of order) {
    sum += weights[i]!;
    if (sum >= share * total) return values[i]!;
  }
  return values[order.at(-1)!]!;
}
