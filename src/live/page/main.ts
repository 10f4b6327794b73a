// Runs in the reader's browser, bundled with the simulator into dist/src/live/page.bundle.js: src/live/live-html.ts puts it into pages.
import "./without-eval.ts";
import {
  InputError,
  loadCore,
  presetText,
  SpecError,
  type Evaluation,
  type LoadedCore,
  type Simulation,
  type SpecSet,
} from "../../core/index.ts";
import { CostError } from "../../cost/index.ts";
import { escapeJson } from "../../errors/index.ts";
import type { Control } from "../controls.ts";
import { designsOf, unpackData, type Edits, type LiveSource, type PackedData } from "../data.ts";
import { areSame, commandOf, editsOf, fileNameOf, partsOfEdits, specsOf, useOf, withEdits } from "../state.ts";
import { rooflineIn } from "./charts.ts";
import { hashOfParts, MOST_HASH, partsOfHash } from "../../report/page/address.ts";
import { unpackRecord, type PackedRecord } from "../../report/page/packed.ts";
import { byId, oncePerFrame, save } from "../../report/page/dom.ts";
import { panelIn } from "./panel.ts";
import { rankingIn } from "./ranking.ts";
import { showResults } from "./results.ts";
import { timelineIn } from "./timeline.ts";

const NONE: Edits = new Map();
/** Browsers take so many changes of the address and no more. */
const HASH_DELAY_MS = 400;
const MOST_TRIES = 30;

const dataOf = <Data>(id: string): Data => JSON.parse(byId(id).textContent ?? "") as Data;
const data = unpackData(dataOf<PackedData>("live-data"), () =>
  designsOf(unpackRecord(dataOf<{ readonly record: PackedRecord }>("data").record)),
);
const status = byId("live-status");

const problemsOf = (cause: unknown): string => {
  if (cause instanceof SpecError)
    return cause.problems.map(({ message, hint }) => (hint === null ? message : `${message} ${hint}`)).join(" ");
  if (cause instanceof InputError || cause instanceof CostError) return cause.message;
  throw cause;
};

function start(core: LoadedCore): void {
  const read = (edits: Edits): SpecSet => specsOf(data, edits);
  const run = (specs: SpecSet): Simulation => core.simulate(specs, data.objective);
  const evaluated = ({ result }: Simulation): Evaluation | null => (result.kind === "infeasible" ? null : result);
  const baseSpecs = read(NONE);
  const baseline = evaluated(run(baseSpecs));
  const drawRoofline = rooflineIn(byId("live-roofline"));
  const drawTimeline = timelineIn();
  const rank = rankingIn(core, data);
  const panel = panelIn(byId("live-controls"), baseSpecs, change);
  let edits: Edits = NONE;
  let specs = baseSpecs;
  let note = "";

  const show = oncePerFrame(() => {
    const begin = performance.now();
    let simulation: Simulation;
    try {
      simulation = run(specs);
    } catch (cause) {
      status.textContent = problemsOf(cause);
      return;
    }
    const { result, violations } = simulation;
    const all = result.kind === "infeasible" ? [result] : violations;
    const now = evaluated(simulation);
    showResults(now, baseline);
    if (now !== null) {
      drawRoofline(now);
      drawTimeline(now);
    }
    panel.show(specs, edits);
    byId("live-command").textContent = commandOf(data, edits);
    rank(edits);
    status.textContent = [note, otherMapping(now), ...all.map(({ constraint, detail }) => `${constraint}: ${detail}.`)]
      .join(" ")
      .trim();
    status.classList.toggle("problem", all.length > 0);
    performance.measure("ecotile step", { start: begin, end: performance.now() });
  });

  /** A search maps a design for latency where it would miss a limit otherwise; a simulation knows of no limits. */
  const otherMapping = (now: Evaluation | null): string => {
    const design = data.designs?.find(({ point }) => areSame(new Map(point), edits));
    if (design === undefined || now === null || design.latency_s === now.latency_s) return "";
    return `The search has mapped ${design.title} for latency, to keep a limit of the study; here it is mapped for ${now.mappedFor}.`;
  };

  let timer: ReturnType<typeof setTimeout> | undefined;
  const keepInAddress = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const { view } = partsOfHash(location.hash);
      history.replaceState(null, "", hashOfParts(view, partsOfEdits(edits)) || "#");
    }, HASH_DELAY_MS);
  };

  function take(next: Edits, nextSpecs: SpecSet, said: string): void {
    [edits, specs, note] = [next, nextSpecs, said];
    panel.tell(null, "");
    keepInAddress();
    show();
  }

  /** Takes a value, with what has to change with it; else says why not. */
  function change({ path, companions }: Pick<Control, "path" | "companions">, written: string): void {
    const alone = [[path, written]] as const;
    const tries = [alone, ...(companions?.(specs, written) ?? []).map((more) => [...alone, ...more])];
    let problem = "";
    for (const [at, more] of tries.slice(0, MOST_TRIES).entries()) {
      const next = withEdits(edits, more);
      try {
        const nextSpecs = read(next);
        const others = more.slice(1).map((each) => each.join(" = "));
        take(next, nextSpecs, others.length === 0 ? "" : `Changed with it: ${others.join(", ")}.`);
        return;
      } catch (cause) {
        const said = problemsOf(cause);
        if (at === 0) problem = said;
      }
    }
    panel.tell(path, problem);
    panel.show(specs, edits);
  }

  function fromAddress(): void {
    const found = editsOf(location.hash);
    try {
      if (!("problem" in found)) return take(found, read(found), "");
      note = `The address says nothing that can be shown: ${found.problem}.`;
    } catch (cause) {
      note = `The address says nothing that can be shown: ${problemsOf(cause)}`;
    }
    [edits, specs] = [NONE, baseSpecs];
    show();
  }

  const textOf = ({ name, text }: LiveSource, kind: "models" | "hardware"): string => text ?? presetText(kind, name);
  const onClick = (id: string, act: () => void): void => byId(id).addEventListener("click", act);
  onClick("live-reset", () => take(NONE, baseSpecs, ""));
  onClick("live-save-json", () =>
    save(
      "result.json",
      `${escapeJson(JSON.stringify(core.simulateJson(specs, data.objective), null, 2))}\n`,
      "application/json",
    ),
  );
  onClick("live-save-model", () => save(fileNameOf(data.model.name), textOf(data.model, "models"), "text/yaml"));
  onClick("live-save-hardware", () =>
    save(fileNameOf(data.hardware.name), textOf(data.hardware, "hardware"), "text/yaml"),
  );
  byId("live-other").addEventListener("submit", (event) => {
    event.preventDefault();
    const input = byId("live-other-text") as HTMLInputElement;
    const found = editsOf(`#${encodeURIComponent(input.value)}`);
    if ("problem" in found) panel.tell(null, (status.textContent = `${found.problem}, for example array.rows=64.`));
    else for (const [path, written] of found) changeOther(path, written);
  });
  function changeOther(path: string, written: string): void {
    try {
      const next = withEdits(edits, [[path, written]]);
      take(next, read(next), `${path} is now ${written}.`);
    } catch (cause) {
      status.textContent = problemsOf(cause);
      status.classList.add("problem");
    }
  }
  const pick = (id: string | null | undefined): void => {
    const design = data.designs?.find((each) => each.id === id);
    if (design === undefined) return;
    const next = withEdits(useOf(edits), design.point);
    take(next, read(next), `${design.title} of the run.`);
  };
  document.addEventListener("ecotile-pick", (event) => pick((event as CustomEvent<string>).detail));
  document.getElementById("live-ranking")?.addEventListener("click", ({ target }) => {
    if (target instanceof HTMLElement) pick(target.getAttribute("data-pick"));
  });
  addEventListener("hashchange", fromAddress);
  fromAddress();
  if (partsOfHash(location.hash).others.length === 0 && location.hash.length <= MOST_HASH)
    pick(document.getElementById("picked-title")?.getAttribute("data-id"));
}

const bytes = (): Uint8Array =>
  Uint8Array.from(atob(byId("live-core").textContent ?? ""), (sign) => sign.charCodeAt(0));

loadCore(bytes()).then(start, (cause: unknown) => {
  status.textContent = `The simulator does not run in this browser: ${cause instanceof Error ? cause.message : "unknown"}`;
  status.classList.add("problem");
});
