import { numberOrNull, shownMetrics, type Known } from "../metrics/index.ts";
import { runFigures } from "./figures.ts";
import type { Evaluation } from "./types.ts";

/**
 * The figures of an evaluation by the keys that studies, tables and files use; Unknown where something is not modelled.
 *
 * @param asked keys of metrics that a study asks for: some are shown only then
 */
export function knownMetricsOf(evaluation: Evaluation, asked: readonly string[] = []): Readonly<Record<string, Known>> {
  const figures = runFigures(evaluation);
  return Object.fromEntries(shownMetrics(asked).map((metric) => [metric.key, metric.of(figures)]));
}

/** The same with null for what is not known. */
export function metricsOf(
  evaluation: Evaluation,
  asked: readonly string[] = [],
): Readonly<Record<string, number | null>> {
  const known = Object.entries(knownMetricsOf(evaluation, asked));
  return Object.fromEntries(known.map(([key, value]) => [key, numberOrNull(value)]));
}

/** What is not known of an evaluation, and why, by the keys of {@link metricsOf}. */
export function unknownsOf(evaluation: Evaluation, asked: readonly string[] = []): Readonly<Record<string, string>> {
  const known = Object.entries(knownMetricsOf(evaluation, asked));
  return Object.fromEntries(known.flatMap(([key, value]) => (typeof value === "number" ? [] : [[key, value.reason]])));
}
