import { accuracyText, hasAccuracy, precisionColumns } from "./front-table.ts";
import { escapeHtml } from "./escape-html.ts";
import { countText, grouped, metricLabel, shownNumber, titleWithUnit } from "./metric-labels.ts";
import type { FrontRow, RunRecord } from "./types.ts";

const COLUMNS = [
  "carbon_total_kgCO2e",
  "carbon_embodied_kgCO2e",
  "carbon_operational_kgCO2e",
  "latency_s",
  "area_mm2",
  "energy_total_J",
] as const;

/** Identifier of a design on the page. */
export function rowId({ trial }: FrontRow): string {
  return trial === null ? "baseline" : String(trial);
}

const cell = (text: string, key: string, isText = false): string =>
  `<td${isText ? ' class="text"' : ""} data-key="${escapeHtml(key)}">${escapeHtml(text)}</td>`;

/** The sortable table: baseline, then the front. */
export function tableHtml(record: RunRecord): string {
  const { front, baseline } = record;
  const withAccuracy = (item: string): readonly string[] => (hasAccuracy(record) ? [item] : []);
  const formats = precisionColumns(front);
  const withStep = (item: string): readonly string[] => (record.steps === undefined ? [] : [item]);
  const head = [
    "Trial",
    ...withStep("Step"),
    ...withAccuracy("Accuracy (%)"),
    ...formats,
    ...COLUMNS.map(titleWithUnit),
    "Hardware",
    "Towers",
    ...withAccuracy("Nearest published model"),
  ];
  const isText = (title: string): boolean => /^(Hardware|Towers|Nearest)/.test(title);
  const headings = head.map(
    (title) => `<th scope="col"${isText(title) ? ' class="text"' : ""}><button>${escapeHtml(title)}</button></th>`,
  );
  const lines = [...(baseline === null ? [] : [baseline]), ...front].map((row) => {
    const cells = [
      cell(rowId(row), row.trial === null ? "-1" : String(row.trial)),
      ...withStep(cell(String(row.step ?? "-"), String(row.step ?? ""))),
      ...withAccuracy(cell(accuracyText(row), String(row.metrics.accuracy ?? ""))),
      ...formats.map((path) => cell(row.precision?.[path] ?? "-", row.precision?.[path] ?? "")),
      ...COLUMNS.map((metric) => cell(shownNumber(metric, row.metrics[metric]), String(row.metrics[metric] ?? ""))),
      cell(row.hardware, row.hardware, true),
      cell(row.towers, row.towers, true),
      ...withAccuracy(
        cell(row.extrapolation.length > 0 ? `${row.nearest} (extrapolated)` : row.nearest, row.nearest, true),
      ),
    ];
    const kind = row.trial === null ? ' class="baseline"' : "";
    return `<tr${kind} data-id="${rowId(row)}" tabindex="0">${cells.join("")}</tr>`;
  });
  return `<table id="front-table"><thead><tr>${headings.join("")}</tr></thead><tbody>${lines.join("\n")}</tbody></table>`;
}

/** The steps of a front, each with its cheapest design and what is tied with it. */
export function stepsHtml({ steps, front }: RunRecord): string {
  if (steps === undefined) return "";
  const shown = new Set(front.map(({ trial }) => trial));
  const pickHtml = (trial: number): string =>
    shown.has(trial)
      ? `<button type="button" class="pick" data-pick="${trial}">trial ${trial}</button>`
      : `trial ${trial}`;
  const { confidence, metric, steps: list } = steps;
  const percent = (value: number): string => (100 * value).toFixed(1);
  const head = ["Step", "Designs", "Accuracy (%)", "Cheapest", titleWithUnit(metric), "Its accuracy (%)", "Tied"];
  const lines = list.map(({ step, designs, cheapest, cost, accuracy, ties }) => {
    const range = `${percent(accuracy.low)}–${percent(accuracy.high)}`;
    const cells = [step, designs, range, pickHtml(cheapest), shownNumber(metric, cost), percent(accuracy.cheapest)];
    const all = ties.filter((trial) => trial !== cheapest).join(", ");
    return `<tr>${cells.map((each) => `<td>${each}</td>`).join("")}<td class="text"><details><summary>${ties.length - 1}</summary>${all}</details></td></tr>`;
  });
  const titles = head.map((title) => `<th>${escapeHtml(title)}</th>`).join("");
  return `<section class="wide"><h2>Steps that can be told apart</h2>
<p class="muted">A step holds what cannot be told from its most accurate design with a probability of ${confidence}: data set, recipe and intercept cancel in a pair. Nothing in a step is told to be less accurate, so that its cheapest design is the one to look at.</p>
<div class="scroll"><table><thead><tr>${titles}</tr></thead><tbody>${lines.join("")}</tbody></table></div></section>`;
}

/** Name and value of what is said of a picked design. */
export function figuresOf(row: FrontRow, isJudged: boolean): readonly (readonly [string, string])[] {
  const figures = COLUMNS.map((metric): readonly [string, string] => {
    const { title, unit } = metricLabel(metric);
    return [title, `${shownNumber(metric, row.metrics[metric])} ${unit}`];
  });
  return [
    ...(isJudged ? [["Accuracy (90 % interval)", `${accuracyText(row)} %`] as const] : []),
    ...figures,
    ["Operational, never switched down", `${shownNumber("carbon_operational_kgCO2e", row.alwaysOn_kgCO2e)} kgCO2e`],
    ["Hardware", row.hardware],
    ["Towers", row.towers],
    ...Object.entries(row.precision ?? {}),
    ...(isJudged ? [["Nearest published model", row.nearest] as const] : []),
    ...(row.extrapolation.length === 0 ? [] : [["Extrapolated in", row.extrapolation.join(", ")] as const]),
  ];
}

export function definitionsHtml(pairs: readonly (readonly [string, string])[]): string {
  return `<dl>${pairs.map(([name, text]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd>`).join("")}</dl>`;
}

/** What each constraint ruled out. */
export function constraintsHtml({ violations, trialCount, study, exact }: RunRecord): string {
  if (violations.length === 0) {
    const none = study.constraints.length === 0 ? "The study has no constraints." : "No design broke a constraint.";
    return `<p>${none}</p>`;
  }
  const rows = violations.map(({ constraint, trialCount: count, aloneCount, nearestRelative }) => {
    const nearest = nearestRelative === null ? "-" : `${Number((nearestRelative * 100).toPrecision(3))} %`;
    const counts = exact === undefined ? [count, aloneCount] : [grouped(count)];
    const cells = [...counts, nearest].map((each) => `<td>${escapeHtml(String(each))}</td>`);
    return `<tr><td class="text">${escapeHtml(constraint)}</td>${cells.join("")}</tr>`;
  });
  const titles = exact === undefined ? ["Trials ruled out", "by it alone"] : ["Designs ruled out"];
  const head = [...titles, "Nearest misses by"].map((title) => `<th>${title}</th>`).join("");
  const of =
    exact === undefined
      ? `Of ${trialCount} trials.`
      : `Of ${grouped(trialCount)} designs; ${countText(exact.bounded)} more on hardware that lower bounds rule out were not counted by limit. Of designs on hardware that breaks a limit by itself, nothing else is counted.`;
  return `<p class="muted">${of}</p><div class="scroll"><table><thead><tr><th class="text">Constraint</th>${head}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}
