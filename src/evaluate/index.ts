export { evaluate } from "./evaluate.ts";
export { clearGemmCache } from "./gemm-cache.ts";
export { metricsOf } from "./metrics.ts";
export { launchSeconds, operatorLatency, rowsOperator } from "./operator-latency.ts";
export { runVector, type VectorRun } from "./vector-operator.ts";
export type * from "./types.ts";
