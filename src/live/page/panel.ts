import type { SpecSet } from "../../core/index.ts";
import { controlsOf, GROUPS, placeOf, type Control, type Step } from "../controls.ts";
import type { Edits } from "../data.ts";
import { element } from "../../report/page/dom.ts";

/** The reader has given a control a value. */
export type Change = (control: Pick<Control, "path" | "companions">, written: string) => void;

interface Row {
  readonly path: string;
  /** Shows what a design has. */
  readonly show: (specs: SpecSet, edits: Edits) => void;
  readonly setProblem: (problem: string | null) => void;
}

/** Controls on the page. */
export interface Panel {
  /** @param edits texts that the reader wrote are shown as written */
  readonly show: (specs: SpecSet, edits: Edits) => void;
  /** Tells what is wrong with a control's value; the others have nothing to say then. */
  readonly tell: (path: string | null, problem: string) => void;
}

/** Makes a control for everything that the baseline has. */
export function panelIn(parent: HTMLElement, baseline: SpecSet, change: Change): Panel {
  const controls = controlsOf(baseline);
  const rows: Row[] = [];
  for (const group of GROUPS) {
    const own = controls.filter((each) => each.group === group);
    if (own.length === 0) continue;
    const set = element("fieldset", {}, element("legend", {}, group));
    for (const control of own) rows.push(rowIn(set, control, change));
    parent.append(set);
  }
  return {
    show: (specs, edits) => rows.forEach((row) => row.show(specs, edits)),
    tell: (path, problem) => rows.forEach((row) => row.setProblem(row.path === path ? problem : null)),
  };
}

function rowIn(set: HTMLElement, control: Control, change: Change): Row {
  const { path, label, isChoice } = control;
  const id = `live-${path.replaceAll(".", "-")}`;
  const problem = element("p", { class: "problem", id: `${id}-problem` });
  problem.hidden = true;
  const field = isChoice === true ? choice(control, id, change) : slider(control, id, change);
  const row = element(
    "div",
    { class: "control" },
    element("label", { for: id, title: path }, label),
    ...field.parts,
    problem,
  );
  set.append(row);
  return {
    path,
    show: (specs, edits) => {
      field.show(specs, edits.get(path));
      row.classList.toggle("changed", edits.has(path));
    },
    setProblem: (text) => {
      problem.textContent = text ?? "";
      problem.hidden = text === null;
      field.input.setAttribute("aria-invalid", String(text !== null));
    },
  };
}

interface Field {
  readonly parts: readonly HTMLElement[];
  /** What the label is of. */
  readonly input: HTMLElement;
  readonly show: (specs: SpecSet, written: string | undefined) => void;
}

function choice(control: Control, id: string, change: Change): Field {
  const input = element("select", { id, "aria-describedby": `${id}-problem` });
  input.addEventListener("change", () => change(control, input.value));
  const show = (specs: SpecSet): void => {
    const now = control.current(specs);
    const texts = control.steps(specs).map(({ text }) => text);
    // What no row of the list stands for is shown, and cannot be chosen.
    const all = now === null || !texts.includes(now.text) ? [now?.text ?? "custom", ...texts] : texts;
    input.replaceChildren(...all.map((text) => element("option", { value: text }, text)));
    for (const option of input.options) option.disabled = !texts.includes(option.value);
    input.value = now?.text ?? "custom";
  };
  return { parts: [input], input, show };
}

function slider(control: Control, id: string, change: Change): Field {
  const input = element("input", { type: "range", id, min: "0", step: "1", "aria-describedby": `${id}-problem` });
  const text = element("input", {
    type: "text",
    class: "value",
    "aria-label": `${control.label}, as written`,
    id: `${id}-text`,
  });
  text.maxLength = 200;
  text.spellcheck = false;
  let all: readonly Step[] = [];
  input.addEventListener("input", () => {
    const step = all[Number(input.value)];
    if (step !== undefined) change(control, step.text);
  });
  text.addEventListener("change", () => change(control, text.value.trim()));
  const show = (specs: SpecSet, written: string | undefined): void => {
    const now = control.current(specs);
    all = withOwn(control.steps(specs), now);
    input.max = String(Math.max(0, all.length - 1));
    const place = now === null ? 0 : placeOf(all, now);
    input.value = String(place);
    const shown = now === null ? "" : (written ?? now.text);
    input.setAttribute("aria-valuetext", shown === "" ? "not set" : shown);
    if (document.activeElement !== text || written === undefined) text.value = shown;
  };
  return { parts: [input, text], input, show };
}

/** Steps with the value that there is now, where it is between them, so that a slider can come back to it. */
function withOwn(all: readonly Step[], now: Step | null): readonly Step[] {
  if (now === null || all.some(({ size }) => size === now.size)) return all;
  const at = all.findIndex(({ size }) => size > now.size);
  return at < 0 ? [...all, now] : [...all.slice(0, at), now, ...all.slice(at)];
}
