import type * as z from "zod";
import { didYouMean, MOST_PROBLEMS, SpecError, type Problem } from "../errors/index.ts";
import { nameHint } from "./hints.ts";
import { pathText, problemAtSpan, spanAt, valueAt, type Path, type SourceDocument } from "./document.ts";

type Issue = z.core.$ZodIssue;

/** How zod parses what is read once: to compile a parser of a schema takes longer than to walk it a few times. */
export const READ_ONCE = { jitless: true } as const;

/** What is wrong, before it has a place. */
export interface Finding {
  readonly path: Path;
  readonly target: "key" | "value";
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

const shown = (value: unknown): string => {
  if (typeof value === "string") return `"${value.length > 60 ? `${value.slice(0, 60)}…` : value}"`;
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a map";
  return String(value);
};

const sentence = (text: string): string => (text.endsWith(".") ? text : `${text}.`);

/** The findings that a zod issue stands for. `root` is the value that was parsed, `at` its path in the file. */
export function findingsOf(issue: Issue, root: unknown, at: Path): readonly Finding[] {
  const path = [...at, ...issue.path];
  const value = valueAt(root, issue.path);
  if (issue.code === "invalid_union") return unionFindings(issue, root, at, value);
  if (issue.code === "unrecognized_keys")
    return issue.keys.slice(0, MOST_PROBLEMS + 1).map((key) => unknownKey(path, key, issue.message));
  if (issue.code === "custom") {
    const params = (issue.params ?? {}) as { code?: string; hint?: string | null };
    const message = sentence(`${pathText(path)} ${issue.message}`.trim());
    return [{ path, target: "value", code: params.code ?? "spec/bad-value", message, hint: params.hint ?? null }];
  }
  if (value === undefined && path.length > 0) {
    const message = `${pathText(path)} is missing: it ${issue.message}.`;
    return [{ path, target: "value", code: "spec/missing-key", message, hint: null }];
  }
  return [wrongValue(issue, path, value)];
}

function unknownKey(path: Path, key: string, known: string): Finding {
  const full = [...path, key];
  const message = `${pathText(full)} is no known key. Known here: ${known}.`;
  return { path: full, target: "key", code: "spec/unknown-key", message, hint: nameHint(key, known.split(", ")) };
}

function wrongValue(issue: Issue, path: Path, value: unknown): Finding {
  const name = pathText(path) || "The file";
  if (issue.code === "invalid_value") {
    const values = issue.values.map(String);
    const hint = typeof value === "string" ? didYouMean(value, values) : null;
    return { path, target: "value", code: "spec/unknown-value", message: sentence(`${name} ${issue.message}`), hint };
  }
  const code = typeof value === "number" && issue.code !== "invalid_type" ? "spec/out-of-range" : "spec/wrong-type";
  const isRange = typeof value === "number" && /from|at least/.test(issue.message);
  const isCount = Array.isArray(value) && issue.code !== "invalid_type";
  const message = sentence(`${name} ${issue.message}, not ${isCount ? `a list of ${value.length}` : shown(value)}`);
  return { path, target: "value", code: isRange ? "spec/out-of-range" : code, message, hint: null };
}

/** A union is judged by the branch that fits the value's type; a message of its own goes before that. */
function unionFindings(issue: Issue & { code: "invalid_union" }, root: unknown, at: Path, value: unknown) {
  const path = [...at, ...issue.path];
  const hasOwnMessage = issue.message !== "Invalid input";
  const expected = hasOwnMessage ? issue.message : issue.errors[0]?.[0]?.message;
  if (value === undefined) {
    const message = `${pathText(path)} is missing${expected === undefined ? "" : `: it ${expected}`}.`;
    return [{ path, target: "value", code: "spec/missing-key", message, hint: null } as const];
  }
  const isList = Array.isArray(value);
  const branch = issue.errors.find(
    (issues) => !issues.some((each) => each.path.length === 0 && isMismatch(each, isList)),
  );
  if (branch && !hasOwnMessage) {
    return branch.flatMap((each) => findingsOf({ ...each, path: [...issue.path, ...each.path] } as Issue, root, at));
  }
  return [unionValue(path, value, expected ?? "has the wrong type")];
}

function unionValue(path: Path, value: unknown, expected: string): Finding {
  const list = /^must be one of: (.*)$/.exec(expected)?.[1]?.split(", ");
  const message = sentence(`${pathText(path)} ${expected}${list ? "" : `, not ${shown(value)}`}`);
  const hint = list && typeof value === "string" ? didYouMean(value, list) : null;
  const codes: Readonly<Record<string, string>> = { string: "spec/unknown-value", number: "spec/out-of-range" };
  return { path, target: "value", code: codes[typeof value] ?? "spec/wrong-type", message, hint };
}

/** Whether an issue says that the value is of another type than this branch of a union is for. */
function isMismatch(issue: Issue, isList: boolean): boolean {
  return issue.code === "invalid_type" || issue.code === "invalid_union" || (isList && issue.code === "invalid_value");
}

/** Findings as problems of a document. */
export function problemsOf(findings: readonly Finding[], document: SourceDocument): readonly Problem[] {
  const seen = new Set<string>();
  return findings.flatMap(({ path, target, code, message, hint }) => {
    const key = `${target} ${pathText(path)} ${message}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [problemAtSpan(document, spanAt(document, path, target), code, message, hint)];
  });
}

/**
 * Checks a document (or a part of it) against a schema.
 *
 * @throws SpecError with every problem found
 */
export function check<T extends z.ZodType>(schema: T, document: SourceDocument, at: Path = []): z.output<T> {
  const root = valueAt(document.value, at);
  const result = schema.safeParse(root, READ_ONCE);
  if (result.success) return result.data;
  throw new SpecError(
    problemsOf(
      result.error.issues.flatMap((issue) => findingsOf(issue, root, at)),
      document,
    ),
  );
}
