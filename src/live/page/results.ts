import type { Evaluation } from "../../core/index.ts";
import { disclosureOf } from "../../evaluate/portable.ts";
import {
  carbonPartsOf,
  changeText,
  energyPartsOf,
  figuresOf,
  OPERATOR_COLUMNS,
  operatorRows,
  operatorTexts,
  type Parts,
} from "../figures.ts";
import { byId, element } from "../../report/page/dom.ts";

/** Fills figures, parts and operators of a design beside the baseline's; null: it does not run, and the baseline stands alone. */
export function showResults(now: Evaluation | null, baseline: Evaluation | null): void {
  const shown = now ?? baseline;
  byId("live-results").classList.toggle("stale", now === null);
  if (shown === null) return;
  showFigures(now, baseline);
  showParts("live-carbon", now, baseline, carbonPartsOf);
  showParts("live-energy", now, baseline, energyPartsOf);
  showOperators(shown);
  const { boundary, grid } = disclosureOf(shown);
  byId("live-boundary").textContent = `SCI (ISO/IEC 21031): ${boundary.join("; ")}; grid: ${grid}.`;
}

function showFigures(now: Evaluation | null, baseline: Evaluation | null): void {
  const before = baseline === null ? [] : figuresOf(baseline);
  const after = now === null ? [] : figuresOf(now);
  const rows = (after.length > 0 ? after : before).map(({ key, title, unit }, i) => {
    const [a, b] = [after[i], before[i]];
    const change = a === undefined || b === undefined ? "" : changeText(a.value, b.value);
    const reason = a !== undefined && typeof a.value !== "number" ? a.value.reason : "";
    return element(
      "tr",
      { "data-key": key, ...(reason === "" ? {} : { title: reason }) },
      element("th", { scope: "row", class: "text" }, unit === "" ? title : `${title} (${unit})`),
      element("td", { class: "now" }, a?.shown ?? "does not run"),
      element("td", { class: "before" }, b?.shown ?? "does not run"),
      element("td", { class: "change" }, change),
    );
  });
  byId("live-figures").replaceChildren(...rows);
}

function showParts(
  id: string,
  now: Evaluation | null,
  baseline: Evaluation | null,
  of: (evaluation: Evaluation) => Parts,
): void {
  const [after, before] = [now, baseline].map((each): Parts => (each === null ? {} : of(each)));
  const names = [...new Set([...Object.keys(after!), ...Object.keys(before!)])];
  const most = Math.max(0, ...Object.values(after!), ...Object.values(before!));
  const bar = (name: string, value: number | undefined): HTMLElement => {
    const made = element("div", { class: name });
    made.style.width = `${most > 0 ? (100 * (value ?? 0)) / most : 0}%`;
    return made;
  };
  const text = (value: number | undefined): string =>
    value === undefined ? "–" : String(Number(value.toPrecision(3)));
  byId(id).replaceChildren(
    ...names.map((name) =>
      element(
        "tr",
        { "data-part": name },
        element("th", { scope: "row", class: "text" }, name),
        element("td", { class: "bars" }, bar("bar now", after![name]), bar("bar before", before![name])),
        element("td", {}, text(after![name])),
        element("td", {}, text(before![name])),
      ),
    ),
  );
}

function showOperators(evaluation: Evaluation): void {
  const isText = (column: number): boolean => ["Operator", "Bound by"].includes(OPERATOR_COLUMNS[column] ?? "");
  byId("live-operators").replaceChildren(
    ...operatorRows(evaluation).map((row) =>
      element(
        "tr",
        {},
        ...operatorTexts(row).map((text, i) => element("td", isText(i) ? { class: "text" } : {}, text)),
      ),
    ),
  );
}
