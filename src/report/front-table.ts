import { comparedKey } from "../metrics/index.ts";
import { shownNumber, titleWithUnit } from "./metric-labels.ts";
import type { FrontRow, RunRecord } from "./types.ts";

/** What tables show of a design, first to last. */
const COLUMNS = [
  "carbon_total_kgCO2e",
  "carbon_embodied_kgCO2e",
  "carbon_operational_kgCO2e",
  "latency_s",
  "area_mm2",
  "energy_total_J",
] as const;

/** The metrics that tables of a run show: lower bounds where it compares designs by them. */
export function shownColumns({ study }: Pick<RunRecord, "study">): readonly string[] {
  return COLUMNS.map((metric) => comparedKey(metric, study.objectives));
}

export interface TextTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** "52.7 (49.7–55.7)": percent and its interval. */
export function accuracyText({ metrics }: FrontRow): string {
  const percent = (metric: string): string => ((metrics[metric] ?? 0) * 100).toFixed(1);
  if (metrics.accuracy === undefined || metrics.accuracy === null) return "-";
  return `${percent("accuracy")} (${percent("accuracy_low")}–${percent("accuracy_high")})`;
}

/** Whether a run has evaluated accuracy; without it, nothing that is shown has a place for it. */
export function hasAccuracy({ accuracyOrigin }: Pick<RunRecord, "accuracyOrigin">): boolean {
  return accuracyOrigin !== null;
}

/** What the intervals of accuracy are. */
export function intervalText({ accuracyOrigin }: RunRecord): string {
  return isPredicted({ accuracyOrigin })
    ? "intervals hold 90 % of unseen models"
    : "intervals as the command gives them";
}

/** Whether accuracies come from the predictor rather than from the study's own command. */
export function isPredicted({ accuracyOrigin }: Pick<RunRecord, "accuracyOrigin">): boolean {
  return accuracyOrigin?.startsWith("predictor,") ?? false;
}

/** Columns of the number formats that a study varies: their paths, and what designs have there. */
export function precisionColumns(rows: readonly Pick<FrontRow, "precision">[]): readonly string[] {
  return [...new Set(rows.flatMap(({ precision }) => Object.keys(precision ?? {})))];
}

/** The front for a terminal, the baseline first; at most `most` designs, evenly spread, the ends among them. */
export function frontTable(record: RunRecord, most: number): TextTable {
  const { front, baseline } = record;
  const withAccuracy = <T>(item: T): readonly T[] => (hasAccuracy(record) ? [item] : []);
  const formats = precisionColumns(front);
  const columns = shownColumns(record);
  const withStep = (item: string): readonly string[] => (record.steps === undefined ? [] : [item]);
  const row = (each: FrontRow): readonly string[] => [
    each.trial === null ? "baseline" : String(each.trial),
    ...withStep(String(each.step ?? "-")),
    ...withAccuracy(accuracyText(each)),
    ...formats.map((path) => each.precision?.[path] ?? "-"),
    ...columns.map((metric) => shownNumber(metric, each.metrics[metric])),
    each.hardware,
    each.towers,
  ];
  const shown = thinned(front, most);
  return {
    head: [
      "Trial",
      ...withStep("Step"),
      ...withAccuracy("Accuracy (%)"),
      ...formats,
      ...columns.map(shortTitle),
      "Hardware",
      "Towers",
    ],
    rows: [...(baseline === null ? [] : [baseline]), ...shown].map(row),
  };
}

const shortTitle = (metric: string): string =>
  titleWithUnit(metric).replace(" carbon", "").replace(" per inference", "");

/** Evenly spread items, the first and the last among them. */
export function thinned<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  const step = (items.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, i) => items[Math.round(i * step)]!);
}
