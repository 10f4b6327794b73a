import { metricOfKey } from "../metrics/index.ts";
import { InputError } from "../errors/index.ts";
import type { Outcome } from "../search/index.ts";
import type { DesignDetail } from "../worker/index.ts";

/**
 * Metrics of one's own, by key: each a pure function of the metrics that a design has, by their keys. It may be named in the
 * objectives and constraints of the study that is run; a strategy that knows sums only refuses it.
 */
export type OwnMetrics = Readonly<Record<string, (metrics: Readonly<Record<string, number>>) => number>>;

/** @throws InputError for a key that is taken */
export function checkOwnMetrics(own: OwnMetrics): void {
  for (const key of Object.keys(own))
    if (metricOfKey(key) !== undefined)
      throw new InputError(`The metric ${key} is there already; give yours another key.`);
}

/** A design of which one is no finite number is ruled out, with the reason. */
export function withOwnMetrics(outcome: Outcome, own: OwnMetrics): Outcome {
  if (outcome.kind === "infeasible") return outcome;
  const entries = valuesOf(outcome.metrics, own);
  if (entries.length === 0) return outcome;
  const bad = entries.find(([, value]) => !Number.isFinite(value));
  if (bad !== undefined) return { kind: "infeasible", constraint: `${bad[0]} is ${bad[1]}`, by: 0, unit: "" };
  return { kind: "evaluated", metrics: { ...outcome.metrics, ...Object.fromEntries(entries) } };
}

/** The same of what a report shows; null where it is no finite number. */
export function detailWithOwnMetrics(detail: DesignDetail, own: OwnMetrics): DesignDetail {
  const known = Object.entries(detail.metrics).filter((entry): entry is [string, number] => entry[1] !== null);
  const entries = valuesOf(Object.fromEntries(known), own);
  if (entries.length === 0) return detail;
  const values = entries.map(([key, value]) => [key, Number.isFinite(value) ? value : null] as const);
  return { ...detail, metrics: { ...detail.metrics, ...Object.fromEntries(values) } };
}

function valuesOf(metrics: Readonly<Record<string, number>>, own: OwnMetrics): readonly (readonly [string, number])[] {
  return Object.entries(own).map(([key, of]) => [key, of(metrics)] as const);
}
