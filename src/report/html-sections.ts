import { columnsOf } from "./design-table.ts";
import { escapeHtml } from "./escape-html.ts";
import { countText, grouped, shownNumber, titleWithUnit } from "./metric-labels.ts";
import type { RunRecord } from "./types.ts";

/** The sortable table of designs, whose lines the page fills in. */
export function tableHtml(record: RunRecord): string {
  const headings = columnsOf(record).map(
    ({ title, isText }) => `<th scope="col"${isText ? ' class="text"' : ""}><button>${escapeHtml(title)}</button></th>`,
  );
  return `<table id="front-table"><thead><tr>${headings.join("")}</tr></thead><tbody></tbody></table>`;
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
<div class="scroll" tabindex="0"><table><thead><tr>${titles}</tr></thead><tbody>${lines.join("")}</tbody></table></div></section>`;
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
  return `<p class="muted">${of}</p><div class="scroll" tabindex="0"><table><thead><tr><th class="text">Constraint</th>${head}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}
