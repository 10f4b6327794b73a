import type { Study } from "../spec/index.ts";
import type { DesignContext } from "./design.ts";

/** What the designs of a study share. Where accuracy comes from a command, evaluations leave it out. */
export function designContext(study: Study): DesignContext {
  const { model, hardware, deployment, technology, mapping, accuracy, constraints } = study;
  const accuracyMetric = accuracy.evaluator === "predictor" ? accuracy.metric : null;
  return { base: { model, hardware, deployment, technology }, mapping, accuracyMetric, limits: constraints };
}
