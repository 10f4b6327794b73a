import { chipFigures } from "../evaluate/index.ts";
import { metricOfKey } from "../metrics/index.ts";
import { type SpecSet } from "../spec/index.ts";
import { UNIT_TABLES } from "../units/index.ts";
import type { DesignLimit, DesignOutcome } from "./design.ts";

/** A metric that needs no simulation; null: it does, or is not modelled. `accuracy` is asked for where it is limited; null: unknown yet. */
function cheapMetric(key: string, specs: SpecSet, accuracy: () => number | null): number | null {
  const metric = metricOfKey(key);
  if (metric?.stage === "model") return accuracy();
  if (metric?.stage !== "chip") return null;
  const value = metric.of(chipFigures(specs));
  return typeof value === "number" ? value : null;
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

/** The outcome of a design that breaks limits: the first one is named, and what all of them are missed by is added up. */
export function outcomeOfBroken(broken: readonly [BrokenLimit, ...BrokenLimit[]]): DesignOutcome {
  const [{ limit, by }] = broken;
  const kind = metricOfKey(limit.metric)?.kind;
  const unit = kind === undefined || kind === null ? "" : UNIT_TABLES[kind].canonical;
  const missed = broken.reduce((sum, each) => sum + relativeMiss(each), 0);
  return { kind: "infeasible", constraint: limit.text, by, unit, missed };
}

/** To the limit; absolute where that is 0. */
function relativeMiss({ limit: { limit }, by }: BrokenLimit): number {
  return limit === 0 ? by : by / Math.abs(limit);
}
