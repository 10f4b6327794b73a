import { seenFormats } from "../accuracy/index.ts";
import { metricOfKey } from "../metrics/index.ts";
import { askedMetrics, type Study } from "../spec/index.ts";
import type { DesignContext } from "./design.ts";

/** What the designs of a study share. Where accuracy comes from a command, evaluations leave it out. */
export function designContext(study: Study): DesignContext {
  const { specs, mapping, accuracy, objectives, constraints } = study;
  const accuracyMetric = accuracy?.evaluator === "predictor" ? accuracy.metric : null;
  const asked = askedMetrics(study);
  const isKnown = (key: string): boolean => {
    const stage = metricOfKey(key)?.stage;
    return stage !== undefined && (stage !== "model" || accuracyMetric !== null);
  };
  const aims = asked.every(isKnown) ? objectives : null;
  const seen = seenFormats(
    accuracy,
    study.space.map(({ path }) => path),
  );
  const formats = seen === null ? {} : { seenFormats: seen };
  return { base: specs, mapping, accuracyMetric, ...formats, limits: constraints, aims, asked };
}
