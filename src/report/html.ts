import { otherPairs, type FrontAxes } from "./charts/axes.ts";
import { barOf, carbonChart, carbonParts } from "./charts/carbon-chart.ts";
import { conditionsChart } from "./charts/conditions-chart.ts";
import { convergenceChart } from "./charts/convergence-chart.ts";
import { frontChart } from "./charts/front-chart.ts";
import { sweepsOf } from "./conditions.ts";
import { rooflineSvg } from "./svg.ts";
import { MOST_LINES, parallelChart } from "./charts/parallel-chart.ts";
import { hasAccuracy } from "./front-table.ts";
import { headlineOf } from "./headline.ts";
import { aimsHtml } from "./html-aims.ts";
import { headlineHtml } from "./html-headline.ts";
import { importanceHtml } from "./html-importance.ts";
import { chartHtml, pageHtml, type PageScripts } from "./html-page.ts";
import { constraintsHtml, definitionsHtml, figuresOf, rowId, stepsHtml, tableHtml } from "./html-sections.ts";
import { countsText, failuresText, intervalNote, limitsOf, provenanceOf, referenceText } from "./html-texts.ts";
import { escapeHtml } from "./escape-html.ts";
import { metricLabel } from "./metric-labels.ts";
import type { FrontRow, RunRecord } from "./types.ts";

/** A part of the report that computes, with what it runs; null: it says only why it does not. */
export interface LivePart {
  readonly body: string;
  readonly scripts: PageScripts | null;
}

/** The report of a run, one file. Equal records give equal bytes. */
export function reportHtml(record: RunRecord, live: LivePart = { body: "", scripts: null }): string {
  const picked = pickedOf(record);
  const body = bodyHtml(record, picked, live.body);
  const page = { title: record.study.name, body, data: pageData(record, picked) };
  return live.scripts === null ? pageHtml(page) : pageHtml(page, live.scripts);
}

function bodyHtml(record: RunRecord, picked: FrontRow | null, live: string): string {
  const { study } = record;
  const wants = study.objectives.map(({ direction, metric }) => `${direction} ${metric}`).join(", ");
  const limits = study.constraints.length === 0 ? "no constraints" : study.constraints.join(", ");
  return `<header class="wide">
<h1>${escapeHtml(study.name)}</h1>
${study.description === "" ? "" : `<p>${escapeHtml(study.description)}</p>`}
<p>${escapeHtml(countsText(record))}</p>
<p class="muted">Objectives: ${escapeHtml(wants)}. Constraints: ${escapeHtml(limits)}.</p>
</header>
${headlineHtml(record)}
<section class="wide"><h2>Front</h2>
${chartHtml("front", "Scatter of the Pareto front with the baseline")}
<p class="muted">${hasAccuracy(record) ? `${escapeHtml(intervalNote(record))} ` : ""}Click a point to pick a design.</p>
</section>
${stepsHtml(record)}
${otherPairs(record).map(pairHtml).join("\n")}
${picked === null ? "" : pickedHtml(picked, hasAccuracy(record))}
${rooflineHtml(record)}
${aimsHtml(record)}
${importanceHtml(record)}
${parallelHtml(record)}
<section class="wide"><h2>Designs of the front</h2><p class="muted">Click a heading to sort, a line to pick the design.</p><div class="scroll">${tableHtml(record)}</div></section>
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

function parallelHtml(record: RunRecord): string {
  if (parallelChart(record) === null) return "";
  const { front } = record;
  const shown = front.length > MOST_LINES ? `${MOST_LINES} of ${front.length} designs, evenly spread. ` : "";
  return `<section class="wide"><h2>Parameters of the front</h2>
${chartHtml("parallel", "Parallel coordinates of the parameters of the front", "broad")}
<p class="muted">${shown}A line is a design; axes hold every value of the study, so that values which the front never takes show. Drag along an axis to choose lines.</p></section>`;
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
  return `<section id="picked"><h2 id="picked-title" role="status" aria-live="polite">${escapeHtml(titleOf(picked))}</h2><dl id="picked-figures"></dl>
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
<p class="muted">Which design of the front has the least total carbon${hasAccuracy(record) ? ", among those as accurate as the baseline within its interval" : ""}. Blue: its embodied carbon. Orange: its energy. They step where another design takes over: a dirtier grid, a longer life and more work pay for more silicon and ask for less energy.</p></section>`;
}

const titleOf = (row: FrontRow): string => (row.trial === null ? "Baseline" : `Trial ${row.trial}`);

function pageData(record: RunRecord, picked: FrontRow | null): object {
  const { baseline, exact, front } = record;
  const pairs = otherPairs(record).map((axes, at) => [`pair-${at}`, frontChart(record, axes)] as const);
  return {
    charts: {
      front: frontChart(record),
      ...Object.fromEntries(pairs),
      carbon: picked === null ? null : carbonChart(picked, baseline),
      parallel: parallelChart(record),
      ...Object.fromEntries(sweepsOf(record).map((sweep) => [`conditions-${sweep.name}`, conditionsChart(sweep)])),
      convergence: exact === undefined ? convergenceChart(record) : null,
    },
    rows: [...(baseline === null ? [] : [baseline]), ...front].map((row) => ({
      id: rowId(row),
      title: titleOf(row),
      figures: figuresOf(row, hasAccuracy(record)),
      bars: carbonParts(row).map(barOf),
    })),
    picked: picked === null ? "" : rowId(picked),
  };
}
