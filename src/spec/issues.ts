import type * as z from "zod";
import { didYouMean, SpecError, type Problem } from "../errors/index.ts";
import { pathText, problemAtSpan, spanAt, valueAt, type Path, type SourceDocument } from "./document.ts";

type Issue = z.core.$ZodIssue;

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
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(path, key, issue.message));
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
  return { path: full, target: "key", code: "spec/unknown-key", message, hint: didYouMean(key, known.split(", ")) };
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
  const message = sentence(`${name} ${issue.message}, not ${shown(value)}`);
  return { path, target: "value", code: isRange ? "spec/out-of-range" : code, message, hint: null };
}

/** A union is judged by the branch that fits the value's type; a message of its own goes before that. */
function unionFindings(issue: Issue & { code: "invalid_union" }, root: unknown, at: Path, value: unknown) {
  const path = [...at, ...issue.path];
  if (value === undefined) {
    const expected = issue.message === "Invalid input" ? "" : `: it ${issue.message}`;
    const message = `${pathText(path)} is missing${expected}.`;
    return [{ path, target: "value", code: "spec/missing-key", message, hint: null } as const];
  }
  const isOwnType = (issues: readonly Issue[]) => !issues.some((each) => each.path.length === 0 && isTypeIssue(each));
  const branch = issue.errors.find(isOwnType);
  if (branch && issue.message === "Invalid input") {
    return branch.flatMap((each) => findingsOf({ ...each, path: [...issue.path, ...each.path] } as Issue, root, at));
  }
  const code = value === null || typeof value === "object" ? "spec/wrong-type" : "spec/unknown-value";
  const predicate = issue.message === "Invalid input" ? "has the wrong type" : issue.message;
  const message = `${pathText(path)} ${predicate}, not ${shown(value)}.`;
  return [{ path, target: "value", code, message, hint: null } as const];
}

const isTypeIssue = (issue: Issue): boolean => issue.code === "invalid_type" || issue.code === "invalid_union";

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
  const result = schema.safeParse(root);
  if (result.success) return result.data;
  throw new SpecError(
    problemsOf(
      result.error.issues.flatMap((issue) => findingsOf(issue, root, at)),
      document,
    ),
  );
}
