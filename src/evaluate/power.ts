import { outsideDomain } from "../metrics/index.ts";
import { staticPower } from "../cost/index.ts";
import type { Evaluation } from "./types.ts";

/** Power by state, W. */
export interface Power {
  /** While an inference runs: die and DRAM, all static power included. */
  readonly running_W: number;
  /** Of `running_W`, what the die turns into heat: without the DRAM's accesses (which the host side shares) and background. */
  readonly runningDie_W: number;
  /** Hours of use, no inference running: leakage of the gated die, and DRAM in standby. */
  readonly idle_W: number;
  readonly idleDie_W: number;
  readonly idleDram_W: number;
  /** Hours without use: what the die keeps, and DRAM in self-refresh. */
  readonly off_W: number;
  readonly offDie_W: number;
  readonly offDram_W: number;
  /** `runningDie_W` over the die's area, W/mm2. */
  readonly density_W_per_mm2: number;
}

/**
 * Mean powers of a design: energy above idle / latency + idle power.
 * @returns null where energy, area or static power is unknown, or a mean is no finite number
 */
export function powerOf({ design, energy, area, latency_s }: Evaluation): Power | null {
  const still = staticPower(design.hardware, design.technology);
  if (energy.total === null || area.total === null || "total" in still) return null;
  const idle = still.dieIdle + still.dramStandby;
  const running = energy.total / latency_s + idle;
  const memory = (energy.parts["dram"] ?? 0) / latency_s + still.dramActive;
  const die = Math.max(0, running - memory);
  const power = {
    running_W: running,
    runningDie_W: die,
    idle_W: idle,
    idleDie_W: still.dieIdle,
    idleDram_W: still.dramStandby,
    off_W: still.dieOff + still.dramSelfRefresh,
    offDie_W: still.dieOff,
    offDram_W: still.dramSelfRefresh,
    density_W_per_mm2: die / area.total,
  };
  return Object.values(power).every((watts) => outsideDomain(watts) === null) ? power : null;
}
