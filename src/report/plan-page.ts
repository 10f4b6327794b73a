import { escapeHtml } from "./escape-html.ts";
import { stillPageHtml } from "./html-page.ts";

/** One part of the page of a plan. */
export interface PlanSection {
  readonly title: string;
  /** What it comes to, a line each. */
  readonly lines: readonly string[];
  /** An SVG document; null: there is nothing to draw. */
  readonly picture: string | null;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A plan as one file that needs nothing else and runs nothing. */
export function planHtml(title: string, sections: readonly PlanSection[]): string {
  const parts = sections.map(
    (section) => `<section class="wide"><h2>${escapeHtml(section.title)}</h2>
${section.lines.map((line) => `<p>${escapeHtml(line)}</p>`).join("\n")}
${section.picture === null ? "" : `<div class="picture">${section.picture}</div>`}
<div class="scroll" tabindex="0">${tableHtml(section)}</div></section>`,
  );
  return stillPageHtml({
    title,
    body: `<header class="wide"><h1>${escapeHtml(title)}</h1></header>\n${parts.join("\n")}`,
  });
}

const isNumber = (text: string): boolean => /^-?\d+(\.\d+)?( %)?$/.test(text);

function tableHtml({ head, rows }: PlanSection): string {
  const isText = head.map((_, column) => rows.some((row) => !isNumber(row[column] ?? "")));
  const cell = (tag: "th" | "td", text: string, column: number): string =>
    `<${tag}${isText[column] === true ? ' class="text"' : ""}>${escapeHtml(text)}</${tag}>`;
  const line = (tag: "th" | "td", texts: readonly string[]): string =>
    `<tr>${texts.map((text, column) => cell(tag, text, column)).join("")}</tr>`;
  return `<table><thead>${line("th", head)}</thead><tbody>${rows.map((row) => line("td", row)).join("")}</tbody></table>`;
}
