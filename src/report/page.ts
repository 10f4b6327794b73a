// Runs in the reader's browser, inlined into the report: draws the charts, sorts the table, picks designs. No imports.

interface PageChart {
  setOption(option: unknown): void;
  resize(): void;
  on(event: "click", handler: (event: { readonly data?: { readonly trial?: number | null } }) => void): void;
}

interface PageRow {
  readonly id: string;
  readonly title: string;
  readonly figures: readonly (readonly [string, string])[];
  readonly bars: readonly unknown[];
}

interface PageData {
  readonly front: unknown;
  readonly carbon: unknown;
  readonly convergence: unknown;
  readonly conditions: readonly { readonly id: string; readonly option: unknown }[];
  readonly rows: readonly PageRow[];
  readonly picked: string;
}

(() => {
  const library = (globalThis as unknown as { readonly echarts: { init(element: Element): PageChart } }).echarts;
  const byId = (id: string): HTMLElement | null => document.getElementById(id);
  const data = JSON.parse(byId("data")?.textContent ?? "{}") as PageData;
  const charts: PageChart[] = [];

  const draw = (id: string, option: unknown): PageChart | null => {
    const element = byId(id);
    if (element === null || option === null) return null;
    const chart = library.init(element);
    chart.setOption(option);
    charts.push(chart);
    return chart;
  };
  const front = draw("front-chart", data.front);
  const carbon = draw("carbon-chart", data.carbon);
  draw("convergence-chart", data.convergence);
  for (const { id, option } of data.conditions) draw(id, option);
  addEventListener("resize", () => charts.forEach((chart) => chart.resize()));

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
    carbon?.setOption({ series: [{ data: row.bars }] });
    document.querySelectorAll("#front-table tbody tr").forEach((line) => {
      line.classList.toggle("picked", line.getAttribute("data-id") === id);
    });
  };
  front?.on("click", ({ data: item }) => {
    if (item !== undefined && item.trial !== undefined) pick(item.trial === null ? "baseline" : String(item.trial));
  });
  document.querySelectorAll<HTMLElement>("#front-table tbody tr").forEach((line) => {
    const choose = (): void => pick(line.getAttribute("data-id") ?? "");
    line.addEventListener("click", choose);
    line.addEventListener("keydown", (event) => event.key === "Enter" && choose());
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
})();
