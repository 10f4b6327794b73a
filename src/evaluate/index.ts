// This door is of hosts with files: they read the core and grids by themselves.
import "../sim/core-file.ts";
import "../spec/host-files.ts";

export { createDecomposition, type StudyDecomposition } from "./decomposition.ts";
export {
  carbonInWorld,
  columnOfLimit,
  DECOMPOSABLE_METRICS,
  FIXED_METRICS,
  isLargest,
  largestPart,
  partsOfLargest,
} from "./decompose/metrics.ts";
export { sameOperators } from "./decompose/layers.ts";
export { LayersNotApart } from "./decompose/layer-numbers.ts";
export { towerCountOf } from "./decompose/model-parts.ts";
export type { DecompositionRequest, PartPoint, Refused } from "./decompose/types.ts";
export * from "./portable.ts";
