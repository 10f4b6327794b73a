import type { EChartsOption } from "echarts";
import { escapeControls } from "../errors/index.ts";
import { otherPairs } from "./charts/axes.ts";
import { chartLibrary } from "./chart-library.ts";
import { carbonChart } from "./charts/carbon-chart.ts";
import { convergenceChart } from "./charts/convergence-chart.ts";
import { frontChart } from "./charts/front-chart.ts";
import type { SvgChart } from "./charts/names.ts";
import { parallelChart } from "./charts/parallel-chart.ts";
import { rooflineChart } from "./charts/roofline-chart.ts";
import type { Roofline, RunRecord } from "./types.ts";

const WIDTH = 960;
const HEIGHT = 600;

/** The scatter of the front as an SVG document, made without a browser. */
export function frontSvg(record: RunRecord): string {
  return chartSvg(frontChart(record));
}

/** A roofline as an SVG document, made without a browser. */
export function rooflineSvg(roofline: Roofline): string {
  return chartSvg(rooflineChart(roofline));
}

/** Charts of a record as one SVG document, pairs one below the other; or why the record has no such chart. */
export function recordSvg(record: RunRecord, chart: SvgChart): string | { readonly reason: string } {
  const options = optionsOf(record, chart);
  if (options.length === 0) return { reason: whyNone(record, chart) };
  if (options.length === 1) return chartSvg(options[0]!);
  const parts = options.map((option, i) => `<g transform="translate(0 ${i * HEIGHT})">${chartSvg(option)}</g>`);
  const height = HEIGHT * options.length;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}">\n${parts.join("\n")}</svg>\n`;
}

type Option = Readonly<Record<string, unknown>>;

function optionsOf(record: RunRecord, chart: SvgChart): readonly Option[] {
  const least = record.front[0] ?? record.baseline;
  switch (chart) {
    case "front":
      return [frontChart(record)];
    case "pairs":
      return otherPairs(record).map((axes) => frontChart(record, axes));
    case "parallel":
      return [parallelChart(record)].filter((option) => option !== null);
    case "convergence":
      return record.exact === undefined ? [convergenceChart(record)] : [];
    case "carbon":
      return least === null ? [] : [carbonChart(least, record.baseline)];
  }
}

function whyNone({ study, front }: RunRecord, chart: SvgChart): string {
  const count = study.objectives.length;
  switch (chart) {
    case "pairs":
      return `they are drawn of three objectives and more, beside the front, and it has ${count}`;
    case "parallel":
      return front.length === 0 ? "no design is on its front" : "no parameter of its space has several values";
    case "convergence":
      return "an exact search goes through every design, and does not converge";
    default:
      return "no design is on its front, and the starting design has no evaluation";
  }
}

/** Any option as an SVG document. User text in it is escaped as on a terminal: most control characters may not stand in XML at all. */
export function chartSvg(option: Option): string {
  const chart = chartLibrary().init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption({ backgroundColor: "#fff", ...option, textStyle: { fontFamily: "sans-serif" } } as EChartsOption);
    return `${escapeControls(settled(chart.renderToSVGString()))}\n`;
  } finally {
    chart.dispose();
  }
}

/** Without hover styles, and with names that do not count the charts that this process made before. */
function settled(svg: string): string {
  const names = new Map<string, string>();
  return svg.replace(/<style\b[\s\S]*?<\/style>\n?/g, "").replace(/zr\d+-[a-z]+-?\d+/g, (name) => {
    if (!names.has(name)) names.set(name, `e${names.size}`);
    return names.get(name)!;
  });
}
