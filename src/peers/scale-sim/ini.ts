import { SpecError, type Problem } from "../../errors/index.ts";
import { problemAtSpan } from "../../spec/index.ts";

/*
 * Configuration files as Python's configparser reads them: sections in brackets, `key: value` or `key = value`, keys in any letters,
 * comments on lines of their own that begin with # or ;, and values that go on in indented lines. Nothing is interpolated.
 */

/** One key of a section. */
export interface IniEntry {
  /** As the file writes it. */
  readonly key: string;
  readonly value: string;
  /** From 1. */
  readonly line: number;
  /** Offsets of its line in the text. */
  readonly start: number;
  readonly end: number;
}

/** Sections by name in small letters, each with its entries by key in small letters. */
export interface IniFile {
  readonly file: string;
  readonly text: string;
  readonly sections: ReadonlyMap<string, ReadonlyMap<string, IniEntry>>;
}

/** @throws SpecError peers/bad-configuration for lines that are neither, keys that stand twice, and a file without a section */
export function readIni(text: string, file: string): IniFile {
  const sections = new Map<string, Map<string, IniEntry>>();
  const problems: Problem[] = [];
  let section: Map<string, IniEntry> | null = null;
  let last: string | null = null;
  let start = text.startsWith("\uFEFF") ? 1 : 0;
  for (const [index, whole] of text.slice(start).split("\n").entries()) {
    const row = whole.replace(/\r$/, "");
    const span = { start, end: start + row.length };
    const refuse = (message: string): void => {
      problems.push(problemAtSpan({ file, text }, span, "peers/bad-configuration", message));
    };
    start += whole.length + 1;
    const content = row.trim();
    if (content === "" || /^[#;]/.test(content)) continue;
    const header = /^\[([^\]]+)\]\s*$/.exec(row);
    const pair = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(content);
    if (header !== null) {
      const name = header[1]!.trim().toLowerCase();
      if (sections.has(name)) refuse(`The section [${name}] is there twice.`);
      section = sections.get(name) ?? new Map<string, IniEntry>();
      sections.set(name, section);
      last = null;
    } else if (section === null) {
      refuse("A section in brackets must come first, for example [architecture_presets].");
    } else if (/^\s/.test(row) && last !== null) {
      const before: IniEntry = section.get(last)!;
      section.set(last, { ...before, value: `${before.value}\n${content}`.trim() });
    } else if (pair === null) {
      refuse("The line is neither a section in brackets nor a key with its value.");
    } else {
      last = pair[1]!.toLowerCase();
      if (section.has(last)) refuse(`${pair[1]!} is there twice.`);
      section.set(last, { key: pair[1]!, value: pair[2]!.trim(), line: index + 1, ...span });
    }
  }
  if (problems.length > 0) throw new SpecError(problems);
  return { file, text, sections };
}
