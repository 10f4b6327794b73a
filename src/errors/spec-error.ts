import { sortProblems, type Problem } from "./problem.ts";
import { renderProblems } from "./render.ts";

/** What the user gave cannot be used. Holds every problem found, sorted by place; its message is the rendered text. */
export class SpecError extends Error {
  override readonly name = "SpecError";
  readonly problems: readonly Problem[];

  /** @param problems at least one, in any order */
  constructor(problems: readonly Problem[]) {
    const sorted = sortProblems(problems);
    super(renderProblems(sorted));
    this.problems = sorted;
  }
}

/** Runs one step of reading; its problems are kept, so that the other steps still show theirs. @throws whatever else it throws */
export function attempt<T>(problems: Problem[], step: () => T): T | undefined {
  try {
    return step();
  } catch (cause) {
    if (!(cause instanceof SpecError)) throw cause;
    problems.push(...cause.problems);
    return undefined;
  }
}
