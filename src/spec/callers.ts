import { didYouMean, problemOf, SpecError } from "../errors/index.ts";

/*
 * What callers from JavaScript may give in place of what the types say. Each check throws a SpecError spec/bad-argument.
 */

function refuse(what: string, message: string, hint: string | null = null): never {
  throw new SpecError([problemOf(what, "spec/bad-argument", `${what} ${message}.`, hint)]);
}

const shown = (value: unknown): string => {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
};

export function checkText(value: unknown, what: string): asserts value is string {
  if (typeof value !== "string") refuse(what, `must be a text, not ${shown(value)}`);
}

export function checkChoice<T extends string>(value: unknown, choices: readonly T[], what: string): asserts value is T {
  if (typeof value === "string" && (choices as readonly string[]).includes(value)) return;
  const hint = typeof value === "string" ? didYouMean(value, choices) : null;
  refuse(what, `must be one of: ${choices.join(", ")}`, hint);
}

/** Settings as `parseSetting` makes them. */
export function checkSettings(value: unknown): void {
  const isSetting = (each: unknown): boolean =>
    typeof each === "object" && each !== null && "path" in each && typeof each.path === "string" && "value" in each;
  if (Array.isArray(value) && value.every(isSetting)) return;
  refuse("Settings", "must be a list of { path, value }, as parseSetting makes one of a text such as array.rows=64");
}
