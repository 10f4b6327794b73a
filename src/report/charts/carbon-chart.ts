import type { FrontRow } from "../types.ts";
import { carbonPartName } from "./carbon-parts.ts";
import { AXIS, EMBODIED, INK, OPERATIONAL } from "./style.ts";

type Json = Readonly<Record<string, unknown>>;

/** One bar of the breakdown. */
export interface CarbonPart {
  readonly name: string;
  /** kgCO2e. */
  readonly value: number;
  readonly colour: string;
}

/** Parts of a design's total carbon, embodied first; empty where it is not modelled. */
export function carbonParts({ embodied_kgCO2e, operational_kgCO2e }: FrontRow): readonly CarbonPart[] {
  const partsOf = (parts: Readonly<Record<string, number>> | undefined, colour: string): readonly CarbonPart[] =>
    Object.entries(parts ?? {}).map(([name, value]) => ({
      name: carbonPartName(name),
      value: Number(value.toPrecision(5)),
      colour,
    }));
  return [...partsOf(embodied_kgCO2e?.parts, EMBODIED), ...partsOf(operational_kgCO2e?.parts, OPERATIONAL)];
}

/** Bars of the picked design beside those of the baseline. The page exchanges the data of the first series. */
export function carbonChart(picked: FrontRow, baseline: FrontRow | null): Json {
  const parts = carbonParts(picked);
  const bar = (name: string, data: readonly unknown[], style: Json): Json => ({ name, type: "bar", data, ...style });
  return {
    animation: false,
    textStyle: { fontFamily: "inherit", color: INK },
    grid: { left: 8, right: 56, top: 8, bottom: 34, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: "shadow" } },
    xAxis: { ...AXIS, scale: false, name: "Carbon over the life (kgCO2e)" },
    yAxis: { type: "category", inverse: true, data: parts.map(({ name }) => name), axisTick: { show: false } },
    series: [
      bar("Picked design", parts.map(barOf), {
        barMaxWidth: 18,
        label: { show: true, position: "right", fontSize: 11 },
      }),
      ...(baseline === null
        ? []
        : [
            bar(
              "Baseline",
              carbonParts(baseline).map(({ value }) => value),
              { barMaxWidth: 6, itemStyle: { color: "#9aa5b1" } },
            ),
          ]),
    ],
  };
}

/** A part as one item of the bar series. */
export function barOf({ value, colour }: CarbonPart): Json {
  return { value, itemStyle: { color: colour } };
}
