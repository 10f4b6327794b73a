import { metricOfKey, shownMetrics } from "../../metrics/index.ts";
import type { SweepResult, SweepRow, SweptValue } from "../../report/sweep/types.ts";
import type { SweepCell } from "../../worker/index.ts";
import type { SweepPlan } from "./plan.ts";

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
    metrics: [
      ...(context.wantsAccuracy ? ["accuracy", "accuracy_low", "accuracy_high"] : []),
      ...shownMetrics(context.asked).map(({ key }) => key),
    ],
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
  const sign = metricOfKey(metric)?.direction === "max" ? -1 : 1;
  const cost = ({ metrics }: SweepRow): number => (metrics[metric] === undefined ? Infinity : sign * metrics[metric]);
  return [...rows].sort((a, b) => (cost(a) === cost(b) ? 0 : cost(a) < cost(b) ? -1 : 1));
}
