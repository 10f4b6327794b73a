import { existsSync } from "node:fs";
import { join } from "node:path";
import { FACTOR_NAMES } from "../../cost/index.ts";
import type { Trial } from "../../search/index.ts";
import { applySettings, askedMetrics, loadStudy, settingsOfPoint, type SpecSet, type Study } from "../../spec/index.ts";
import { readSqliteStore, StoreError } from "../../store/index.ts";
import { evaluateUnderPolicy } from "../../worker/mapping-policy.ts";
import type { Evaluation, Infeasible } from "../../evaluate/index.ts";
import { InputError } from "../../errors/index.ts";
import { withBounds } from "../../study/bounds.ts";
import { identityOf, sourcesInUse } from "../../study/identity.ts";
import { RUN_FILES } from "../../study/run-folder.ts";

/** A run as its folder holds it, and the means to evaluate its designs again. */
export interface StoredRun {
  readonly study: Study;
  readonly trials: readonly Trial[];
  /** Keys of the metrics that the study asks for. */
  readonly asked: readonly string[];
  /** Why numbers may come out otherwise than the run stored them; null: study, tables and core are those of the run. */
  readonly change: string | null;
  specsOf(point: Trial["point"]): SpecSet;
  /** As the search evaluated it, under the study's mapping policy. */
  evaluate(point: Trial["point"]): Evaluation | Infeasible;
}

/** Name of the study's starting design, where a trial is asked for. */
export const BASELINE = "baseline";

/**
 * @throws InputError where the folder holds no run; SpecError where its study cannot be read; StoreError where its trials
 *         cannot, or are of another study's space
 */
export function openRun(folder: string): StoredRun {
  const [studyFile, trialFile] = [join(folder, RUN_FILES.study), join(folder, RUN_FILES.trials)];
  for (const file of [studyFile, trialFile]) {
    if (!existsSync(file)) throw new InputError(`${folder} holds no run: there is no ${file}.`);
  }
  const study = withBounds(loadStudy(studyFile, FACTOR_NAMES));
  const { specs: base, mapping, constraints } = study;
  const specsOf = (point: Trial["point"]): SpecSet => applySettings(base, settingsOfPoint(point), FACTOR_NAMES);
  const { meta, trials } = readSqliteStore(trialFile);
  checkPoints(trials, study, trialFile);
  const { studyHash } = identityOf(study, sourcesInUse());
  const change = `${trialFile} was made with another study, other tables or another core (hash ${meta.studyHash}, now ${studyHash}); designs are evaluated anew.`;
  return {
    study,
    trials,
    asked: askedMetrics(study),
    change: studyHash === meta.studyHash ? null : change,
    specsOf,
    evaluate: (point) => evaluateUnderPolicy(specsOf(point), mapping, constraints),
  };
}

/** A trial that the study has no such design for is of another run, or damaged. */
function checkPoints(trials: readonly Trial[], { space }: Study, file: string): void {
  const values = new Map(space.map((parameter) => [parameter.path, new Set(parameter.values)]));
  for (const { number, point } of trials)
    for (const [path, value] of Object.entries(point)) {
      if (values.get(path)?.has(value) === true) continue;
      throw new StoreError(
        "store/other-study",
        file,
        `trial ${number} has ${path} ${String(value)}, which is no design of the study beside it, ${RUN_FILES.study}: one of the two is damaged or of another run`,
      );
    }
}

/**
 * @param name number of a trial, or `baseline`
 * @throws InputError with the nearest trial that there is
 */
export function trialNamed({ trials }: StoredRun, name: string, folder: string): Trial {
  if (name === BASELINE) return { number: -1, point: {}, outcome: { kind: "evaluated", metrics: {} } };
  if (!/^\d{1,15}$/.test(name)) throw new InputError(`"${name}" is no trial: give its number, or ${BASELINE}.`);
  const number = Number(name);
  const found = trials.find((trial) => trial.number === number);
  if (found) return found;
  if (trials.length === 0) throw new InputError(`${folder} holds no trials yet.`);
  const nearest = trials.reduce((best, each) =>
    Math.abs(each.number - number) < Math.abs(best.number - number) ? each : best,
  );
  const range = `${trials[0]!.number} to ${trials.at(-1)!.number}`;
  throw new InputError(
    `Trial ${number} is not in ${folder}, which holds ${trials.length} trials, ${range}. Nearest: ${nearest.number}.`,
  );
}

/** "Trial 17", or "Baseline". */
export function titleOf({ number }: Trial): string {
  return number < 0 ? "Baseline" : `Trial ${number}`;
}

/** Objectives whose stored value is not what comes out now: program, tables or core have changed since the run. */
export function changedSince(trial: Trial, metrics: Readonly<Record<string, number | null>>): readonly string[] {
  if (trial.outcome.kind !== "evaluated") return [];
  return Object.entries(trial.outcome.metrics).flatMap(([metric, before]) => {
    const now = metrics[metric];
    if (typeof now !== "number" || Math.abs(now - before) <= 1e-9 * Math.abs(before)) return [];
    return [`${metric} was ${before}, is ${now}`];
  });
}
