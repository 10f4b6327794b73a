import { macsOf, type Workload } from "./operator.ts";

/** MACs of one inference, every operator times its count. */
export function totalMacs(workload: Workload): number {
  return workload.operators.reduce((sum, operator) => sum + macsOf(operator), 0);
}

/** Trained parameters of all towers. */
export function totalParameters(workload: Workload): number {
  return Object.values(workload.parameters).reduce((sum, count) => sum + count, 0);
}
