import { inferencesOverLife } from "./carbon/operational.ts";
import type { Deployment } from "../spec/deployment.ts";

/** Figures of merit of one evaluated design; lower is better in each. */
export interface Metrics {
  /** kgCO2e over the life, and per inference. */
  readonly total: number;
  readonly perInference: number;
  readonly inferences: number;
  /** J·s, kgCO2e·s: energy × latency, embodied × latency, total × latency. */
  readonly edp: number;
  readonly cdp: number;
  readonly tcdp: number;
}

/** @param energy J per inference; @param latency s; @param embodied, operational kgCO2e over the life */
export function carbonMetrics(
  result: {
    readonly energy: number;
    readonly latency: number;
    readonly embodied: number;
    readonly operational: number;
  },
  deployment: Deployment,
): Metrics {
  const total = result.embodied + result.operational;
  const inferences = inferencesOverLife(deployment);
  return {
    total,
    perInference: total / inferences,
    inferences,
    edp: result.energy * result.latency,
    cdp: result.embodied * result.latency,
    tcdp: total * result.latency,
  };
}

/** Carbon of a design at rest and as it is used. */
export interface CarbonLine {
  /** kgCO2e before first use. */
  readonly embodied: number;
  /** kgCO2e per second of life under one usage profile. */
  readonly operationalPerSecond: number;
}

/**
 * Life after which two designs have caused equal carbon, s:  t = (E_b − E_a) / (o_a − o_b)
 *
 * @returns 0 where they start equal, null where one is below the other for ever
 */
export function breakEvenTime(a: CarbonLine, b: CarbonLine): number | null {
  const ahead = b.embodied - a.embodied;
  const rate = a.operationalPerSecond - b.operationalPerSecond;
  if (ahead === 0) return 0;
  if (rate === 0) return null;
  const time = ahead / rate;
  return time > 0 ? time : null;
}
