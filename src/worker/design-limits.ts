import { dieArea, embodiedCarbon } from "../cost/index.ts";
import { pesOf, type SpecSet } from "../spec/index.ts";
import type { DesignLimit, DesignOutcome } from "./design.ts";

/** Units of what a study can limit, by metric. */
const UNITS: Readonly<Record<string, string>> = {
  accuracy: "",
  area_mm2: "mm2",
  peak_TOPS: "TOPS",
  carbon_embodied_kgCO2e: "kgCO2e",
  carbon_operational_kgCO2e: "kgCO2e",
  carbon_total_kgCO2e: "kgCO2e",
  latency_s: "s",
  energy_total_J: "J",
  edp_Js: "J*s",
  cdp_kgCO2e_s: "kgCO2e*s",
  tcdp_kgCO2e_s: "kgCO2e*s",
};

/** A metric that needs no simulation; null: it does, or is not modelled. `accuracy` is asked for where it is limited; null: unknown yet. */
function cheapMetric(metric: string, specs: SpecSet, accuracy: () => number | null): number | null {
  const { hardware, technology } = specs;
  if (metric === "accuracy") return accuracy();
  if (metric === "peak_TOPS") return (2 * pesOf(hardware) * hardware.clock) / 1e12;
  if (metric === "area_mm2") return dieArea(hardware, technology).total;
  if (metric === "carbon_embodied_kgCO2e")
    return embodiedCarbon(dieArea(hardware, technology), hardware, technology).total;
  return null;
}

/** A limit that a design breaks, and by how much in the unit of its metric. */
export interface BrokenLimit {
  readonly limit: DesignLimit;
  readonly by: number;
}

/**
 * Limits that a design breaks for all that its mapping could do: those of area, peak, embodied carbon and accuracy, in the
 * order of the study. What this takes is a hundredth of a simulation.
 */
export function brokenCheapLimits(
  limits: readonly DesignLimit[],
  specs: SpecSet,
  accuracy: () => number | null,
): readonly BrokenLimit[] {
  return limits.flatMap((limit) => {
    const value = cheapMetric(limit.metric, specs, accuracy);
    if (value === null) return [];
    const by = limit.comparison === "<=" ? value - limit.limit : limit.limit - value;
    return by > 0 ? [{ limit, by }] : [];
  });
}

/** The first limit that an evaluated design breaks, of those on metrics that it has; null: none. */
export function brokenLimit(
  limits: readonly DesignLimit[],
  metrics: Readonly<Record<string, number>>,
): BrokenLimit | null {
  for (const limit of limits) {
    const value = metrics[limit.metric];
    const by = value === undefined ? 0 : limit.comparison === "<=" ? value - limit.limit : limit.limit - value;
    if (by > 0) return { limit, by };
  }
  return null;
}

/** The outcome of a design that breaks a limit: the first one stands for all. */
export function outcomeOfBroken({ limit, by }: BrokenLimit): DesignOutcome {
  return { kind: "infeasible", constraint: limit.text, by, unit: UNITS[limit.metric] ?? "" };
}
