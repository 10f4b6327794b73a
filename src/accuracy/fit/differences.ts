import { square } from "../../math/index.ts";
import type { StoredDifferences } from "../differences/stored.ts";
import { metricDefinitions, type MetricDefinition } from "../metrics.ts";
import { clusterKey } from "./cross-validate.ts";
import { designOf, type FormDesign, type FormSettings } from "./fit-form.ts";
import { fittedObservations } from "./index.ts";
import type { Observation } from "./observation.ts";
import { weightedQuantile } from "./precision/quantiles.ts";
import { boundedRidge, gramOf, invertPositive } from "./solve.ts";
import { indicesBy } from "./statistics.ts";

/** Coefficients of some rows, and how they change where each training run is left out. */
interface Jackknife {
  readonly solved: readonly number[];
  /** One vector of changes a run. */
  readonly changes: readonly Float64Array[];
  readonly residual: number;
}

/**
 * The ridge and its jackknife over runs, without fitting again: leaving rows K out changes the coefficients by
 * H⁻¹ Xₖᵀ (I − Xₖ H⁻¹ Xₖᵀ)⁻¹ rₖ (Sherman, Morrison and Woodbury); amplitudes that are held at zero stay there.
 */
function jackknife({ rows, scores, penalty, nonNegative }: FormDesign, runs: readonly string[]): Jackknife {
  const width = penalty.length;
  const solved = boundedRidge(rows, scores, penalty, nonNegative);
  const free = solved.flatMap((value, j) => (nonNegative[j] && value <= 1e-9 ? [] : [j]));
  const gram = gramOf(rows, width);
  const inverse = invertPositive(gram, penalty, free);
  const left = rows.map((row, i) => scores[i]! - dot(row, solved));
  const spread = rows.map((row) => times(inverse, row));
  let freedom = 0;
  rows.forEach((row, i) => (freedom += dot(row, spread[i]!)));
  const changes = [...indicesBy(runs, (run) => run).values()].map((own) => {
    const within = own.map((i) => Float64Array.from(own, (j) => (i === j ? 1 : 0) - dot(rows[i]!, spread[j]!)));
    const pull = solveSmall(
      within,
      own.map((i) => left[i]!),
    );
    const change = new Float64Array(width);
    own.forEach((i, k) => spread[i]!.forEach((value, j) => (change[j]! -= value * pull[k]!)));
    return change;
  });
  const residual = left.reduce((sum, each) => sum + each * each, 0) / Math.max(rows.length - freedom, 5);
  return { solved, changes, residual };
}

/** Variance of d·β over the jackknife. */
function varianceOf(changes: readonly Float64Array[], d: readonly number[]): number {
  const sum = changes.reduce((total, change) => total + square(dot(d, change)), 0);
  return ((changes.length - 1) / changes.length) * sum;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) if (a[j] !== 0) sum += a[j]! * b[j]!;
  return sum;
}

function times(matrix: readonly Float64Array[], row: readonly number[]): Float64Array {
  const result = new Float64Array(matrix.length);
  row.forEach((value, j) => {
    if (value !== 0) matrix.forEach((each, i) => (result[i]! += each[j]! * value));
  });
  return result;
}

/** Gauss elimination with pivots, for the few rows of one run. */
function solveSmall(matrix: Float64Array[], right: number[]): readonly number[] {
  const n = right.length;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(matrix[i]![k]!) > Math.abs(matrix[pivot]![k]!)) pivot = i;
    [matrix[k], matrix[pivot]] = [matrix[pivot]!, matrix[k]!];
    [right[k], right[pivot]] = [right[pivot]!, right[k]!];
    for (let i = k + 1; i < n; i++) {
      const factor = matrix[i]![k]! / matrix[k]![k]!;
      for (let j = k; j < n; j++) matrix[i]![j]! -= factor * matrix[k]![j]!;
      right[i]! -= factor * right[k]!;
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) right[i]! -= matrix[i]![j]! * right[j]!;
    right[i]! /= matrix[i]![i]!;
  }
  return right;
}

/** Two models of one series, predicted by a fit that has seen neither of their runs. Log-odds. */
export interface ModelPair {
  readonly series: string;
  readonly predicted: number;
  readonly measured: number;
  /** Variance of `predicted`, before the factor. */
  readonly variance: number;
  /** Percentage points. */
  readonly apart: number;
  /** Whether they have seen equal samples, to a tenth. */
  readonly isSameSamples: boolean;
}

/** A series: one training set, one recipe, cut or not. Whole runs of decoders alone, since other checkpoints saw other tokens. */
function seriesOf({ subject }: Observation): string {
  const recipe = (subject.training?.effects ?? []).filter((effect) => effect.startsWith("family:"));
  return [subject.training?.data, ...recipe, subject.isPruned ? "pruned" : ""].join("|");
}

const WHOLE_RUN = 1.8e11;

const pairedRows = (definition: MetricDefinition): readonly Observation[] =>
  fittedObservations(definition).filter(
    ({ subject }) => definition.family !== "decoder" || (subject.training?.samplesSeen ?? 0) >= WHOLE_RUN,
  );

export function modelPairs(definition: MetricDefinition): readonly ModelPair[] {
  const all = pairedRows(definition);
  const design = designOf(all, plainOf(definition.settings));
  const weights = all.map(({ isAnchor }) => (isAnchor ? definition.settings.anchorWeight : 1));
  return [...indicesBy(all, seriesOf)].flatMap(([series, own]) =>
    own.flatMap((i, at) =>
      own.slice(at + 1).flatMap((j): readonly ModelPair[] => {
        const [a, b] = [all[i]!, all[j]!];
        if (clusterKey(a) === clusterKey(b)) return [];
        const kept = all.flatMap((each, k) =>
          clusterKey(each) === clusterKey(a) || clusterKey(each) === clusterKey(b) ? [] : [k],
        );
        const rest = {
          ...design,
          rows: kept.map((k) => design.rows[k]!.map((value) => value * Math.sqrt(weights[k]!))),
          scores: kept.map((k) => design.scores[k]! * Math.sqrt(weights[k]!)),
        };
        const { solved, changes, residual } = jackknife(
          rest,
          kept.map((k) => clusterKey(all[k]!)),
        );
        const d = design.rows[i]!.map((value, k) => value - design.rows[j]![k]!);
        const [samples, others] = [a, b].map(({ subject }) => subject.training?.samplesSeen ?? 0);
        return [
          {
            ...{ series, predicted: dot(d, solved), measured: a.score - b.score },
            variance: residual + varianceOf(changes, d),
            apart: 100 * Math.abs(a.accuracy - b.accuracy),
            isSameSamples: Math.abs(samples! - others!) <= 0.1 * Math.max(1, samples!),
          },
        ];
      }),
    ),
  );
}

const plainOf = (settings: FormSettings): FormSettings => ({ ...settings, anchorWeight: 1 });

/** Of normal errors 80 % are below 1.2816 deviations. */
const MIDDLE = 0.8;
const DEVIATIONS = 1.2816;

/** What the errors of pairs are over their variance: squared 80 % quantile, each series by the root of its pairs. */
export function factorOf(pairs: readonly ModelPair[]): number {
  const counts = indicesBy(pairs, ({ series }) => series);
  const ratios = pairs.map(({ predicted, measured, variance }) => Math.abs(measured - predicted) / Math.sqrt(variance));
  const weights = pairs.map(({ series }) => 1 / Math.sqrt(counts.get(series)!.length));
  return square(weightedQuantile(ratios, weights, MIDDLE) / DEVIATIONS);
}

/** Fits how differences err, of every metric whose series have pairs. */
export function fitDifferences(
  definitions: readonly MetricDefinition[] = metricDefinitions,
  pairsOf: (definition: MetricDefinition) => readonly ModelPair[] = modelPairs,
): readonly StoredDifferences[] {
  return definitions.map((definition): StoredDifferences => {
    const { metric, settings } = definition;
    const all = pairedRows(definition);
    const { changes, residual } = jackknife(designOf(all, settings), all.map(clusterKey));
    const terms = settings.terms.map((_, j) => 1 + j);
    const covariance = terms.map((j) =>
      terms.map(
        (k) => ((changes.length - 1) / changes.length) * changes.reduce((sum, each) => sum + each[j]! * each[k]!, 0),
      ),
    );
    return { metric, residual, covariance, factor: factorOf(pairsOf(definition)) };
  });
}
