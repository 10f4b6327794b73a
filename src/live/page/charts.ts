import { rooflineOf, type Evaluation } from "../../core/index.ts";
import { rooflineChart } from "../../report/charts/roofline-chart.ts";
import { inScheme } from "../../report/charts/style.ts";

interface Chart {
  setOption(option: unknown, isWhole?: boolean): void;
  resize(): void;
}

/** The chart library, which is a script of its own in the page. */
interface Library {
  init(element: HTMLElement): Chart;
}

const dark = matchMedia("(prefers-color-scheme: dark)");

/** A roofline that follows the design, the window and the colour scheme. */
export function rooflineIn(parent: HTMLElement): (evaluation: Evaluation) => void {
  const chart = (globalThis as unknown as { readonly echarts: Library }).echarts.init(parent);
  let option: Readonly<Record<string, unknown>> = {};
  const draw = (): void => chart.setOption(inScheme(option, dark.matches), true);
  addEventListener("resize", () => chart.resize());
  dark.addEventListener("change", draw);
  return (evaluation) => {
    const { model, hardware } = evaluation.design;
    option = rooflineChart({ title: `${model.name} on ${hardware.name}`, ...rooflineOf(evaluation) });
    draw();
  };
}
