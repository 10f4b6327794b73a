export type { AccuracyEstimate, AccuracyEvaluator, AsyncAccuracyEvaluator } from "./types.ts";
export {
  createPredictor,
  predictorFor,
  AccuracyRefusal,
  type Formats,
  type Predictor,
  type TowerScores,
} from "./predictor.ts";
export { defaultMetric, metricDefinitions, metricNames, metricsOfFamily, type MetricDefinition } from "./metrics.ts";
export { blockParameters } from "./capacity.ts";
export { accuracyColumns, type AccuracyColumn } from "./columns.ts";
export {
  coverageOf,
  formatsOf,
  groupOf,
  ignorableName,
  isIgnorable,
  isIgnoredBy,
  isPrecisionPath,
  type Coverage,
  seenFormats,
  type EvaluatorKind,
  type SeenFormats,
} from "./coverage.ts";
export { DEFAULT_METHOD, methodText } from "./precision/price.ts";
export { normalBelow } from "./normal.ts";
export type { Standing } from "./differences/standing.ts";
export { logit } from "./log-odds.ts";
export { modelFromRow, type RowModel } from "./model-from-row.ts";
export type { RowProblem } from "./row.ts";
export type { CrossValidation, FamilyError } from "./stored-fit.ts";
export { createCommandEvaluator, type CommandOptions } from "./command/evaluator.ts";
export { modelKey } from "./command/model-key.ts";
export { CommandFailure, type CommandFailureCode } from "./command/failure.ts";
