import { Composer, isAlias, isMap, isScalar, isSeq, Parser, type Document, type Node, type ParsedNode } from "yaml";
import { MOST_PROBLEMS, problemOf, SpecError, type Problem } from "../errors/index.ts";
import { pathKey, pathText, placeOf, problemAtSpan, type Path, type SourceDocument, type Span } from "./document.ts";
import { MAX_DEPTH, offsetTooDeep } from "./yaml-depth.ts";

/** Values in one file once aliases are followed, at most. */
const MAX_VALUES = 100_000;
const MAX_ALIASES = 50;
const FORBIDDEN = ["__proto__", "constructor", "prototype"];

/**
 * Reads YAML 1.2 to plain data with places.
 *
 * @param file the name for messages
 * @param tags tags that maps may have, for example `!Component`; all others are refused
 * @throws SpecError with every syntax problem, duplicate and forbidden key; or one of spec/empty-file, spec/too-deep,
 *   spec/too-many-values, spec/several-documents
 */
export function readYaml(text: string, file: string, tags: readonly string[] = []): SourceDocument {
  const source = { file, text };
  const tokens = [...new Parser().parse(text)];
  const deep = offsetTooDeep(tokens);
  if (deep !== undefined) {
    const message = `The file nests more than ${MAX_DEPTH} maps or lists inside each other.`;
    throw new SpecError([problemAtSpan(source, { start: deep, end: deep + 1 }, "spec/too-deep", message)]);
  }
  const customTags = tags.map((tag) => ({ tag, collection: "map" as const }));
  const documents = [...new Composer({ version: "1.2", uniqueKeys: false, strict: true, customTags }).compose(tokens)];
  const document = documents[0] as Document.Parsed | undefined;
  const syntax = documents.flatMap((each) => each.errors.concat(each.warnings as [])).slice(0, MOST_PROBLEMS + 1);
  if (syntax.length > 0) {
    throw new SpecError(
      syntax.map(({ message, pos: [start, end] }) =>
        problemAtSpan(source, { start, end }, "spec/yaml-syntax", `This is not YAML: ${message.split("\n")[0] ?? ""}.`),
      ),
    );
  }
  if (!document?.contents || (isScalar(document.contents) && document.contents.value === null)) {
    throw new SpecError([problemOf(file, "spec/empty-file", "The file is empty: it holds no YAML value.")]);
  }
  if (documents.length > 1) {
    const message = "The file holds several YAML documents, but one is expected.";
    const start = documents[1]!.range[0];
    throw new SpecError([problemAtSpan(source, { start, end: start + 3 }, "spec/several-documents", message)]);
  }
  return new Walk(source, document).finish(document.contents);
}

/** One pass over the composed nodes that builds plain data and notes places and problems. */
class Walk {
  readonly #spans = new Map<string, { readonly key: Span | null; readonly value: Span }>();
  readonly #tags = new Map<string, string>();
  readonly #problems: Problem[] = [];
  #values = 0;
  #aliases = 0;

  constructor(
    readonly source: { readonly file: string; readonly text: string },
    readonly document: Document.Parsed,
  ) {}

  finish(root: ParsedNode): SourceDocument {
    const value = this.#read(root, [], null, 0);
    if (this.#problems.length > 0) throw new SpecError(this.#problems);
    return { ...this.source, value, spans: this.#spans, tags: this.#tags };
  }

  #fatal(span: Span, code: string, message: string): never {
    throw new SpecError([...this.#problems, problemAtSpan(this.source, span, code, message)]);
  }

  #read(node: Node | null, path: Path, key: Span | null, depth: number, at?: Span): unknown {
    const span = at ?? spanOf(node) ?? key ?? { start: 0, end: 1 };
    this.#spans.set(pathKey(path), { key, value: span });
    if (++this.#values > MAX_VALUES) {
      this.#fatal(span, "spec/too-many-values", `The file holds more than ${MAX_VALUES} values.`);
    }
    if (depth > MAX_DEPTH) {
      this.#fatal(span, "spec/too-deep", `The file nests more than ${MAX_DEPTH} maps or lists inside each other.`);
    }
    if (isAlias(node)) {
      if (++this.#aliases > MAX_ALIASES) {
        this.#fatal(span, "spec/too-many-aliases", `The file uses more than ${MAX_ALIASES} aliases.`);
      }
      return this.#read(node.resolve(this.document) ?? null, path, key, depth + 1, span);
    }
    if (isMap(node) && node.tag?.startsWith("!") === true) this.#tags.set(pathKey(path), node.tag);
    if (isMap(node)) return this.#readMap(node.items, path, depth, at);
    if (isSeq(node)) {
      return node.items.map((item, index) => this.#read(item as Node | null, [...path, index], null, depth + 1, at));
    }
    return isScalar(node) ? scalarValue(node.value) : null;
  }

  #readMap(items: readonly { key: unknown; value: unknown }[], path: Path, depth: number, at?: Span): unknown {
    const entries = new Map<string, unknown>();
    const first = new Map<string, Span>();
    for (const item of items) {
      const span = at ?? spanOf(item.key) ?? { start: 0, end: 1 };
      if (!isScalar(item.key) || !["string", "number", "boolean"].includes(typeof item.key.value)) {
        this.#problem(span, "spec/bad-key", "A key must be a plain word.");
        continue;
      }
      const name = String(item.key.value);
      const full = pathText([...path, name]);
      if (FORBIDDEN.includes(name)) {
        this.#problem(span, "spec/forbidden-key", `${full} is not allowed: the key ${name} is reserved by JavaScript.`);
        continue;
      }
      const before = first.get(name);
      if (before) {
        const { line } = placeOf(this.source.text, before.start);
        this.#problem(span, "spec/duplicate-key", `${full} is given twice; the first is in line ${line}.`);
        continue;
      }
      first.set(name, span);
      entries.set(name, this.#read(item.value as Node | null, [...path, name], span, depth + 1, at));
    }
    return Object.fromEntries(entries);
  }

  #problem(span: Span, code: string, message: string): void {
    this.#problems.push(problemAtSpan(this.source, span, code, message));
    if (this.#problems.length > MOST_PROBLEMS) throw new SpecError(this.#problems);
  }
}

function scalarValue(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

function spanOf(node: unknown): Span | undefined {
  if (!isMap(node) && !isSeq(node) && !isScalar(node) && !isAlias(node)) return undefined;
  const range = node.range;
  return range ? { start: range[0], end: range[1] } : undefined;
}
