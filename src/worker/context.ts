import { askedMetrics, type Study } from "../spec/index.ts";
import type { DesignContext } from "./design.ts";

/** What the designs of a study share. Where accuracy comes from a command, evaluations leave it out. */
export function designContext(study: Study): DesignContext {
  const { specs, mapping, accuracy, constraints } = study;
  const accuracyMetric = accuracy?.evaluator === "predictor" ? accuracy.metric : null;
  return { base: specs, mapping, accuracyMetric, limits: constraints, asked: askedMetrics(study) };
}
