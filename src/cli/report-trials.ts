import { writeCsv } from "../csv/index.ts";
import { escapeJson } from "../errors/index.ts";
import { assess, type Trial } from "../search/index.ts";
import type { Study } from "../spec/index.ts";
import { openRun } from "./explain/stored-run.ts";

/** What stands against a trial, each in words; empty: it is feasible. */
function reasonsOf({ outcome }: Trial, { objectives, constraints }: Study): readonly string[] {
  const assessment = assess(outcome, objectives, constraints);
  if (assessment.kind === "feasible") return [];
  if (assessment.kind === "violating")
    return assessment.violations.map(({ constraint, amount }) => `${constraint}: missed by ${amount}`);
  const { constraint, by, unit } = assessment;
  return [by > 0 ? `${constraint}: missed by ${`${by} ${unit}`.trimEnd()}` : constraint];
}

/**
 * Every trial that a run has stored, finished or not: `trial,<paths>,feasible,violations,<metrics>`, or the same as one document
 * with the outcomes as they are stored.
 *
 * @throws as {@link openRun}
 */
export function allTrials(folder: string, format: "csv" | "json"): string {
  const { study, trials } = openRun(folder);
  const rows = trials.map((trial) => ({ ...trial, violations: reasonsOf(trial, study) }));
  const ignored = study.accuracy?.ignore;
  if (format === "json") {
    const document = {
      ...{ format: 1, study: study.name, strategy: study.search.strategy },
      ...(ignored === undefined ? {} : { accuracy_ignores: ignored }),
      trials: rows.map(({ number, point, violations, outcome }) => ({
        ...{ trial: number, point, feasible: violations.length === 0, violations, outcome },
      })),
    };
    return `${escapeJson(JSON.stringify(document, null, 2))}\n`;
  }
  const paths = study.space.map(({ path }) => path);
  const metrics = [
    ...new Set(rows.flatMap(({ outcome }) => (outcome.kind === "evaluated" ? Object.keys(outcome.metrics) : []))),
  ];
  return writeCsv(
    ["trial", ...paths, "feasible", "violations", ...metrics, ...(ignored === undefined ? [] : ["accuracy_ignores"])],
    rows.map(({ number, point, violations, outcome }) => [
      number,
      ...paths.map((path) => point[path]),
      violations.length === 0,
      violations.join("; "),
      ...metrics.map((metric) => (outcome.kind === "evaluated" ? outcome.metrics[metric] : undefined)),
      ...(ignored === undefined ? [] : [ignored.join(" ")]),
    ]),
  );
}
