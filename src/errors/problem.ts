/** One thing that is wrong with what the user gave. */
export interface Problem {
  /** As the user named it; or `--set array.rows=0` for a setting. */
  readonly file: string;
  /** From 1; null: the problem has no place in a text. */
  readonly line: number | null;
  /** From 1; null where line is null. */
  readonly column: number | null;
  /** Stable, `room/what`: spec/unknown-key. */
  readonly code: string;
  /** What was wrong and what is allowed: whole sentences. */
  readonly message: string;
  /** For example `Did you mean "rows"?`; null: no advice. */
  readonly hint: string | null;
  /** The source line and how many characters of it, from `column`, are wrong; null: nothing to show. */
  readonly snippet: { readonly text: string; readonly length: number } | null;
}

/** A problem that has no place in a text. */
export function problemOf(file: string, code: string, message: string, hint: string | null = null): Problem {
  return { file, line: null, column: null, code, message, hint, snippet: null };
}

/** Order in which problems are shown: by file as first met, then by place. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  const files = [...new Set(problems.map((problem) => problem.file))];
  const place = (problem: Problem) => [files.indexOf(problem.file), problem.line ?? 0, problem.column ?? 0] as const;
  return [...problems].sort((a, b) => {
    const [p, q] = [place(a), place(b)];
    return p[0] - q[0] || p[1] - q[1] || p[2] - q[2];
  });
}
