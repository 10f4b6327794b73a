import {
  assess,
  importanceOfTrials,
  metricOf,
  type Objective,
  type Point,
  type StudyResult,
  type Trial,
} from "../search/index.ts";
import { type Breakdown, type Unknown } from "../cost/index.ts";
import { isPlainSchedule, type Study } from "../spec/index.ts";
import { thinned } from "../report/front-table.ts";
import { headlineOf } from "../report/headline.ts";
import type { AccuracyFailures, FrontRow, FrontSteps, PublishedDesign, Roofline, RunRecord } from "../report/types.ts";
import type { DesignDetail, DesignEvaluator } from "../worker/index.ts";
import { aimedDesigns, type KnownDesign } from "./aims.ts";
import { hardwareLabel, precisionOf, towersLabel } from "./labels.ts";
import type { Sources } from "./identity.ts";
import { constraintSummaries } from "./violations.ts";

const MOST_OTHERS = 2000;

/** What a record is made of, beside the study. */
export interface RunParts {
  readonly study: Study;
  readonly spaceSize: bigint;
  readonly result: StudyResult;
  /** Those that the result is made of. */
  readonly trials: readonly Trial[];
  /** Of `result.front`, in its order. */
  readonly details: readonly (DesignDetail | null)[];
  readonly baseline: DesignDetail | null;
  readonly evaluator: DesignEvaluator;
  readonly sources: Sources;
  readonly studyHash: string;
  readonly accuracyOrigin: string | null;
  /** Of the whole front; null: there are none. */
  readonly steps: FrontSteps | null;
  readonly accuracyFailures: AccuracyFailures | null;
  readonly published: readonly PublishedDesign[];
}

/** Everything that is known of a finished run: a function of the study, not of the machine. */
export function recordOf(parts: RunParts): RunRecord {
  const { study, result, trials, baseline, evaluator, sources } = parts;
  const { objectives, constraints } = study;
  const places = new Map(parts.steps?.steps.flatMap(({ step, ties }) => ties.map((trial) => [trial, step])));
  const front = result.front.flatMap(({ number, point }, i): readonly FrontRow[] => {
    const detail = parts.details[i] ?? null;
    const step = places.get(number);
    const row = detail === null ? null : frontRow(number, point, detail, evaluator, study);
    return row === null ? [] : [step === undefined ? row : { ...row, step }];
  });
  const metrics = objectives.map(({ metric }) => metric);
  const importance = importanceOfTrials(study.space, trials, metrics, study.search.seed);
  const start = baseline === null ? null : frontRow(null, {}, baseline, evaluator, study);
  return {
    format: 1,
    study: studyOf(study, parts.spaceSize),
    front,
    ...(parts.steps === null ? {} : { steps: parts.steps }),
    baseline: start,
    ...(parts.published.length === 0 ? {} : { published: parts.published }),
    roofline: rooflineOfRow(headlineOf({ study, front, baseline: start })?.best ?? start, parts),
    aims: aimedDesigns([...front, ...feasibleOf(trials, study)], start, evaluator, study),
    others: othersOf(trials, study, new Set(result.front.map(({ number }) => number))),
    ...(importance === null ? {} : { importance }),
    trialCount: result.trialCount,
    feasibleCount: result.feasibleCount,
    stopped: result.stopped,
    hypervolume: result.hypervolume,
    referencePoint: result.referencePoint,
    convergence: result.convergence.map(({ trialCount, hypervolume }) => ({ trialCount, hypervolume })),
    violations: constraintSummaries(trials, objectives, constraints, evaluator),
    ...(parts.accuracyFailures === null ? {} : { accuracyFailures: parts.accuracyFailures }),
    accuracyOrigin: parts.accuracyOrigin,
    provenance: {
      ...sources,
      studyHash: parts.studyHash,
      idlePolicy: baseline?.idlePolicy ?? parts.details[0]?.idlePolicy ?? "",
    },
  };
}

/** Of the design that the report shows first. */
function rooflineOfRow(row: FrontRow | null, { result, details, baseline }: RunParts): Roofline | null {
  if (row === null) return null;
  const detail = row.trial === null ? baseline : details[result.front.findIndex(({ number }) => number === row.trial)];
  if (!detail) return null;
  return { title: row.trial === null ? "Baseline" : `Trial ${row.trial}`, ...detail.roofline };
}

/** Feasible trials with all of their metrics. */
function feasibleOf(trials: readonly Trial[], { objectives, constraints }: Study): readonly KnownDesign[] {
  return trials.flatMap(({ number, point, outcome }) =>
    outcome.kind === "evaluated" && assess(outcome, objectives, constraints).kind === "feasible"
      ? [{ trial: number, point, metrics: outcome.metrics }]
      : [],
  );
}

function studyOf(study: Study, spaceSize: bigint): RunRecord["study"] {
  const { name, description, mode, objectives, constraints, search, specs, mapping } = study;
  return {
    name,
    description,
    model: specs.model.name,
    hardware: specs.hardware.name,
    mode,
    objectives: objectives.map(({ metric, direction }): Objective => ({ metric, direction })),
    constraints: constraints.map(({ text }) => text),
    strategy: search.strategy,
    ...(search.chosen === null ? {} : { strategyChosen: search.chosen }),
    ...(search.coarse === undefined ? {} : { coarse: search.coarse }),
    seed: search.seed,
    spaceSize: String(spaceSize),
    parameters: study.space.map(({ path, values }) => ({ path, values })),
    deployment: withoutLists(specs.deployment),
    technologyProfile: specs.technology.packaging ?? specs.technology.profile,
    ...(Object.keys(specs.technology.factors).length === 0 ? {} : { technologyFactors: specs.technology.factors }),
    ...(isPlainSchedule(specs.schedule) ? {} : { schedule: { ...specs.schedule } }),
    ...(study.accuracy?.ignore === undefined ? {} : { accuracyIgnores: study.accuracy.ignore }),
    ...(study.accuracy?.confidence === undefined ? {} : { accuracyConfidence: study.accuracy.confidence }),
    mappingPolicy: `objective ${mapping.objective}, effort ${mapping.effort}`,
  };
}

/** A grid by hour is told by its means, a price as it is written. */
function withoutLists(deployment: Study["specs"]["deployment"]): RunRecord["study"]["deployment"] {
  const { carbonPrice, ...fields } = deployment;
  const plain = Object.entries(fields).filter(
    (entry): entry is [string, number | string | null] => entry[1] === null || typeof entry[1] !== "object",
  );
  const price = carbonPrice && { carbonPrice: `${1000 * carbonPrice.perKilogram} ${carbonPrice.currency}/t` };
  return { ...Object.fromEntries(plain), ...price };
}

/** A design as reports show it; `trial` null: it is none of the run's trials. */
export function frontRow(
  trial: number | null,
  point: Point,
  detail: DesignDetail,
  evaluator: DesignEvaluator,
  study: Study,
): FrontRow {
  const specs = evaluator.specsOf(point);
  return {
    trial,
    point,
    hardware: hardwareLabel(specs),
    towers: towersLabel(specs.model),
    ...precisionOf(specs, study),
    metrics: detail.metrics,
    extrapolation: detail.extrapolation,
    nearest: detail.nearest,
    energy_J: knownOf(detail.energy),
    area_mm2: knownOf(detail.area),
    embodied_kgCO2e: knownOf(detail.embodied),
    operational_kgCO2e: knownOf(detail.operational),
    alwaysOn_kgCO2e: detail.alwaysOn,
  };
}

function knownOf(breakdown: Breakdown | Unknown): Breakdown | null {
  return breakdown.total === null ? null : breakdown;
}

function othersOf(trials: readonly Trial[], study: Study, front: ReadonlySet<number>): RunRecord["others"] {
  const { objectives, constraints, space } = study;
  const others = trials.flatMap(({ number, point, outcome }) => {
    if (front.has(number) || outcome.kind !== "evaluated") return [];
    if (assess(outcome, objectives, constraints).kind !== "feasible") return [];
    const values = objectives.map(({ metric }) => [metric, metricOf(outcome.metrics, metric)] as const);
    const places = space.map(({ path, values: all }) => (Object.hasOwn(point, path) ? all.indexOf(point[path]!) : -1));
    return [{ trial: number, metrics: Object.fromEntries(values), places }];
  });
  return thinned(others, MOST_OTHERS);
}
