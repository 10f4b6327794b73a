/** What a terminal shows in a line, at least. */
const LEAST = 40;

let isWide = false;

/** From now on lines are as long as they are. */
export function beWide(): void {
  isWide = true;
}

/**
 * Characters that a line of a stream may have: `COLUMNS` of the environment, else those of the terminal. Infinity: any number,
 * since the output goes to a file or a program, or is asked to be wide.
 */
export function widthOf({ isTTY, columns }: Pick<NodeJS.WriteStream, "isTTY" | "columns">): number {
  if (isWide) return Infinity;
  const asked = /^\d{1,5}$/.test(process.env["COLUMNS"] ?? "") ? Number(process.env["COLUMNS"]) : 0;
  const width = asked > 0 ? asked : isTTY && columns > 0 ? columns : Infinity;
  return Math.max(LEAST, width);
}

const lengthOf = (text: string): number => [...text].length;

/** Lines of a table, and of a file that is shown with line numbers, stay as they are. */
const FIXED = /^\s*[│┌├└]|^\s*\d* \|/;
/** A line of a list whose second column is text: what goes on below it begins there. */
const LABEL = /^(\s*\S+(?: \S+){0,3}\s{2,})\S/;
const MOST_LABEL = 24;

/** Text whose lines are no longer than `width`, broken between words; what a line goes on with is indented. */
export function wrapLines(text: string, width: number): string {
  if (width === Infinity) return text;
  return text
    .split("\n")
    .map((line) => (lengthOf(line) <= width || FIXED.test(line) ? line : wrapLine(line, width)))
    .join("\n");
}

function wrapLine(line: string, width: number): string {
  const [indent = ""] = /^\s*/.exec(line) ?? [];
  const label = LABEL.exec(line)?.[1] ?? "";
  const hanging = label !== "" && label.length <= MOST_LABEL ? label.length : indent.length + 2;
  const words = line.slice(Math.max(label.length <= MOST_LABEL ? label.length : 0, indent.length)).split(" ");
  const lines: string[] = [];
  let current = line.slice(0, line.length - words.join(" ").length);
  let isFirst = true;
  for (const word of words) {
    const next = isFirst ? `${current}${word}` : `${current} ${word}`;
    if (isFirst || lengthOf(next) <= width) current = next;
    else {
      lines.push(current);
      current = `${" ".repeat(hanging)}${word}`;
    }
    isFirst = false;
  }
  return [...lines, current].join("\n");
}

/** A text in lines of at most `width`, words broken where they are longer. */
export function wrapCell(text: string, width: number): string {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let current = "";
    for (const word of paragraph.split(" ")) {
      let rest = word;
      const next = current === "" ? rest : `${current} ${rest}`;
      if (lengthOf(next) <= width) {
        current = next;
        continue;
      }
      if (current !== "") lines.push(current);
      while (lengthOf(rest) > width) {
        lines.push([...rest].slice(0, width).join(""));
        rest = [...rest].slice(width).join("");
      }
      current = rest;
    }
    lines.push(current);
  }
  return lines.join("\n");
}
