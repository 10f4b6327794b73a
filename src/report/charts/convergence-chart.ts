import type { RunRecord } from "../types.ts";
import { AXIS, EMBODIED, INK } from "./style.ts";

/** Hypervolume over trials, plain data. */
export function convergenceChart({ convergence }: RunRecord): Readonly<Record<string, unknown>> {
  const data = convergence.map(({ trialCount, hypervolume }) => [trialCount, Number(hypervolume.toPrecision(7))]);
  return {
    animation: false,
    textStyle: { fontFamily: "inherit", color: INK },
    grid: { left: 34, right: 20, top: 16, bottom: 34, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true },
    xAxis: { ...AXIS, scale: false, name: "Trials" },
    yAxis: { ...AXIS, name: "Hypervolume", nameGap: 50 },
    series: [
      {
        name: "Hypervolume",
        type: "line",
        step: "end",
        data,
        symbolSize: 4,
        lineStyle: { color: EMBODIED },
        itemStyle: { color: EMBODIED },
      },
    ],
  };
}
