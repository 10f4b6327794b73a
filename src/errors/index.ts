export { EXIT_BUG, EXIT_DONE, EXIT_INFEASIBLE, EXIT_INPUT, EXIT_INTERRUPTED } from "./exit-codes.ts";
export { escapeControls, escapeJson } from "./escape.ts";
export { didYouMean, editDistance, nearestMatch } from "./nearest.ts";
export { problemOf, sortProblems, type Problem } from "./problem.ts";
export { MOST_PROBLEMS, renderProblem, renderProblems } from "./render.ts";
export { attempt, SpecError } from "./spec-error.ts";
export { systemCode, systemReason } from "./system.ts";
export { InputError } from "./input-error.ts";
