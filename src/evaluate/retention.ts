import { gridCarbon, inferencesOverLife, usageSeconds, type StaticPower, type Unknown } from "../cost/index.ts";
import type { Deployment } from "../spec/deployment.ts";
import type { Evaluation } from "./types.ts";

/**
 * What it costs to keep weights on chip between inferences, J per inference: their memory cannot be power-gated in hours of use, so
 * that the die leaks on as if it were active whenever nothing runs.
 *
 *   retention = (die active − die idle) · max(0, hours of use / inferences − latency)
 *
 * Charged for the whole die, though only the global buffer must stay on: an upper bound. Profiles without idle time charge none.
 */
export function retentionJoules(power: StaticPower | Unknown, latency: number, deployment: Deployment): number {
  if ("total" in power) return 0;
  const period = usageSeconds(deployment).use / inferencesOverLife(deployment);
  return (power.dieActive - power.dieIdle) * Math.max(0, period - latency);
}

/** Operational carbon with weights kept on chip in hours of use. */
export function withRetention(
  operational: Evaluation["operational"],
  joulesPerInference: number,
  { gridIntensity }: Deployment,
): Evaluation["operational"] {
  if (operational.total === null || joulesPerInference === 0) return operational;
  const retention = gridCarbon(operational.inferences * joulesPerInference, gridIntensity);
  return {
    ...operational,
    total: operational.total + retention,
    parts: { ...operational.parts, retention },
    policy: `${operational.policy}; weights stay on chip, so that the die is not gated in hours of use`,
  };
}
