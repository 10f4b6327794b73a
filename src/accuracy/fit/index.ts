import { createHash } from "node:crypto";
import type { MetricDefinition } from "../metrics.ts";
import { metricDefinitions } from "../metrics.ts";
import { shapePoint } from "../nearest.ts";
import { forEachWatched } from "../ranges.ts";
import { tableText, type StoredFit } from "../stored-fit.ts";
import { crossValidate, dataKey, halfWidthsOf } from "./cross-validate.ts";
import { fitForm } from "./fit-form.ts";
import { observationsOf, type Observation } from "./observation.ts";

/** Fits one metric to its table; equal table, equal numbers. */
export function fitMetric(definition: MetricDefinition): StoredFit {
  const { metric, table, settings } = definition;
  const text = tableText(table);
  const observations = fittedObservations(definition);
  const { intercept, amplitudes, effects } = fitForm(observations, settings);
  return {
    metric,
    table,
    tableSha256: createHash("sha256").update(text).digest("hex"),
    settings,
    intercept,
    amplitudes,
    effects: Object.fromEntries(effects),
    halfWidths: halfWidthsOf(observations, settings),
    crossValidation: crossValidate(observations, settings, familyOf),
    ranges: rangesOf(observations),
    knownData: [...new Set(observations.map(dataKey))].sort(),
    models: observations.map(({ name, subject }) => ({
      name,
      data: subject.training?.data ?? "",
      shape: shapePoint(subject),
    })),
  };
}

/** The rows of a metric's table that its fit takes. */
export function fittedObservations({ metric, table, minimumSamples }: MetricDefinition): readonly Observation[] {
  return observationsOf(tableText(table), metric).filter(
    ({ subject }) => (subject.training?.samplesSeen ?? 0) >= minimumSamples,
  );
}

/** Fits every metric, in the order of `metricDefinitions`. */
export function fitAll(): readonly StoredFit[] {
  return metricDefinitions.map(fitMetric);
}

/** The family within which models are ranked: the pruned series by name, others by their training set. */
function familyOf(one: Observation): string {
  return /^(CarbonCLIP|TinyCLIP)/.exec(one.name)?.[1] ?? dataKey(one);
}

function rangesOf(observations: readonly Observation[]): Readonly<Record<string, readonly [number, number]>> {
  const ranges: Record<string, [number, number]> = {};
  for (const { subject } of observations) {
    forEachWatched(subject, (column, value) => {
      const range = (ranges[column] ??= [value, value]);
      range[0] = Math.min(range[0], value);
      range[1] = Math.max(range[1], value);
    });
  }
  return ranges;
}
