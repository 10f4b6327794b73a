import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { packageRoot } from "../package-root.ts";
import { barOf, carbonChart, carbonParts } from "./charts/carbon-chart.ts";
import { conditionsChart } from "./charts/conditions-chart.ts";
import { convergenceChart } from "./charts/convergence-chart.ts";
import { frontChart } from "./charts/front-chart.ts";
import { sweepsOf } from "./conditions.ts";
import { escapeHtml, scriptJson, scriptText } from "./escape-html.ts";
import { constraintsHtml, definitionsHtml, figuresOf, rowId, tableHtml } from "./html-sections.ts";
import { limitsOf, provenanceOf } from "./html-texts.ts";
import { grouped } from "./metric-labels.ts";
import { PAGE_STYLE } from "./page-style.ts";
import { rooflineSvg } from "./svg.ts";
import type { FrontRow, RunRecord } from "./types.ts";

/** The chart library, whole. */
function libraryText(): string {
  return readFileSync(createRequire(import.meta.url).resolve("echarts/dist/echarts.min.js"), "utf8");
}

/** The page's own script, compiled from page.ts. */
function pageText(): string {
  const compiled = readFileSync(new URL("dist/src/report/page.js", packageRoot), "utf8");
  return compiled.replace(/^\/\/# sourceMappingURL=.*$/m, "").replace(/^export \{\};$/m, "");
}

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * The report as one file that needs nothing else: charts, library and data are in it, and its policy lets it load nothing.
 * Equal records give equal bytes.
 */
export function reportHtml(record: RunRecord): string {
  const { study, front, baseline } = record;
  const scripts = [libraryText(), pageText()].map(scriptText);
  const picked = pickedOf(record);
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src ${scripts.map(hashOf).join(" ")}; base-uri 'none'; form-action 'none'`;
  const counts = `${front.length} designs on the front; ${record.trialCount} of ${grouped(study.spaceSize)} designs tried with ${study.strategy}, ${record.feasibleCount} of them feasible.`;
  const wants = study.objectives.map(({ direction, metric }) => `${direction} ${metric}`).join(", ");
  const limits = study.constraints.length === 0 ? "no constraints" : study.constraints.join(", ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(study.name)} – ecotile</title>
<link rel="icon" href="data:,">
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<header class="wide">
<h1>${escapeHtml(study.name)}</h1>
${study.description === "" ? "" : `<p>${escapeHtml(study.description)}</p>`}
<p>${escapeHtml(counts)}</p>
<p class="muted">Objectives: ${escapeHtml(wants)}. Constraints: ${escapeHtml(limits)}.</p>
</header>
<section class="wide"><h2>Front</h2>
<div id="front-chart" class="chart" role="img" aria-label="Scatter of the Pareto front with the baseline"></div>
<p class="muted">Each bar is the interval that holds the accuracy of 90 % of unseen models. Designs whose bars overlap are not told apart by it. Click a point to pick a design.</p>
</section>
${picked === null ? "" : pickedHtml(picked)}
${rooflineHtml(record)}
<section class="wide"><h2>Designs of the front</h2><p class="muted">Click a heading to sort, a line to pick the design.</p><div class="scroll">${tableHtml(record)}</div></section>
${conditionsHtml(record)}
<section><h2>Convergence</h2><div id="convergence-chart" class="chart small" role="img" aria-label="Hypervolume over trials"></div>
<p class="muted">${escapeHtml(referenceText(record))}</p></section>
<section><h2>What the constraints ruled out</h2>${constraintsHtml(record)}</section>
<section><h2>Where these numbers come from</h2>${definitionsHtml(provenanceOf(record))}</section>
<section><h2>What they do not say</h2><ul>${limitsOf(record)
    .map((text) => `<li>${escapeHtml(text)}</li>`)
    .join("")}</ul></section>
</main>
<script type="application/json" id="data">${scriptJson(pageData(record, picked, baseline))}</script>
${scripts.map((text) => `<script>${text}</script>`).join("\n")}
</body>
</html>
`;
}

/** The design shown first: the least carbon, or the first of the front; the baseline where the front is empty. */
export function pickedOf({ front, baseline }: Pick<RunRecord, "front" | "baseline">): FrontRow | null {
  const carbon = ({ metrics }: FrontRow): number => metrics.carbon_total_kgCO2e ?? Infinity;
  return (
    front.reduce<FrontRow | null>((best, row) => (best === null || carbon(row) < carbon(best) ? row : best), null) ??
    baseline
  );
}

function pickedHtml(picked: FrontRow): string {
  return `<section><h2 id="picked-title">${escapeHtml(titleOf(picked))}</h2><dl id="picked-figures"></dl>
<p class="muted">Hardware: cores × rows×columns of PEs, L local buffer of each core, G global buffer. Towers: layers×hidden/FFN/heads. Extrapolated: outside what the accuracy fit has seen.</p></section>
<section><h2>Carbon of the picked design</h2><div id="carbon-chart" class="chart small" role="img" aria-label="Carbon by part"></div>
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
    ({ name, title }) =>
      `<div id="conditions-${name}" class="chart small" role="img" aria-label="Least total carbon by ${escapeHtml(title)}"></div>`,
  );
  if (charts.length === 0) return "";
  const columns = "display:grid;grid-template-columns:repeat(auto-fit,minmax(320px,1fr))";
  return `<section class="wide"><h2>Under other conditions</h2><div style="${columns}">${charts.join("\n")}</div>
<p class="muted">Which design of the front has the least total carbon, among those as accurate as the baseline within its interval. Blue: its embodied carbon. Orange: its energy. They step where another design takes over: a dirtier grid, a longer life and more work pay for more silicon and ask for less energy.</p></section>`;
}

const titleOf = (row: FrontRow): string => (row.trial === null ? "Baseline" : `Trial ${row.trial}`);

function pageData(record: RunRecord, picked: FrontRow | null, baseline: FrontRow | null): unknown {
  const rows = [...(baseline === null ? [] : [baseline]), ...record.front];
  return {
    front: frontChart(record),
    carbon: picked === null ? null : carbonChart(picked, baseline),
    convergence: convergenceChart(record),
    conditions: sweepsOf(record).map((sweep) => ({ id: `conditions-${sweep.name}`, option: conditionsChart(sweep) })),
    rows: rows.map((row) => ({
      id: rowId(row),
      title: titleOf(row),
      figures: figuresOf(row),
      bars: carbonParts(row).map(barOf),
    })),
    picked: picked === null ? "" : rowId(picked),
  };
}

function referenceText({ referencePoint, study, hypervolume }: RunRecord): string {
  if (referencePoint === null) return "No design was feasible.";
  const point = study.objectives.map(({ metric }, i) => `${metric} ${Number(referencePoint[i]!.toPrecision(6))}`);
  return `Hypervolume ${Number(hypervolume.toPrecision(6))}, reference point: ${point.join(", ")}.`;
}
