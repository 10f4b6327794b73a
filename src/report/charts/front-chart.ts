import { thinned } from "../front-table.ts";
import { chartNumber, metricLabel, shownNumber, titleWithUnit } from "../metric-labels.ts";
import type { FrontRow, RunRecord } from "../types.ts";
import { axisRange, frontAxes, isInside, yMetrics, type AxisRange, type FrontAxes } from "./axes.ts";
import { decimalExponent } from "./decades.ts";
import { labelsWithRoom, type Label } from "./label-room.ts";
import { AXIS, INK, MUTED, PALETTE } from "./style.ts";

type Json = Readonly<Record<string, unknown>>;

const INTERVALS = "Interval of accuracy (90 %)";
/** px of a chart that is saved, of what lies beside the plot of any, and of the plot's height. */
const WIDTH = 960;
const BESIDE_PLOT = 110;
const PLOT_HEIGHT = 300;
const STEPS = "Cheapest of its step";
const PUBLISHED = "Published models";
/** Beyond so many designs, symbols are small and intervals are drawn of some only, evenly spread. */
export const MANY = 200;
export const MOST_INTERVALS = 60;

/** One series of the scatter by the place it has in `series`. */
export const FRONT_SERIES = { others: 0, intervals: 1, front: 2, baseline: 3, steps: 4, published: 5 } as const;

/**
 * Options of the scatter of the front, plain data: other feasible designs pale, accuracy intervals as bars, the front
 * coloured, the cheapest design of each step with its number, the baseline as a diamond, published models as hollow ones.
 *
 * @param width of the chart, px: labels that have no room are left out
 */
export function frontChart(record: RunRecord, axes: FrontAxes = frontAxes(record), width = WIDTH): Json {
  const { x, y, colour } = axes;
  const rows = [...record.front, ...(record.baseline === null ? [] : [record.baseline])];
  const [across, upwards] = [axisRange(rows, [x], x), axisRange(rows, yMetrics(y), y)];
  const others = record.others.flatMap(({ trial, metrics }) => {
    const [right, up] = [metrics[x], metrics[y]];
    if (right === undefined || up === undefined) return [];
    const value = [chartNumber(x, right), chartNumber(y, up)] as const;
    return isInside(value[0], across) && isInside(value[1], upwards) ? [{ name: `Trial ${trial}`, value }] : [];
  });
  const intervals = intervalsOf(rows, axes);
  const [steps, published] = withRoom(cheapestOf(record, axes), publishedIn(record, axes, across, upwards), (labels) =>
    labelsWithRoom(labels, across, upwards, width - BESIDE_PLOT, PLOT_HEIGHT),
  );
  return {
    animation: false,
    textStyle: { fontFamily: "inherit", color: INK },
    legend: {
      ...{ top: 0, left: "center", itemGap: 8, itemWidth: 14, textStyle: { color: INK } },
      data: legendOf(record, intervals.length, steps.length, published.length),
    },
    grid: { left: 34, right: 20, top: 80, bottom: colour === null ? 24 : 96, containLabel: true },
    tooltip: { trigger: "item", renderMode: "richText", confine: true, textStyle: { fontSize: 12 } },
    xAxis: { ...AXIS, name: titleWithUnit(x), ...across },
    yAxis: { ...AXIS, name: titleWithUnit(y), nameGap: 40, ...upwards },
    ...(colour === null ? {} : { visualMap: visualMapOf(rows, colour) }),
    series: [
      {
        name: "Other designs",
        type: "scatter",
        data: others,
        symbolSize: 5,
        itemStyle: { color: "#c3cad1", opacity: 0.7 },
        tooltip: { formatter: "{b}" },
        silent: true,
      },
      {
        name: INTERVALS,
        type: "lines",
        coordinateSystem: "cartesian2d",
        data: intervals,
        lineStyle: { color: MUTED, width: 1.5, opacity: 0.28 },
        itemStyle: { color: MUTED },
        silent: true,
        z: 3,
      },
      {
        name: "Front",
        type: "scatter",
        data: record.front.map((row) => item(row, axes)),
        symbolSize: record.front.length > MANY ? 7 : 11,
        itemStyle: { borderColor: "#fff", borderWidth: record.front.length > MANY ? 0.5 : 1 },
        tooltip: { formatter: "{b}" },
        z: 4,
      },
      {
        name: "Baseline",
        type: "scatter",
        symbol: "diamond",
        symbolSize: 20,
        data: record.baseline === null ? [] : [item(record.baseline, axes)],
        itemStyle: { color: "#c8102e", borderColor: "#fff", borderWidth: 1.5 },
        label: {
          ...{ show: true, formatter: "Baseline", position: "top", color: "#c8102e", fontWeight: "bold" },
          ...{ backgroundColor: "rgba(255, 255, 255, 0.85)", padding: [1, 4], borderRadius: 3 },
        },
        tooltip: { formatter: "{b}" },
        z: 5,
      },
      {
        name: STEPS,
        type: "scatter",
        data: steps,
        symbolSize: 18,
        itemStyle: { color: "transparent", borderColor: INK, borderWidth: 1.5 },
        label: { show: true, formatter: "{@[2]}", position: "bottom", distance: 3, color: INK, fontSize: 11 },
        tooltip: { formatter: "{b}" },
        z: 6,
      },
      {
        name: PUBLISHED,
        type: "scatter",
        symbol: "diamond",
        symbolSize: 16,
        data: published,
        itemStyle: { color: "transparent", borderColor: "#c8102e", borderWidth: 1.5 },
        label: { show: true, formatter: "{@[2]}", position: "right", color: INK, fontSize: 11 },
        tooltip: { formatter: "{b}" },
        z: 5,
      },
    ],
  };
}

function legendOf(
  { baseline, others }: RunRecord,
  intervalCount: number,
  stepCount: number,
  publishedCount: number,
): readonly Json[] {
  return [
    { name: "Front", icon: "circle", itemStyle: { color: PALETTE[1] } },
    ...(baseline === null ? [] : [{ name: "Baseline", icon: "diamond" }]),
    ...(stepCount > 0 ? [{ name: STEPS, icon: "circle", itemStyle: { borderWidth: 1.5 } }] : []),
    ...(publishedCount > 0 ? [{ name: PUBLISHED, icon: "diamond", itemStyle: { borderWidth: 1.5 } }] : []),
    ...(intervalCount > 0 ? [{ name: INTERVALS, icon: "path://M4,0L6,0L6,10L4,10Z" }] : []),
    ...(others.length === 0 ? [] : [{ name: "Other designs", icon: "circle" }]),
  ];
}

interface Marked extends Json {
  readonly value: readonly [x: number, y: number, text: string];
}

/** Marked points, whose labels are shown where they lie on no other one's. */
function withRoom(
  steps: readonly Marked[],
  published: readonly Marked[],
  haveRoom: (labels: readonly Label[]) => readonly boolean[],
): readonly [readonly Json[], readonly Json[]] {
  const labels = [
    ...steps.map(({ value }) => ({ value, side: "below" as const })),
    ...published.map(({ value }) => ({ value, side: "right" as const })),
  ];
  const isShown = haveRoom(labels);
  const shown = (points: readonly Marked[], from: number): readonly Json[] =>
    points.map((point, i) => (isShown[from + i] === true ? point : { ...point, label: { show: false } }));
  return [shown(steps, 0), shown(published, steps.length)];
}

/** The design to look at of each step, where the chart has accuracy; one step needs no mark. */
function cheapestOf({ front, steps }: RunRecord, { x, y }: FrontAxes): readonly Marked[] {
  if (steps === undefined || steps.steps.length < 2 || ![x, y].includes("accuracy")) return [];
  return steps.steps.flatMap(({ step, cheapest }) => {
    const row = front.find(({ trial }) => trial === cheapest);
    if (row === undefined) return [];
    const [right, up] = [x, y].map((metric) => chartNumber(metric, row.metrics[metric] ?? 0)) as [number, number];
    return [
      {
        name: `Cheapest of step ${step}\n${tooltipOf(row)}`,
        value: [right, up, `step ${step}`] as const,
        trial: row.trial,
      },
    ];
  });
}

/** Published models that lie within the chart: its ends are those of the front. */
function publishedIn(
  { published = [] }: RunRecord,
  { x, y }: FrontAxes,
  across: AxisRange,
  upwards: AxisRange,
): readonly Marked[] {
  return published.flatMap(({ name, hardware, towers, metrics }) => {
    const [right, up] = [metrics[x], metrics[y]];
    if (right === undefined || up === undefined) return [];
    const value = [chartNumber(x, right), chartNumber(y, up)] as const;
    if (!isInside(value[0], across) || !isInside(value[1], upwards)) return [];
    return [{ name: [name, ...figuresText(metrics), hardware, towers].join("\n"), value: [...value, name] as const }];
  });
}

function item(row: FrontRow, { x, y, colour }: FrontAxes): Json {
  const value = [x, y, ...(colour === null ? [] : [colour])].map((metric) =>
    chartNumber(metric, row.metrics[metric] ?? 0),
  );
  return { name: tooltipOf(row), value, trial: row.trial };
}

const SHOWN = ["carbon_total_kgCO2e", "carbon_embodied_kgCO2e", "carbon_operational_kgCO2e", "latency_s", "area_mm2"];

function tooltipOf({ trial, metrics, hardware, towers }: FrontRow): string {
  return [trial === null ? "Baseline" : `Trial ${trial}`, ...figuresText(metrics), hardware, towers].join("\n");
}

function figuresText(metrics: FrontRow["metrics"]): readonly string[] {
  const { accuracy, accuracy_low, accuracy_high } = metrics;
  const percent = (value: number | null | undefined): string => shownNumber("accuracy", value);
  const interval = `Accuracy ${percent(accuracy)} % (${percent(accuracy_low)}–${percent(accuracy_high)})`;
  const lines = SHOWN.map((metric) => {
    const { title, unit } = metricLabel(metric);
    return `${title} ${shownNumber(metric, metrics[metric])} ${unit}`;
  });
  return [...(accuracy === undefined ? [] : [interval]), ...lines];
}

/** Bars from the low to the high accuracy; none where accuracy is not on the chart. */
function intervalsOf(rows: readonly FrontRow[], { x, y }: FrontAxes): readonly Json[] {
  if (y !== "accuracy") return [];
  return thinned(rows, rows.length > MANY ? MOST_INTERVALS : rows.length).flatMap(({ metrics }) => {
    const [right, low, high] = [metrics[x], metrics.accuracy_low, metrics.accuracy_high];
    if (typeof right !== "number" || typeof low !== "number" || typeof high !== "number") return [];
    const at = chartNumber(x, right);
    return [{ coords: [low, high].map((each) => [at, chartNumber("accuracy", each)]) }];
  });
}

function visualMapOf(rows: readonly FrontRow[], colour: string): Json {
  const values = rows.map(({ metrics }) => chartNumber(colour, metrics[colour] ?? 0));
  const { unit, title } = metricLabel(colour);
  const [least, most] = endsOf(values);
  return {
    type: "continuous",
    seriesIndex: FRONT_SERIES.front,
    dimension: 2,
    min: least,
    max: most,
    precision: Math.max(0, -decimalExponent((most - least) / 100)),
    orient: "horizontal",
    left: "center",
    bottom: 0,
    itemWidth: 14,
    itemHeight: 160,
    text: [unit, title],
    textStyle: { color: INK },
    inRange: { color: PALETTE },
    calculable: true,
  };
}

/** The least and the most, apart also where all values are equal. */
function endsOf(values: readonly number[]): readonly [number, number] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return most > least ? [least, most] : [least, least + (Math.abs(least) || 1)];
}
