import type { SweepResult, SweepRow, SweptValue } from "../../report/sweep/types.ts";
import type { SweepCell } from "../../worker/index.ts";
import type { SweepPlan } from "./plan.ts";

/** Metrics of which more is better; of all others less is. */
const MORE_IS_BETTER = new Set(["accuracy", "peak_TOPS", "utilisation"]);

/** Columns of a sweep, in order. */
const METRICS = [
  "accuracy",
  "accuracy_low",
  "accuracy_high",
  "latency_s",
  "cycles",
  "macs",
  "utilisation",
  "energy_total_J",
  "area_mm2",
  "peak_TOPS",
  "carbon_embodied_kgCO2e",
  "carbon_operational_kgCO2e",
  "carbon_total_kgCO2e",
  "carbon_always_on_kgCO2e",
  "carbon_per_inference_kgCO2e",
  "edp_Js",
  "cdp_kgCO2e_s",
  "tcdp_kgCO2e_s",
  "parameters",
  "dram_needed_B",
];

/** Rows with their names, sorted: the best first, what has no such number last, and of equal ones the earlier. */
export function sweepResult(plan: SweepPlan, cells: readonly SweepCell[]): SweepResult {
  const { models, hardware, settings, limits, sort, context } = plan;
  const rows = plan.cells.map((task, i): SweepRow => {
    const { metrics, unknown, violations } = cells[i]!;
    return {
      model: models[task.model]!.label,
      hardware: hardware[task.hardware]!.label,
      settings: Object.fromEntries(task.settings.map(({ path, value }) => [path, shown(value)])),
      fits: violations.length === 0,
      ...{ violations, metrics, unknown },
    };
  });
  return {
    format: 1,
    models: models.map(({ label }) => label),
    hardware: hardware.map(({ label }) => label),
    paths: settings.map(({ path, values }) => ({ path, values: values.map(shown) })),
    limits: limits.map(({ metric, limit, text }) => ({ metric, limit, text })),
    sort,
    metrics: METRICS.filter((metric) => context.wantsAccuracy || !metric.startsWith("accuracy")),
    rows: sort === null ? rows : sorted(rows, sort),
  };
}

function shown(value: unknown): SweptValue {
  return typeof value === "number" || typeof value === "boolean" || typeof value === "string"
    ? value
    : Array.isArray(value)
      ? value.join(" ")
      : String(value);
}

function sorted(rows: readonly SweepRow[], metric: string): readonly SweepRow[] {
  const sign = MORE_IS_BETTER.has(metric) ? -1 : 1;
  const cost = ({ metrics }: SweepRow): number => (metrics[metric] === undefined ? Infinity : sign * metrics[metric]);
  return [...rows].sort((a, b) => (cost(a) === cost(b) ? 0 : cost(a) < cost(b) ? -1 : 1));
}
