import { DARK, inScheme } from "../charts/style.ts";
import { element, save } from "./dom.ts";

type Option = Readonly<Record<string, unknown>>;

/** What is used of a chart of the library, which is a script of its own in the page. */
export interface PageChart {
  setOption(option: unknown, isWhole?: boolean): void;
  clear(): void;
  resize(): void;
  getOption(): object;
  renderToSVGString(): string;
  dispose(): void;
  dispatchAction(action: object): void;
  on(event: string, handler: (event: never) => void): void;
}

interface Library {
  init(element: Element | null, theme?: null, options?: object): PageChart;
}

const library = (globalThis as unknown as { readonly echarts: Library }).echarts;
const dark = matchMedia("(prefers-color-scheme: dark)");

/** Charts of a page by name, drawn in the colours of its scheme. */
export class Charts {
  readonly #charts = new Map<string, PageChart>();
  readonly #options = new Map<string, Option | null>();

  constructor() {
    addEventListener("resize", () => this.#charts.forEach((chart) => chart.resize()));
    dark.addEventListener("change", () => this.#options.forEach((option, name) => this.draw(name, option)));
    document.querySelectorAll<HTMLElement>("button.save").forEach((button) => {
      button.addEventListener("click", () => this.#save(button.getAttribute("data-chart") ?? ""));
    });
  }

  /** Draws a chart anew where the page has a place for it; null: there is nothing to draw. */
  draw(name: string, option: Option | null): PageChart | null {
    const chart = this.#charts.get(name) ?? this.#made(name);
    if (chart === null) return null;
    this.#options.set(name, option);
    if (option === null) chart.clear();
    else chart.setOption(inScheme(option, dark.matches), true);
    return chart;
  }

  get(name: string): PageChart | null {
    return this.#charts.get(name) ?? null;
  }

  #made(name: string): PageChart | null {
    const place = document.getElementById(`${name}-chart`);
    if (place === null) return null;
    const chart = library.init(place);
    this.#charts.set(name, chart);
    return chart;
  }

  /** Draws a chart again as SVG, as it is shown, and hands it to the reader as a file. */
  #save(name: string): void {
    const [shown, place] = [this.#charts.get(name), document.getElementById(`${name}-chart`)];
    if (shown === undefined || place === null) return;
    const size = { width: place.clientWidth, height: place.clientHeight };
    const drawn = library.init(null, null, { renderer: "svg", ssr: true, ...size });
    drawn.setOption({
      ...shown.getOption(),
      backgroundColor: dark.matches ? DARK["#fff"] : "#fff",
      textStyle: { fontFamily: "sans-serif" },
    });
    save(`${name}.svg`, drawn.renderToSVGString(), "image/svg+xml");
    drawn.dispose();
  }
}

/** An option of a list to choose from. */
export function choice(value: string, text: string, isChosen: boolean): HTMLOptionElement {
  const option = element("option", { value }, text);
  option.selected = isChosen;
  return option;
}
