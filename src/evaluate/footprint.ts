import type { Hardware } from "../spec/hardware.ts";
import { isFused, scheduleOf, type ScheduleSettings } from "../spec/schedule.ts";
import { buildWorkload, totalMacs, totalParameters, type Workload } from "../workload/index.ts";
import type { Design } from "./types.ts";

/** What a model is and needs before anything runs: none of it depends on whether it fits. */
export interface Footprint {
  readonly parameters: number;
  /** Parameters that one token goes through; fewer than all of them with a mixture of experts. */
  readonly activeParameters: number;
  /** MACs of one inference of the batch. */
  readonly macs: number;
  /** Runs of all operators of one inference. */
  readonly operatorCount: number;
  readonly weight_B: number;
  /** Keys and values that one token of one sequence leaves in the cache. */
  readonly kvPerToken_B: number;
  /** Bytes that DRAM holds at once, by what they are; their sum is {@link dramNeeded_B}, before rounding. */
  readonly needed: { readonly weights: number; readonly kvCache: number; readonly activations: number };
  readonly dramNeeded_B: number;
}

export function footprintOf(design: Pick<Design, "model" | "hardware" | "deployment" | "schedule">): Footprint {
  const { model, hardware, deployment } = design;
  return footprintOfWorkload(buildWorkload(model, deployment.batch), hardware, scheduleOf(design));
}

/** Weights, the KV cache at its longest, and the largest set of live activations: without scores where attention is fused. */
export function footprintOfWorkload(
  workload: Workload,
  { precision }: Pick<Hardware, "precision">,
  schedule: ScheduleSettings,
): Footprint {
  const { weight, output } = precision;
  const parameters = totalParameters(workload);
  const { kvCacheElements, peakActivationElements, peakFusedElements } = workload;
  const peak = isFused(schedule, "attention") ? peakFusedElements : peakActivationElements;
  const bytes = (elements: number, bits: number) => Math.ceil((elements * bits) / 8);
  const live = kvCacheElements + peak;
  return {
    parameters,
    activeParameters: workload.activeParameters,
    macs: totalMacs(workload),
    operatorCount: workload.operators.reduce((sum, { count }) => sum + count, 0),
    weight_B: bytes(parameters, weight),
    kvPerToken_B: bytes(workload.kvElementsPerToken, output),
    needed: {
      weights: bytes(parameters, weight),
      kvCache: bytes(kvCacheElements, output),
      activations: bytes(peak, output),
    },
    dramNeeded_B: Math.ceil((parameters * weight + live * output) / 8),
  };
}
