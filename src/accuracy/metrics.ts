import { FAMILY_METRIC } from "../spec/family-metric.ts";
import type { ModelSpec } from "../spec/model.ts";
import type { FormSettings } from "./fit/fit-form.ts";
import type { PricedMetric } from "./precision/price.ts";
import { isPrunedSeries } from "./training.ts";

/** A metric that the predictor knows; one fit each. */
export interface MetricDefinition {
  readonly metric: string;
  readonly title: string;
  /** Kind of model that it is a metric of. */
  readonly family: ModelSpec["family"];
  /** What losses by precision are losses of. */
  readonly precision: PricedMetric;
  /** Table under `tables/`. */
  readonly table: string;
  /** Rows with fewer samples are left out of the fit. */
  readonly minimumSamples: number;
  /** Chosen by cross-validation among the alternatives that docs/accuracy.md lists. */
  readonly settings: FormSettings;
}

const pooled = { termPenalty: 0.1, effectPenalty: 0.3, tagPenalty: 0.6, anchorWeight: 4 };

function clip(metric: string, title: string, samplesExponent: number): MetricDefinition {
  const terms = [
    { quantity: "text-blocks", exponent: 0.25, reference: 3.8e7 },
    { quantity: "vision-blocks", exponent: 0.25, reference: 8.5e7 },
    { quantity: "patches", exponent: 0.5, reference: 196 },
    { quantity: "samples", exponent: samplesExponent, reference: 13e9 },
    { quantity: "vision-kept", exponent: 0.25, reference: 1 },
  ] as const;
  const precision = { task: "clip", chance: 0.001 };
  return {
    metric,
    title,
    family: "clip",
    precision,
    table: "clip.csv",
    minimumSamples: 0,
    settings: { terms, ...pooled },
  };
}

export const metricDefinitions: readonly MetricDefinition[] = [
  clip("clip-benchmark-mean", "mean over the 41 zero-shot data sets of CATransformers", 0.2),
  clip("openclip-mean-38", "mean over the 38 zero-shot data sets of OpenCLIP", 0.2),
  clip("imagenet-1k-zero-shot", "zero-shot top-1 on ImageNet-1k", 0.3),
  {
    metric: "imagenet-1k",
    title: "top-1 on ImageNet-1k of a trained classifier",
    family: "vit",
    precision: { task: "vit", chance: 0.001 },
    table: "vit.csv",
    minimumSamples: 0,
    settings: {
      terms: [
        { quantity: "vision-blocks", exponent: 0.25, reference: 8.5e7 },
        { quantity: "patches", exponent: 0.5, reference: 196 },
      ],
      ...pooled,
      tagPenalty: 0.3,
    },
  },
  {
    metric: "glue",
    title: "GLUE test score",
    family: "bert",
    precision: { task: "GLUE average of 8", chance: 0.35 },
    table: "bert.csv",
    minimumSamples: 0,
    settings: { terms: [{ quantity: "text-blocks", exponent: 0.1, reference: 8.5e7 }], ...pooled, termPenalty: 0.001 },
  },
  {
    metric: "lm-zero-shot-mean",
    title: "mean of eight zero-shot tasks (LAMBADA, PIQA, WinoGrande, WSC, ARC easy and challenge, SciQ, LogiQA)",
    family: "decoder",
    // Of the eight tasks LAMBADA has no choices, three have two and four have four.
    precision: { task: "zero-shot mean", chance: 0.3125 },
    table: "decoder.csv",
    minimumSamples: 2e9,
    settings: {
      terms: [
        { quantity: "text-blocks", exponent: 0.1, reference: 1e9 },
        { quantity: "samples", exponent: 0.3, reference: 3e11 },
      ],
      ...pooled,
      termPenalty: 0.001,
    },
  },
];

export const metricNames: readonly string[] = metricDefinitions.map(({ metric }) => metric);

export function metricDefinition(metric: string): MetricDefinition | undefined {
  return metricDefinitions.find((one) => one.metric === metric);
}

/**
 * The metric in which models of this kind and series publish their results: CATransformers' mean for the pruned series and where nothing
 * is known of the training, OpenCLIP's mean for its models. Null: no metric is of such models.
 */
export function defaultMetric({ family, training }: ModelSpec): string | null {
  const isOpenClip = family === "clip" && training !== null && !isPrunedSeries(training.family);
  return isOpenClip ? "openclip-mean-38" : FAMILY_METRIC[family];
}

/** Names of the metrics of a family. */
export function metricsOfFamily(family: ModelSpec["family"]): readonly string[] {
  return metricDefinitions.filter((one) => one.family === family).map(({ metric }) => metric);
}
