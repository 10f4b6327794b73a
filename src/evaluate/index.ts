export { evaluate } from "./evaluate.ts";
export { clearGemmCache } from "./gemm-cache.ts";
export { metricsOf } from "./metrics.ts";
export type * from "./types.ts";
