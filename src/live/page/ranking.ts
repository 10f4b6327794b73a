import type { LoadedCore } from "../../core/index.ts";
import { metricLabel } from "../../report/metric-labels.ts";
import { hasAccuracy, type Edits, type LiveData, type LiveDesign } from "../data.ts";
import { specsOf, useOf, withEdits } from "../state.ts";
import { byId, element } from "../../report/page/dom.ts";

/** A design and its total carbon, kgCO2e; null: it does not run so, or its total is not known. */
export interface Ranked {
  readonly design: LiveDesign;
  readonly total: number | null;
}

/** Least total carbon first; what has none comes last; equals in the order of the run. */
export function ranked(all: readonly Ranked[]): readonly Ranked[] {
  return [...all].sort((a, b) => (a.total ?? Infinity) - (b.total ?? Infinity) || 0);
}

/** ms that the page does not answer, at most about; and how long a use must stay before the front is ranked under it. */
const SLICE_MS = 30;
const WAIT_MS = 150;
const SHOWN = 12;

/** Ranks the front again whenever the use has changed, in slices, so that controls stay responsive. */
export function rankingIn(core: LoadedCore, data: LiveData): (edits: Edits) => void {
  const designs = data.designs ?? [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = "";
  return (edits) => {
    const use = useOf(edits);
    const key = JSON.stringify([...use]);
    if (designs.length === 0 || key === last) return;
    last = key;
    clearTimeout(timer);
    byId("live-ranking").setAttribute("aria-busy", "true");
    const all: Ranked[] = [];
    const state = byId("live-ranking-state");
    const slice = (): void => {
      const end = performance.now() + SLICE_MS;
      while (all.length < designs.length && performance.now() < end) {
        const design = designs[all.length]!;
        all.push({ design, total: totalOf(core, data, design, use) });
      }
      state.textContent =
        all.length < designs.length ? `${all.length} of ${designs.length} designs are priced.` : saidOf(all, designs);
      if (all.length < designs.length) timer = setTimeout(slice, 0);
      else show(ranked(all));
    };
    timer = setTimeout(slice, WAIT_MS);
  };
}

function totalOf(core: LoadedCore, data: LiveData, { point }: LiveDesign, use: Edits): number | null {
  const { result } = core.simulate(specsOf(data, withEdits(new Map(point), use)), data.objective);
  return result.kind === "infeasible" ? null : result.carbon_total_kgCO2e;
}

/** Whether another design is the best one now. */
function saidOf(all: readonly Ranked[], designs: readonly LiveDesign[]): string {
  const best = ranked(all)[0];
  const before = ranked(designs.map((design) => ({ design, total: design.carbon_total_kgCO2e })))[0];
  if (best?.total == null) return "No design of the front has a total under this use.";
  const isSame = best.design.id === before?.design.id;
  return isSame
    ? `${best.design.title} has the least total carbon, as in the run.`
    : `${best.design.title} has the least total carbon; in the run it was ${before?.design.title ?? "none"}.`;
}

function show(all: readonly Ranked[]): void {
  const text = (value: number | null, scale = 1): string =>
    value === null ? "–" : String(Number((value * scale).toPrecision(4)));
  const isJudged = hasAccuracy(all.map(({ design }) => design));
  byId("live-ranking").setAttribute("aria-busy", "false");
  byId("live-ranking").replaceChildren(
    ...all.slice(0, SHOWN).map(({ design, total }, i) => {
      const pick = element("button", { type: "button", "data-pick": design.id }, design.title);
      return element(
        "tr",
        {},
        element("td", {}, String(i + 1)),
        element("td", { class: "text" }, pick),
        ...(isJudged ? [element("td", {}, text(design.accuracy, metricLabel("accuracy").scale))] : []),
        element("td", { class: "now" }, text(total)),
        element("td", {}, text(design.carbon_total_kgCO2e)),
      );
    }),
  );
}
