import { init, type EChartsOption } from "echarts";
import { frontChart } from "./charts/front-chart.ts";
import { rooflineChart } from "./charts/roofline-chart.ts";
import type { Roofline, RunRecord } from "./types.ts";

const WIDTH = 960;
const HEIGHT = 600;

/** The scatter of the front as an SVG document, made without a browser. */
export function frontSvg(record: RunRecord): string {
  return svgOf(frontChart(record));
}

/** A roofline as an SVG document, made without a browser. */
export function rooflineSvg(roofline: Roofline): string {
  return svgOf(rooflineChart(roofline));
}

function svgOf(option: Readonly<Record<string, unknown>>): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption({ backgroundColor: "#fff", ...option, textStyle: { fontFamily: "sans-serif" } } as EChartsOption);
    return `${settled(chart.renderToSVGString())}\n`;
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
