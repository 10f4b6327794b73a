// C0 without line feed, DEL, C1, bidirectional controls, zero-width characters, line and paragraph separators, and U+FFFE and U+FFFF, which
// are no characters.
const UNSAFE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/g;

/** User text that cannot move the cursor, colour or reorder a terminal line; `\u{1b}` stands for what it removed. */
export function escapeControls(text: string): string {
  return text.replace(UNSAFE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** JSON text with the same signs written as JSON writes them, so that it stays the same document. */
export function escapeJson(json: string): string {
  return json.replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A source line with each unsafe character replaced by one visible one, so that carets stay below their columns. */
export function flattenControls(line: string): string {
  return line.replace(UNSAFE, (char) => (char === "\t" ? " " : "\u{fffd}"));
}
