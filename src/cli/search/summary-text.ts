import { accuracyText, frontTable, hasAccuracy, intervalText } from "../../report/front-table.ts";
import { grouped, shownNumber } from "../../report/metric-labels.ts";
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
    ...(hasAccuracy(record) ? [`Accuracy: ${record.accuracyOrigin}; ${intervalText(record)}.`] : []),
  ].join("\n");
}

/** The least carbon; with accuracy that at no less of it than the baseline's, and at no less than its interval allows. */
function gainText(record: RunRecord): readonly string[] {
  const { front, baseline } = record;
  const isJudged = hasAccuracy(record);
  const carbonOf = ({ metrics }: FrontRow): number => metrics.carbon_total_kgCO2e ?? Infinity;
  if (baseline === null || !(carbonOf(baseline) > 0 && carbonOf(baseline) < Infinity)) return [];
  const least = (floor: number): FrontRow | undefined =>
    front
      .filter((row) => (row.metrics.accuracy ?? 0) >= floor && carbonOf(row) < Infinity)
      .reduce<FrontRow | undefined>((best, row) => (best && carbonOf(best) <= carbonOf(row) ? best : row), undefined);
  const line = (what: string, floor: number): readonly string[] => {
    const row = least(floor);
    if (row === undefined) return [];
    const change = (carbonOf(row) / carbonOf(baseline) - 1) * 100;
    const carbon = shownNumber("carbon_total_kgCO2e", carbonOf(row));
    const sign = change < 0 ? "−" : "+";
    const accuracy = isJudged ? `, accuracy ${accuracyText(row)} %` : "";
    return [
      `Least carbon${what}: ${carbon} kgCO2e (${sign}${Math.abs(change).toFixed(1)} %)${accuracy}, trial ${row.trial ?? "-"}`,
    ];
  };
  if (!isJudged) return line("", 0);
  return [
    ...line(" at the baseline's accuracy", baseline.metrics.accuracy ?? 0),
    ...line(" within the baseline's interval of accuracy", baseline.metrics.accuracy_low ?? 0),
  ];
}
