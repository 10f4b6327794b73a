import type { Column } from "../design-table.ts";
import { rowId } from "../design-table.ts";
import type { FrontRow } from "../types.ts";
import { byId, element } from "./dom.ts";

/** Lines that a table shows before it is asked for all of them. */
const FIRST = 200;

/** The table of designs: sorted by its headings, the picked design marked. */
export function tableIn(columns: readonly Column[], pick: (id: string) => void) {
  const table = byId("front-table");
  const body = table.querySelector("tbody")!;
  const more = byId("front-table-more");
  let rows: readonly FrontRow[] = [];
  let picked = "";
  let isWhole = false;
  let order: { readonly column: number; readonly sign: 1 | -1 } | null = null;

  const draw = (): void => {
    const shown = isWhole ? sorted() : sorted().slice(0, FIRST);
    body.replaceChildren(...shown.map(line));
    more.hidden = shown.length >= rows.length;
    more.textContent = `Show all ${rows.length} designs`;
    mark();
  };
  const sorted = (): readonly FrontRow[] => {
    if (order === null) return rows;
    const { column, sign } = order;
    const { keyOf } = columns[column]!;
    const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
    return keyed.sort((a, b) => sign * (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ row }) => row);
  };
  const line = (row: FrontRow): HTMLElement => {
    const id = rowId(row);
    const cells = columns.map(({ isText, textOf }, at) =>
      at === 0
        ? element("td", {}, element("button", { type: "button", class: "pick", "data-pick": id }, textOf(row)))
        : element("td", isText ? { class: "text" } : {}, textOf(row)),
    );
    return element("tr", { "data-id": id, ...(row.trial === null ? { class: "baseline" } : {}) }, ...cells);
  };
  const mark = (): void =>
    body.querySelectorAll("tr").forEach((each) => {
      each.classList.toggle("picked", each.getAttribute("data-id") === picked);
    });
  body.addEventListener("click", ({ target }) => {
    if (!(target instanceof Element) || target.closest("button") !== null) return;
    const id = target.closest("tr")?.getAttribute("data-id");
    if (id != null) pick(id);
  });
  more.addEventListener("click", () => {
    isWhole = true;
    draw();
  });
  table.querySelectorAll("th").forEach((head, column) => {
    head.querySelector("button")?.addEventListener("click", () => {
      const isUp = head.getAttribute("aria-sort") === "ascending";
      table.querySelectorAll("th").forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", isUp ? "descending" : "ascending");
      order = { column, sign: isUp ? -1 : 1 };
      draw();
    });
  });
  return {
    show(next: readonly FrontRow[]): void {
      rows = next;
      draw();
    },
    pick(id: string): void {
      picked = id;
      mark();
    },
  };
}
