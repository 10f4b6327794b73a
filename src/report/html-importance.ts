import { escapeHtml } from "./escape-html.ts";
import { grouped, metricLabel } from "./metric-labels.ts";
import type { RunRecord } from "./types.ts";

type Importance = NonNullable<RunRecord["importance"]>;
type ImportanceOf = Importance["of"][number];

/** Parameters of a table; the others are summed up. */
const SHOWN = 10;

/** What each parameter explains, one table for each metric. */
export function importanceHtml({ importance }: RunRecord): string {
  if (importance === undefined) return "";
  const tables = importance.of.map((of) => tableHtml(of, importance.method)).join("\n");
  return `<section class="wide"><h2>What matters</h2>
<p class="muted">${escapeHtml(methodText(importance))}</p>
<div class="columns">${tables}</div></section>`;
}

function methodText({ method, designs }: Importance): string {
  const count = grouped(designs);
  if (method === "ped-anova")
    return `What each parameter does for being on the front: how far its values there are from those of the whole space, as Pearson divergence (PED-ANOVA, Watanabe, Bansal and Hutter 2023), counted over the ${count} designs of the front.`;
  return `Share of the variance over the whole space, every value equally likely: what a parameter explains alone (solid; first-order Sobol' index) and with its part in what parameters do together (outlined; total index), of a random forest fitted to ${count} evaluated trials (functional ANOVA, Hutter, Hoos and Leyton-Brown 2014). Its fit is the share of the variance that it explains of trials it has not seen: below 0.8 the order is worth little.`;
}

function tableHtml({ metric, fit, parameters }: ImportanceOf, method: Importance["method"]): string {
  const title = metric === null ? "Being on the front" : metricLabel(metric).title;
  const caption = fit === null ? title : `${title}; fit ${fit.toFixed(2)}`;
  const heads = method === "sobol" ? ["Alone", "With others"] : ["Share"];
  const lines = parameters.slice(0, SHOWN).map(({ path, first, total }) => {
    const texts = [first, ...(total === null ? [] : [total])].map((value) => `<td>${percent(value)}</td>`);
    const width = (value: number): string => `${Math.min(100, 100 * Math.max(0, value)).toFixed(2)}%`;
    const outline = total === null ? "" : `<div class="share whole" style="width:${width(total)}"></div>`;
    return `<tr><th scope="row" class="text">${escapeHtml(path)}</th>${texts.join("")}<td class="gains">${outline}<div class="share" style="width:${width(first)}"></div></td></tr>`;
  });
  const rest = parameters.slice(SHOWN);
  const most = Math.max(0, ...rest.map(({ first, total }) => total ?? first));
  const more =
    rest.length === 0
      ? ""
      : `<p class="muted">${rest.length} more ${rest.length === 1 ? "parameter" : "parameters"}, none above ${percent(most)}.</p>`;
  const head = heads.map((each) => `<th scope="col">${each} (%)</th>`).join("");
  return `<div><div class="scroll" tabindex="0"><table class="saved"><caption>${escapeHtml(caption)}</caption><thead><tr><th scope="col" class="text">Parameter</th>${head}<td></td></tr></thead><tbody>${lines.join("")}</tbody></table></div>${more}</div>`;
}

const percent = (share: number): string => (100 * share).toFixed(1);
