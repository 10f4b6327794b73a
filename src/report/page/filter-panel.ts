import { metricLabel, titleWithUnit } from "../metric-labels.ts";
import type { Filter, Schema, View } from "./address.ts";
import { byId, element } from "./dom.ts";

/** Sets or, with null, takes away what a metric or parameter is filtered by. */
export type ChangeFilter = (key: string, filter: Filter | null) => void;

/** Ends for metrics and values for parameters, which a reader may set; and what is set, each with a button that takes it away. */
export function filterPanel({ metrics, parameters }: Schema, change: ChangeFilter) {
  const fields = byId("filter-fields");
  const ranges = metrics.map((metric) => rangeField(metric, change));
  const choices = [...parameters].map(([path, values]) => valuesField(path, values, change));
  fields.append(...ranges.map(({ field }) => field), ...choices.map(({ field }) => field));
  return {
    show(filters: View["filters"]): void {
      for (const { show } of [...ranges, ...choices]) show(filters);
      byId("filter-chips").replaceChildren(
        ...[...filters].map(([key, filter]) => {
          const chip = element("button", { type: "button", class: "chip" }, `${filterText(key, filter)} ✕`);
          chip.setAttribute("aria-label", `Take away: ${filterText(key, filter)}`);
          chip.addEventListener("click", () => change(key, null));
          return chip;
        }),
      );
    },
  };
}

const inUnit = (metric: string, value: number): string =>
  Number.isFinite(value) ? String(Number((value * metricLabel(metric).scale).toPrecision(7))) : "";

function filterText(key: string, filter: Filter): string {
  if (filter.kind === "values") return `${key}: ${filter.values.join(", ")}`;
  const { title, unit } = metricLabel(key);
  return `${title} ${inUnit(key, filter.low)}…${inUnit(key, filter.high)} ${unit}`.trimEnd();
}

interface Field {
  readonly field: HTMLElement;
  readonly show: (filters: View["filters"]) => void;
}

function rangeField(metric: string, change: ChangeFilter): Field {
  const title = titleWithUnit(metric);
  const [low, high] = ["least", "most"].map((end) =>
    element("input", { type: "number", step: "any", "aria-label": `${title}, ${end}`, "data-end": end }),
  ) as [HTMLInputElement, HTMLInputElement];
  const take = (): void => {
    const valueOf = (input: HTMLInputElement, open: number): number =>
      input.value.trim() === "" || !Number.isFinite(Number(input.value))
        ? open
        : Number(input.value) / metricLabel(metric).scale;
    const ends = { low: valueOf(low, -Infinity), high: valueOf(high, Infinity) };
    const isOpen = ends.low === -Infinity && ends.high === Infinity;
    change(metric, isOpen || ends.low > ends.high ? null : { kind: "range", ...ends });
  };
  for (const input of [low, high]) input.addEventListener("change", take);
  const field = element("fieldset", { "data-filter": metric }, element("legend", {}, title), low, " to ", high);
  return {
    field,
    show: (filters) => {
      const filter = filters.get(metric);
      const ends = filter?.kind === "range" ? filter : { low: -Infinity, high: Infinity };
      [low.value, high.value] = [inUnit(metric, ends.low), inUnit(metric, ends.high)];
    },
  };
}

function valuesField(path: string, values: readonly string[], change: ChangeFilter): Field {
  const boxes = values.map((value) => {
    const box = element("input", { type: "checkbox", value });
    return { box, label: element("label", {}, box, ` ${value}`) };
  });
  const take = (): void => {
    const chosen = boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
    const isAll = chosen.length === 0 || chosen.length === values.length;
    change(path, isAll ? null : { kind: "values", values: chosen });
  };
  for (const { box } of boxes) box.addEventListener("change", take);
  const labels = boxes.map(({ label }) => label);
  return {
    field: element("fieldset", { "data-filter": path }, element("legend", {}, path), ...labels),
    show: (filters) => {
      const filter = filters.get(path);
      for (const { box } of boxes) box.checked = filter?.kind === "values" ? filter.values.includes(box.value) : true;
    },
  };
}
