import { scheduleFields as f, type ScheduleSettings } from "./schedule.ts";
import { setPath, type SetPath, type SpecSet } from "./settings.ts";

const withSchedule = (specs: SpecSet, change: Partial<ScheduleSettings>): SpecSet => ({
  ...specs,
  schedule: { ...specs.schedule, ...change },
});

/** What the scheduler may do; docs/schedule.md says how it is priced. Default: what the hardware says, and there nothing of it. */
export const schedulePaths: readonly SetPath[] = [
  setPath("schedule.fusion", "none, epilogue, attention, or all of it", "all", f.fusion, (specs, fusion) =>
    withSchedule(specs, { fusion }),
  ),
  setPath(
    "schedule.activations",
    "Results may wait in the global buffer for the next operator, where that is better",
    "true",
    f.activations,
    (specs, activations) => withSchedule(specs, { activations }),
  ),
  setPath(
    "schedule.weights",
    "All weights may stay in the global buffer over inferences, where that is better",
    "true",
    f.weights,
    (specs, weights) => withSchedule(specs, { weights }),
  ),
  setPath(
    "schedule.prefetch",
    "Weights may come while the operator before runs, where that is better",
    "true",
    f.prefetch,
    (specs, prefetch) => withSchedule(specs, { prefetch }),
  ),
];
