import { coverageOf, createPredictor, formatsOf, seenFormats, type Predictor } from "../accuracy/index.ts";
import { FACTOR_NAMES, keepsUp, reticleLimit } from "../cost/index.ts";
import { footprintOf, knownMetricsOf } from "../evaluate/index.ts";
import { metricOfKey, type Known } from "../metrics/index.ts";
import {
  applySettings,
  FAMILY_METRIC,
  type Deployment,
  type Hardware,
  type ModelSpec,
  type Setting,
  type SpecSet,
} from "../spec/index.ts";
import { formatQuantity } from "../units/index.ts";
import type { DesignLimit } from "./design.ts";
import { reasonOfRefusal } from "./evaluate-design.ts";
import { evaluateAsStudies } from "./mapping-policy.ts";

/** What all cells of a sweep share. Plain data: it is handed to each worker once. */
export interface SweepContext {
  readonly models: readonly ModelSpec[];
  readonly hardware: readonly Hardware[];
  /** Null: the default one. */
  readonly deployment: Deployment | null;
  readonly limits: readonly DesignLimit[];
  /** Whether accuracy is predicted, each model by the metric of its family. */
  readonly wantsAccuracy: boolean;
  /** Keys of the metrics that are limited or sorted by: some are shown only then. */
  readonly asked: readonly string[];
}

/** One cell: places in the context's lists, and what is set on top. */
export interface SweepTask {
  readonly model: number;
  readonly hardware: number;
  readonly settings: readonly Setting[];
}

/** Why a cell does not fit. */
export interface Violation {
  /** The limit as it was written, or the field that stands in the way; empty: the settings themselves. */
  readonly constraint: string;
  readonly detail: string;
}

/** Everything that is known of a cell: numbers are there wherever it can run, whether it fits or not. */
export interface SweepCell {
  /** By the keys of results; those of a cell that cannot run are left out. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Why a metric is not known, by its key. */
  readonly unknown: Readonly<Record<string, string>>;
  /** Empty: it fits. */
  readonly violations: readonly Violation[];
}

export type SweepEvaluator = (task: SweepTask) => SweepCell;

/** Pure: equal tasks give equal cells in any thread. The numbers are those of `simulate`, mapped for the sweep's limits as studies map. */
export function createSweepEvaluator({
  models,
  hardware,
  deployment,
  limits,
  wantsAccuracy,
  asked,
}: SweepContext): SweepEvaluator {
  const predictors = new Map<string, Predictor>();
  const accuracyOf = ({ model, hardware }: SpecSet, settings: readonly Setting[]): Readonly<Record<string, Known>> => {
    const metric = FAMILY_METRIC[model.family];
    if (metric === null)
      return { accuracy: { total: null, reason: `no accuracy is predicted of models of family ${model.family}` } };
    const unseen = settings.find(({ path }) => coverageOf({ evaluator: "predictor", metric }, path) === "unknown");
    if (unseen !== undefined)
      return { accuracy: { total: null, reason: `the predictor of ${metric} does not price ${unseen.path}` } };
    const predictor = predictors.get(metric) ?? createPredictor(metric);
    predictors.set(metric, predictor);
    const seen = seenFormats(
      { evaluator: "predictor", metric },
      settings.map(({ path }) => path),
    );
    const { accuracy, low, high } = predictor.evaluate(model, seen === null ? null : formatsOf(seen, hardware));
    return { accuracy, accuracy_low: low, accuracy_high: high };
  };
  return (task) => {
    try {
      const parts = { model: models[task.model]!, hardware: hardware[task.hardware]! };
      const used = deployment === null ? parts : { ...parts, deployment };
      const specs = applySettings(used, task.settings, FACTOR_NAMES);
      const evaluation = evaluateAsStudies(specs, limits);
      if (evaluation.kind === "infeasible") {
        const { parameters, dramNeeded_B } = footprintOf(specs);
        const { constraint, detail } = evaluation;
        return cellOf({ parameters, dram_needed_B: dramNeeded_B }, [{ constraint, detail }]);
      }
      const metrics = {
        ...(wantsAccuracy ? accuracyOf(specs, task.settings) : {}),
        ...knownMetricsOf(evaluation, asked),
      };
      const { infeasible } = keepsUp(evaluation.latency_s, specs.deployment);
      const tooLarge =
        evaluation.area.total === null ? null : reticleLimit(evaluation.area, evaluation.design.hardware);
      const ofUse = [infeasible, tooLarge].filter((each) => each !== null);
      return cellOf(metrics, [
        ...limits.flatMap((limit) => brokenBy(limit, metrics)),
        ...ofUse.map(({ constraint, detail }) => ({ constraint, detail })),
      ]);
    } catch (error) {
      return cellOf({}, [{ constraint: "", detail: reasonOfRefusal(error) }]);
    }
  };
}

function cellOf(metrics: Readonly<Record<string, Known>>, violations: readonly Violation[]): SweepCell {
  const entries = Object.entries(metrics);
  const known = entries.filter((entry): entry is [string, number] => typeof entry[1] === "number");
  const unknown = entries.flatMap(([key, value]) => (typeof value === "number" ? [] : [[key, value.reason] as const]));
  return { metrics: Object.fromEntries(known), unknown: Object.fromEntries(unknown), violations };
}

function brokenBy({ metric, comparison, limit, text }: DesignLimit, metrics: Readonly<Record<string, Known>>) {
  const value = metrics[metric];
  if (value === undefined) return [];
  if (typeof value !== "number") return [{ constraint: text, detail: `not known: ${value.reason}` }];
  const keeps = comparison === "<=" ? value <= limit : value >= limit;
  const kind = metricOfKey(metric)?.kind ?? undefined;
  const shown = kind === undefined ? String(value) : formatQuantity(value, kind);
  return keeps ? [] : [{ constraint: text, detail: `it is ${shown}` }];
}
