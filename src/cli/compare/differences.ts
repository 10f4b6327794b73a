import type { RunRecord } from "../../report/types.ts";
import type { FinishedRun } from "./read-run.ts";

/** What must be equal for fronts to be comparable, by the name that people know. */
const SETTINGS: Readonly<Record<string, (record: RunRecord) => unknown>> = {
  model: ({ study }) => study.model,
  hardware: ({ study }) => study.hardware,
  "size of the space": ({ study }) => study.spaceSize,
  constraints: ({ study }) => study.constraints.join(", ") || "none",
  deployment: ({ study }) => study.deployment,
  "technology profile": ({ study }) => study.technologyProfile,
  "technology factors": ({ study }) => study.technologyFactors ?? "none set",
  schedule: ({ study }) => study.schedule ?? "none",
  mapping: ({ study }) => /objective \w+, effort \w+/.exec(study.mappingPolicy)?.[0] ?? study.mappingPolicy,
  accuracy: ({ accuracyOrigin }) => accuracyOrigin ?? "none",
  "simulator core": ({ provenance }) => provenance.core,
  tables: ({ provenance }) => provenance.tables,
};

/** A sentence for each setting in which some run differs from the first. */
export function differencesOf(runs: readonly FinishedRun[]): readonly string[] {
  return Object.entries(SETTINGS).flatMap(([name, of]) => {
    const texts = runs.map(({ record }) => textOf(of(record)));
    if (texts.every((text) => text === texts[0])) return [];
    return [`The runs differ in ${name}: ${runs.map(({ label }, i) => `${label}: ${texts[i]}`).join("; ")}.`];
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
