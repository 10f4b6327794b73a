export { instantText } from "../spec/series.ts";
export { planJsonSchema } from "./job-schema.ts";
export { plan, type PlanSettings } from "./plan.ts";
export { readPlanFile, type PlanFile, type RunWorkload, type VariantProblem, type WorkloadRun } from "./read-plan.ts";
export {
  POLICIES,
  type Interval,
  type Job,
  type Pause,
  type PlannedJob,
  type PlanInfeasible,
  type PlanProblem,
  type PlanResult,
  type Policy,
  type RegionTrace,
} from "./types.ts";
export {
  carbonOfVariants,
  meanQuality,
  planVariants,
  type DemandSlot,
  type Variant,
  type VariantPlan,
} from "./variants.ts";
