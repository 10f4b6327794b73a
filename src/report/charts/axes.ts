import { chartNumber } from "../metric-labels.ts";
import { decadeBelow } from "./decades.ts";
import type { FrontRow, RunRecord } from "../types.ts";

/** What the scatter of the front shows. */
export interface FrontAxes {
  readonly x: string;
  readonly y: string;
  /** Metric that colours the points; null: there is none left. */
  readonly colour: string | null;
}

const COLOURS = ["latency_s", "carbon_total_kgCO2e", "energy_total_J", "area_mm2"];

/** Accuracy upwards where it is an objective, the next one to the right, a third or the first of the usual metrics as colour. */
export function frontAxes({ study, front, baseline }: RunRecord): FrontAxes {
  const metrics = study.objectives.map(({ metric }) => metric);
  const y = metrics.includes("accuracy") ? "accuracy" : (metrics[0] ?? "carbon_total_kgCO2e");
  const x = metrics.find((metric) => metric !== y) ?? (y === "latency_s" ? "carbon_total_kgCO2e" : "latency_s");
  const rows = [...front, ...(baseline === null ? [] : [baseline])];
  const isKnown = (metric: string): boolean => rows.every((row) => typeof row.metrics[metric] === "number");
  const colour = [...metrics, ...COLOURS].find((metric) => metric !== x && metric !== y && isKnown(metric)) ?? null;
  return { x, y, colour };
}

/** The other pairs of three objectives and more, each coloured by an objective that is not on it. */
export function otherPairs(record: RunRecord): readonly FrontAxes[] {
  const metrics = record.study.objectives.map(({ metric }) => metric);
  if (metrics.length < 3) return [];
  const shown = frontAxes(record);
  return metrics
    .flatMap((y, i) => metrics.slice(i + 1).map((x) => ({ x, y })))
    .filter(({ x, y }) => ![x, y].every((metric) => metric === shown.x || metric === shown.y))
    .map(({ x, y }) => ({ x, y, colour: metrics.find((metric) => metric !== x && metric !== y)! }));
}

/** What an axis of accuracy must hold: the intervals too. */
export function yMetrics(y: string): readonly string[] {
  return y === "accuracy" ? ["accuracy", "accuracy_low", "accuracy_high"] : [y];
}

/** Ends of an axis and the distance of its labels, in the unit of its label. */
export interface AxisRange {
  readonly min: number;
  readonly max: number;
  readonly interval: number;
}

const STEPS = [1, 2, 2.5, 5, 10];
const LABELS = 7;

/** Holds all values of the designs, ends on round numbers; designs off the front may lie outside. */
export function axisRange(rows: readonly FrontRow[], metrics: readonly string[], label: string): AxisRange {
  const values = rows.flatMap((row) => metrics.map((metric) => row.metrics[metric])).filter(isNumber);
  const shown = values.map((value) => chartNumber(label, value));
  const [least, most] = shown.length === 0 ? [0, 1] : [Math.min(...shown), Math.max(...shown)];
  const room = (most - least) * 0.04 || Math.abs(most) * 0.1 || 1;
  const range = most - least + 2 * room;
  const decade = decadeBelow(range / LABELS);
  const interval = rounded(decade * (STEPS.find((step) => step * decade * LABELS >= range) ?? 10));
  const ends = [Math.floor((least - room) / interval), Math.ceil((most + room) / interval)] as const;
  // What is never negative needs no room below zero.
  const first = least >= 0 ? Math.max(0, ends[0]) : ends[0];
  return { min: rounded(first * interval), max: rounded(ends[1] * interval), interval };
}

export function isInside(value: number, { min, max }: AxisRange): boolean {
  return value >= min && value <= max;
}

const isNumber = (value: number | null | undefined): value is number => typeof value === "number";

const rounded = (value: number): number => Number(value.toPrecision(12));
