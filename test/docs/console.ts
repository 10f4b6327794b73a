/** A command of a page's ```console block, with the lines that the page shows below it. */
export interface ConsoleExample {
  readonly line: number;
  readonly command: string;
  readonly shown: readonly string[];
}

/** The commands behind `$ ` in the ```console blocks of a Markdown page. */
export function consoleExamples(markdown: string): readonly ConsoleExample[] {
  const found: { line: number; command: string; shown: string[] }[] = [];
  let isInside = false;
  markdown.split("\n").forEach((text, index) => {
    if (text.startsWith("```")) isInside = text === "```console";
    else if (isInside && text.startsWith("$ ")) found.push({ line: index + 1, command: text.slice(2), shown: [] });
    else if (isInside) found.at(-1)?.shown.push(text);
  });
  return found;
}

/** Whether the lines printed are those shown, where a line `...` stands for any number of lines. Spaces at line ends do not count. */
export function matches(printed: string, shown: readonly string[]): boolean {
  const lines = printed.trimEnd().split("\n");
  const from = (line: number, pattern: number): boolean => {
    if (pattern === shown.length) return line === lines.length;
    if (shown[pattern] === "...") return from(line, pattern + 1) || (line < lines.length && from(line + 1, pattern));
    return line < lines.length && lines[line]!.trimEnd() === shown[pattern]!.trimEnd() && from(line + 1, pattern + 1);
  };
  return from(0, 0);
}

/** The words of a command; those in double quotes are one. */
export function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}
