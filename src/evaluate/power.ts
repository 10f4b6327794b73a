import { combined, knownNumber, outsideDomain, type Known } from "../metrics/index.ts";
import { footprintOf as footprintMm2, staticPower, type StaticPower } from "../cost/index.ts";
import type { SpecSet } from "../spec/settings.ts";
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
  /** `runningDie_W` over the area that the dies cover, seen from above, W/mm2. No temperature follows from it here. */
  readonly density_W_per_mm2: number;
}

/**
 * Mean powers of a design: energy above idle / latency + idle power.
 * @returns null where energy, area or static power is unknown, or a mean is no finite number
 */
export function powerOf({ design, energy, area, latency_s }: Evaluation): Power | null {
  const still = staticPower(design.hardware, design.technology);
  if (energy.total === null || area.total === null || "total" in still) return null;
  const idle = idleWatts(still);
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
    density_W_per_mm2: die / footprintMm2(design.hardware, area),
  };
  return Object.values(power).every((watts) => outsideDomain(watts) === null) ? power : null;
}

/** W of a device that is on while nothing runs. */
export function idleWatts({ dieIdle, dramStandby }: StaticPower): number {
  return dieIdle + dramStandby;
}

/** One run of an operator: J above idle, and cycles without what it takes to start it. */
export interface OperatorRun {
  readonly energy: Known;
  readonly cycles: number;
}

/** W above idle: mean power of a run; 0 of one that takes no time of its own. */
export function wattsOfRun(energy: number, cycles: number, clock: number): number {
  return cycles === 0 ? 0 : (energy * clock) / cycles;
}

/**
 * Highest mean power of an operator, W:
 *
 *   peak = idle + max over the operators of energy above idle · clock / cycles
 *
 * Power within an operator is not resolved: its first and last cycles may take more or less.
 */
export function peakPower_W(
  runs: readonly OperatorRun[],
  { hardware, technology }: Pick<SpecSet, "hardware" | "technology">,
): Known {
  const still = staticPower(hardware, technology);
  const idle = "total" in still ? still : idleWatts(still);
  const powers = runs.map(({ energy, cycles }) =>
    combined("the power of an operator", [energy], (joules) => wattsOfRun(joules, cycles, hardware.clock)),
  );
  return combined("peak power", [idle, ...powers], (base, ...each) => base + each.reduce((a, b) => Math.max(a, b), 0));
}

/** The same of a design that has been evaluated. */
export function peakPowerOf({ operators, energy, design }: Evaluation): Known {
  if (energy.total === null) return energy;
  const joules = (parts: Readonly<Record<string, number>>): number => Object.values(parts).reduce((a, b) => a + b, 0);
  const runs = operators.map((each) => ({
    energy: knownNumber("the energy of an operator", joules(each.energy)),
    cycles: each.cycles,
  }));
  return peakPower_W(runs, design);
}
