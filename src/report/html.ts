import { otherPairs, type FrontAxes } from "./charts/axes.ts";
import { sweepsOf } from "./conditions.ts";
import { rooflineSvg } from "./svg.ts";
import { MOST_LINES, parallelChart } from "./charts/parallel-chart.ts";
import { rowId, titleOf } from "./design-table.ts";
import { hasAccuracy } from "./front-table.ts";
import { headlineOf } from "./headline.ts";
import { aimsHtml } from "./html-aims.ts";
import { headlineHtml } from "./html-headline.ts";
import { importanceHtml } from "./html-importance.ts";
import { chartHtml, pageHtml, type PageScripts } from "./html-page.ts";
import { constraintsHtml, definitionsHtml, stepsHtml, tableHtml } from "./html-sections.ts";
import {
  countsText,
  failuresText,
  intervalNote,
  limitsOf,
  provenanceOf,
  referenceText,
  sampleText,
} from "./html-texts.ts";
import { escapeHtml } from "./escape-html.ts";
import { pageFront, type PageFront } from "./page-front.ts";
import { packRecord } from "./page/packed.ts";
import { metricLabel } from "./metric-labels.ts";
import type { FrontRow, RunRecord } from "./types.ts";

/** A part of the report that computes, with what it runs; null: it says only why it does not. */
export interface LivePart {
  readonly body: string;
  readonly scripts: PageScripts | null;
}

/** The report of a run, one file. Equal records give equal bytes. */
export function reportHtml(record: RunRecord, live: LivePart = { body: "", scripts: null }): string {
  const held = pageFront(record);
  const shown = { ...record, front: held.front };
  const picked = pickedOf(shown);
  const data = {
    ...{ record: packRecord(shown), picked: picked === null ? "" : rowId(picked) },
    frontCount: record.exact?.frontCount ?? record.front.length,
  };
  const page = { title: record.study.name, body: bodyHtml(record, held, picked, live.body), data };
  return live.scripts === null ? pageHtml(page) : pageHtml(page, live.scripts);
}

function bodyHtml(whole: RunRecord, held: PageFront, picked: FrontRow | null, live: string): string {
  const record = { ...whole, front: held.front };
  const { study } = record;
  const wants = study.objectives.map(({ direction, metric }) => `${direction} ${metric}`).join(", ");
  const limits = study.constraints.length === 0 ? "no constraints" : study.constraints.join(", ");
  return `<header class="wide">
<h1>${escapeHtml(study.name)}</h1>
${study.description === "" ? "" : `<p>${escapeHtml(study.description)}</p>`}
<p>${escapeHtml(countsText(whole, held))}</p>
<p class="muted">Objectives: ${escapeHtml(wants)}. Constraints: ${escapeHtml(limits)}.</p>
</header>
${headlineHtml(record)}
<section class="wide"><h2>Front</h2>
${chartHtml("front", "Scatter of the Pareto front with the baseline; the table of designs has its numbers")}
${toolsHtml(record)}
<p class="muted">${hasAccuracy(record) ? `${escapeHtml(intervalNote(record))} ` : ""}${escapeHtml(sampleText(whole))}</p>
</section>
${stepsHtml(record)}
${otherPairs(record).map(pairHtml).join("\n")}
${picked === null ? "" : pickedHtml(picked, hasAccuracy(record))}
${rooflineHtml(record)}
${aimsHtml(record)}
${importanceHtml(record)}
${sliceHtml(record)}
${parallelHtml(record)}
<section class="wide"><h2>Designs of the front</h2><p class="muted">Of the filter above. A heading sorts, a line picks its design.</p><noscript><p>This page draws with JavaScript; front.csv has the same designs.</p></noscript><div class="scroll" tabindex="0" role="region" aria-label="Designs of the front">${tableHtml(record)}</div><p><button type="button" id="front-table-more" class="tool" hidden></button></p></section>
${live}
${conditionsHtml(record)}
<section><h2>Convergence</h2>${convergenceHtml(record)}
<p class="muted">${escapeHtml(referenceText(record))}</p></section>
<section><h2>What the constraints ruled out</h2>${constraintsHtml(record)}${failuresHtml(record)}</section>
<section><h2>Where these numbers come from</h2>${definitionsHtml(provenanceOf(record))}</section>
<section><h2>What they do not say</h2><ul>${limitsOf(record)
    .map((text) => `<li>${escapeHtml(text)}</li>`)
    .join("")}</ul></section>`;
}

function failuresHtml(record: RunRecord): string {
  const text = failuresText(record);
  if (text === null) return "";
  return `\n<p>${escapeHtml(text)} <code>ecotile search STUDY --out DIR --retry-failed</code> asks for them again.</p>`;
}

function pairHtml({ x, y, colour }: FrontAxes, at: number): string {
  const [right, up, third] = [x, y, colour ?? ""].map((metric) => metricLabel(metric).title);
  return `<section><h2>${escapeHtml(`${up} against ${right!.toLowerCase()}`)}</h2>
${chartHtml(`pair-${at}`, "The front in two of its objectives", "small")}
<p class="muted">The same designs; colour: ${escapeHtml(third!.toLowerCase())}. What looks dominated here is better in the objective that is not on the axes.</p></section>`;
}

/** What a reader chooses designs and axes by. */
function toolsHtml(record: RunRecord): string {
  const axis = (name: string, title: string): string => `<label>${title} <select id="axis-${name}"></select></label>`;
  const button = (id: string, title: string): string =>
    `<button type="button" class="tool" id="${id}">${title}</button>`;
  const drag =
    "Drag in the chart while Choose by a box is on; the page's address keeps filter, axes and the picked design.";
  return `<div class="tools">${axis("x", "Across")}${axis("y", "Up")}${axis("colour", "Colour")}</div>
<div class="tools">${button("choose-box", "Choose by a box")}${button("zoom-in", "Zoom in")}${button("zoom-out", "Zoom out")}${button("zoom-whole", "Whole chart")}${button("filter-clear", "No filter")}${button("save-csv", "Save designs (CSV)")}${button("save-json", "Save designs (JSON)")}</div>
<p><span id="filter-state" role="status"></span> <span id="filter-chips"></span></p>
<details><summary>Filter${record.front.length > 1 ? "" : " (one design)"}</summary><p class="muted">${drag} Ctrl and the wheel zoom, shift and dragging move.</p><form id="filter-fields" autocomplete="off"></form></details>`;
}

/** A metric against one parameter. */
function sliceHtml({ study }: RunRecord): string {
  if ((study.parameters ?? []).every(({ values }) => values.length < 2)) return "";
  return `<section class="wide"><h2>Slice</h2>
<div class="tools"><label>Metric <select id="slice-metric"></select></label><label>against <select id="slice-path"></select></label></div>
${chartHtml("slice", "A metric against one parameter", "small")}
<p class="muted">Designs at each value of a parameter, side by side. Other designs have the objectives alone.</p></section>`;
}

function parallelHtml(record: RunRecord): string {
  if (parallelChart(record) === null) return "";
  const { front } = record;
  const shown = front.length > MOST_LINES ? `${MOST_LINES} of ${front.length} designs, evenly spread. ` : "";
  return `<section class="wide"><h2>Parameters of the front</h2>
${chartHtml("parallel", "Parallel coordinates of the parameters of the front", "broad")}
<p class="muted">${shown}A line is a design; axes hold every value of the study, so that values which the front never takes show. Drag along an axis to filter.</p></section>`;
}

/** An exact search has no course: it ends with everything or nothing. */
function convergenceHtml({ exact }: RunRecord): string {
  if (exact !== undefined) return "<p>The whole space was covered at once: there is nothing to converge.</p>";
  return chartHtml("convergence", "Hypervolume over trials", "small");
}

/** The design shown first: the one that the headline names; the baseline where the front has none. */
function pickedOf(record: RunRecord): FrontRow | null {
  return headlineOf(record)?.best ?? record.front[0] ?? record.baseline;
}

function pickedHtml(picked: FrontRow, isJudged: boolean): string {
  return `<section id="picked" tabindex="-1"><h2 id="picked-title" aria-live="polite">${escapeHtml(titleOf(picked))}</h2><dl id="picked-figures"></dl>
<p class="muted">Hardware: cores × rows×columns of PEs, L local buffer of each core, G global buffer. Towers: layers×hidden/FFN/heads.${isJudged ? " Extrapolated: outside what the accuracy fit has seen." : ""}</p></section>
<section><h2>Carbon of the picked design</h2>${chartHtml("carbon", "Carbon by part", "small")}
<p class="muted">Blue: embodied. Orange: use. Thin grey: the baseline.</p></section>`;
}

/** Drawn here: the picture does not change with the picked design. */
function rooflineHtml({ roofline }: RunRecord): string {
  if (roofline === undefined || roofline === null) return "";
  return `<section class="wide"><h2>Roofline</h2><div class="picture">${rooflineSvg(roofline)}</div>
<p class="muted">Each kind of operator at the operations a second that it reached, once for each level: at its operations per byte over that level's port. A point lies below the roof of its own colour; the nearer, the more that level bounds it. Larger: more of the time. Circles: arrays. Triangles: vector lanes.</p></section>`;
}

/** What is best under other grids, lives and loads: one chart each. */
function conditionsHtml(record: RunRecord): string {
  const charts = sweepsOf(record).map(
    ({ name, title }) => `<div>${chartHtml(`conditions-${name}`, `Least total carbon by ${title}`, "small")}</div>`,
  );
  if (charts.length === 0) return "";
  const columns = "display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr))";
  return `<section class="wide"><h2>Under other conditions</h2><div style="${columns}">${charts.join("\n")}</div>
<p class="muted">Total carbon of the design of the front that has the least of it${hasAccuracy(record) ? ", among those as accurate as the baseline within its interval" : ""}; its trial is written at the left, and a line where another one takes over. A dirtier grid, a longer life and more work pay for more silicon and ask for less energy.</p></section>`;
}
