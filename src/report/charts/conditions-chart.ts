import type { Sweep } from "../conditions.ts";
import { AXIS, EMBODIED, INK, MUTED, OPERATIONAL } from "./style.ts";

type Json = Readonly<Record<string, unknown>>;

const short = (value: number): number => Number(value.toPrecision(5));

/** Lines that can still be told apart. */
const MOST_MARKS = 7;

/** Total carbon of the best design under one condition, embodied below use, with a line where another design takes over. */
export function conditionsChart({ name, title, own, optima, takeovers }: Sweep): Json {
  const [first, last] = [optima[0]!.x, optima.at(-1)!.x];
  const area = (label: string, colour: string, of: (optimum: Sweep["optima"][number]) => number, more: Json): Json => ({
    ...{ name: label, type: "line", stack: "total", showSymbol: false },
    data: optima.map((optimum) => [short(optimum.x), short(of(optimum))]),
    lineStyle: { color: colour, width: 1.5 },
    itemStyle: { color: colour },
    areaStyle: { color: colour, opacity: 0.3 },
    ...more,
  });
  return {
    animation: false,
    textStyle: { fontFamily: "inherit", color: INK },
    legend: { top: 0, left: "center", itemGap: 12, icon: "roundRect", textStyle: { color: INK, fontSize: 12 } },
    grid: { left: 28, right: 24, top: 48, bottom: 34, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true },
    xAxis: { ...AXIS, type: name === "duty" ? "log" : "value", name: title, min: first, max: last },
    yAxis: { ...AXIS, scale: false, name: "Total carbon (kgCO2e)", nameGap: 42 },
    series: [
      area("Embodied", EMBODIED, ({ embodied }) => embodied, {
        markLine: marks(own >= first && own <= last ? own : null, [
          { x: first, from: null, to: optima[0]!.trial },
          ...takeovers,
        ]),
      }),
      area("Use", OPERATIONAL, ({ total, embodied }) => total - embodied, {}),
    ],
  };
}

/** Dashed at the study's own condition; whole, with the design that is best from there on, at the beginning and where one takes over. */
function marks(own: number | null, takeovers: Sweep["takeovers"]): Json {
  const dashed = { lineStyle: { color: MUTED, type: "dashed" }, label: { formatter: "study", color: MUTED } };
  const shown = takeovers.slice(0, MOST_MARKS).map(({ x, to }) => ({
    xAxis: short(x),
    lineStyle: { color: INK, type: "solid", width: 1 },
    label: {
      ...{ formatter: `trial ${to ?? "-"}`, color: INK, fontSize: 11 },
      ...{ rotate: 90, position: "insideEndBottom" },
    },
  }));
  return {
    ...{ silent: true, symbol: "none" },
    data: [...(own === null ? [] : [{ xAxis: short(own), ...dashed }]), ...shown],
  };
}
