import type { Sweep } from "../conditions.ts";
import { AXIS, EMBODIED, INK, MUTED, OPERATIONAL } from "./style.ts";

type Json = Readonly<Record<string, unknown>>;

const short = (value: number): number => Number(value.toPrecision(5));

/** Embodied carbon and energy of the best design under one condition: both step where another design takes over. */
export function conditionsChart({ name, title, own, optima }: Sweep): Json {
  const [first, last] = [optima[0]!.x, optima.at(-1)!.x];
  const line = (
    label: string,
    axis: number,
    colour: string,
    data: readonly (readonly number[])[],
    more: Json,
  ): Json => ({
    ...{ name: label, type: "line", step: "end", showSymbol: false, yAxisIndex: axis, data },
    lineStyle: { color: colour, width: 2 },
    itemStyle: { color: colour },
    ...more,
  });
  const axis = (label: string, colour: string): Json => ({
    ...AXIS,
    name: label,
    nameGap: 42,
    nameTextStyle: { color: colour, fontSize: 12 },
    splitLine: { show: false },
  });
  return {
    animation: false,
    textStyle: { fontFamily: "inherit", color: INK },
    grid: { left: 24, right: 24, top: 20, bottom: 34, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true },
    xAxis: { ...AXIS, type: name === "duty" ? "log" : "value", name: title, min: first, max: last },
    yAxis: [axis("Embodied (kgCO2e)", EMBODIED), axis("Energy per inference (mJ)", OPERATIONAL)],
    series: [
      line(
        "Embodied (kgCO2e)",
        0,
        EMBODIED,
        optima.map(({ x, embodied }) => [short(x), short(embodied)]),
        { markLine: ownCondition(own >= first && own <= last ? own : null) },
      ),
      line(
        "Energy per inference (mJ)",
        1,
        OPERATIONAL,
        optima.map(({ x, energy }) => [short(x), short(1e3 * energy)]),
        {},
      ),
    ],
  };
}

/** A dashed line at the study's own condition. */
function ownCondition(own: number | null): Json {
  return {
    ...{ silent: true, symbol: "none" },
    lineStyle: { color: MUTED, type: "dashed" },
    label: { formatter: "study", color: MUTED },
    data: own === null ? [] : [{ xAxis: short(own) }],
  };
}
