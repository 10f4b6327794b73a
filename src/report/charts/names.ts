/** Charts of a run that can be had as SVG; `pairs` are those of three objectives and more, beside the front. */
export const SVG_CHARTS = ["front", "pairs", "parallel", "convergence", "carbon"] as const;
export type SvgChart = (typeof SVG_CHARTS)[number];
