import { escapeHtml } from "./escape-html.ts";
import { hasAccuracy, precisionColumns } from "./front-table.ts";
import { metricLabel, shownNumber, titleWithUnit } from "./metric-labels.ts";
import type { AimedDesign, RunRecord } from "./types.ts";

const COLUMNS = [
  "carbon_total_kgCO2e",
  "carbon_embodied_kgCO2e",
  "carbon_operational_kgCO2e",
  "latency_s",
  "energy_total_J",
  "area_mm2",
] as const;

/** What the design of least carbon gives up against that of least latency and of least energy, and they against it. */
export function aimsHtml(record: RunRecord): string {
  const { aims = [], study, exact } = record;
  const isJudged = hasAccuracy(record);
  if (aims.length === 0) return "";
  const formats = precisionColumns(aims);
  const floors = [...new Set(aims.map(({ floor }) => floor))];
  const groups = floors.map((floor) =>
    groupHtml(
      aims.filter((each) => each.floor === floor),
      isJudged,
      formats,
      new Set(record.front.map(({ trial }) => trial)),
    ),
  );
  const known =
    exact === undefined
      ? `Among the feasible designs that this run has tried, chosen by ${study.mode ?? "its objectives"}.`
      : "Among the designs of this front.";
  return `<section class="wide"><h2>What each aim gives up</h2>
<p class="muted">${escapeHtml(known)} In brackets: against the design of least carbon in the same group. A search that has the other aim finds better ones of its kind: ecotile report --compare sets two runs side by side.</p>
<div class="scroll" tabindex="0"><table><thead><tr><th class="text">Aim</th><th>Trial</th>${isJudged ? "<th>Accuracy (%)</th>" : ""}${formats.map((path) => `<th>${escapeHtml(path)}</th>`).join("")}${COLUMNS.map((metric) => `<th>${escapeHtml(titleWithUnit(metric))}</th>`).join("")}<th class="text">Hardware</th><th class="text">Towers</th></tr></thead>${groups.join("")}</table></div></section>`;
}

/** A trial that the page shows in detail can be picked. */
function trialHtml(trial: number | null, shown: ReadonlySet<number | null>): string {
  if (trial === null) return "-";
  return shown.has(trial) ? `<button type="button" class="pick" data-pick="${trial}">${trial}</button>` : String(trial);
}

function groupHtml(
  aims: readonly AimedDesign[],
  isJudged: boolean,
  formats: readonly string[],
  shown: ReadonlySet<number | null>,
): string {
  const { floor } = aims[0]!;
  const carbon = aims.find(({ metric }) => metric === "carbon_total_kgCO2e");
  const title = !isJudged
    ? "All designs"
    : floor === null
      ? "Any accuracy"
      : `Accuracy of at least ${shownNumber("accuracy", floor)} %`;
  const lines = aims.map((each) => {
    const cells = COLUMNS.map((metric) => `<td>${escapeHtml(cellText(metric, each, carbon))}</td>`).join("");
    const accuracy = isJudged ? `<td>${shownNumber("accuracy", each.metrics["accuracy"])}</td>` : "";
    const trial = trialHtml(each.trial, shown);
    const precision = formats.map((path) => `<td>${escapeHtml(each.precision?.[path] ?? "-")}</td>`).join("");
    return `<tr><td class="text">least ${escapeHtml(metricLabel(each.metric).title.toLowerCase())}</td><td>${trial}</td>${accuracy}${precision}${cells}<td class="text">${escapeHtml(each.hardware)}</td><td class="text">${escapeHtml(each.towers)}</td></tr>`;
  });
  return `<tbody><tr><th class="text" colspan="${COLUMNS.length + formats.length + (isJudged ? 5 : 4)}">${escapeHtml(title)}</th></tr>${lines.join("")}</tbody>`;
}

function cellText(metric: string, { metrics }: AimedDesign, carbon: AimedDesign | undefined): string {
  const own = shownNumber(metric, metrics[metric]);
  return `${own}${changeText(metrics[metric], carbon?.metrics[metric])}`;
}

/** " (+12.3 %)" against another value; empty where there is none, or no change. */
export function changeText(value: number | undefined, other: number | undefined): string {
  if (value === undefined || other === undefined || other === 0 || value === other) return "";
  const percent = (value / other - 1) * 100;
  return ` (${percent < 0 ? "−" : "+"}${Math.abs(percent).toFixed(1)} %)`;
}
