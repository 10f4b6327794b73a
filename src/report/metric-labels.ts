/** How a metric is shown to people: its name, and value × scale in a unit. */
export interface MetricLabel {
  readonly title: string;
  /** Empty: a bare number. */
  readonly unit: string;
  readonly scale: number;
  /** Significant digits. */
  readonly digits: number;
}

const LABELS: Readonly<Record<string, MetricLabel>> = {
  accuracy: { title: "Accuracy", unit: "%", scale: 100, digits: 3 },
  carbon_total_kgCO2e: { title: "Total carbon", unit: "kgCO2e", scale: 1, digits: 4 },
  carbon_embodied_kgCO2e: { title: "Embodied carbon", unit: "kgCO2e", scale: 1, digits: 4 },
  carbon_operational_kgCO2e: { title: "Operational carbon", unit: "kgCO2e", scale: 1, digits: 4 },
  latency_s: { title: "Latency", unit: "ms", scale: 1e3, digits: 4 },
  energy_total_J: { title: "Energy per inference", unit: "mJ", scale: 1e3, digits: 4 },
  area_mm2: { title: "Die area", unit: "mm²", scale: 1, digits: 4 },
  peak_TOPS: { title: "Peak", unit: "TOPS", scale: 1, digits: 3 },
  utilisation: { title: "Utilisation", unit: "%", scale: 100, digits: 3 },
  edp_Js: { title: "Energy × latency", unit: "mJ·s", scale: 1e3, digits: 4 },
  cdp_kgCO2e_s: { title: "Embodied carbon × latency", unit: "gCO2e·s", scale: 1e3, digits: 4 },
  tcdp_kgCO2e_s: { title: "Total carbon × latency", unit: "gCO2e·s", scale: 1e3, digits: 4 },
};

/** Label of a metric key; of an unknown one the key itself. */
export function metricLabel(metric: string): MetricLabel {
  return Object.hasOwn(LABELS, metric) ? LABELS[metric]! : { title: metric, unit: "", scale: 1, digits: 4 };
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
