export { enumerateExact, mergeExact } from "./enumerate.ts";
export type {
  Accuracy,
  Decomposition,
  ExactDesign,
  ExactOptions,
  ExactReason,
  ExactResult,
  HardwareTables,
  Variant,
} from "./types.ts";
