import type { ExactSummary } from "../../report/types.ts";
import type { ConstraintSummary } from "../../search/index.ts";
import { metricOfKey } from "../../metrics/index.ts";
import type { StudyConstraint } from "../../spec/index.ts";
import { formatQuantity } from "../../units/index.ts";

/** Why no design was feasible: what each constraint rules out, and by how much the nearest design misses. */
export function infeasibleText(
  violations: readonly ConstraintSummary[],
  constraints: readonly StudyConstraint[],
  trialCount: number,
  exact?: ExactSummary,
): string {
  const what = exact === undefined ? "trials" : "designs";
  const lines = violations.map((each) => {
    const alone = each.aloneCount === each.trialCount ? "" : ` (${each.aloneCount} of them break nothing else)`;
    return `  ${each.constraint}: rules out ${each.trialCount} of ${trialCount} ${what}${alone}${nearestText(each, constraints)}`;
  });
  const rule =
    exact === undefined || !exact.policy.includes("mapped again")
      ? []
      : ["  Designs are counted as they are first mapped; the nearest is the nearest of both mappings."];
  return [`No feasible design among ${trialCount} ${what}.`, ...lines, ...rule].join("\n");
}

function nearestText(summary: ConstraintSummary, constraints: readonly StudyConstraint[]): string {
  const { constraint, nearestAmount, nearestRelative, unit, nearestTrial } = summary;
  const metric = constraints.find(({ text }) => text === constraint)?.metric;
  const kind = metricOfKey(metric ?? "")?.kind ?? undefined;
  if (kind === undefined && nearestAmount === 0) return "";
  const amount = kind === undefined ? `${nearestAmount} ${unit ?? ""}`.trim() : formatQuantity(nearestAmount, kind);
  const share = nearestRelative === null ? "" : ` (${Number((nearestRelative * 100).toPrecision(3))} %)`;
  const which = nearestTrial < 0 ? "" : `, trial ${nearestTrial},`;
  return `; the nearest${which} misses by ${amount}${share}`;
}
