import { chartNumber, titleWithUnit } from "../metric-labels.ts";
import type { FrontRow, RunRecord } from "../types.ts";
import { AXIS, INK, MUTED, OPERATIONAL, PALETTE } from "./style.ts";

type Json = Readonly<Record<string, unknown>>;

/** What a slice shows a design by. */
type Sliced = Pick<FrontRow, "point"> & { readonly metrics: Readonly<Record<string, number | null>> };

/** Designs of one value lie beside each other, in so many columns. */
const COLUMNS = 9;

/**
 * A metric against one parameter: designs of the front and others at each value, side by side so that they can be seen, and the mean of
 * the metric with all else equally likely, where the record has it.
 *
 * @returns null where the study has no such parameter
 */
export function sliceChart(
  { study, importance }: Pick<RunRecord, "study" | "importance">,
  front: readonly FrontRow[],
  others: readonly Sliced[],
  [path, metric]: readonly [string, string],
): Json | null {
  const values = study.parameters?.find((each) => each.path === path)?.values;
  if (values === undefined) return null;
  const dots = (rows: readonly Sliced[], of: (row: Sliced, value: readonly [number, number]) => object) => {
    const counts = values.map(() => 0);
    return rows.flatMap((row) => {
      const [place, found] = [values.indexOf(row.point[path]!), row.metrics[metric]];
      if (place < 0 || typeof found !== "number") return [];
      const column = counts[place]! % COLUMNS;
      counts[place]! += 1;
      return [of(row, [place + (0.6 * column) / (COLUMNS - 1) - 0.3, chartNumber(metric, found)])];
    });
  };
  const found = importance?.of.find((each) => each.metric === metric)?.parameters.find((each) => each.path === path);
  const means = found?.marginal.slice(0, values.length).map((mean, place) => [place, chartNumber(metric, mean)]) ?? [];
  return {
    animation: false,
    textStyle: { fontFamily: "inherit", color: INK },
    legend: { top: 0, left: "center", itemGap: 12, textStyle: { color: INK, fontSize: 12 } },
    grid: { left: 34, right: 20, top: 40, bottom: 34, containLabel: true },
    tooltip: { trigger: "item", renderMode: "richText", confine: true },
    xAxis: [
      {
        ...{ ...AXIS, scale: false, name: path, min: -0.5, max: values.length - 0.5, splitLine: { show: false } },
        ...{ axisLabel: { show: false }, axisTick: { show: false }, interval: 1 },
      },
      {
        type: "category",
        data: values.map(String),
        position: "bottom",
        axisLabel: { color: MUTED, hideOverlap: true },
      },
    ],
    // The first value of the parameter is at 0, where the axis does not belong.
    yAxis: { ...AXIS, name: titleWithUnit(metric), nameGap: 44, axisLine: { ...AXIS.axisLine, onZero: false } },
    series: [
      {
        ...{ name: "Other designs", type: "scatter", symbolSize: 4, silent: true },
        data: dots(others, (_, value) => ({ value })),
        itemStyle: { color: "#c3cad1", opacity: 0.7 },
      },
      {
        ...{ name: "Front", type: "scatter", symbolSize: 7, tooltip: { formatter: "{b}" } },
        data: dots(front, (row, value) => {
          const { trial } = row as FrontRow;
          return { name: `Trial ${trial}`, value, trial };
        }),
        itemStyle: { color: PALETTE[1], borderColor: "#fff", borderWidth: 0.5 },
      },
      {
        ...{ name: "Mean, all else equally likely", type: "line", symbolSize: 6, data: means, z: 5 },
        lineStyle: { color: OPERATIONAL, width: 2 },
        itemStyle: { color: OPERATIONAL },
      },
    ],
  };
}
