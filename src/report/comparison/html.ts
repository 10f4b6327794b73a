import { escapeHtml } from "../escape-html.ts";
import type { TextTable } from "../front-table.ts";
import { chartHtml, pageHtml } from "../html-page.ts";
import { comparisonChart, pairsOf } from "./chart.ts";
import { measuredText, ownBestTable, runsTable } from "./rows.ts";
import type { Comparison } from "./types.ts";

/** Runs side by side as one file that needs nothing else. */
export function comparisonHtml(comparison: Comparison): string {
  const { runs, groups, differences, ownBest } = comparison;
  const pairs = pairsOf(comparison);
  const best = ownBestTable(comparison);
  const list = (texts: readonly string[]): string =>
    `<ul>${texts.map((text) => `<li>${escapeHtml(text)}</li>`).join("")}</ul>`;
  const body = `<header class="wide"><h1>${escapeHtml(`Comparison of ${runs.length} runs`)}</h1>
${list(measuredText(comparison))}</header>
${differences.length === 0 ? "" : `<section class="wide"><h2>What else differs</h2>${list(differences)}</section>`}
${pairs.map((_, i) => `<section class="wide"><h2>Fronts</h2>${chartHtml(`compare-${i}`, "Fronts of the runs")}</section>`).join("\n")}
<section class="wide"><h2>Hypervolume and distance</h2>${tableHtml(runsTable(comparison), 1)}</section>
${groups.length === 0 ? "" : `<section class="wide"><h2>Over seeds</h2>${tableHtml(groupsTable(comparison), 1)}</section>`}
${
  ownBest.length === 0
    ? ""
    : `<section class="wide"><h2>What each aim gives up</h2><p class="muted">The best design of each run in its own aim. In brackets: against the first run's at the same floor of accuracy.</p>${tableHtml(best, best.head.indexOf("Least") + 1)}</section>`
}`;
  const charts = Object.fromEntries(pairs.map((pair, i) => [`compare-${i}`, comparisonChart(comparison, pair)]));
  return pageHtml({ title: "Comparison", body, data: { charts, rows: [], picked: "" } });
}

function groupsTable({ groups }: Comparison): TextTable {
  const shown = (value: number): string => String(Number(value.toPrecision(6)));
  return {
    head: ["Runs", "Least hypervolume", "Median", "Most"],
    rows: groups.map(({ label, hypervolume: { least, median, most } }) => [label, ...[least, median, most].map(shown)]),
  };
}

/** @param texts columns at the left that hold words */
function tableHtml({ head, rows }: TextTable, texts: number): string {
  const isText = (column: number): boolean => column < texts || /^(Hardware|Towers)$/.test(head[column]!);
  const line = (cells: readonly string[], tag: "th" | "td"): string =>
    `<tr>${cells.map((cell, i) => `<${tag}${isText(i) ? ' class="text"' : ""}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  return `<div class="scroll" tabindex="0"><table><thead>${line(head, "th")}</thead><tbody>${rows.map((row) => line(row, "td")).join("")}</tbody></table></div>`;
}
