import type { Hardware } from "../spec/hardware.ts";
import { isFused, scheduleOf, type ScheduleSettings } from "../spec/schedule.ts";
import {
  bitsAt,
  buildWorkload,
  filledSizes,
  sumOfSizes,
  totalMacs,
  totalParameters,
  type Workload,
  type WorkloadSizes,
} from "../workload/index.ts";
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
  hardware: Pick<Hardware, "precision">,
  schedule: ScheduleSettings,
): Footprint {
  const { output } = hardware.precision;
  const sizes = filledSizes(workload);
  const weights = weightBits(sizes, hardware);
  const cache = bitsAt(sizes.kvCache, output);
  const peaks = isFused(schedule, "attention") ? sizes.peakFused : sizes.peak;
  const peak = peaks.reduce((most, each) => Math.max(most, bitsAt(each, output)), 0);
  return {
    parameters: totalParameters(workload),
    activeParameters: workload.activeParameters,
    macs: totalMacs(workload),
    operatorCount: workload.operators.reduce((sum, { count }) => sum + count, 0),
    weight_B: inBytes(weights),
    kvPerToken_B: inBytes(bitsAt(sizes.kvPerToken, output)),
    needed: { weights: inBytes(weights), kvCache: inBytes(cache), activations: inBytes(peak) },
    dramNeeded_B: inBytes(weights + (cache + peak)),
  };
}

const inBytes = (bits: number): number => Math.ceil(bits / 8);

function weightBits({ parameters }: WorkloadSizes, { precision }: Pick<Hardware, "precision">): number {
  return bitsAt(sumOfSizes(...Object.values(parameters)), precision.weight);
}

/** Bytes of all stored parameters. */
export function weightBytesOf(workload: Workload, hardware: Pick<Hardware, "precision">): number {
  return inBytes(weightBits(filledSizes(workload), hardware));
}
