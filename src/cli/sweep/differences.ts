import { shownNumber } from "../../report/metric-labels.ts";
import type { SweepResult } from "../../report/sweep/types.ts";
import { COSTS, metricTitle, ratioText } from "../compare/designs.ts";
import { differingFields } from "../compare/fields.ts";
import { renderTable } from "../output.ts";
import type { SweepPlan } from "./plan.ts";

/**
 * Of two chips what differs between them, and, where each has one row, what that costs: both numbers and the second over the first.
 * Nothing of one chip, or of more than two.
 */
export function differencesText(sweep: SweepResult, { hardware }: SweepPlan): readonly string[] {
  const [first, second, ...others] = hardware;
  if (first === undefined || second === undefined || others.length > 0) return [];
  const differing = differingFields([first.spec, second.spec]);
  const what =
    differing.length === 0
      ? ["The chips are equal but for their names."]
      : [renderTable(["what differs", first.label, second.label], differing, [])];
  const [a, b, ...more] = [first, second].flatMap(({ label }) => sweep.rows.filter((row) => row.hardware === label));
  if (a === undefined || b === undefined || more.length > 0) return what;
  const costs = COSTS.map((metric) => [
    metricTitle(metric),
    shownNumber(metric, a.metrics[metric]),
    shownNumber(metric, b.metrics[metric]),
    ratioText(a.metrics[metric], b.metrics[metric]),
  ]);
  return [...what, renderTable(["what it costs", first.label, second.label, "second / first"], costs, [])];
}
