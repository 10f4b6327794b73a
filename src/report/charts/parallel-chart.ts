import { chartNumber, titleWithUnit } from "../metric-labels.ts";
import { thinned } from "../front-table.ts";
import type { RunRecord } from "../types.ts";
import { INK, MUTED, PALETTE } from "./style.ts";

type Json = Readonly<Record<string, unknown>>;

/** Lines that can still be told apart. */
export const MOST_LINES = 200;

/**
 * Parallel coordinates: a line for each design of the front over the parameters of the space and the objectives. Axes of
 * parameters hold every value of the study, so that unused ones show. Null: the record does not know its space.
 */
export function parallelChart({ study, front }: RunRecord): Json | null {
  const parameters = (study.parameters ?? []).filter(({ values }) => values.length > 1);
  if (parameters.length === 0 || front.length === 0) return null;
  const metrics = study.objectives.map(({ metric }) => metric);
  const colour = metrics.includes("accuracy") ? "accuracy" : metrics[0]!;
  const at = parameters.length + metrics.indexOf(colour);
  const data = thinned(front, MOST_LINES).map(({ point, metrics: found }) => [
    ...parameters.map(({ path }) => (Object.hasOwn(point, path) ? String(point[path]) : "-")),
    ...metrics.map((metric) => chartNumber(metric, found[metric] ?? 0)),
  ]);
  const colours = data.map((line) => Number(line[at]));
  return {
    animation: false,
    textStyle: { fontFamily: "inherit", color: INK },
    parallel: { left: 44, right: 56, top: 64, bottom: 76 },
    parallelAxis: [
      ...parameters.map(({ path, values }, dim) => ({
        ...{ dim, id: path, type: "category", name: nameOf(path) },
        data: [...(data.some((line) => line[dim] === "-") ? ["-"] : []), ...values.map(String)],
      })),
      ...metrics.map((metric, i) => ({
        ...{
          dim: parameters.length + i,
          id: metric,
          type: "value",
          scale: true,
          name: titleWithUnit(metric).replace(" (", "\n("),
        },
      })),
    ].map((axis) => ({
      ...axis,
      nameTextStyle: { color: INK, fontSize: 11, lineHeight: 13, fontWeight: "bold" },
      nameGap: 12,
      axisLabel: { color: MUTED, fontSize: 10 },
      axisLine: { lineStyle: { color: MUTED } },
    })),
    visualMap: {
      type: "continuous",
      dimension: at,
      min: Math.min(...colours),
      max: Math.max(...colours),
      precision: 2,
      orient: "horizontal",
      left: 44,
      bottom: 0,
      itemWidth: 14,
      itemHeight: 160,
      text: [titleWithUnit(colour), ""],
      textStyle: { color: INK },
      inRange: { color: PALETTE },
      calculable: true,
    },
    series: [{ type: "parallel", lineStyle: { width: 1.2, opacity: 0.5 }, data }],
  };
}

/** "model.text.layers" → "text" above "layers". */
function nameOf(path: string): string {
  return path.replace(/^model\./, "").replace(/\./, "\n");
}
