import { logit, type AccuracyEstimate } from "../../accuracy/index.ts";
import type { ExactDesign } from "../../search/index.ts";
import type { Study } from "../../spec/index.ts";

/**
 * Designs of the front that the evaluator cannot tell from another one of it: the accuracy of each lies in the other's
 * interval. The interval of the study's own model stands for all, in log-odds.
 *
 * @param estimate of the study's own model; null: it has none, and no ties are known
 */
export function tiedCount(
  { objectives }: Study,
  front: readonly ExactDesign[],
  estimate: AccuracyEstimate | null,
): number {
  const at = objectives.findIndex(({ metric }) => metric === "accuracy");
  if (at < 0 || estimate === null) return 0;
  const width = logit(estimate.accuracy) - logit(estimate.low);
  const sorted = Float64Array.from(front, ({ values }) => logit(values[at]!)).sort();
  const isNear = (i: number, j: number): boolean => i >= 0 && j < sorted.length && sorted[j]! - sorted[i]! <= width;
  return sorted.reduce((count, _, i) => count + (isNear(i - 1, i) || isNear(i, i + 1) ? 1 : 0), 0);
}
