import { chartNumber, titleWithUnit } from "../metric-labels.ts";
import { AXIS, INK } from "../charts/style.ts";
import type { Comparison } from "./types.ts";

type Json = Readonly<Record<string, unknown>>;

/** Told apart by most colour-blind people (Okabe and Ito, 2008). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c6d31"];
const SYMBOLS = ["circle", "diamond", "triangle", "rect", "pin", "roundRect"];

/** Fronts of the runs in two objectives, and what groups of seeds attain: accuracy upwards where it is one of them. */
export function comparisonChart({ objectives, runs, groups }: Comparison, pair: readonly [number, number]): Json {
  const [x, y] = pair.map((at) => objectives[at]!.metric) as [string, string];
  const place = (values: readonly number[]): readonly number[] => [
    chartNumber(x, values[pair[0]]!),
    chartNumber(y, values[pair[1]]!),
  ];
  const lines = groups.flatMap(({ label, attainment }, i) =>
    attainment.map(({ share, corners }, k) => ({
      name: `${label}: ${sharesText(share)}`,
      type: "line",
      step: "end",
      symbol: "none",
      data: corners.map(place).sort((a, b) => a[0]! - b[0]!),
      lineStyle: {
        color: COLOURS[(i + 3) % COLOURS.length],
        width: k === 1 ? 2.5 : 1,
        type: k === 1 ? "solid" : "dashed",
      },
      itemStyle: { color: COLOURS[(i + 3) % COLOURS.length] },
    })),
  );
  return {
    animation: false,
    textStyle: { fontFamily: "inherit", color: INK },
    legend: { type: "scroll", top: 0, left: "center" },
    grid: { left: 34, right: 20, top: 48, bottom: 34, containLabel: true },
    tooltip: { trigger: "item", renderMode: "richText", confine: true, textStyle: { fontSize: 12 } },
    xAxis: { ...AXIS, name: titleWithUnit(x) },
    yAxis: { ...AXIS, name: titleWithUnit(y), nameGap: 44 },
    series: [
      ...runs.map(({ label, points }, i) => ({
        name: label,
        type: "scatter",
        symbol: SYMBOLS[i % SYMBOLS.length],
        symbolSize: 8,
        data: points.map(place),
        itemStyle: { color: COLOURS[i % COLOURS.length], opacity: 0.75 },
      })),
      ...lines,
    ],
  };
}

function sharesText(share: number): string {
  if (share === 1) return "attained by all";
  return share === 0.5 ? "by half" : "by the best";
}

/** Pairs of objectives to draw, accuracy upwards. */
export function pairsOf({ objectives }: Comparison): readonly (readonly [number, number])[] {
  const at = objectives.findIndex(({ metric }) => metric === "accuracy");
  const all = objectives.flatMap((_, i) => objectives.slice(i + 1).map((__, k) => [i, i + 1 + k] as const));
  return all.map(([i, j]) => (i === at ? [j, i] : [i, j]));
}
