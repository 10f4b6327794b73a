export { FarmError, type FarmErrorCode } from "./errors.ts";
export { createFarm, type Farm, type FarmOptions, type RunOptions } from "./farm.ts";
export { HANDLER_NAME, type ChunkResult, type TaskResult } from "./protocol.ts";
export { serveTasks } from "./serve.ts";
export { AS_STUDIES, evaluateAsStudies, evaluateUnderPolicy } from "./mapping-policy.ts";
export { designContext } from "./context.ts";
export { brokenLimit, outcomeOfBroken, type BrokenLimit } from "./design-limits.ts";
export { createDesignEvaluator, reasonOfRefusal, type DesignEvaluator } from "./evaluate-design.ts";
export { readDetail, sentResult, type SentDetail, type SentResult } from "./sent-design.ts";
export { detailWith, outcomeWith } from "./with-accuracy.ts";
export {
  createSweepEvaluator,
  type SweepCell,
  type SweepContext,
  type SweepEvaluator,
  type SweepTask,
  type Violation,
} from "./sweep.ts";
export type * from "./design.ts";
