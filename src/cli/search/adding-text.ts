import { askedMetric, savedParts } from "../../report/headline.ts";
import { accuracyText, hasAccuracy } from "../../report/front-table.ts";
import { grouped, metricLabel, shownNumber } from "../../report/metric-labels.ts";
import type { RunRecord } from "../../report/types.ts";
import { isOf, type AddedStep } from "../../study/adding.ts";

/** A line for each part of the space: its best design, what it saves and by which part, and what the start has of it without a search. */
export function addingText(record: RunRecord, steps: readonly AddedStep[]): string {
  const { baseline, study } = record;
  const metric = askedMetric(study);
  const { title, unit } = metricLabel(metric);
  const amount = (value: number | null | undefined): string => `${shownNumber(metric, value)} ${unit}`.trimEnd();
  const own = baseline?.metrics[metric] ?? null;
  const change = (value: number | null | undefined): string =>
    own === null || own === 0 || typeof value !== "number" ? "" : ` (${percent(value / own - 1)})`;
  const of = (value: number | null | undefined): string => `${amount(value)}${change(value)}`;
  const groups = steps.flatMap(({ group }) => group ?? []);
  const nameOf = ({ group, designCount, best }: AddedStep): string => {
    const chosen = best === null || group === null ? [] : valuesOf(group, best.point);
    const inside = [...chosen, `${grouped(String(designCount))} designs`].join(", ");
    return `  ${group === null ? `without ${groups.join(", ")}` : `with ${group}`} (${inside})`;
  };
  const judged = hasAccuracy(record) && baseline !== null;
  const where = judged ? ` at the baseline's accuracy, ${accuracyText(baseline)} %` : "";
  const start = own === null ? "" : ` Baseline: ${amount(own)}.`;
  const lines = steps.map((step, place) => {
    const { best } = step;
    if (best === null) return `${nameOf(step)}: none within the limits`;
    const added = groups.slice(0, place).join(", ");
    const beside = step.start === null ? "" : `; the baseline with the same ${added} ${of(step.start.metrics[metric])}`;
    return `${nameOf(step)}: ${of(best.metrics[metric])}${partsText(record, best)}${beside}; ${best.hardware}; ${best.towers}`;
  });
  return [`Least ${title.toLowerCase()}${where}, as the space grows.${start}`, ...lines].join("\n");
}

/** What a point has in a group: "capacity 256 MB" of dram. */
function valuesOf(group: string, point: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(point)
    .filter(([path]) => isOf(group, path))
    .map(([path, value]) => `${path === group ? path : path.slice(group.length + 1)} ${String(value)}`);
}

/** What is saved of total carbon, in percent of the baseline's, the most first; parts that stay are left out. */
function partsText({ baseline }: RunRecord, best: RunRecord["front"][number]): string {
  const parts = savedParts(baseline, best);
  const whole = parts.reduce((sum, { baseline: before }) => sum + before, 0);
  const moved = parts
    .map(({ name, baseline: before, best: after }) => ({ name, share: (after - before) / whole }))
    .filter(({ share }) => Math.abs(share) >= 0.0005)
    .sort((x, y) => x.share - y.share);
  return moved.length === 0 ? "" : `: ${moved.map(({ name, share }) => `${name} ${percent(share)}`).join(", ")}`;
}

/** "−4.3 %". */
function percent(share: number): string {
  const text = Math.abs(100 * share).toFixed(1);
  return `${text === "0.0" ? "" : share < 0 ? "−" : "+"}${text} %`;
}
