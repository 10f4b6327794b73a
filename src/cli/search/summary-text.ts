import { comparedKey } from "../../metrics/index.ts";
import { accuracyText, frontTable, hasAccuracy, intervalText } from "../../report/front-table.ts";
import { leastOf } from "../../report/headline.ts";
import { grouped, shownNumber, titleWithUnit } from "../../report/metric-labels.ts";
import type { FrontRow, RunRecord } from "../../report/types.ts";
import type { Deployment } from "../../spec/index.ts";
import { deploymentText } from "../deployment-text.ts";
import { renderTable } from "../output.ts";

const MOST_ROWS = 20;

/** What a finished search tells: the front beside the baseline, and what it gains. */
export function summaryText(record: RunRecord): string {
  const { front, trialCount, feasibleCount, study } = record;
  const { head, rows } = frontTable(record, MOST_ROWS);
  const shown = front.length > MOST_ROWS ? ` (${MOST_ROWS} of them shown)` : "";
  return [
    `${study.name}: ${front.length} designs on the front${shown}; ${trialCount} of ${grouped(study.spaceSize)} designs tried, ${feasibleCount} feasible`,
    `Use: ${deploymentText(study.deployment as unknown as Deployment, false)}.`,
    renderTable(
      head,
      rows,
      // The chip is what is searched for: everything else goes before it.
      [head.at(-1)!, ...[...head.slice(1, -2)].reverse()],
    ),
    ...gainText(record),
    ...stepsText(record),
    ...(hasAccuracy(record) ? [`Accuracy: ${record.accuracyOrigin}; ${intervalText(record)}.`] : []),
  ].join("\n");
}

const MOST_TIES = 6;

/** The front in steps that can be told apart, each with its cheapest design. */
function stepsText({ steps }: RunRecord): readonly string[] {
  if (steps === undefined) return [];
  const { confidence, metric, steps: list } = steps;
  const percent = (value: number): string => (100 * value).toFixed(1);
  const head = [
    "Step",
    "Designs",
    "Accuracy (%)",
    "Cheapest",
    titleWithUnit(metric),
    "its accuracy (%)",
    "Tied with it",
  ];
  const rows = list.map(({ step, designs, cheapest, cost, accuracy, ties }) => {
    const others = ties.filter((trial) => trial !== cheapest);
    const shown = others.slice(0, MOST_TIES).join(" ");
    return [
      ...[String(step), String(designs), `${percent(accuracy.low)}–${percent(accuracy.high)}`, `trial ${cheapest}`],
      ...[shownNumber(metric, cost), percent(accuracy.cheapest)],
      others.length > MOST_TIES ? `${shown} and ${others.length - MOST_TIES} more` : shown,
    ];
  });
  return [
    `${list.length} steps of accuracy that can be told apart (P ≥ ${confidence}): a step holds what is not told from its most accurate design.`,
    renderTable(head, rows),
  ];
}

/** The least carbon; with accuracy that at no less of it than the baseline's, and at no less than its interval allows. */
function gainText(record: RunRecord): readonly string[] {
  const { front, baseline } = record;
  const isJudged = hasAccuracy(record);
  const key = comparedKey("carbon_total_kgCO2e", record.study.objectives);
  const carbonOf = ({ metrics }: FrontRow): number => metrics[key] ?? Infinity;
  if (baseline === null || !(carbonOf(baseline) > 0 && carbonOf(baseline) < Infinity)) return [];
  const line = (what: string, floor: number | null): readonly string[] => {
    const row = leastOf(front, key, floor);
    if (row === null) return [];
    const difference = carbonOf(row) - carbonOf(baseline);
    // Of a lower bound no share is known; what is left out cancels in the difference.
    const isBound = key !== "carbon_total_kgCO2e";
    const change = isBound
      ? `${shownNumber(key, Math.abs(difference))} kgCO2e`
      : `${Math.abs((carbonOf(row) / carbonOf(baseline) - 1) * 100).toFixed(1)} %`;
    const carbon = shownNumber(key, carbonOf(row));
    const sign = difference < 0 ? "−" : "+";
    const accuracy = isJudged ? `, accuracy ${accuracyText(row)} %` : "";
    return [
      `Least carbon${what}: ${isBound ? "at least " : ""}${carbon} kgCO2e (${sign}${change})${accuracy}, trial ${row.trial ?? "-"}`,
    ];
  };
  if (!isJudged) return line("", null);
  return [
    ...line(" at the baseline's accuracy", baseline.metrics.accuracy ?? 0),
    ...line(" within the baseline's interval of accuracy", baseline.metrics.accuracy_low ?? 0),
  ];
}
