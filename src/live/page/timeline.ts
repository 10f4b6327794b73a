import type { Evaluation } from "../../core/index.ts";
import { timelineOf } from "../timeline.ts";
import { byId, element } from "../../report/page/dom.ts";

const short = (value: number): string => String(Number(value.toPrecision(4)));

/** One operator in time, chosen from a list; it stays chosen while the design changes. */
export function timelineIn(): (evaluation: Evaluation) => void {
  const list = byId("live-operator") as HTMLSelectElement;
  let shown: Evaluation | null = null;
  let names: readonly string[] = [];
  const draw = (): void => {
    if (shown === null) return;
    const { cycles, seconds, begins, rows } = timelineOf(shown, Math.max(0, list.selectedIndex));
    byId("live-timeline-state").textContent =
      `One run: ${short(seconds * 1e6)} µs, ${cycles} cycles; the first one begins ${short(begins * 1e3)} ms into the inference.`;
    const percent = (part: number): string => `${((100 * Math.min(part, cycles)) / cycles).toFixed(3)}%`;
    byId("live-timeline").replaceChildren(
      ...rows.map(({ name, from, cycles: length }) => {
        const bar = element("div", { class: from === null ? "span loose" : "span" });
        [bar.style.left, bar.style.width] = [percent(from ?? 0), percent(length)];
        return element(
          "tr",
          {},
          element("th", { scope: "row", class: "text" }, name),
          element("td", {}, short(length)),
          element("td", {}, `${short((100 * length) / cycles)} %`),
          element("td", { class: "timeline" }, bar),
        );
      }),
    );
  };
  list.addEventListener("change", draw);
  return (evaluation) => {
    shown = evaluation;
    const next = evaluation.operators.map(({ name, count }) => (count === 1 ? name : `${name}, ${count} runs`));
    if (next.join("\n") !== names.join("\n")) {
      const chosen = list.value;
      list.replaceChildren(...next.map((text) => element("option", { value: text }, text)));
      const longest = evaluation.operators.reduce(
        (best, { cycles }, at) => (cycles > evaluation.operators[best]!.cycles ? at : best),
        0,
      );
      list.selectedIndex = next.includes(chosen) ? next.indexOf(chosen) : longest;
      names = next;
    }
    draw();
  };
}
