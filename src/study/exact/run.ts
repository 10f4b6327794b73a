import { createPredictor, type AccuracyEstimate } from "../../accuracy/index.ts";
import {
  frontHypervolume,
  multiplicitiesOf,
  nadirOf,
  withNearestSecondLook,
  type BlockStore,
  type Point,
  type StudyResult,
  type Trial,
} from "../../search/index.ts";
import { thinned } from "../../report/front-table.ts";
import { spreadOf } from "../../report/page-front.ts";
import type { ExactSummary, RunRecord } from "../../report/types.ts";
import type { DecompositionRequest, StudyDecomposition } from "../../evaluate/index.ts";
import type { Study } from "../../spec/index.ts";
import { enumerateOnWorkers, type Enumeration, type EnumerationProgress } from "./enumerate.ts";
import type { CommandAccuracy } from "../command-accuracy.ts";
import { withKnownAccuracies } from "./known-accuracies.ts";
import { resultOfTerms, studyOfTerms } from "./terms.ts";
import { pauseUntil } from "./pause.ts";
import { decompositionRequest } from "./split-space.ts";
import { partsOf } from "./parts.ts";
import { byColumn, type ExactContext } from "./tasks.ts";
import { tiedCount } from "./ties.ts";

/** Designs of the front that are shown in every detail; the others have their objectives and parameters. */
const MOST_DETAILED = 1000;
/** Designs that the hypervolume of four objectives is taken of. */
const MOST_MEASURED = 100;

export interface ExactOutcome {
  /** As of a search by trials: the front is thinned to what is shown in detail. */
  readonly result: StudyResult;
  /** The whole front, best first; numbers are places. */
  readonly front: readonly Trial[];
  /** Designs that each place of the front stands for, since they are equal but for the order of layers; left out: one each. */
  readonly designCounts?: readonly number[];
  readonly violations: RunRecord["violations"];
  readonly summary: ExactSummary;
}

/**
 * What the workers of an exact search are given, and the study of sums that it is of.
 *
 * @throws InputError for a study that does not fall into parts; as {@link withKnownAccuracies}
 */
export async function exactContextOf(
  study: Study,
  accuracy: CommandAccuracy | null,
): Promise<{ readonly factors: Study; readonly context: ExactContext; readonly decomposition: StudyDecomposition }> {
  const factors = studyOfTerms(study);
  const parts = decompositionRequest(factors);
  const request = accuracy === null ? parts : await withKnownAccuracies(study, parts, accuracy);
  const { objectives, constraints } = factors;
  const decomposition = partsOf(request);
  return { factors, context: { request, objectives, constraints }, decomposition };
}

/** How far an exact search is. */
export interface ExactProgress extends Omit<EnumerationProgress, "soFar"> {
  readonly total: number;
  /** What is known so far, as if it were all; null: nothing yet. */
  readonly soFar: (() => ExactOutcome) | null;
}

/**
 * Enumerates a study exactly. A function of the study alone, whatever blocks were kept from before.
 *
 * @param atMost costs that some feasible design does not exceed, by objective of the study, lower is better: less is looked at then, and what
 *   is counted is of that; null: none is known
 * @throws InputError for a study that does not fall into parts
 * @throws the signal's reason
 */
export async function runExact(
  study: Study,
  workers: number,
  signal: AbortSignal,
  accuracy: CommandAccuracy | null,
  blocks: BlockStore | null,
  onProgress: (progress: ExactProgress) => void,
  atMost: readonly number[] | null = null,
): Promise<ExactOutcome> {
  const { factors, context, decomposition } = await exactContextOf(study, accuracy);
  const { request, constraints } = context;
  const times = multiplicitiesOf(decomposition).of;
  const total = request.hardware.length;
  onProgress({ chipCount: 0, keptCount: 0, frontSize: 0, total, soFar: null });
  const own = await ownEstimate(study, accuracy);
  const outcomeSoFar = (known: Enumeration): ExactOutcome =>
    outcomeOf(
      study,
      request,
      decomposition,
      { ...known, result: resultOfTerms(study, factors, known.result, times) },
      own,
    );
  const enumeration = await enumerateOnWorkers(context, {
    ...{ workers, signal, isCountedInFull: false, blocks, times },
    // Of what is made of terms the front of the terms is searched, and a cost says nothing of those.
    atMost:
      factors.objectives.map(({ metric }) => metric).join() === study.objectives.map(({ metric }) => metric).join()
        ? atMost
        : null,
    onProgress: ({ soFar, ...progress }) => onProgress({ ...progress, total, soFar: () => outcomeSoFar(soFar()) }),
  });
  const { front } = enumeration.result;
  const result =
    front.length > 0
      ? resultOfTerms(study, factors, enumeration.result, times)
      : await withNearestSecondLook(decomposition, constraints.map(byColumn), enumeration.result, pauseUntil(signal));
  return outcomeOf(study, request, decomposition, { ...enumeration, result }, own);
}

/** Accuracy of the study's own model; null: the study has none, or the command does not say. @throws as the command's `of` */
export async function ownEstimate(
  { accuracy, specs: { model } }: Study,
  command: CommandAccuracy | null,
): Promise<AccuracyEstimate | null> {
  if (accuracy === null) return null;
  if (command === null) return createPredictor(accuracy.metric).evaluate(model);
  const answer = await command.of(model, {});
  return "refusal" in answer ? null : answer;
}

function outcomeOf(
  study: Study,
  request: DecompositionRequest,
  decomposition: StudyDecomposition,
  enumeration: Enumeration,
  own: AccuracyEstimate | null,
): ExactOutcome {
  const { result } = enumeration;
  const times = multiplicitiesOf(decomposition).of;
  const designCounts = decomposition.multiplicities === undefined ? null : result.front.map(({ a, b }) => times(a, b));
  const front = result.front.map(({ hardware, a, b, values }, number): Trial => {
    const metrics = Object.fromEntries(study.objectives.map(({ metric }, k) => [metric, values[k]!]));
    const parts = [request.hardware[hardware]!, decomposition.pointOf(0, a), decomposition.pointOf(1, b)];
    return { number, point: joined(study, parts), outcome: { kind: "evaluated", metrics } };
  });
  const refused = refusals(decomposition, request);
  const counts = { trialCount: result.coveredCount + refused.count, feasibleCount: result.feasibleCount };
  const volume = volumeOf(study, enumeration);
  const shown = detailed(study, front, own);
  return {
    front,
    ...(designCounts === null ? {} : { designCounts }),
    result: {
      ...counts,
      ...volume,
      stopped: "exhausted",
      front: shown.front,
      convergence: [{ ...counts, frontSize: front.length, hypervolume: volume.hypervolume }],
      violations: [],
      evaluatedCount: 0,
      replayedCount: 0,
    },
    violations: [...result.reasons, ...refused.reasons].map((reason) => ({
      constraint: reason.constraint,
      trialCount: reason.designCount,
      aloneCount: reason.designCount,
      nearestAmount: reason.nearestAmount,
      nearestRelative: reason.nearestRelative,
      unit: reason.unit,
      nearestTrial: -1,
    })),
    summary: {
      ...summaryOf(study, enumeration, counts.trialCount, decomposition.shapeCount),
      ...(shown.front.length === front.length ? {} : { shownWithin: shown.share }),
      tied: tiedCount(study, result.front, own),
      ...(study.objectives.length > 3 && front.length > MOST_MEASURED ? { measured: MOST_MEASURED } : {}),
    },
  };
}

/**
 * Designs that are shown in detail: of each objective the best at the accuracies that reports ask for, those of the study's own
 * model, and designs spread over the front.
 */
function detailed({ objectives }: Study, front: readonly Trial[], own: AccuracyEstimate | null) {
  const valueOf = (at: number, metric: string): number => {
    const { outcome } = front[at]!;
    return outcome.kind === "evaluated" ? outcome.metrics[metric]! : NaN;
  };
  const hasAccuracy = objectives.some(({ metric }) => metric === "accuracy");
  const floors = own === null || !hasAccuracy ? [-Infinity] : [own.accuracy, own.low];
  const all = front.map((_, at) => at);
  const best = floors.flatMap((floor) => {
    const open = hasAccuracy ? all.filter((at) => valueOf(at, "accuracy") >= floor) : all;
    return objectives.flatMap(({ metric, direction }) =>
      direction !== "min" || open.length === 0
        ? []
        : [open.reduce((least, at) => (valueOf(at, metric) < valueOf(least, metric) ? at : least))],
    );
  });
  const points = all.map((at) => objectives.map(({ metric }) => valueOf(at, metric)));
  const { places, share } = spreadOf(points, best, MOST_DETAILED);
  return { front: places.map((at) => front[at]!), share };
}

/** Parameters in the order of the study. */
export function joined({ space }: Study, parts: readonly Point[]): Point {
  const all: Point = Object.assign({}, ...parts) as Point;
  return Object.fromEntries(space.flatMap(({ path }) => (Object.hasOwn(all, path) ? [[path, all[path]!]] : [])));
}

function summaryOf(
  study: Study,
  enumeration: Enumeration,
  covered: number,
  gemmShapes: number,
): Omit<ExactSummary, "tied"> {
  const { result, second, simulationCounts } = enumeration;
  const again = "; a design that misses its latency limit or rate is mapped again by objective latency";
  return {
    policy: `exact where every operator is mapped by objective ${study.mapping.objective}, effort ${study.mapping.effort}${study.mapping.objective === "latency" ? "" : again}`,
    frontCount: result.front.length,
    covered,
    bounded: result.boundedCount,
    feasible: result.feasibleCount,
    dominated: result.dominatedCount,
    hardwarePoints: result.points,
    gemmShapes,
    simulations: simulationCounts[0],
    secondLook: {
      simulations: simulationCounts[1],
      hardwarePoints: second.hardwareCount,
      designs: second.designCount,
      feasible: second.feasibleCount,
      onFront: result.front.filter(({ variant }) => variant > 0).length,
    },
  };
}

/** Options whose settings do not fit together stand for all designs that have them. */
function refusals(decomposition: StudyDecomposition, { hardware, towers, layers }: DecompositionRequest) {
  const { refused } = decomposition;
  const whole = (side: 0 | 1): number =>
    (layers?.[side] ?? []).reduce((product, { length }) => product * length, towers[side].length);
  const refusedCount = refused[0].reduce((sum, { count }) => sum + count, 0);
  const others = [whole(1), whole(0) - refusedCount];
  const reasons = refused.flatMap((list, side) =>
    list.map(({ reason, count }) => ({
      constraint: reason,
      designCount: count * others[side]! * hardware.length,
      nearestAmount: 0,
      nearestRelative: null,
      unit: "",
    })),
  );
  return { reasons, count: reasons.reduce((sum, { designCount }) => sum + designCount, 0) };
}

function volumeOf(
  { objectives, search }: Study,
  { result }: Enumeration,
): Pick<StudyResult, "hypervolume" | "referencePoint"> {
  if (result.front.length === 0) return { hypervolume: 0, referencePoint: null };
  const signs = objectives.map(({ direction }) => (direction === "min" ? 1 : -1));
  const turned = (values: readonly number[]): readonly number[] => values.map((value, k) => signs[k]! * value + 0);
  const costs = result.front.map(({ values }) => turned(values));
  const given = search.reference === null ? null : objectives.map(({ metric }) => search.reference![metric]!);
  const reference = given === null ? nadirOf(costs) : turned(given);
  const measured = objectives.length > 3 ? thinned(costs, MOST_MEASURED) : costs;
  return { hypervolume: frontHypervolume(measured, reference), referencePoint: turned(reference) };
}
