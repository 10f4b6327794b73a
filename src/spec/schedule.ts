import type * as z from "zod";
import { flag, oneOf, section } from "./fields.ts";
import type { Hardware } from "./hardware.ts";

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

/** The schedule that is asked for, or else the one that the machine's own scheduler and the stack that runs on it follow. */
export function scheduleOf({ schedule, hardware }: Scheduled): ScheduleSettings {
  return schedule ?? ownSchedule(hardware);
}

/** What holds on a machine where nobody asks for anything: its own schedule, fused as its stack does. */
export function ownSchedule({ schedule = PLAIN_SCHEDULE, runtime }: Scheduled["hardware"]): ScheduleSettings {
  const stack = runtime?.stacks[runtime.stack];
  return stack === undefined || stack.fusion === "none" ? schedule : { ...schedule, fusion: stack.fusion };
}

/** A schedule as written, with what it leaves out. */
export function filledSchedule(written: z.output<typeof scheduleSchema>, rest: ScheduleSettings): ScheduleSettings {
  return {
    fusion: written.fusion ?? rest.fusion,
    activations: written.activations ?? rest.activations,
    weights: written.weights ?? rest.weights,
    prefetch: written.prefetch ?? rest.prefetch,
  };
}

interface Scheduled {
  readonly schedule?: ScheduleSettings | undefined;
  readonly hardware: Pick<Hardware, "schedule" | "runtime">;
}

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

/** `schedule:` of a study, and of a hardware file. What is left out is what the hardware says, and there it is not done. */
export const scheduleSchema = section({
  fusion: scheduleFields.fusion.optional().describe("Operators that run inside another's kernel; none by default"),
  activations: scheduleFields.activations.optional().describe("Results may wait in the global buffer"),
  weights: scheduleFields.weights.optional().describe("All weights may stay in the global buffer"),
  prefetch: scheduleFields.prefetch.optional().describe("Weights may come while the operator before runs"),
});
