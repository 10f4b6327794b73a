import { flag, oneOf, section } from "./fields.ts";

/**
 * What the scheduler may do beyond one operator after another, each with its operands in DRAM.
 *
 *   fusion epilogue   element-wise work right behind the GEMM that makes its operand works on each tile as it leaves
 *   fusion attention  scores, softmax and context on chip, a block of query rows at a time
 *   fusion all        both
 *   activations       a result may wait in the global buffer for the next operator, where the objective gets better
 *   weights           all GEMM weights may stay in the global buffer over inferences, where the objective gets better
 *   prefetch          the next operator's weights may come while the present one runs, where the objective gets better
 */
export interface ScheduleSettings {
  readonly fusion: "none" | "epilogue" | "attention" | "all";
  readonly activations: boolean;
  readonly weights: boolean;
  readonly prefetch: boolean;
}

/** Operators in order, nothing kept: what holds where nothing is said, in every command and in searches alike. */
export const PLAIN_SCHEDULE: ScheduleSettings = Object.freeze({
  fusion: "none",
  activations: false,
  weights: false,
  prefetch: false,
});

export function isPlainSchedule({ fusion, activations, weights, prefetch }: ScheduleSettings): boolean {
  return fusion === "none" && !activations && !weights && !prefetch;
}

/** Whether one of the two kinds of fusion is asked for. */
export function isFused({ fusion }: Pick<ScheduleSettings, "fusion">, kind: "epilogue" | "attention"): boolean {
  return fusion === "all" || fusion === kind;
}

export const scheduleFields = {
  fusion: oneOf(["none", "epilogue", "attention", "all"]),
  activations: flag(),
  weights: flag(),
  prefetch: flag(),
} as const;

/** `schedule:` of a study. */
export const scheduleSchema = section({
  fusion: scheduleFields.fusion.default(PLAIN_SCHEDULE.fusion).describe("Operators that run inside another's kernel"),
  activations: scheduleFields.activations.default(false).describe("Results may wait in the global buffer"),
  weights: scheduleFields.weights.default(false).describe("All weights may stay in the global buffer"),
  prefetch: scheduleFields.prefetch.default(false).describe("Weights may come while the operator before runs"),
});
