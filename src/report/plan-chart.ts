import { AXIS, EMBODIED, INK, MUTED, OPERATIONAL } from "./charts/style.ts";
import { chartSvg } from "./svg.ts";

type Json = Readonly<Record<string, unknown>>;

/** A plan as a picture needs it. */
export interface DrawnPlan {
  readonly title: string;
  /** Intensity by region, gCO2e/kWh; times in ms of the epoch. */
  readonly grid: ReadonlyMap<string, { readonly start: number; readonly step: number; readonly values: Float64Array }>;
  readonly plan: {
    readonly jobs: readonly {
      readonly region: string;
      readonly intervals: readonly { readonly start: number; readonly end: number }[];
      readonly carbon: number;
      readonly carbonNow: number;
    }[];
  };
}

/** Points of a line that a picture of a thousand pixels still tells apart. */
const MOST_POINTS = 4_000;
/** Regions that are drawn. */
const MOST_REGIONS = 6;
const COLOURS = ["#31688e", "#d97706", "#21918c", "#8b2f97", "#5ec962", "#b91c1c"];
const MONTH_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The grid's intensity with the slots in which jobs run; of more than two months, below it what each month saves. */
export function planSvg({ title, grid, plan }: DrawnPlan): string {
  const [from, until] = spanOf(plan);
  const months = savedByMonth(plan);
  const regions = [...grid].filter(([name]) => plan.jobs.some(({ region }) => region === name)).slice(0, MOST_REGIONS);
  const hasMonths = months.length > 2;
  const series = regions.map(([name, trace], i): Json => ({
    ...{ name: name === "" ? "grid" : name, type: "line", step: "end", symbol: "none", xAxisIndex: 0, yAxisIndex: 0 },
    lineStyle: { color: COLOURS[i], width: 1.2 },
    itemStyle: { color: COLOURS[i] },
    data: pointsOf(trace, from, until),
    markArea: {
      silent: true,
      itemStyle: { color: COLOURS[i], opacity: 0.18 },
      data: merged(plan.jobs.filter(({ region }) => region === name).flatMap(({ intervals }) => intervals)).map(
        ({ start, end }) => [{ xAxis: start }, { xAxis: end }],
      ),
    },
  }));
  const bars: Json = {
    ...{ name: "saved", type: "bar", xAxisIndex: 1, yAxisIndex: 1, barMaxWidth: 40 },
    itemStyle: { color: EMBODIED },
    label: { show: true, position: "top", fontSize: 11, color: INK },
    data: months.map(({ saved }) => Number(saved.toPrecision(4))),
  };
  const option = {
    ...{ animation: false, useUTC: true, textStyle: { fontFamily: "inherit", color: INK } },
    title: {
      text: title,
      subtext: "shaded: jobs run; times in UTC",
      left: 8,
      top: 4,
      textStyle: { fontSize: 15, color: INK },
      subtextStyle: { fontSize: 12, color: MUTED },
    },
    ...(regions.length > 1 ? { legend: { top: 8, right: 16, data: regions.map(([name]) => name) } } : {}),
    grid: [
      { left: 24, right: 32, top: 76, bottom: hasMonths ? 270 : 40, containLabel: true },
      ...(hasMonths ? [{ left: 24, right: 32, top: 400, bottom: 36, containLabel: true }] : []),
    ],
    xAxis: [
      { ...AXIS, type: "time", min: from, max: until, gridIndex: 0, axisLabel: { color: MUTED, hideOverlap: true } },
      ...(hasMonths ? [{ ...AXIS, type: "category", data: months.map(({ month }) => month), gridIndex: 1 }] : []),
    ],
    yAxis: [
      { ...AXIS, gridIndex: 0, name: "gCO2e/kWh", nameLocation: "end", nameGap: 10 },
      ...(hasMonths
        ? [
            {
              ...AXIS,
              gridIndex: 1,
              scale: false,
              name: "g saved against starting at once",
              nameLocation: "end",
              nameGap: 10,
              nameTextStyle: { align: "left", color: OPERATIONAL },
            },
          ]
        : []),
    ],
    series: hasMonths ? [...series, bars] : series,
  };
  return chartSvg(option);
}

/** Variants that a service answers with, slot by slot. */
export interface DrawnVariants {
  readonly title: string;
  readonly names: readonly string[];
  /** Start in ms of the epoch, gCO2e/kWh, requests. */
  readonly slots: readonly { readonly start: number; readonly intensity: number; readonly requests: number }[];
  /** Variant of each slot, by its place among the names. */
  readonly chosen: readonly number[];
}

/** Requests of each slot in the colour of the variant that answers them, with the grid's intensity over them. */
export function variantsSvg({ title, names, slots, chosen }: DrawnVariants): string {
  const bars = names.map((name, variant): Json => ({
    ...{ name, type: "bar", stack: "requests", yAxisIndex: 1, barCategoryGap: "0%" },
    itemStyle: { color: COLOURS[(variant + 1) % COLOURS.length], opacity: 0.55 },
    data: slots.map(({ start, requests }, t) => [start, chosen[t] === variant ? requests : 0]),
  }));
  const line: Json = {
    ...{ name: "grid", type: "line", step: "end", symbol: "none", yAxisIndex: 0 },
    lineStyle: { color: INK, width: 1.4 },
    itemStyle: { color: INK },
    data: slots.map(({ start, intensity }) => [start, Number(intensity.toPrecision(6))]),
  };
  return chartSvg({
    ...{ animation: false, useUTC: true, textStyle: { fontFamily: "inherit", color: INK } },
    title: {
      ...{ text: title, subtext: "bars: requests by the variant that answers; line: grid; times in UTC" },
      ...{ left: 8, top: 4, textStyle: { fontSize: 15, color: INK }, subtextStyle: { fontSize: 12, color: MUTED } },
    },
    legend: { top: 8, right: 16, data: ["grid", ...names] },
    grid: { left: 24, right: 32, top: 84, bottom: 40, containLabel: true },
    xAxis: { ...AXIS, type: "time", axisLabel: { color: MUTED, hideOverlap: true } },
    yAxis: [
      { ...AXIS, name: "gCO2e/kWh", nameLocation: "end", nameGap: 10 },
      { ...AXIS, scale: false, name: "requests", nameLocation: "end", nameGap: 10, splitLine: { show: false } },
    ],
    series: [...bars, line],
  });
}

/** The jobs' time, a tenth wider on either side. */
function spanOf({ jobs }: DrawnPlan["plan"]): readonly [number, number] {
  let [first, last] = [Infinity, -Infinity];
  for (const { intervals } of jobs)
    for (const { start, end } of intervals) [first, last] = [Math.min(first, start), Math.max(last, end)];
  const room = (last - first) / 10;
  return [first - room, last + room];
}

function pointsOf(
  { start, step, values }: { readonly start: number; readonly step: number; readonly values: Float64Array },
  from: number,
  until: number,
) {
  const [a, b] = [
    Math.max(0, Math.floor((from - start) / step)),
    Math.min(values.length, Math.ceil((until - start) / step)),
  ];
  const stride = Math.max(1, Math.ceil((b - a) / MOST_POINTS));
  const points: [number, number][] = [];
  for (let i = a; i < b; i += stride) {
    let sum = 0;
    const end = Math.min(b, i + stride);
    for (let j = i; j < end; j += 1) sum += values[j]!;
    points.push([start + i * step, Number((sum / (end - i)).toPrecision(6))]);
  }
  return points;
}

/** Times in which any runs. */
function merged(intervals: readonly { readonly start: number; readonly end: number }[]) {
  const result: { start: number; end: number }[] = [];
  for (const next of [...intervals].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last !== undefined && next.start <= last.end) last.end = Math.max(last.end, next.end);
    else result.push({ ...next });
  }
  return result;
}

/** g saved against starting at once, by the month in which a job begins. */
function savedByMonth({ jobs }: DrawnPlan["plan"]): readonly { readonly month: string; readonly saved: number }[] {
  const sums = new Map<number, number>();
  for (const { intervals, carbon, carbonNow } of jobs) {
    const at = new Date(intervals[0]!.start);
    const month = at.getUTCFullYear() * 12 + at.getUTCMonth();
    sums.set(month, (sums.get(month) ?? 0) + (carbonNow - carbon) * 1000);
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([month, saved]) => ({ month: `${MONTH_NAMES[month % 12]} ${Math.floor(month / 12)}`, saved }));
}
