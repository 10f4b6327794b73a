// Runs in the reader's browser, inlined into the report: draws the charts, sorts the table, picks designs. No imports.

interface PageChart {
  setOption(option: unknown, isWhole?: boolean): void;
  resize(): void;
  getOption(): object;
  renderToSVGString(): string;
  dispose(): void;
  on(event: "click", handler: (event: { readonly data?: { readonly trial?: number | null } }) => void): void;
}

interface PageRow {
  readonly id: string;
  readonly title: string;
  readonly figures: readonly (readonly [string, string])[];
  readonly bars: readonly unknown[];
}

interface PageData {
  /** Options by name; null: nothing to draw. */
  readonly charts: Readonly<Record<string, object | null>>;
  readonly rows: readonly PageRow[];
  readonly picked: string;
  /** Colours of dark paper, by those of white paper. */
  readonly dark: Readonly<Record<string, string>>;
}

interface ChartLibrary {
  init(element: Element | null, theme?: null, options?: object): PageChart;
}

(() => {
  const library = (globalThis as unknown as { readonly echarts: ChartLibrary }).echarts;
  const byId = (id: string): HTMLElement | null => document.getElementById(id);
  const data = JSON.parse(byId("data")?.textContent ?? "{}") as PageData;
  const charts = new Map<string, PageChart>();
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const coloured = (value: unknown): unknown => {
    if (typeof value === "string") return data.dark[value] ?? value;
    if (Array.isArray(value)) return value.map(coloured);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, coloured(each)]));
  };
  const inScheme = (option: unknown): unknown =>
    scheme.matches ? { ...(coloured(option) as object), darkMode: true } : option;
  for (const [name, option] of Object.entries(data.charts)) {
    const element = byId(`${name}-chart`);
    if (element === null || option === null) continue;
    const chart = library.init(element);
    chart.setOption(inScheme(option));
    charts.set(name, chart);
  }
  addEventListener("resize", () => charts.forEach((chart) => chart.resize()));

  /** Draws a chart again as SVG, as it is shown, and hands it to the reader as a file. */
  const save = (name: string): void => {
    const [shown, element] = [charts.get(name), byId(`${name}-chart`)];
    if (shown === undefined || element === null) return;
    const size = { width: element.clientWidth, height: element.clientHeight };
    const drawn = library.init(null, null, { renderer: "svg", ssr: true, ...size });
    drawn.setOption({
      ...shown.getOption(),
      backgroundColor: scheme.matches ? data.dark["#fff"] : "#fff",
      textStyle: { fontFamily: "sans-serif" },
    });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([drawn.renderToSVGString()], { type: "image/svg+xml" }));
    link.download = `${name}.svg`;
    link.click();
    drawn.dispose();
  };
  document.querySelectorAll<HTMLElement>("button.save").forEach((button) => {
    button.addEventListener("click", () => save(button.getAttribute("data-chart") ?? ""));
  });

  let picked = "";
  const pick = (id: string): void => {
    const row = data.rows.find((each) => each.id === id);
    const figures = byId("picked-figures");
    const title = byId("picked-title");
    if (row === undefined || figures === null || title === null) return;
    title.textContent = row.title;
    figures.replaceChildren(
      ...row.figures.flatMap(([name, value]) => {
        const [term, text] = [document.createElement("dt"), document.createElement("dd")];
        term.textContent = name;
        text.textContent = value;
        return [term, text];
      }),
    );
    picked = id;
    document.dispatchEvent(new CustomEvent("ecotile-pick", { detail: id }));
    charts.get("carbon")?.setOption(inScheme({ series: [{ data: row.bars }] }));
    document.querySelectorAll("#front-table tbody tr").forEach((line) => {
      line.classList.toggle("picked", line.getAttribute("data-id") === id);
    });
  };
  for (const [name, chart] of charts) {
    if (name !== "front" && !name.startsWith("pair-")) continue;
    chart.on("click", ({ data: item }) => {
      if (item !== undefined && item.trial !== undefined) pick(item.trial === null ? "baseline" : String(item.trial));
    });
  }
  document.querySelectorAll<HTMLElement>("#front-table tbody tr").forEach((line) => {
    const choose = (): void => pick(line.getAttribute("data-id") ?? "");
    line.addEventListener("click", choose);
    line.addEventListener("keydown", (event) => event.key === "Enter" && choose());
  });

  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("button.pick") : null;
    if (button === null) return;
    pick(button.getAttribute("data-pick") ?? "");
    byId("picked")?.scrollIntoView({ block: "center" });
  });

  const table = byId("front-table");
  table?.querySelectorAll("th").forEach((head, column) => {
    head.querySelector("button")?.addEventListener("click", () => {
      const order = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      table.querySelectorAll("th").forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      const body = table.querySelector("tbody");
      const lines = [...(body?.querySelectorAll("tr") ?? [])];
      const keyOf = (line: Element): string => line.children[column]?.getAttribute("data-key") ?? "";
      const isNumeric = lines.every((line) => keyOf(line) === "" || Number.isFinite(Number(keyOf(line))));
      lines.sort((a, b) => {
        const difference = isNumeric ? Number(keyOf(a)) - Number(keyOf(b)) : keyOf(a).localeCompare(keyOf(b));
        return order === "ascending" ? difference : -difference;
      });
      body?.replaceChildren(...lines);
    });
  });
  pick(data.picked);
  scheme.addEventListener("change", () => {
    charts.forEach((chart, name) => chart.setOption(inScheme(data.charts[name]), true));
    pick(picked);
  });
})();
