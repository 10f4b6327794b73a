import type { Problem } from "../errors/index.ts";

export type Path = readonly PropertyKey[];

/** Where a key or value stands: offsets into the text, the second one excluded. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A file read to plain data that remembers where each key and value stands. */
export interface SourceDocument {
  /** As the user named it. */
  readonly file: string;
  readonly text: string;
  /** Plain objects, arrays, strings, numbers, booleans and null. */
  readonly value: unknown;
  /** Spans by {@link pathKey}. */
  readonly spans: ReadonlyMap<string, { readonly key: Span | null; readonly value: Span }>;
  /** Tags of maps by {@link pathKey}, of those that the reader was asked to take; absent: none. */
  readonly tags?: ReadonlyMap<string, string>;
}

export function pathKey(path: Path): string {
  return JSON.stringify(path.map(String));
}

/** `array.dataflow[1]`, as messages name a place. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

/** The plain value at a path; undefined: there is none. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

let indexed: { readonly text: string; readonly starts: readonly number[] } | undefined;

/** Offsets at which the lines of a text begin; kept for the text asked for last. */
function lineStarts(text: string): readonly number[] {
  if (indexed?.text === text) return indexed.starts;
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  indexed = { text, starts };
  return starts;
}

/** Line and column (both from 1), and the line's text, of an offset. */
export function placeOf(text: string, offset: number) {
  const starts = lineStarts(text);
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  const start = starts[low]!;
  const next = starts[low + 1];
  const line = text.slice(start, next === undefined ? undefined : next - 1).replace(/\r$/, "");
  return { line: low + 1, column: offset - start + 1, text: line };
}

/** A problem at a span of a text. Only the first line of the span is marked. */
export function problemAtSpan(
  source: { readonly file: string; readonly text: string },
  span: Span,
  code: string,
  message: string,
  hint: string | null = null,
): Problem {
  const place = placeOf(source.text, Math.min(span.start, source.text.length));
  const left = place.text.length - place.column + 1;
  const length = Math.max(1, Math.min(span.end - span.start, left));
  const snippet = { text: place.text, length };
  return { file: source.file, line: place.line, column: place.column, code, message, hint, snippet };
}

/** Span of a key or value; of the nearest enclosing place that exists where the path itself does not. */
export function spanAt(document: SourceDocument, path: Path, target: "key" | "value"): Span {
  for (let length = path.length; length >= 0; length--) {
    const found = document.spans.get(pathKey(path.slice(0, length)));
    if (!found) continue;
    const wantKey = target === "key" || length < path.length;
    return wantKey ? (found.key ?? { start: found.value.start, end: found.value.start + 1 }) : found.value;
  }
  return { start: 0, end: 1 };
}
