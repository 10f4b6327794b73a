import { SearchError } from "../errors.ts";
import type { Objective } from "../types.ts";

/** Objective values of one design with signs turned so that lower is better everywhere; all finite. */
export type Costs = readonly number[];

/** @throws SearchError `search/unknown-metric` when the evaluator did not give an objective */
export function costsOf(metrics: Readonly<Record<string, number>>, objectives: readonly Objective[]): Costs {
  return objectives.map(({ metric, direction }) => {
    const value = metricOf(metrics, metric);
    // 0 − x, not −x: minus zero would print differently.
    return direction === "min" ? value : 0 - value;
  });
}

/** Inverse of the sign turning: costs as people read them. */
export function valuesOf(costs: Costs, objectives: readonly Objective[]): readonly number[] {
  return costs.map((cost, i) => (objectives[i]!.direction === "min" ? cost : 0 - cost));
}

/** @throws SearchError `search/unknown-metric`, listing the metrics there are */
export function metricOf(metrics: Readonly<Record<string, number>>, metric: string): number {
  const value = Object.hasOwn(metrics, metric) ? metrics[metric] : undefined;
  if (value === undefined) {
    const known = Object.keys(metrics).sort().join(", ");
    throw new SearchError("search/unknown-metric", `the evaluator gives no ${metric}; it gives: ${known}`);
  }
  return value;
}
