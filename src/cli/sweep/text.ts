import { FACTOR_NAMES } from "../../cost/index.ts";
import { nameOfMetric } from "../../metrics/index.ts";
import { metricLabel, shownNumber } from "../../report/metric-labels.ts";
import { violationsText } from "../../report/sweep/files.ts";
import type { SweepResult, SweepRow } from "../../report/sweep/types.ts";
import { shownMetric } from "../../report/sweep/types.ts";
import { applySettings } from "../../spec/index.ts";
import { deploymentText } from "../deployment-text.ts";
import { renderTable } from "../output.ts";
import { differencesText } from "./differences.ts";
import type { SweepPlan } from "./plan.ts";

/** Metrics of the table, beside those that are limited or sorted by; those first that are missed least. */
const LEAST_MISSED = [
  "area_mm2",
  "carbon_operational_kgCO2e",
  "carbon_embodied_kgCO2e",
  "energy_total_J",
  "carbon_total_kgCO2e",
  "latency_s",
] as const;

/** Where a table says something else than studies do. */
const TITLES: Readonly<Record<string, string>> = { utilisation: "utilisation", carbon_total_kgCO2e: "total" };

function titleOf(metric: string): string {
  const { unit } = metricLabel(metric);
  return `${TITLES[metric] ?? nameOfMetric(metric)}${unit === "" ? "" : ` (${unit})`}`;
}

/** What `sweep` prints for people: how many fit, what the carbon rests on, a row for each cell, and why some do not fit. */
export function sweepText(sweep: SweepResult, plan: SweepPlan): string {
  const { models, hardware, paths, rows, limits } = sweep;
  const fitting = rows.filter(({ fits }) => fits).length;
  const one = (names: readonly string[], many: string): string =>
    names.length === 1 ? names[0]! : `${names.length} ${many}`;
  const under = limits.length === 0 ? "" : ` within ${limits.map(({ text }) => text).join(", ")}`;
  const fixed = paths.filter(({ values }) => values.length === 1);
  return [
    `${one(models, "models")} on ${one(hardware, "chips")}: ${fitting} of ${rows.length} fit${under}`,
    ...(fixed.length === 0 ? [] : [fixed.map(({ path, values }) => `${path} = ${String(values[0])}`).join(", ")]),
    `Use: ${usageText(plan)}.`,
    table(sweep),
    ...reasonLines(sweep),
    ...differencesText(sweep, plan),
  ].join("\n");
}

/** The deployment with what is set to one value; what is swept is named. */
function usageText({ settings, models, hardware }: SweepPlan): string {
  const own = settings.filter(({ path }) => path.startsWith("deployment."));
  const swept = own.filter(({ values }) => values.length > 1).map(({ path }) => path);
  const fixed = own.flatMap(({ path, values }) => (values.length === 1 ? [{ path, value: values[0] }] : []));
  const { deployment } = applySettings({ model: models[0]!.spec, hardware: hardware[0]!.spec }, fixed, FACTOR_NAMES);
  const but = swept.length === 0 ? "" : `, but for ${swept.join(", ")} as in the rows`;
  return `${deploymentText(deployment, false)}${but}`;
}

function table(sweep: SweepResult): string {
  const { models, hardware, paths, limits, sort, rows } = sweep;
  const swept = paths.filter(({ values }) => values.length > 1).map(({ path }) => path);
  const asked = new Set([...(sort === null ? [] : [sort]), ...limits.map(({ metric }) => metric)]);
  const usual = [...LEAST_MISSED].reverse();
  const metrics = [...asked, ...usual.filter((metric) => !asked.has(metric))];
  const head = [
    ...(models.length > 1 ? ["model"] : []),
    ...(hardware.length > 1 ? ["hardware"] : []),
    ...swept,
    "fits",
    ...metrics.map(titleOf),
  ];
  const cells = rows.map((row) => [
    ...(models.length > 1 ? [row.model] : []),
    ...(hardware.length > 1 ? [row.hardware] : []),
    ...swept.map((path) => String(row.settings[path])),
    fitsText(row),
    ...metrics.map((metric) => shownNumber(metric, row.metrics[metric])),
  ]);
  return renderTable(head, cells, LEAST_MISSED.filter((metric) => metric !== shownMetric(sweep)).map(titleOf));
}

/** "yes", or what stands against it in a word: the metric of a limit, or a path. */
function fitsText({ fits, violations }: SweepRow): string {
  if (fits) return "yes";
  const words = violations.map(({ constraint }) => /^[\w.]+/.exec(constraint)?.[0] ?? "settings");
  return `no: ${[...new Set(words)].join(", ")}`;
}

const MOST_REASONS = 12;

/** Why cells cannot run or be used, and why something is not known; of limits the table says enough. */
function reasonLines({ rows, limits, paths, models, hardware }: SweepResult): readonly string[] {
  const written = new Set(limits.map(({ text }) => text));
  const nameOf = (row: SweepRow): string =>
    [
      ...(models.length > 1 ? [row.model] : []),
      ...(hardware.length > 1 ? [row.hardware] : []),
      ...paths.filter(({ values }) => values.length > 1).map(({ path }) => `${path} ${String(row.settings[path])}`),
    ].join(", ");
  const found = new Map<string, string[]>();
  const add = (reason: string, row: SweepRow): void => {
    found.set(reason, [...(found.get(reason) ?? []), nameOf(row)]);
  };
  for (const row of rows) {
    for (const violation of row.violations)
      if (!written.has(violation.constraint) || violation.detail.startsWith("not known"))
        add(violationsText({ violations: [violation] }), row);
    for (const reason of new Set(Object.values(row.unknown)))
      if (row.violations.length === 0) add(`not known: ${reason}`, row);
  }
  const lines = [...found].map(([reason, names]) => {
    const some = names.filter((name) => name !== "").slice(0, 2);
    const more = names.length > 2 ? ` and ${names.length - 2} more` : "";
    return some.length === 0 ? `  ${reason}` : `  ${some.join("; ")}${more}: ${reason}`;
  });
  if (lines.length <= MOST_REASONS) return lines;
  return [
    ...lines.slice(0, MOST_REASONS),
    `  and ${lines.length - MOST_REASONS} further reasons (--format csv holds all of them)`,
  ];
}
