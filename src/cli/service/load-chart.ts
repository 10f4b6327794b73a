import { AXIS, EMBODIED, INK, MUTED, OPERATIONAL } from "../../report/charts/style.ts";
import { chartSvg } from "../../report/svg.ts";
import type { LoadCurve, RetrievalAnswer, ServiceAnswer } from "../../service/index.ts";
import { short } from "./text.ts";

type Answer = ServiceAnswer | RetrievalAnswer;
type Json = Readonly<Record<string, unknown>>;

/** What is drawn of an answer: its name, s or g of it, and colour. */
interface Line {
  readonly name: string;
  readonly colour: string;
  readonly of: (answer: Answer) => number | null;
}

const TIMES: readonly Line[] = [
  { name: "first token", colour: "#8b2f97", of: (answer) => timeOf(answer, "ttft") },
  { name: "per token", colour: "#21918c", of: (answer) => timeOf(answer, "tpot") },
  { name: "last token", colour: "#52606d", of: (answer) => timeOf(answer, "latency") },
  {
    name: "query",
    colour: "#8b2f97",
    of: (answer) => (answer.kind === "retrieval" ? (answer.found?.latency.mean ?? null) : null),
  },
];
const GRAMS: readonly Line[] = [
  { name: "carbon", colour: INK, of: (answer) => gramsOf(answer, "total") },
  { name: "embodied", colour: EMBODIED, of: (answer) => gramsOf(answer, "embodied") },
  { name: "operational", colour: OPERATIONAL, of: (answer) => gramsOf(answer, "operational") },
];

const timeOf = (answer: Answer, key: "ttft" | "tpot" | "latency"): number | null =>
  answer.kind === "service" ? (answer.measured?.[key].mean ?? null) : null;

function gramsOf(answer: Answer, part: "total" | "embodied" | "operational"): number | null {
  const carbon = answer.kind === "service" ? answer.bill?.carbon : answer.carbon;
  const kilograms = carbon?.[part] ?? null;
  return kilograms === null ? null : 1000 * kilograms;
}

/** Mean times and carbon of a request over the load, as one SVG document: lines in closed form, points of the events. */
export function loadSvg({ steady, events }: LoadCurve<Answer>, title: string): string {
  const { devices, spec, capacity } = steady[0]!;
  const lines = [...TIMES.map((line) => ({ line, row: 0 })), ...GRAMS.map((line) => ({ line, row: 1 }))].filter(
    ({ line }) => steady.some((answer) => line.of(answer) !== null),
  );
  const dots = events.length === 0 ? "" : ", points: events";
  const grid = (top: number): Json => ({ left: 96, right: 32, top, height: 196 });
  const loads = (gridIndex: number): Json => ({
    ...AXIS,
    ...{ gridIndex, min: 0, max: Number(capacity!.toPrecision(4)), scale: false },
    name: gridIndex === 1 ? "load, requests/s" : "",
  });
  const values = (gridIndex: number, name: string): Json => ({
    ...AXIS,
    ...{
      gridIndex,
      type: "log",
      name,
      nameGap: 64,
      axisLabel: { color: MUTED, formatter: (value: number) => short(value) },
    },
  });
  return chartSvg({
    animation: false,
    title: {
      text: `${spec.name}: ${title}`,
      subtext: `${devices} ${devices === 1 ? "device" : "devices"}, capacity ${short(capacity!)} requests/s; means${dots}`,
      left: "center",
      textStyle: { color: INK, fontSize: 16 },
      subtextStyle: { color: MUTED },
    },
    legend: { top: 62, left: "center", data: lines.map(({ line }) => line.name) },
    grid: [grid(96), grid(348)],
    xAxis: [loads(0), loads(1)],
    yAxis: [values(0, "time, s"), values(1, "gCO2e a request")],
    series: lines.flatMap(({ line, row }) => [
      {
        ...{ name: line.name, type: "line", showSymbol: false, xAxisIndex: row, yAxisIndex: row },
        ...{ lineStyle: { color: line.colour, width: 2 }, itemStyle: { color: line.colour } },
        data: pointsOf(steady, line),
      },
      ...(events.length === 0
        ? []
        : [
            {
              ...{ name: line.name, type: "scatter", symbolSize: 8, xAxisIndex: row, yAxisIndex: row },
              itemStyle: { color: line.colour },
              data: pointsOf(events, line),
            },
          ]),
    ]),
  });
}

/** [load, value] of answers that have one. */
function pointsOf(answers: readonly Answer[], { of }: Line): readonly (readonly [number, number])[] {
  return answers.flatMap((answer) => {
    const { arrival } = answer.spec;
    const value = of(answer);
    return value === null || value <= 0 || arrival.kind !== "rate" ? [] : [[arrival.rate, value] as const];
  });
}
