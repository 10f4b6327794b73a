import type { Constraint, Objective, Outcome, Violation } from "../types.ts";
import { costsOf, metricOf, type Costs } from "./costs.ts";
import { dominance } from "./dominance.ts";

/** What an outcome means under given objectives and constraints. */
export type Assessment =
  | { readonly kind: "feasible"; readonly costs: Costs }
  /** Evaluated, but beyond limits; `total` is the sum of relative violations, > 0. */
  | { readonly kind: "violating"; readonly total: number; readonly violations: readonly Violation[] }
  /** No numbers: limits that were broken before any simulation, no legal mapping, or metrics that are not finite. */
  | {
      readonly kind: "unusable";
      readonly constraint: string;
      readonly by: number;
      readonly unit: string;
      /** Sum of what limits are missed by, relative to each; null: not known. */
      readonly missed: number | null;
    };

/** @throws SearchError `search/unknown-metric` */
export function assess(
  outcome: Outcome,
  objectives: readonly Objective[],
  constraints: readonly Constraint[],
): Assessment {
  if (outcome.kind === "infeasible") {
    const { constraint, by, unit, missed = null } = outcome;
    return { kind: "unusable", constraint, by, unit, missed };
  }
  for (const list of [constraints, objectives])
    for (const { metric } of list)
      if (!Number.isFinite(metricOf(outcome.metrics, metric)))
        return { kind: "unusable", constraint: `${metric} is a finite number`, by: 0, unit: "", missed: null };
  const violations = violationsOf(outcome.metrics, constraints);
  if (violations.length === 0) return { kind: "feasible", costs: costsOf(outcome.metrics, objectives) };
  return { kind: "violating", total: violations.reduce((sum, v) => sum + v.relative, 0), violations };
}

/** Constraints that the metrics break, in the order of the constraints; `relative` is to the limit, or absolute where that is 0. */
export function violationsOf(
  metrics: Readonly<Record<string, number>>,
  constraints: readonly Constraint[],
): readonly Violation[] {
  const violations: Violation[] = [];
  for (const { metric, comparison, limit, text } of constraints) {
    const value = metricOf(metrics, metric);
    const amount = comparison === "<=" ? value - limit : limit - value;
    if (amount > 0)
      violations.push({ constraint: text, amount, relative: limit === 0 ? amount : amount / Math.abs(limit) });
  }
  return violations;
}

/**
 * Constraint-domination (Deb et al. 2002): feasible before violating before unusable; among feasible the costs decide,
 * among violating the total violation, among unusable the total of what limits are missed by where both have one, else the amount where the
 * reason is the same. Negative where `a` dominates `b`, positive where `b` dominates `a`, 0: neither. A strict partial order.
 */
export function constrainedDominance(a: Assessment, b: Assessment): number {
  if (a.kind !== b.kind) return CLASS[a.kind] - CLASS[b.kind];
  if (a.kind === "feasible") return dominance(a.costs, (b as typeof a).costs);
  if (a.kind === "violating") return orderOf(a.total, (b as typeof a).total);
  const other = b as typeof a;
  if (a.missed !== null && other.missed !== null) return orderOf(a.missed, other.missed);
  const isAlike = a.missed === other.missed && a.constraint === other.constraint && a.unit === other.unit;
  return isAlike ? orderOf(a.by, other.by) : 0;
}

/** Less is better; amounts that do not compare are alike. */
function orderOf(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const CLASS = { feasible: 0, violating: 1, unusable: 2 } as const;
