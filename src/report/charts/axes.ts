import type { RunRecord } from "../types.ts";

/** What the scatter of the front shows. */
export interface FrontAxes {
  readonly x: string;
  readonly y: string;
  /** Metric that colours the points; null: there is none left. */
  readonly colour: string | null;
}

const COLOURS = ["latency_s", "carbon_total_kgCO2e", "energy_total_J", "area_mm2"];

/** Accuracy upwards where it is an objective, the next objective to the right, the first of the usual metrics as colour. */
export function frontAxes({ study, front, baseline }: RunRecord): FrontAxes {
  const metrics = study.objectives.map(({ metric }) => metric);
  const y = metrics.includes("accuracy") ? "accuracy" : (metrics[0] ?? "carbon_total_kgCO2e");
  const x = metrics.find((metric) => metric !== y) ?? (y === "latency_s" ? "carbon_total_kgCO2e" : "latency_s");
  const rows = [...front, ...(baseline === null ? [] : [baseline])];
  const isKnown = (metric: string): boolean => rows.every((row) => typeof row.metrics[metric] === "number");
  const colour = COLOURS.find((metric) => metric !== x && metric !== y && isKnown(metric)) ?? null;
  return { x, y, colour };
}
