import { power } from "../../math/index.ts";
import type { Roofline, RooflineLevel, RooflinePoint } from "../types.ts";
import { decadeAbove, decadeBelow } from "./decades.ts";
import { AXIS, INK, MUTED } from "./style.ts";

type Json = Readonly<Record<string, unknown>>;
type Place = readonly [number, number];

const COLOURS: Readonly<Record<RooflineLevel, string>> = { dram: "#31688e", global: "#0f8b6d", local: "#d97706" };
const NAMES: Readonly<Record<RooflineLevel, string>> = {
  dram: "DRAM",
  global: "global buffer",
  local: "local buffers",
};
/** Operators with a smaller share of the time have no name in the picture. */
const NAMED_SHARE = 0.03;

/**
 * Options of a roofline, plain data: roofs of the arrays, of the vector lanes and of every level's port; every kind of operator
 * as one point a level, at its operations per byte over that level's port and the operations a second that it reached, larger where
 * it takes more of the time. A point lies below the roof of its own colour, and the nearer, the more that level bounds it.
 *
 * Source: Williams et al., "Roofline", CACM 2009; one point a level: Yang et al., "Hierarchical Roofline Analysis", 2020.
 */
export function rooflineChart(roofline: Roofline): Json {
  const { title, peak, vectorPeak, roofs } = roofline;
  const box = boxOf(roofline);
  const levels = roofs.map(({ level }) => level);
  return {
    animation: false,
    textStyle: { fontFamily: "inherit", color: INK },
    title: { text: title, left: "center", top: 4, textStyle: { fontSize: 14, color: INK } },
    legend: { bottom: 0, itemGap: 16, data: levels.map(legendItem) },
    grid: { left: 36, right: 28, top: 36, bottom: 60, containLabel: true },
    xAxis: { ...AXIS, ...LOG, name: "Operations per byte over the port of the level", min: box.left, max: box.right },
    yAxis: { ...AXIS, ...LOG, name: "10⁹ operations a second", nameGap: 52, min: box.bottom, max: box.top },
    series: [
      roof(`arrays, ${rate(peak, "op")}`, INK, [
        [box.left, peak / 1e9],
        [box.right, peak / 1e9],
      ]),
      ...(vectorPeak > 0
        ? [
            roof(`lanes, ${rate(vectorPeak, "op")}`, MUTED, [
              [box.left, vectorPeak / 1e9],
              [box.right, vectorPeak / 1e9],
            ]),
          ]
        : []),
      ...roofs.map(({ level, bytesPerSecond }, i) => {
        const line = slope(box, bytesPerSecond, peak);
        return roof(
          `${NAMES[level]}, ${rate(bytesPerSecond, "B")}`,
          COLOURS[level],
          line,
          along(line, 0.85 - 0.12 * i),
        );
      }),
      ...levels.map((level) => pointsOf(level, roofline, level === levels[0])),
    ],
  };
}

const LOG = { type: "log", axisLabel: { color: MUTED, hideOverlap: true, formatter: plainNumber } } as const;

/** Four decimals at most, and a comma between thousands. */
function plainNumber(value: number): string {
  if (!(value >= 1e-4 && value < 1e9)) return value.toExponential(0);
  const [whole = "", ...fraction] = String(Number(value.toFixed(4))).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...fraction].join(".");
}

function legendItem(level: RooflineLevel): Json {
  return { name: NAMES[level], icon: "circle", itemStyle: { color: COLOURS[level] } };
}

/** A line with its name at `at`, left of it where it rises and above its right end where it is flat. */
function roof(label: string, color: string, data: readonly Place[], at: Place | null = null): Json {
  const name = {
    ...{ show: true, formatter: label, color, fontSize: 12, fontWeight: "bold" },
    ...(at === null ? { position: "insideBottomRight", offset: [0, -6] } : { position: "left", offset: [-8, 0] }),
  };
  return {
    type: "line",
    data,
    symbol: "none",
    silent: true,
    lineStyle: { color, width: 1.6, type: at === null ? "dashed" : "solid" },
    markPoint: { symbol: "rect", symbolSize: 0.1, silent: true, data: [{ coord: at ?? data.at(-1)!, label: name }] },
    z: 2,
  };
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** Powers of ten around all points and ridges. */
function boxOf({ peak, vectorPeak, roofs, points }: Roofline): Box {
  const places = points.flatMap((point) => point.levels.map(({ bytes }) => placeOf(point, bytes)));
  const ridges = roofs.map(({ bytesPerSecond }): Place => [peak / bytesPerSecond, peak / 1e9]);
  const all = [...places, ...ridges, ...(vectorPeak > 0 ? [[places[0]?.[0] ?? 1, vectorPeak / 1e9] as const] : [])];
  const of = (axis: 0 | 1, pick: (...values: number[]) => number): number => pick(...all.map((place) => place[axis]));
  return {
    left: decadeBelow(of(0, Math.min)),
    right: decadeAbove(of(0, Math.max)),
    bottom: decadeBelow(of(1, Math.min)),
    top: decadeAbove(of(1, Math.max) * 1.5),
  };
}

/** From where it enters the box to its ridge. */
function slope({ left, bottom }: Box, bytesPerSecond: number, peak: number): readonly [Place, Place] {
  const start = Math.max(left, (bottom * 1e9) / bytesPerSecond);
  return [
    [start, (start * bytesPerSecond) / 1e9],
    [peak / bytesPerSecond, peak / 1e9],
  ];
}

/** A place on a line, as a share of its length on logarithmic axes. */
function along([from, to]: readonly [Place, Place], share: number): Place {
  const between = (axis: 0 | 1): number => from[axis] * power(to[axis] / from[axis], share);
  return [between(0), between(1)];
}

function placeOf({ operations, seconds }: RooflinePoint, bytes: number): Place {
  return [operations / bytes, operations / seconds / 1e9];
}

function pointsOf(level: RooflineLevel, { points }: Roofline, isNamed: boolean): Json {
  const data = points.flatMap((point) => {
    const bytes = point.levels.find((each) => each.level === level)?.bytes;
    if (bytes === undefined) return [];
    const hasName = point.share >= NAMED_SHARE && (isNamed || point.levels[0]!.level === level);
    return [
      {
        name: point.name,
        value: placeOf(point, bytes),
        symbol: point.isVector ? "triangle" : "circle",
        symbolSize: 6 + 22 * Math.sqrt(point.share),
        label: { show: hasName, formatter: point.name, position: "bottom", color: INK, fontSize: 11 },
      },
    ];
  });
  return {
    name: NAMES[level],
    type: "scatter",
    data,
    itemStyle: { color: COLOURS[level], opacity: isNamed ? 0.9 : 0.45, borderColor: "#fff", borderWidth: 0.8 },
    labelLayout: { moveOverlap: "shiftY", hideOverlap: true },
    z: isNamed ? 5 : 4,
  };
}

/** "2.56 Top/s", "80 GB/s". */
function rate(perSecond: number, unit: string): string {
  const [scale, prefix] = perSecond >= 1e12 ? [1e12, "T"] : [1e9, "G"];
  return `${Number((perSecond / scale).toPrecision(4))} ${prefix}${unit}/s`;
}
