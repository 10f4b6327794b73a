import type { AccuracyEstimate } from "../accuracy/index.ts";
import type { DesignDetail, DesignOutcome } from "./design.ts";

/** An outcome without accuracy, completed; infeasible ones stay. */
export function outcomeWith(outcome: DesignOutcome, estimate: AccuracyEstimate): DesignOutcome {
  if (outcome.kind === "infeasible") return outcome;
  return { kind: "evaluated", metrics: { ...outcome.metrics, ...metricsOfEstimate(estimate) } };
}

/** The same of what a report shows. */
export function detailWith(detail: DesignDetail, estimate: AccuracyEstimate): DesignDetail {
  const { extrapolation, nearest } = estimate;
  return { ...detail, metrics: { ...metricsOfEstimate(estimate), ...detail.metrics }, extrapolation, nearest };
}

function metricsOfEstimate({ accuracy, low, high }: AccuracyEstimate): Readonly<Record<string, number>> {
  return { accuracy, accuracy_low: low, accuracy_high: high };
}
