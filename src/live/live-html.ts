import { readFileSync } from "node:fs";
import { packageRoot } from "../package-root.ts";
import { escapeHtml, scriptJson } from "../report/escape-html.ts";
import type { PageScripts } from "../report/html-page.ts";
import { hasAccuracy, packData, type LiveData, type LiveDesign } from "./data.ts";
import { OPERATOR_COLUMNS } from "./figures.ts";

/** The controls and what they move: a part of a page that has {@link liveScripts}. */
export function liveHtml({ designs }: LiveData): string {
  const head = (titles: readonly string[], texts: readonly string[]): string =>
    `<thead><tr>${titles.map((title) => (title === "" ? "<td></td>" : `<th scope="col"${texts.includes(title) ? ' class="text"' : ""}>${escapeHtml(title)}</th>`)).join("")}</tr></thead>`;
  const parts = (id: string, title: string, unit: string): string =>
    `<section><h2>${title}</h2><div class="scroll" tabindex="0"><table class="parts">${head(["Part", "", `Now (${unit})`, `Baseline (${unit})`], ["Part"])}<tbody id="${id}"></tbody></table></div></section>`;
  return `<section id="live-panel" aria-label="What if" tabindex="0"><h2>What if</h2>
<p class="muted">Arrow keys move a slider; a value may also be written. A changed value has a mark.</p>
<form id="live-controls" autocomplete="off"></form>
<form id="live-other" autocomplete="off"><label for="live-other-text">Anything else, as --set takes it</label>
<input type="text" id="live-other-text" placeholder="array.dataflow=output-stationary" maxlength="2000" spellcheck="false"> <button type="submit">Set</button></form>
<p><button type="button" id="live-reset">Back to the baseline</button></p>
<noscript><p>This page computes: it needs JavaScript.</p></noscript>
</section>
<div id="live-results">
<p id="live-status" role="status" aria-live="polite">The simulator is being loaded.</p>
<section><h2>What it costs</h2>
<div class="scroll" tabindex="0"><table>${head(["", "Now", "Baseline", "Change"], [""])}<tbody id="live-figures"></tbody></table></div>
<p class="muted" id="live-boundary"></p></section>
${parts("live-carbon", "Carbon over the life", "kgCO2e")}
${parts("live-energy", "Energy of an inference", "mJ")}
${designs === undefined ? "" : rankingHtml(designs)}
<section class="wide"><h2>Roofline of the changed design</h2><div class="scroll" tabindex="0" role="region" aria-label="Roofline"><div id="live-roofline" class="chart large" role="img" aria-label="Kinds of operators under the roofs of the machine; the table of operators has their numbers"></div></div></section>
<section class="wide"><h2>Operators</h2><div class="scroll" tabindex="0" role="region" aria-label="Operators"><table>${head(OPERATOR_COLUMNS, ["Operator", "Bound by"])}<tbody id="live-operators"></tbody></table></div></section>
<section class="wide"><h2>One operator in time</h2>
<p><label>Operator <select id="live-operator"></select></label> <span class="muted" id="live-timeline-state"></span></p>
<div class="scroll" tabindex="0" role="region" aria-label="One operator in time"><table>${head(["Part", "Cycles", "Share", ""], ["Part"])}<tbody id="live-timeline"></tbody></table></div>
<p class="muted">Solid: in order of time. Pale: for how long in all, not when. Array, stalls and ports run beside each other.</p></section>
<section class="wide"><h2>The same on the command line</h2>
<p>This command gives these numbers to the byte. A model or a chip that is no preset is the file that is saved here.</p>
<pre id="live-command" tabindex="0"></pre>
<p><button type="button" id="live-save-json">Save the result (JSON)</button> <button type="button" id="live-save-model">Save the model's file</button> <button type="button" id="live-save-hardware">Save the chip's file</button></p></section>
</div>`;
}

/** The front of a run under another use of its designs. */
function rankingHtml(designs: readonly LiveDesign[]): string {
  const accuracy = hasAccuracy(designs) ? ["Accuracy (%)"] : [];
  const titles = ["Rank", "Design", ...accuracy, "Total now (kgCO2e)", "In the run (kgCO2e)"];
  const head = titles
    .map((title) => `<th scope="col"${title === "Design" ? ' class="text"' : ""}>${title}</th>`)
    .join("");
  return `<section class="wide"><h2>The front under this use</h2>
<p class="muted">Every design of the front under the grid, life and load that are set, least total carbon first; chip and model stay those of the run. A design that was not on the front may be better now: only a search with this deployment tells.</p>
<p class="muted" id="live-ranking-state" role="status"></p>
<div class="scroll" tabindex="0" role="region" aria-label="The front under this use"><table><thead><tr>${head}</tr></thead><tbody id="live-ranking"></tbody></table></div></section>`;
}

/** What makes {@link liveHtml} work: the simulator, its core and the baseline. */
export function liveScripts(data: LiveData): PageScripts {
  const core = readFileSync(new URL("build/core.wasm", packageRoot)).toString("base64");
  return {
    scripts: [readFileSync(new URL("dist/src/live/page.bundle.js", packageRoot), "utf8")],
    blocks: [
      `<script type="application/json" id="live-data">${scriptJson(packData(data))}</script>`,
      `<script type="text/plain" id="live-core">${core}</script>`,
    ],
    runsWasm: true,
  };
}
