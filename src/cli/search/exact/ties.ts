import { createPredictor } from "../../../accuracy/index.ts";
import type { ExactDesign } from "../../../search/index.ts";
import type { Study } from "../../../spec/index.ts";

/**
 * Designs of the front that the predictor cannot tell from another one of it: the accuracy of each lies in the other's
 * interval. The interval of the study's own model stands for all, in log-odds.
 */
export function tiedCount({ objectives, accuracy, model }: Study, front: readonly ExactDesign[]): number {
  const at = objectives.findIndex(({ metric }) => metric === "accuracy");
  if (at < 0) return 0;
  const logOdds = (fraction: number): number => Math.log(fraction / (1 - fraction));
  const estimate = createPredictor(accuracy.metric).evaluate(model);
  const width = logOdds(estimate.accuracy) - logOdds(estimate.low);
  const sorted = Float64Array.from(front, ({ values }) => logOdds(values[at]!)).sort();
  const isNear = (i: number, j: number): boolean => i >= 0 && j < sorted.length && sorted[j]! - sorted[i]! <= width;
  return sorted.reduce((count, _, i) => count + (isNear(i - 1, i) || isNear(i, i + 1) ? 1 : 0), 0);
}
