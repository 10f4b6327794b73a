// Runs in the reader's browser, bundled into dist/src/report/page.bundle.js: draws the views of a run, all of them of what the filter shows.
import { plainCsv } from "../../csv/cell.ts";
import { frontAxes, otherPairs, type FrontAxes } from "../charts/axes.ts";
import { carbonChart } from "../charts/carbon-chart.ts";
import { conditionsChart } from "../charts/conditions-chart.ts";
import { convergenceChart } from "../charts/convergence-chart.ts";
import { frontChart } from "../charts/front-chart.ts";
import { parallelChart } from "../charts/parallel-chart.ts";
import { sliceChart } from "../charts/slice-chart.ts";
import { INK } from "../charts/style.ts";
import { sweepsOf } from "../conditions.ts";
import { columnsOf, figuresOf, rowId, titleOf } from "../design-table.ts";
import { frontLines } from "../front-columns.ts";
import { chartNumber, metricLabel, titleWithUnit } from "../metric-labels.ts";
import type { FrontRow } from "../types.ts";
import {
  hashOfParts,
  isShown,
  partsOfHash,
  partsOfView,
  PLAIN_VIEW,
  viewOfParts,
  type Filter,
  type Schema,
  type View,
} from "./address.ts";
import { Charts, choice, type PageChart } from "./charts.ts";
import { byId, element, oncePerFrame, save } from "./dom.ts";
import { filterPanel } from "./filter-panel.ts";
import { unpackRecord, type PackedRecord } from "./packed.ts";
import { tableIn } from "./table.ts";

interface PageData {
  readonly record: PackedRecord;
  readonly picked: string;
  /** Designs of the whole front, of which the page may hold some. */
  readonly frontCount: number;
}

type Option = Readonly<Record<string, unknown>>;

/** Browsers take so many changes of the address and no more. */
const HASH_DELAY_MS = 400;
const ZOOM = 0.6;

const data = JSON.parse(byId("data").textContent ?? "") as PageData;
const record = unpackRecord(data.record);
const rows = [...(record.baseline === null ? [] : [record.baseline]), ...record.front];
const byRow = new Map(rows.map((row) => [rowId(row), row]));
const isKnown = (metric: string): boolean => rows.every(({ metrics }) => typeof metrics[metric] === "number");
const schema: Schema = {
  metrics: [...new Set(rows.flatMap(({ metrics }) => Object.keys(metrics)))].filter(
    (metric) => isKnown(metric) && metricLabel(metric).title !== metric,
  ),
  parameters: new Map(
    (record.study.parameters ?? [])
      .filter(({ values }) => values.length > 1)
      .map(({ path, values }) => [path, values.map(String)]),
  ),
  designs: new Set(byRow.keys()),
};
const strongest = record.importance?.of.at(-1)?.parameters[0]?.path;
const ownAxes = frontAxes(record);

const charts = new Charts();
let view: View = PLAIN_VIEW;
const table = tableIn(columnsOf(record), (id) => pick(id));
const panel = filterPanel(schema, setFilter);

const axesOf = ({ x, y, colour }: View): FrontAxes => ({
  x: x ?? ownAxes.x,
  y: y ?? ownAxes.y,
  colour: colour ?? ownAxes.colour,
});
const pickedId = (): string => view.picked ?? data.picked;

/** What the filter shows: the run with those designs alone. What it hides of the front stays pale in the scatter. */
function shownRecord() {
  const isIn = (each: { readonly metrics: FrontRow["metrics"]; readonly point: FrontRow["point"] }): boolean =>
    isShown(each, view.filters);
  return { ...record, front: record.front.filter(isIn), others: record.others.filter(isIn) };
}

const ofPage = record.front.length < data.frontCount ? ` in this page (${data.frontCount} in all)` : "";

const draw = oncePerFrame(() => {
  const shown = shownRecord();
  const axes = axesOf(view);
  const hidden = record.front.filter((row) => !shown.front.includes(row));
  const pale = hidden.map(({ trial, metrics }) => ({ trial: trial!, metrics: metrics as Record<string, number> }));
  const withPale = { ...shown, others: [...shown.others, ...pale] };
  drawScatter("front", frontChart(withPale, axes, byId("front-chart").clientWidth), axes);
  otherPairs(record).forEach((pair, at) =>
    drawScatter(`pair-${at}`, frontChart(withPale, pair, byId(`pair-${at}-chart`).clientWidth), pair),
  );
  drawParallel(parallelChart(shown));
  const sweeps = sweepsOf(shown);
  for (const { name } of sweepsOf(record)) {
    const sweep = sweeps.find((each) => each.name === name);
    charts.draw(`conditions-${name}`, sweep === undefined ? null : conditionsChart(sweep));
  }
  const [path, metric] = slice();
  charts.draw("slice", path === undefined ? null : sliceChart(record, shown.front, shown.others, [path, metric]));
  table.show([...(record.baseline === null ? [] : [record.baseline]), ...shown.front]);
  const others = record.others.length === 0 ? "" : `, ${shown.others.length} of ${record.others.length} others`;
  byId("filter-state").textContent =
    `${shown.front.length} of ${record.front.length} designs of the front${ofPage} are shown${others}.`;
  panel.show(view.filters);
  showChoices(axes);
  showPicked();
  performance.mark("ecotile report");
});

function slice(): readonly [string | undefined, string] {
  const [first] = schema.parameters.keys();
  return view.slice ?? [strongest ?? first, record.study.objectives.at(-1)!.metric];
}

const drawn = new Set<string>();
const once = (name: string, chart: PageChart | null, act: (chart: PageChart) => void): void => {
  if (chart === null || drawn.has(name)) return;
  drawn.add(name);
  act(chart);
};

/** The scatter with what a reader can do in it: zoom, choose by a box, pick; and a ring about the picked design. */
function drawScatter(name: string, option: Option, { x, y }: FrontAxes): void {
  const picked = byRow.get(pickedId());
  const ring = picked && [x, y].map((metric) => chartNumber(metric, picked.metrics[metric] ?? 0));
  const inside = { type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseMove: "shift", filterMode: "none" };
  const chart = charts.draw(name, {
    ...option,
    dataZoom: [
      { ...inside, xAxisIndex: 0 },
      { ...inside, yAxisIndex: 0 },
    ],
    brush: { xAxisIndex: 0, yAxisIndex: 0, throttleType: "debounce", throttleDelay: 100 },
    toolbox: { show: false },
    series: [
      ...(option["series"] as readonly Option[]),
      {
        ...{ name: "Picked", type: "scatter", symbolSize: 20, silent: true, z: 7 },
        data: ring === undefined ? [] : [ring],
        itemStyle: { color: "transparent", borderColor: INK, borderWidth: 2.5 },
      },
    ],
  });
  once(name, chart, (made) => {
    made.on("click", ({ data: item }: { readonly data?: { readonly trial?: number | null } }) => {
      if (item?.trial !== undefined) pick(rowId({ trial: item.trial }));
    });
    made.on("brushEnd", ({ areas }: { readonly areas: readonly { readonly coordRange?: unknown }[] }) => {
      const range = areas[0]?.coordRange as readonly (readonly [number, number])[] | undefined;
      if (range === undefined) return;
      const axes = name === "front" ? axesOf(view) : otherPairs(record)[Number(name.slice("pair-".length))]!;
      const filters = new Map(view.filters);
      for (const [at, metric] of [axes.x, axes.y].entries()) filters.set(metric, rangeOf(metric, range[at]!));
      change({ filters });
    });
  });
}

function rangeOf(metric: string, [low, high]: readonly [number, number]): Filter {
  const { scale } = metricLabel(metric);
  return { kind: "range", low: Number((low / scale).toPrecision(6)), high: Number((high / scale).toPrecision(6)) };
}

/** Axes of parallel coordinates have the keys of filters as their names. */
function drawParallel(option: Option | null): void {
  const chart = charts.draw("parallel", option);
  once("parallel", chart, (made) => {
    made.on(
      "axisareaselected",
      (event: { readonly parallelAxisId?: string; readonly intervals?: readonly (readonly [number, number])[] }) => {
        const [key, interval] = [event.parallelAxisId ?? "", event.intervals?.[0]];
        if (interval === undefined) return;
        const values = schema.parameters.get(key);
        if (values === undefined) return setFilter(key, schema.metrics.includes(key) ? rangeOf(key, interval) : null);
        const axes = (
          made.getOption() as { readonly parallelAxis: readonly { id?: string; data?: readonly string[] }[] }
        ).parallelAxis;
        const texts = axes.find(({ id }) => id === key)?.data ?? [];
        const chosen = texts.filter((text, at) => at >= interval[0] && at <= interval[1] && values.includes(text));
        setFilter(key, chosen.length === 0 ? null : { kind: "values", values: chosen });
      },
    );
  });
}

let timer: ReturnType<typeof setTimeout> | undefined;
function change(next: Partial<View>): void {
  view = { ...view, ...next };
  clearTimeout(timer);
  timer = setTimeout(() => {
    const { others } = partsOfHash(location.hash);
    const hash = hashOfParts(partsOfView(view), others);
    history.replaceState(null, "", hash === "" ? location.pathname + location.search : hash);
  }, HASH_DELAY_MS);
  draw();
}

function setFilter(key: string, filter: Filter | null): void {
  const filters = new Map(view.filters);
  if (filter === null) filters.delete(key);
  else filters.set(key, filter);
  change({ filters });
}

function pick(id: string): void {
  if (!byRow.has(id)) return;
  change({ picked: id });
  document.dispatchEvent(new CustomEvent("ecotile-pick", { detail: id }));
}

function showPicked(): void {
  const row = byRow.get(pickedId());
  const title = document.getElementById("picked-title");
  if (row === undefined || title === null) return;
  title.setAttribute("data-id", pickedId());
  if (title.textContent !== titleOf(row)) title.textContent = titleOf(row);
  byId("picked-figures").replaceChildren(
    ...figuresOf(row, record).flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]),
  );
  charts.draw("carbon", carbonChart(row, record.baseline));
  table.pick(pickedId());
}

const axisLists = ["x", "y", "colour"] as const;
function showChoices(axes: FrontAxes): void {
  for (const axis of axisLists) {
    byId(`axis-${axis}`).replaceChildren(
      ...schema.metrics.map((metric) => choice(metric, titleWithUnit(metric), metric === axes[axis])),
    );
  }
  const [path, metric] = slice();
  document
    .getElementById("slice-path")
    ?.replaceChildren(...[...schema.parameters.keys()].map((each) => choice(each, each, each === path)));
  document
    .getElementById("slice-metric")
    ?.replaceChildren(...schema.metrics.map((each) => choice(each, titleWithUnit(each), each === metric)));
}

for (const axis of axisLists) {
  byId(`axis-${axis}`).addEventListener("change", ({ target }) => {
    change({ [axis]: (target as HTMLSelectElement).value });
  });
}
for (const id of ["slice-path", "slice-metric"]) {
  document.getElementById(id)?.addEventListener("change", () => {
    const [path, metric] = ["slice-path", "slice-metric"].map((each) => (byId(each) as HTMLSelectElement).value);
    change({ slice: [path!, metric!] });
  });
}

const onClick = (id: string, act: () => void): void => byId(id).addEventListener("click", act);
let [from, to] = [0, 100];
const zoom = (start: number, end: number): void => {
  [from, to] = [Math.max(0, start), Math.min(100, end)];
  for (const dataZoomIndex of [0, 1])
    charts.get("front")?.dispatchAction({ type: "dataZoom", dataZoomIndex, start: from, end: to });
};
const about = (share: number): readonly [number, number] => {
  const [middle, half] = [(from + to) / 2, ((to - from) / 2) * share];
  return [middle - half, middle + half];
};
onClick("zoom-in", () => zoom(...about(ZOOM)));
onClick("zoom-out", () => zoom(...about(1 / ZOOM)));
onClick("zoom-whole", () => zoom(0, 100));
onClick("choose-box", () => {
  const brushOption = { brushType: "rect", brushMode: "single" };
  charts.get("front")?.dispatchAction({ type: "takeGlobalCursor", key: "brush", brushOption });
});
onClick("filter-clear", () => change({ filters: new Map() }));
onClick("save-csv", () => save("designs.csv", plainCsv(frontLines(shownRecord())), "text/csv"));
onClick("save-json", () => {
  const designs = shownRecord().front.map(({ trial, point, metrics }) => ({ trial, point, metrics }));
  save("designs.json", `${JSON.stringify({ study: record.study.name, designs }, null, 1)}\n`, "application/json");
});
document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("button.pick") : null;
  if (button === null) return;
  pick(button.getAttribute("data-pick") ?? "");
  byId("picked").scrollIntoView({ block: "center" });
});

const fromAddress = (): void => {
  view = viewOfParts(partsOfHash(location.hash).view, schema);
  draw();
};
addEventListener("hashchange", fromAddress);
addEventListener("resize", draw);
if (data.record.isExact === false) charts.draw("convergence", convergenceChart(record));
view = viewOfParts(partsOfHash(location.hash).view, schema);
showPicked();
draw();
