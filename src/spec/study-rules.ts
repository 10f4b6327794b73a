import type { Problem } from "../errors/index.ts";
import { problemAtSpan, spanAt, valueAt, type Path, type SourceDocument } from "./document.ts";
import { nameOfMetric } from "../metrics/index.ts";
import { readConstraint, readObjective } from "./metrics.ts";
import { isFixedBy, MODES } from "./modes.ts";

/** What is wrong between the parts of a study. Works on what was written, so that it can run beside the schema. */
export function checkStudy(document: SourceDocument): readonly Problem[] {
  const problems: Problem[] = [];
  const at = (path: Path, target: "key" | "value", code: string, message: string) => {
    problems.push(problemAtSpan(document, spanAt(document, path, target), code, message));
  };
  const has = (key: string) => valueAt(document.value, [key]) !== undefined;
  if (typeof document.value !== "object" || document.value === null) return [];
  if (has("mode") && has("objectives")) {
    at(["objectives"], "key", "spec/conflict", "mode and objectives exclude each other: give one of them.");
  }
  if (!has("mode") && !has("objectives")) {
    const names = Object.keys(MODES).join(", ");
    at([], "value", "spec/missing-key", `The study needs a mode (${names}) or objectives.`);
  }
  modeProblems(document, at);
  accuracyProblems(document, at);
  return problems;
}

type At = (path: Path, target: "key" | "value", code: string, message: string) => void;

function modeProblems(document: SourceDocument, at: At): void {
  const name = valueAt(document.value, ["mode"]);
  const mode = typeof name === "string" && Object.hasOwn(MODES, name) ? MODES[name] : undefined;
  if (!mode) return;
  const constraints = valueAt(document.value, ["constraints"]);
  const limited = (Array.isArray(constraints) ? constraints : []).map(limitedMetric);
  for (const key of mode.needsLimitOf) {
    if (limited.includes(key)) continue;
    const message = `mode ${String(name)} needs a limit: add to constraints, for example "${nameOfMetric(key)} <= 50 ms".`;
    at(["mode"], "value", "spec/missing-limit", message);
  }
  const space = valueAt(document.value, ["space"]);
  if (typeof space !== "object" || space === null) return;
  const paths = Object.keys(space).map((key) => (key === "model" || key === "quantisation" ? `${key}.` : key));
  if (paths.length > 0 && paths.every((path) => isFixedBy(mode, path))) {
    const message = `mode ${String(name)} keeps the ${mode.fixes} as it is, and space holds nothing else.`;
    at(["space"], "key", "spec/empty-space", message);
  }
}

function accuracyProblems(document: SourceDocument, at: At): void {
  const asker = valueAt(document.value, ["accuracy"]) === "none" ? askerOfAccuracy(document) : null;
  if (asker !== null) {
    const message = `accuracy is none, but ${asker}. Leave accuracy out to have it predicted, or ask for none of it.`;
    at(["accuracy"], "value", "spec/conflict", message);
  }
  const evaluator = valueAt(document.value, ["accuracy", "evaluator"]);
  const command = valueAt(document.value, ["accuracy", "command"]);
  if (evaluator === "command" && command === undefined) {
    at(["accuracy", "evaluator"], "value", "spec/missing-key", "accuracy.evaluator: command needs accuracy.command.");
  }
  if (evaluator === "command" && valueAt(document.value, ["accuracy", "metric"]) === undefined) {
    const message = "accuracy.evaluator: command needs accuracy.metric, the name of what the program measures.";
    at(["accuracy", "evaluator"], "value", "spec/missing-key", message);
  }
  if (evaluator === "command") return;
  for (const key of ["command", "folder", "parallel", "timeout", "retries", "fidelity", "repeats"]) {
    if (valueAt(document.value, ["accuracy", key]) === undefined) continue;
    at(["accuracy", key], "key", "spec/conflict", `accuracy.${key} is used only with evaluator: command.`);
  }
}

/** What of a study asks for accuracy, as a clause; null: nothing does. */
function askerOfAccuracy({ value }: SourceDocument): string | null {
  const list = (key: string): readonly string[] => {
    const written = valueAt(value, [key]);
    return (Array.isArray(written) ? written : []).filter((each) => typeof each === "string");
  };
  const mode = valueAt(value, ["mode"]);
  const aims = typeof mode === "string" && Object.hasOwn(MODES, mode) ? MODES[mode]!.objectives : [];
  if (aims.some(({ metric }) => metric === "accuracy")) return `mode ${String(mode)} asks for the most of it`;
  const aim = list("objectives").find((text) => aimedMetric(text) === "accuracy");
  if (aim !== undefined) return `the objective "${aim}" asks for it`;
  const limit = list("constraints").find((text) => limitedMetric(text) === "accuracy");
  return limit === undefined ? null : `the constraint "${limit}" asks for it`;
}

function aimedMetric(text: string): string | undefined {
  const read = readObjective(text);
  return read.problem ? undefined : read.value.metric;
}

function limitedMetric(text: unknown): string | undefined {
  const read = readConstraint(String(text));
  return read.problem ? undefined : read.value.metric;
}
