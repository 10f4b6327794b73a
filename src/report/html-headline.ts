import { accuracyText, hasAccuracy } from "./front-table.ts";
import { escapeHtml } from "./escape-html.ts";
import { headlineOf, type HeadlineFloor, type SavedPart } from "./headline.ts";
import { metricLabel, shownNumber, titleWithUnit } from "./metric-labels.ts";
import type { FrontRow, RunRecord } from "./types.ts";

const TITLES: Readonly<Record<HeadlineFloor, string>> = {
  accuracy: "at the baseline's accuracy",
  interval: "within the baseline's interval of accuracy",
  none: "of the front",
};

/** The answer first: the best design at the baseline's accuracy, and what it saves by which part. */
export function headlineHtml(record: RunRecord): string {
  const headline = headlineOf(record);
  if (headline === null) return "";
  const { baseline } = record;
  const { floor, metric, best, within, parts } = headline;
  const less =
    floor === "none" && baseline !== null && hasAccuracy(record)
      ? `<p>No design of the front is as accurate as the baseline, or within its interval: this one has the least of all.</p>`
      : "";
  const other =
    within === null
      ? ""
      : `<p>Within the baseline's interval of accuracy: ${pickHtml(within)}, ${escapeHtml(figureText(record, within, metric))}.</p>`;
  return `<section class="wide headline" aria-labelledby="headline-title"><div><h2 id="headline-title">Least ${escapeHtml(metricLabel(metric).title.toLowerCase())} ${TITLES[floor]}: trial ${best.trial ?? "-"}</h2>
<p class="big">${escapeHtml(gainText(record, best, metric))}</p>${less}
<p>${escapeHtml(figureText(record, best, metric))}. ${escapeHtml(best.hardware)}; ${escapeHtml(best.towers)}. ${pickHtml(best, "Show it")}</p>
${other}</div>
${partsHtml(parts)}</section>`;
}

/** "0.699 kgCO2e: 4.2 % less than the baseline (0.729)". */
function gainText({ baseline }: RunRecord, best: FrontRow, metric: string): string {
  const { unit } = metricLabel(metric);
  const [own, before] = [best.metrics[metric]!, baseline?.metrics[metric]];
  const shown = `${shownNumber(metric, own)} ${unit}`.trimEnd();
  if (typeof before !== "number" || before === 0) return shown;
  const percent = 100 * (1 - own / before);
  const change =
    percent === 0 ? "as much as" : `${Math.abs(percent).toFixed(1)} % ${percent > 0 ? "less" : "more"} than`;
  return `${shown}: ${change} the baseline (${shownNumber(metric, before)})`;
}

const BESIDE = ["carbon_total_kgCO2e", "latency_s", "area_mm2", "energy_total_J"];

function figureText(record: RunRecord, row: FrontRow, metric: string): string {
  const accuracy = hasAccuracy(record) ? [`accuracy ${accuracyText(row)} %`] : [];
  const others = [metric, ...BESIDE.filter((each) => each !== metric)].map((each) => {
    const { title, unit } = metricLabel(each);
    return `${title.toLowerCase()} ${shownNumber(each, row.metrics[each])} ${unit}`;
  });
  return [...accuracy, ...others].join(", ");
}

function pickHtml({ trial }: FrontRow, text = `trial ${trial ?? "-"}`): string {
  return `<button type="button" class="pick" data-pick="${trial ?? "baseline"}">${escapeHtml(text)}</button>`;
}

/** What is saved by part, each with a bar on either side of nothing. */
function partsHtml(parts: readonly SavedPart[]): string {
  if (parts.length === 0) return "";
  const total = (of: "baseline" | "best"): number => parts.reduce((sum, part) => sum + part[of], 0);
  const whole = { name: "total", baseline: total("baseline"), best: total("best") };
  const most = Math.max(...parts.map(({ baseline, best }) => Math.abs(baseline - best)));
  const lines = [...parts, whole].map((part) => {
    const saved = part.baseline - part.best;
    const width = most > 0 ? Math.min(50, (50 * Math.abs(saved)) / most) : 0;
    const side = saved >= 0 ? `left:50%;width:${width.toFixed(2)}%` : `right:50%;width:${width.toFixed(2)}%`;
    const share = whole.baseline > 0 ? `${signed((100 * saved) / whole.baseline, 1)} %` : "";
    const bar = part === whole ? "" : `<div class="gain ${saved >= 0 ? "less" : "more"}" style="${side}"></div>`;
    const cells = [shown(part.baseline), shown(part.best), signed(saved, null), share].map(
      (text) => `<td>${text}</td>`,
    );
    return `<tr${part === whole ? ' class="sum"' : ""}><th scope="row" class="text">${escapeHtml(part.name)}</th>${cells.join("")}<td class="gains">${bar}</td></tr>`;
  });
  const head = ["Baseline", "Best", "Saved", "of the baseline"]
    .map((title) => `<th scope="col">${title}</th>`)
    .join("");
  return `<div class="scroll" tabindex="0"><table class="saved"><caption>${escapeHtml(titleWithUnit("carbon_total_kgCO2e"))} by part</caption><thead><tr><th scope="col" class="text">Part</th>${head}<td></td></tr></thead><tbody>${lines.join("")}</tbody></table></div>`;
}

const shown = (value: number): string => shownNumber("carbon_total_kgCO2e", value);

function signed(value: number, digits: number | null): string {
  const text = digits === null ? shown(Math.abs(value)) : Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value < 0 ? "−" : "+"}${text}`;
}
