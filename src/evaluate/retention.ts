import { gridCarbon, inferencesOverLife, usageSeconds, type StaticPower, type Unknown } from "../cost/index.ts";
import { known } from "../metrics/index.ts";
import type { Deployment } from "../spec/deployment.ts";
import type { Evaluation } from "./types.ts";

/**
 * What it costs to keep weights on chip between inferences, J per inference: their memory cannot be power-gated in hours of use, so
 * that the die leaks on as if it were active whenever nothing runs.
 *
 *   retention = (die active − die idle) · max(0, hours of use / inferences − latency)
 *
 * Charged for the whole die, though only the global buffer must stay on: an upper bound. Profiles without idle time charge none.
 *
 * @returns Infinity where there are hours of use without any inference
 */
export function retentionJoules(power: StaticPower | Unknown, latency: number, deployment: Deployment): number {
  if ("total" in power || deployment.class === "server") return 0;
  const { use } = usageSeconds(deployment);
  if (use === 0 || power.dieActive === power.dieIdle) return 0;
  const period = use / inferencesOverLife(deployment);
  return (power.dieActive - power.dieIdle) * Math.max(0, period - latency);
}

/** The same over the life, kgCO2e; 0 of a server, which is never gated. */
export function retentionCarbon(
  power: StaticPower,
  latency: number,
  deployment: Deployment,
  { inferences, gridIntensity }: { readonly inferences: number; readonly gridIntensity: number },
): number {
  if (deployment.class === "server") return 0;
  const joules =
    inferences === 0
      ? (power.dieActive - power.dieIdle) * usageSeconds(deployment).use
      : inferences * retentionJoules(power, latency, deployment);
  return gridCarbon(joules, gridIntensity) * (deployment.pue ?? 1);
}

/** Operational carbon with weights kept on chip in hours of use. */
export function withRetention(
  operational: Evaluation["operational"],
  power: StaticPower,
  latency: number,
  deployment: Deployment,
): Evaluation["operational"] {
  if (operational.total === null) return operational;
  const retention = retentionCarbon(power, latency, deployment, operational);
  if (retention === 0) return operational;
  const total = operational.total + retention;
  return known("operational carbon", {
    ...operational,
    total,
    parts: { ...operational.parts, retention },
    policy: `${operational.policy}; weights stay on chip, so that the die is not gated in hours of use`,
    // Rounding aside, a die that is never gated leaks no less than one that is gated outside the hours of use.
    alwaysOnTotal: Math.max(total, operational.alwaysOnTotal),
  });
}
