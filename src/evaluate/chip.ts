import {
  CostError,
  dieArea,
  embodiedCarbon,
  embodiedInUse,
  type Breakdown,
  type EmbodiedCarbon,
  type Unknown,
} from "../cost/index.ts";
import { pesOf, type Hardware } from "../spec/hardware.ts";
import type { Design } from "./types.ts";

/** What a chip is, whatever runs on it. */
export interface Chip {
  /** Peak of the arrays, 10^12 operations (2 per MAC) a second. */
  readonly peak_TOPS: number;
  readonly area: Breakdown | Unknown;
  readonly embodied: EmbodiedCarbon | Unknown;
}

/** Unknown with the reason also where a table does not have the sizes of the chip. */
export function chipOf({
  hardware,
  technology,
  deployment,
}: Pick<Design, "hardware" | "technology" | "deployment">): Chip {
  const peak_TOPS = peakOf(hardware);
  try {
    const area = dieArea(hardware, technology);
    return { peak_TOPS, area, embodied: embodiedInUse(embodiedCarbon(area, hardware, technology), deployment) };
  } catch (error) {
    if (!(error instanceof CostError)) throw error;
    const unknown = { total: null, reason: error.message } as const;
    return { peak_TOPS, area: unknown, embodied: unknown };
  }
}

/** 10^12 operations (2 per MAC) a second of all arrays. */
export function peakOf(hardware: Hardware): number {
  return (2 * pesOf(hardware) * hardware.clock) / 1e12;
}
