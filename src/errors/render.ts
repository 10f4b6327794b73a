import { escapeControls, flattenControls } from "./escape.ts";
import type { Problem } from "./problem.ts";

const WIDTH = 110;

/** The source line and carets under what is wrong; a long line is cut to a window around it. */
function renderSnippet(line: number, column: number, snippet: { readonly text: string; readonly length: number }) {
  const start = column - 1;
  const from = snippet.text.length <= WIDTH ? 0 : Math.max(0, start - 20);
  const shown = flattenControls(snippet.text.slice(from, from + WIDTH));
  const lead = from > 0 ? "…" : "";
  const tail = from + WIDTH < snippet.text.length ? "…" : "";
  const caretStart = start - from + lead.length;
  const carets = Math.max(1, Math.min(snippet.length, shown.length - (start - from)));
  const number = String(line).padStart(5);
  return [
    `${number} | ${lead}${shown}${tail}`,
    `${" ".repeat(number.length)} | ${" ".repeat(caretStart)}${"^".repeat(carets)}`,
  ];
}

/** One problem as text of several lines, without a final line feed. */
export function renderProblem(problem: Problem): string {
  const { file, line, column, code, message, hint, snippet } = problem;
  const place = line === null ? file : `${file}:${line}:${column ?? 1}`;
  const lines = [`${escapeControls(place)}  ${code}`];
  if (snippet && line !== null) lines.push(...renderSnippet(line, column ?? 1, snippet));
  for (const text of message.split("\n")) lines.push(`  ${escapeControls(text)}`);
  if (hint !== null) lines.push(`  ${escapeControls(hint)}`);
  return lines.join("\n");
}

/** Problems that are told at most; whoever reads a file stops looking for more behind the next one. */
export const MOST_PROBLEMS = 100;

/**
 * The problems, at most 100 of them, and a last line with their number, as the command line prints them. Ends without a line feed.
 */
export function renderProblems(problems: readonly Problem[]): string {
  const told = problems.slice(0, MOST_PROBLEMS).map(renderProblem);
  if (told.length < problems.length) {
    const most = `more than ${MOST_PROBLEMS} problems`;
    return [`${most}; the first ${MOST_PROBLEMS}:`, ...told, `${most}, nothing was run.`].join("\n");
  }
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [...told, `${count}, nothing was run.`].join("\n");
}
