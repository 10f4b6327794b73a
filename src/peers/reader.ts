import { didYouMean, SpecError, type Problem } from "../errors/index.ts";
import { problemAtSpan, spanAt, type SourceDocument } from "../spec/index.ts";
import type { Remark } from "./remark.ts";

export type Tree = Readonly<Record<string, unknown>>;
export type Place = readonly (string | number)[];

export const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads a YAML file of another simulator by place; problems and remarks are collected, placeholders stand for what is wrong. */
export class Reader {
  readonly problems: Problem[] = [];
  readonly remarks: Remark[] = [];

  constructor(readonly document: SourceDocument) {}

  valueAt(place: Place): unknown {
    return place.reduce<unknown>((value, key) => {
      if (Array.isArray(value)) return (value as readonly unknown[])[Number(key)];
      return isTree(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    }, this.document.value);
  }

  has(place: Place): boolean {
    return this.valueAt(place) !== undefined && this.valueAt(place) !== null;
  }

  /** Line of a key, or of the value where there is no key, from 1. */
  lineOf(place: Place): number {
    return problemAtSpan(this.document, spanAt(this.document, place, "key"), "", "").line ?? 1;
  }

  refuse(place: Place, message: string): void {
    const span = spanAt(this.document, place, this.has(place) ? "value" : "key");
    this.problems.push(problemAtSpan(this.document, span, "peers/bad-architecture", message));
  }

  remark(place: Place, message: string): void {
    this.remarks.push({ line: this.lineOf(place), message });
  }

  tree(place: Place): Tree {
    const value = this.valueAt(place);
    if (isTree(value)) return value;
    this.refuse(
      place,
      `${shownPlace(place)} ${value === undefined ? "is missing; it" : ""} must be a map of keys and values.`.replace(
        / +/g,
        " ",
      ),
    );
    return {};
  }

  list(place: Place): readonly unknown[] {
    const value = this.valueAt(place);
    if (Array.isArray(value)) return value as readonly unknown[];
    this.refuse(
      place,
      `${shownPlace(place)} ${value === undefined ? "is missing; it" : ""} must be a list.`.replace(/ +/g, " "),
    );
    return [];
  }

  /** A number of at least `least`; YAML 1.1 writes 1_000 too. */
  number(place: Place, least: number): number {
    const value = this.valueAt(place);
    const number =
      typeof value === "string" && /^\d[\d_]*(\.\d+)?([eE][+-]?\d+)?$/.test(value)
        ? Number(value.replaceAll("_", ""))
        : value;
    if (typeof number === "number" && number >= least && number <= Number.MAX_SAFE_INTEGER) return number;
    const shown = value === undefined ? "is missing; it" : `is ${JSON.stringify(value).slice(0, 60)}, but`;
    this.refuse(
      place,
      `${shownPlace(place)} ${shown} must be a number ${least < 1e-9 && least > 0 ? "above 0" : `of at least ${least}`}.`,
    );
    return Math.max(1, least);
  }

  /** Tells each key at a place that nobody reads. */
  unread(place: Place, known: readonly string[]): void {
    const value = this.valueAt(place);
    for (const [key, each] of Object.entries(isTree(value) ? value : {})) {
      if (known.includes(key)) continue;
      const hint = didYouMean(key, known) ?? "";
      this.remark(
        [...place, key],
        `${shownPlace([...place, key])} is ${shown(each)}: not read, nothing here is like it. ${hint}`.trim(),
      );
    }
  }

  stop(): void {
    if (this.problems.length > 0) throw new SpecError(this.problems);
  }
}

function shownPlace(place: Place): string {
  if (place.length === 0) return "The file";
  return place.map((key, at) => (typeof key === "number" ? `[${key}]` : `${at === 0 ? "" : "."}${key}`)).join("");
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return isTree(value) ? "a map" : JSON.stringify(value).slice(0, 60);
}
