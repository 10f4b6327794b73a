import { metricOfKey, type MetricLabel } from "../metrics/index.ts";

/** Label of a metric key; of one without a label the key itself. */
export function metricLabel(metric: string): MetricLabel {
  return metricOfKey(metric)?.label ?? { title: metric, unit: "", scale: 1, digits: 4 };
}

/** "Total carbon (kgCO2e)": titles of axes and columns. */
export function titleWithUnit(metric: string): string {
  const { title, unit } = metricLabel(metric);
  return unit === "" ? title : `${title} (${unit})`;
}

/** The number in the label's unit, without the unit; "-" where it is not modelled. */
export function shownNumber(metric: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return "-";
  const { scale, digits } = metricLabel(metric);
  return String(Number((value * scale).toPrecision(digits)));
}

/** The number as charts hold it: in the label's unit, rounded to 7 digits. */
export function chartNumber(metric: string, value: number): number {
  return Number((value * metricLabel(metric).scale).toPrecision(7));
}

/** 3472875000 → "3,472,875,000". */
export function grouped(value: bigint | number | string): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A count of designs for people: whole up to 2^53, beyond that as it is held, to four places. */
export function countText(value: number): string {
  if (value <= Number.MAX_SAFE_INTEGER) return grouped(value);
  const [digits, power] = value.toExponential(3).split("e+");
  return `${digits} × 10^${power}`;
}
