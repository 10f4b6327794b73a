import { dirname, resolve } from "node:path";
import { stringify } from "yaml";
import type * as z from "zod";
import { attempt, SpecError, type Problem } from "../errors/index.ts";
import { pathText, problemAtSpan, spanAt, valueAt, type SourceDocument } from "./document.ts";
import { FAMILY_METRIC } from "./family-metric.ts";
import { deepFreeze } from "./freeze.ts";
import { layerPath } from "./set-layers.ts";
import { hardwareSchema } from "./hardware-schema.ts";
import { check } from "./issues.ts";
import { readGridDay } from "./grid-day-file.ts";
import { fileOfTrace } from "./grid-trace.ts";
import { readGridTrace } from "./grid-trace-file.ts";
import { besideFile, findSpec, readSpecFile } from "./load.ts";
import { modelSchema } from "./model-schema.ts";
import { isFixedBy, MODES } from "./modes.ts";
import type { PresetKind } from "./preset-files.ts";
import type { SpaceValue } from "./range.ts";
import { filledSchedule, scheduleOf } from "./schedule.ts";
import { NO_FACTORS, findSetPath } from "./set-paths.ts";
import type { SpecSet } from "./settings.ts";
import { accuracySection, rawStudySchema, type RawStudy } from "./study-schema.ts";
import type { AccuracySettings, Study } from "./study.ts";
import { checkStudy } from "./study-rules.ts";
import { profileOf } from "./set-deployment.ts";

/** A model or hardware of a study: named, beside it, or written out. The document it came from is kept. */
function resolveSpec<T extends z.ZodType>(
  study: SourceDocument,
  key: "model" | "hardware",
  kind: PresetKind,
  schema: T,
) {
  const written = valueAt(study.value, [key]);
  if (typeof written !== "string") {
    return written === undefined ? undefined : { value: check(schema, study, [key]), source: written };
  }
  const found = findSpec(kind, written, study.file);
  if (!found.problem) return { value: check(schema, found.document), source: found.document.value };
  const { code, message, hint } = found.problem;
  throw new SpecError([problemAtSpan(study, spanAt(study, [key], "value"), code, message, hint)]);
}

/** Problems of a path that can be set in general, but not on these specs: a text tower that is not there. */
function spaceProblems(raw: RawStudy, specs: SpecSet, study: SourceDocument, factors: readonly string[]) {
  return raw.space.flatMap(({ path, values }): readonly Problem[] => {
    const set = findSetPath(path, factors)?.set;
    const result = set?.schema.safeParse(values[0]);
    const applied = set && result?.success ? set.apply(specs, result.data) : undefined;
    if (!applied || !("refused" in applied)) return [];
    if (isMadeToFit(path, values[0]!, raw.space, specs, factors)) return [];
    // Layers that the starting model does not have may come with a deeper one.
    const whole = layerPath(path)?.whole;
    if (whole !== undefined && raw.space.some((other) => other.path === whole.replace(/[a-z]+$/, "layers"))) return [];
    const message = `space.${path} ${applied.refused}.`;
    return [problemAtSpan(study, spanAt(study, placeInSpace(study, path), "key"), "spec/does-not-fit", message)];
  });
}

/** Whether a value of another parameter lets a setting fit that does not by itself: a method of sparsity where weights are left out. */
function isMadeToFit(
  path: string,
  value: SpaceValue,
  space: RawStudy["space"],
  specs: SpecSet,
  factors: readonly string[],
) {
  const settled = (at: string, with_: SpaceValue, before: SpecSet): SpecSet | null => {
    const set = findSetPath(at, factors)?.set;
    const read = set?.schema.safeParse(with_);
    const applied = set && read?.success ? set.apply(before, read.data) : undefined;
    return applied === undefined || "refused" in applied ? null : applied;
  };
  const [room] = path.split(".");
  const others = space.filter((other) => other.path !== path && other.path.startsWith(`${room}.`));
  return others.some((other) =>
    other.values.some((each) => {
      const base = settled(other.path, each, specs);
      return base !== null && settled(path, value, base) !== null;
    }),
  );
}

/** What carbon costs is asked for only where its price is given. */
function priceProblems({ objectives, constraints, space }: RawStudy, { deployment }: SpecSet, study: SourceDocument) {
  if (deployment.carbonPrice !== undefined || space.some(({ path }) => path === "deployment.carbonPrice")) return [];
  const asked = Object.entries({ objectives, constraints }).flatMap(([key, list]) =>
    (list ?? []).flatMap(({ metric }, i) => (metric === "cost_carbon" ? [[key, i]] : [])),
  );
  return asked.map((path): Problem => {
    const message = `${pathText(path)} asks for cost_carbon, and deployment.carbonPrice does not say what carbon costs.`;
    const hint = "For example deployment: { carbonPrice: 80 EUR/t }";
    return problemAtSpan(study, spanAt(study, path, "value"), "spec/missing-key", message, hint);
  });
}

/** `model.text.layers` may be written as one key, as nested maps, or half and half. */
export function placeInSpace(study: SourceDocument, path: string): readonly string[] {
  let place: readonly string[] = ["space"];
  let rest = path;
  while (rest !== "") {
    const map = valueAt(study.value, place);
    const key = Object.keys(typeof map === "object" && map ? map : {}).find(
      (k) => rest === k || rest.startsWith(`${k}.`),
    );
    if (key === undefined) break;
    place = [...place, key];
    rest = rest.slice(key.length + 1);
  }
  return place;
}

function assemble(raw: RawStudy, specs: SpecSet, accuracy: Study["accuracy"], document: Study["document"]): Study {
  const mode = raw.mode === undefined ? undefined : MODES[raw.mode];
  const objectives = mode?.objectives ?? raw.objectives ?? [];
  const { population, patience, reference, chosen, coarse, ...search } = raw.search;
  return deepFreeze({
    name: raw.name,
    description: raw.description,
    specs,
    space: raw.space.filter(({ path }) => !isFixedBy(mode, path)),
    fixed: raw.space.filter(({ path }) => isFixedBy(mode, path)).map(({ path }) => path),
    objectives,
    constraints: raw.constraints,
    mode: raw.mode ?? null,
    mapping: raw.mapping,
    accuracy,
    search: {
      ...search,
      chosen: chosen ?? null,
      ...(coarse === undefined ? {} : { coarse }),
      population: population ?? null,
      patience: patience ?? null,
      reference: reference ?? null,
    },
    document,
  });
}

/**
 * A validated, frozen study with its model, hardware and deployment loaded. Files that it names lie beside it.
 *
 * @param factors names of the cost room's factors, which `technology` and `space` may set
 * @throws SpecError with every problem of the study and of the files it names
 */
export function loadStudy(file: string, factors: readonly string[] = NO_FACTORS): Study {
  return readStudy(readSpecFile(file), factors);
}

/** Like {@link loadStudy}, from a document that has been read. */
export function readStudy(written: SourceDocument, factors: readonly string[] = NO_FACTORS): Study {
  const problems: Problem[] = [...checkStudy(written)];
  const document = attempt(problems, () => withHourlyGrid(written)) ?? written;
  const raw = attempt(problems, () => check(rawStudySchema(factors), document));
  const model = attempt(problems, () => resolveSpec(document, "model", "models", modelSchema));
  const hardware = attempt(problems, () => resolveSpec(document, "hardware", "hardware", hardwareSchema));
  if (!raw || !model || !hardware) throw new SpecError(problems);
  const specs: SpecSet = {
    model: model.value,
    hardware: hardware.value,
    deployment: raw.deployment,
    technology: technologyOf(raw.technology),
    schedule: filledSchedule(raw.schedule, scheduleOf({ hardware: hardware.value })),
  };
  problems.push(...spaceProblems(raw, specs, document, factors), ...priceProblems(raw, specs, document));
  const accuracy = attempt(problems, () => accuracyOf(raw, model.value, document));
  if (problems.length > 0 || accuracy === undefined) throw new SpecError(problems);
  const fields = document.value as Readonly<Record<string, unknown>>;
  const folder = accuracy?.folder ?? null;
  const placed = folder === null ? {} : { accuracy: { ...(fields["accuracy"] as object), folder } };
  const whole = { ...fields, model: model.source, hardware: hardware.source, ...placed };
  return assemble(raw, specs, accuracy, whole);
}

/** A study as a file that needs no other one. */
export function studyText({ document }: Pick<Study, "document">): string {
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}

/**
 * Accuracy as it is written; where nothing is, predicted if anything asks for it.
 *
 * @throws SpecError where it is to be predicted and no metric is of the model's family
 */
function accuracyOf(raw: RawStudy, { family }: SpecSet["model"], document: SourceDocument): AccuracySettings | null {
  const { accuracy: written, mode, constraints } = raw;
  const aims = mode === undefined ? (raw.objectives ?? []) : MODES[mode]!.objectives;
  const isAimed = aims.some(({ metric }) => metric === "accuracy");
  const isAsked = isAimed || constraints.some(({ metric }) => metric === "accuracy");
  if (written === "none" || (written === undefined && !isAsked)) return null;
  const { metric, command, ignore, confidence, fidelity, repeats, ...settings } = written ?? accuracySection.parse({});
  const known = metric ?? FAMILY_METRIC[family];
  if (known !== null)
    return {
      ...{ ...settings, metric: known, command: command ?? null, folder: folderOf(raw, document) },
      ...(ignore === undefined ? {} : { ignore }),
      ...(confidence === undefined ? {} : { confidence }),
      ...(fidelity === undefined ? {} : fidelitiesOf(fidelity)),
      ...(repeats === undefined ? {} : { repeats }),
    };
  const asker = !isAimed ? "constraints" : mode === undefined ? "objectives" : "mode";
  const path = [written === undefined ? asker : "accuracy"];
  const message = `${path[0]} asks for accuracy, and none is predicted of models of family ${family}. Name a program (accuracy: { evaluator: command, … }), or ask for no accuracy.`;
  throw new SpecError([problemAtSpan(document, spanAt(document, path, "key"), "accuracy/wrong-family", message)]);
}

/** The last share is what answers are worth; candidates are screened at those before. */
function fidelitiesOf(written: number | readonly number[]): Pick<AccuracySettings, "fidelity" | "screening"> {
  const shares = typeof written === "number" ? [written] : written;
  const screening = shares.slice(0, -1);
  return { fidelity: shares.at(-1)!, ...(screening.length === 0 ? {} : { screening }) };
}

/** A command runs beside its study, also where a copy of the study is run again. */
function folderOf({ accuracy }: RawStudy, { file }: SourceDocument): string | null {
  if (accuracy === undefined || accuracy === "none" || accuracy.evaluator !== "command") return null;
  return resolve(dirname(file), accuracy.folder ?? ".");
}

/** A grid file beside the study is taken into it, as its mean day or its days, so that the study needs no other file. */
function withHourlyGrid(document: SourceDocument): SourceDocument {
  const whole = document.value as { readonly deployment: Readonly<Record<string, unknown>> };
  const held = (field: string, value: object): SourceDocument => ({
    ...document,
    value: { ...whole, deployment: { ...whole.deployment, [field]: value } },
  });
  const day = valueAt(document.value, ["deployment", "gridHours"]);
  if (typeof day === "string") return held("gridHours", readGridDay(besideFile(day, document.file), day));
  const trace = fileOfTrace(valueAt(document.value, ["deployment", "gridTrace"]));
  if (trace === null) return document;
  return held("gridTrace", readGridTrace({ ...trace, path: besideFile(trace.path, document.file) }));
}

function technologyOf(raw: RawStudy["technology"]) {
  const { profile, ...factors } = raw;
  const given = Object.entries(factors as Readonly<Record<string, number | undefined>>);
  return {
    ...profileOf(profile),
    factors: Object.fromEntries(given.filter(([, value]) => value !== undefined)) as Record<string, number>,
  };
}
