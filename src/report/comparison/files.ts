import { writeCsv } from "../../csv/index.ts";
import { chartSvg } from "../svg.ts";
import { comparisonChart, pairsOf } from "./chart.ts";
import type { Comparison } from "./types.ts";

export function comparisonJson(comparison: Comparison): string {
  return `${JSON.stringify(comparison, null, 1)}\n`;
}

/** One line a run. */
export function comparisonCsv({ runs, referenceFront }: Comparison): string {
  const columns = ["run", "study", "mode", "strategy", "seed", "trials", "front", "not_measured"] as const;
  const rows = runs.map((run) => [
    ...[run.label, run.study, run.mode, run.strategy, run.seed, run.trialCount, run.designCount, run.unknownCount],
    ...[run.hypervolume, run.share, run.igdPlus, referenceFront.of],
  ]);
  return writeCsv([...columns, "hypervolume", "hypervolume_share", "igd_plus", "reference_front"], rows);
}

/** The fronts in the first pair of objectives. */
export function comparisonSvg(comparison: Comparison): string {
  return chartSvg(comparisonChart(comparison, pairsOf(comparison)[0] ?? [0, 0]));
}
