import { log } from "../../math/index.ts";
import { AXIS, EMBODIED, INK, MUTED, OPERATIONAL, PALETTE } from "../charts/style.ts";
import { chartNumber, metricLabel, shownNumber, titleWithUnit } from "../metric-labels.ts";
import { chartSvg } from "../svg.ts";
import { shownMetric, type SweepResult, type SweepRow } from "./types.ts";

type Json = Readonly<Record<string, unknown>>;

/** Something that takes several values in a sweep. */
interface Dimension {
  readonly kind: "path" | "model" | "hardware";
  readonly title: string;
  readonly values: readonly string[];
  readonly of: (row: SweepRow) => string;
}

/** Cells of a heat map that numbers are still written into. */
const MOST_NUMBERS = 300;
/** Ratio of the largest value to the least from which colours follow the logarithm. */
const WIDE = 20;
const UNFIT = "#d5dae0";

/**
 * A sweep as one SVG picture of {@link shownMetric}: bars of models or chips, lines over one path (one for each model or chip), a
 * heat map of two paths, or a grid of models and chips. What does not fit is grey, or hollow on a line.
 *
 * @returns a reason where more than two things vary, or none
 */
export function sweepSvg(sweep: SweepResult): string | { readonly reason: string } {
  const dimensions = dimensionsOf(sweep);
  const [first, second] = dimensions;
  if (first === undefined) return { reason: "nothing varies in it" };
  if (dimensions.length > 2) {
    const names = dimensions.map(({ title }) => title).join(", ");
    return { reason: `${dimensions.length} things vary in it (${names}), and a picture has room for two` };
  }
  if (second === undefined) return chartSvg(first.kind === "path" ? lines(sweep, first, null) : bars(sweep, first));
  if (first.kind === "path" && second.kind !== "path") return chartSvg(lines(sweep, first, second));
  return chartSvg(heatMap(sweep, first, second));
}

function dimensionsOf({ models, hardware, paths }: SweepResult): readonly Dimension[] {
  const all: readonly Dimension[] = [
    ...paths.map(({ path, values }): Dimension => ({
      ...{ kind: "path", title: path, values: values.map(String) },
      of: ({ settings }) => String(settings[path]),
    })),
    { kind: "model", title: "model", values: models, of: ({ model }) => model },
    { kind: "hardware", title: "hardware", values: hardware, of: ({ hardware: chip }) => chip },
  ];
  return all.filter(({ values }) => values.length > 1);
}

/** What the picture is of, where nothing else says it. */
function titleOf(sweep: SweepResult): string {
  const { models, hardware, paths, limits } = sweep;
  const one = (names: readonly string[], many: string): string =>
    names.length === 1 ? names[0]! : `${names.length} ${many}`;
  const fixed = paths
    .filter(({ values }) => values.length === 1)
    .map(({ path, values }) => `${path} ${String(values[0])}`);
  const under = limits.map(({ text }) => text);
  return [`${one(models, "models")} on ${one(hardware, "chips")}`, ...fixed, ...under].join(", ");
}

const base = (sweep: SweepResult, note: string): Json => ({
  animation: false,
  textStyle: { fontFamily: "inherit", color: INK },
  title: {
    ...{ text: titleOf(sweep), subtext: note, left: 8, top: 4 },
    textStyle: { fontSize: 15, color: INK },
    subtextStyle: { fontSize: 12, color: MUTED },
  },
});

function valueOf(row: SweepRow | undefined, metric: string): number | null {
  const value = row?.metrics[metric];
  return value === undefined ? null : chartNumber(metric, value);
}

/** The limit on the metric as a dashed line. */
function limitLine(sweep: SweepResult, metric: string, axis: "xAxis" | "yAxis"): Json {
  const own = sweep.limits.filter((limit) => limit.metric === metric);
  return {
    ...{ silent: true, symbol: "none", animation: false },
    lineStyle: { color: OPERATIONAL, type: "dashed" },
    label: { color: OPERATIONAL, formatter: "{b}" },
    data: own.map(({ limit, text }) => ({ name: text, [axis]: chartNumber(metric, limit) })),
  };
}

function bars(sweep: SweepResult, { values, of }: Dimension): Json {
  const metric = shownMetric(sweep);
  const rows = new Map(sweep.rows.map((row) => [of(row), row]));
  const names = sweep.sort === null ? values : sweep.rows.map(of);
  return {
    ...base(sweep, "grey: does not fit; -: cannot run, or is not known"),
    grid: { left: 12, right: 96, top: 64, bottom: 40, containLabel: true },
    xAxis: { ...AXIS, scale: false, name: titleWithUnit(metric) },
    yAxis: { type: "category", inverse: true, data: names, axisTick: { show: false }, axisLabel: { color: INK } },
    series: [
      {
        type: "bar",
        barMaxWidth: 22,
        markLine: limitLine(sweep, metric, "xAxis"),
        data: names.map((name) => {
          const row = rows.get(name);
          const value = valueOf(row, metric);
          return {
            value: value ?? 0,
            itemStyle: { color: row?.fits === true ? EMBODIED : UNFIT },
            label: {
              ...{ show: true, position: "right", fontSize: 11 },
              formatter: value === null ? "-" : shownNumber(metric, row!.metrics[metric]),
            },
          };
        }),
      },
    ],
  };
}

const COLOURS = ["#31688e", "#d97706", "#21918c", "#8b2f97", "#5ec962", "#b91c1c", "#52606d", "#d8c21f"];

function lines(sweep: SweepResult, across: Dimension, of: Dimension | null): Json {
  const metric = shownMetric(sweep);
  const names = of === null ? [metricLabel(metric).title] : of.values;
  const series = names.map((name, i): Json => {
    const own = of === null ? sweep.rows : sweep.rows.filter((row) => of.of(row) === name);
    const rows = new Map(own.map((row) => [across.of(row), row]));
    const colour = COLOURS[i % COLOURS.length]!;
    return {
      ...{ name, type: "line", symbolSize: 7, lineStyle: { color: colour, width: 2 }, itemStyle: { color: colour } },
      ...(i === 0 ? { markLine: limitLine(sweep, metric, "yAxis") } : {}),
      data: across.values.map((value) => {
        const row = rows.get(value);
        return { value: valueOf(row, metric), symbol: row?.fits === true ? "circle" : "emptyCircle" };
      }),
    };
  });
  return {
    ...base(sweep, "hollow: does not fit; a gap: cannot run, or is not known"),
    ...(of === null ? {} : { legend: { top: 48, left: "center", type: "plain", data: names } }),
    grid: {
      left: 40,
      right: 96,
      top: of === null ? 64 : 64 + 22 * Math.ceil(names.length / 6),
      bottom: 40,
      containLabel: true,
    },
    xAxis: {
      ...{ ...AXIS, type: "category", name: across.title, data: across.values },
      axisLabel: { color: MUTED, hideOverlap: true },
    },
    yAxis: { ...AXIS, scale: false, name: titleWithUnit(metric), nameGap: 50 },
    series,
  };
}

function heatMap(sweep: SweepResult, across: Dimension, upwards: Dimension): Json {
  const metric = shownMetric(sweep);
  const places = new Map(sweep.rows.map((row) => [`${across.of(row)}\n${upwards.of(row)}`, row]));
  const cells = across.values.flatMap((x, i) =>
    upwards.values.map((y, j) => {
      const row = places.get(`${x}\n${y}`);
      const value = row?.metrics[metric];
      return { x: i, y: j, value: value ?? null, fits: row?.fits === true && value !== undefined };
    }),
  );
  const fitting = cells.filter(({ fits }) => fits).map(({ value }) => value!);
  const [least, most] = fitting.length === 0 ? [0, 1] : [Math.min(...fitting), Math.max(...fitting)];
  const isWide = least > 0 && most / least > WIDE;
  const shade = (value: number): number => Number((isWide ? log(value) : value).toPrecision(7));
  const isNumbered = cells.length <= MOST_NUMBERS;
  const label = (value: number | null, colour: string): Json => ({
    ...{ show: isNumbered, fontSize: 11, color: colour },
    formatter: value === null ? "-" : shownNumber(metric, Number(value.toPrecision(3))),
  });
  // The palette is dark at its low end.
  const ink = (value: number): string =>
    most === least || shade(value) < (shade(least) + shade(most)) / 2 ? "#fff" : INK;
  const { unit } = metricLabel(metric);
  const end = (value: number): string => `${shownNumber(metric, Number(value.toPrecision(3)))} ${unit}`.trim();
  const axis = (dimension: Dimension, gap: number): Json => ({
    ...{ type: "category", data: dimension.values, name: dimension.kind === "path" ? dimension.title : "" },
    ...{ nameLocation: "middle", nameGap: gap, nameTextStyle: AXIS.nameTextStyle },
    axisLabel: {
      color: MUTED,
      interval: dimension.values.length > 40 ? "auto" : 0,
      rotate: needsTurn(dimension) ? 40 : 0,
    },
    axisTick: { show: false },
  });
  return {
    ...base(sweep, `${titleWithUnit(metric)}; grey: does not fit; -: cannot run, or is not known`),
    grid: { left: 44, right: 130, top: 64, bottom: 36, containLabel: true },
    xAxis: axis(across, needsTurn(across) ? 70 : 30),
    yAxis: { ...axis({ ...upwards, values: upwards.values }, 50), axisLabel: { color: MUTED } },
    visualMap: [
      {
        ...{
          type: "continuous",
          seriesIndex: 0,
          min: shade(least),
          max: most > least ? shade(most) : shade(least) + 1,
        },
        ...{ right: 8, top: "middle", itemHeight: 220, text: [end(most), end(least)] },
        ...{ show: fitting.length > 0, inRange: { color: [...PALETTE] } },
      },
      { type: "continuous", seriesIndex: 1, min: 0, max: 1, show: false, inRange: { color: [UNFIT, UNFIT] } },
    ],
    series: [
      {
        type: "heatmap",
        data: cells
          .filter(({ fits }) => fits)
          .map(({ x, y, value }) => ({ value: [x, y, shade(value!)], label: label(value, ink(value!)) })),
        itemStyle: { borderColor: "#fff", borderWidth: 1 },
      },
      {
        type: "heatmap",
        data: cells
          .filter(({ fits }) => !fits)
          .map(({ x, y, value }) => ({ value: [x, y, 0], label: label(value, MUTED) })),
        itemStyle: { borderColor: "#fff", borderWidth: 1 },
      },
    ],
  };
}

const needsTurn = ({ kind, values }: Dimension): boolean => kind !== "path" && values.length > 5;
