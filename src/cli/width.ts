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

/** What can be wide, or have no width, begins here: before are Latin, Greek, Cyrillic, Hebrew, Arabic and the scripts of India. */
const PLAIN = /^[ -~\u00a0-\u02ff\u0370-\u0482\u2010-\u2027\u2030-\u205e\u2190-\u22ff\u2500-\u25ff]*$/;
/** Marks that go over the letter before them, what joins and selects forms, and controls. */
const NO_WIDTH = /[\p{M}\p{Cf}\p{Cc}]/u;
/** Signs as wide as two letters: East Asian ones (UAX #11, W and F) and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u3247\u3250-\u4dbf\u4e00-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b001}\u{1f200}-\u{1f251}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** Cells of a terminal that a line takes. */
export function cellsOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  return [...text].reduce((sum, sign) => sum + (NO_WIDTH.test(sign) ? 0 : WIDE.test(sign) ? 2 : 1), 0);
}

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
