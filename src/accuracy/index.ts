export type { AccuracyEstimate, AccuracyEvaluator, AsyncAccuracyEvaluator } from "./types.ts";
export { createPredictor, predictorFor, AccuracyRefusal, type Predictor, type TowerScores } from "./predictor.ts";
export { defaultMetric, metricDefinitions, metricNames, type MetricDefinition } from "./metrics.ts";
export { accuracyColumns, type AccuracyColumn } from "./columns.ts";
export { modelFromRow, type RowModel } from "./model-from-row.ts";
export type { RowProblem } from "./row.ts";
export type { CrossValidation, FamilyError } from "./stored-fit.ts";
export { createCommandEvaluator, type CommandOptions } from "./command/evaluator.ts";
export { CommandFailure, type CommandFailureCode } from "./command/failure.ts";
