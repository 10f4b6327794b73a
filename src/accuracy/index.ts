export type { AccuracyEstimate, AccuracyEvaluator, AsyncAccuracyEvaluator } from "./types.ts";
export { createPredictor, predictorFor, AccuracyRefusal, type Predictor, type TowerScores } from "./predictor.ts";
export { defaultMetric, metricDefinitions, metricNames, metricsOfFamily, type MetricDefinition } from "./metrics.ts";
export { accuracyColumns, type AccuracyColumn } from "./columns.ts";
export {
  coverageOf,
  groupOf,
  ignorableName,
  isIgnoredBy,
  isPrecisionPath,
  type Coverage,
  type EvaluatorKind,
} from "./coverage.ts";
export { logit } from "./log-odds.ts";
export { modelFromRow, type RowModel } from "./model-from-row.ts";
export type { RowProblem } from "./row.ts";
export type { CrossValidation, FamilyError } from "./stored-fit.ts";
export { createCommandEvaluator, type CommandOptions } from "./command/evaluator.ts";
export { modelKey } from "./command/model-key.ts";
export { CommandFailure, type CommandFailureCode } from "./command/failure.ts";
