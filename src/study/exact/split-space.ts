import {
  DECOMPOSABLE_METRICS,
  isLargest,
  largestPart,
  towerCountOf,
  type DecompositionRequest,
} from "../../evaluate/index.ts";
import { ignorableName, isPrecisionPath, seenFormats } from "../../accuracy/index.ts";
import { nameOfMetric } from "../../metrics/index.ts";
import {
  isModelPath,
  hasHost,
  isPlainSchedule,
  type SpaceParameter,
  type Study,
  type StudyConstraint,
} from "../../spec/index.ts";
import { InputError } from "../../errors/index.ts";
import { createSpace } from "../../search/index.ts";
import { pointsOf, refuseSize, splitLayers, type Split } from "./split-layers.ts";

const MOST_OBJECTIVES = 4;

/**
 * The parts of a study whose product is its space: hardware (with deployment and technology), and the options of one or
 * two towers.
 *
 * @param isByLayer take layers that are set one by one apart, where the accuracy is the predictor's
 * @throws InputError for what cannot be enumerated exactly
 */
export function decompositionRequest(study: Study, isByLayer = true): DecompositionRequest {
  const { specs, mapping, accuracy, objectives, constraints } = study;
  const [hardware, first, second] = splitSpace(study, isByLayer);
  return {
    ...{ mapping, hardware: pointsOf(hardware.whole), limits: constraints },
    base: specs,
    accuracyMetric: accuracy?.evaluator === "predictor" ? accuracy.metric : null,
    objectives: objectives.map(({ metric }) => metric),
    towers: [pointsOf(first.whole), pointsOf(second.whole)],
    layers: [first.layers, second.layers],
  };
}

/** Whether a schedule of some chip has a setting of a kind. */
export function mayBeScheduled({ specs, space }: Study, field: "activations" | "prefetch" | "weights"): boolean {
  const values = space.find(({ path }) => path === `schedule.${field}`)?.values;
  return values === undefined ? specs.schedule[field] : values.includes(true);
}

/** Whether a schedule may join operators on some chip of a study. */
export function isScheduled({ specs, space }: Study): boolean {
  return !isPlainSchedule(specs.schedule) || space.some(({ path }) => path.startsWith("schedule."));
}

/**
 * What the counts of a study follow from: chips differ in the batch alone. In bounded memory where a tower without layers may have one
 * option in place of its `plain` ones.
 *
 * @param isFolded such a tower has one option
 * @throws as {@link decompositionRequest}
 */
export function countingRequest(
  study: Study,
  isFolded = true,
): { readonly request: DecompositionRequest; readonly plain: number } {
  const { specs, mapping, accuracy, objectives, constraints } = study;
  const [hardware, ...towers] = splitSpace(study);
  const batch = hardware.whole.filter(({ path }) => path === "deployment.batch");
  const [first, second] = towers.map((tower) => (tower.layers.length > 0 || !isFolded ? pointsOf(tower.whole) : [{}]));
  const plain = towers.filter(({ layers }) => layers.length === 0);
  return {
    plain: plain.reduce((product, { whole }) => product * Number(createSpace(whole).size), 1),
    request: {
      ...{ mapping, limits: constraints },
      base: isScheduled(study) ? { ...specs, schedule: { ...specs.schedule, fusion: "all" } } : specs,
      hardware: pointsOf(batch.map(({ path, values, ordered }) => ({ path, values, ordered }))),
      accuracyMetric: accuracy?.evaluator === "predictor" ? accuracy.metric : null,
      objectives: objectives.map(({ metric }) => metric),
      towers: [first!, second!],
      layers: [towers[0].layers, towers[1].layers],
    },
  };
}

/** The parameters of these parts, before any of them is listed. @throws as {@link decompositionRequest} */
export function splitSpace(study: Study, isByLayer = true): readonly [Split, Split, Split] {
  const { specs, space, accuracy } = study;
  refuseMetrics(study);
  refuseHost(study);
  refuseBeside(study);
  refuseDuty(study);
  refuseWaiting(study);
  refusePrecision(study);
  const isPair = towerCountOf(specs.model) === 2;
  const sideOf = ({ path }: SpaceParameter): number =>
    !isModelPath(path) ? 0 : isPair && /^(model|quantisation|sparsity)\.vision\./.test(path) ? 2 : 1;
  const both = isPair
    ? space.find(({ path }) => /^(quantisation|sparsity)\.(?!(text|vision)\.)/.test(path))?.path
    : undefined;
  if (both !== undefined)
    throw new InputError(
      `Strategy exact takes the towers of a pair apart, and ${both} is of both: name a tower, as in ${both.replace(".", ".text.")}, or use nsga2.`,
    );
  const parts = [0, 1, 2].map((side) => space.filter((parameter) => sideOf(parameter) === side));
  for (const part of parts)
    for (const { path, when } of part)
      if (when !== undefined && !part.some((other) => other.path === when.path))
        throw new InputError(
          `Strategy exact cannot search ${path} where ${when.path} has some values: they belong to different parts (hardware, text tower, vision tower). Use nsga2.`,
        );
  const apart = isByLayer && accuracy?.evaluator !== "command";
  const [hardware, first, second] = parts.map((part, side) => splitLayers(part, apart && side > 0));
  refuseSchedule(study, [first!, second!]);
  refuseSize(hardware!, first!, second!);
  return [hardware!, first!, second!];
}

/** An accuracy that depends on the machine's number formats is no sum over towers. */
function refusePrecision({ accuracy, space }: Study): void {
  const paths = space.map(({ path }) => path);
  if (seenFormats(accuracy, paths) === null) return;
  const varied = paths.filter(isPrecisionPath);
  throw new InputError(
    `Strategy exact takes the accuracy of towers apart, and the study varies ${varied.join(", ")}, which is priced. Use nsga2, or accuracy: { ignore: [${[...new Set(varied.map(ignorableName))].join(", ")}] }.`,
  );
}

/** Inferences that follow from the latency make carbon no sum over operators. */
function refuseDuty({ specs, space }: Study): void {
  if (specs.deployment.duty === undefined && !space.some(({ path }) => path === "deployment.duty")) return;
  throw new InputError(
    "Strategy exact takes a rate or a number of inferences; with deployment.duty the number follows from the latency. Use nsga2.",
  );
}

/** Carbon of work that waits depends on the latency in a way that is one of the deployment: see terms.ts. */
function refuseWaiting({ specs, space }: Study): void {
  const decides = ({ path }: SpaceParameter): boolean =>
    path.startsWith("deployment.") || ["technology.gridLevel", "technology.profile"].includes(path);
  const isAsked = space.some(({ path }) => path === "deployment.canWait");
  const other = isAsked || (specs.deployment.canWait ?? 0) > 0 ? space.find(decides) : undefined;
  if (other === undefined) return;
  throw new InputError(
    `Strategy exact takes work that waits (deployment.canWait) on one grid and one use; the study varies ${other.path}. Use nsga2.`,
  );
}

/**
 * A layer is planned by itself; what a schedule decides for a whole model at once is no sum over layers. Weights that stay on chip take
 * room by the whole model: where one tower alone varies, each of its options is such a model.
 */
function refuseSchedule(study: Study, towers: readonly Split[]): void {
  const { mapping, objectives, constraints } = study;
  const isKept = mayBeScheduled(study, "weights");
  const isLinked = mayBeScheduled(study, "activations") || mayBeScheduled(study, "prefetch");
  if (mapping.objective === "edp" && (isLinked || isKept))
    throw new InputError(
      "Strategy exact plans each layer by itself, and with mapping.objective edp what stays or comes ahead is chosen for a whole model. Use nsga2, or mapping.objective energy, carbon or latency.",
    );
  if (!isKept) return;
  const without = "or write schedule: { weights: false }";
  const varied = towers.filter(({ whole, layers }) => whole.length + layers.length > 0);
  if (varied.length > 1)
    throw new InputError(
      `Strategy exact takes the towers of a pair apart, and weights that stay on chip (schedule.weights) take room from both. Use nsga2, vary one tower, ${without}.`,
    );
  const largest = [...objectives, ...constraints]
    .map(({ metric }) => (isLargest(metric) ? metric : largestPart(metric)?.metric.key))
    .find((metric) => metric !== undefined);
  if (largest !== undefined)
    throw new InputError(
      `Strategy exact does not know ${nameOfMetric(largest)} of designs whose weights stay on chip (schedule.weights). Use nsga2, ${without}.`,
    );
}

/** Where lanes work beside products of other operators, latency is no sum over operators. */
function refuseBeside({ specs }: Study): void {
  if (specs.hardware.vector.besideProducts !== true) return;
  throw new InputError(
    "Strategy exact adds up operators; on this hardware they overlap (vector.besideProducts). Use nsga2, or leave it out.",
  );
}

/** Times of the host come once for each pass, so that latency is no sum over operators. */
function refuseHost({ specs, space }: Study): void {
  const path = space.find((parameter) => /^runtime(\.|$)/.test(parameter.path))?.path;
  const { runtime } = specs.hardware;
  if (path === undefined && (runtime === null || !hasHost(runtime.host))) return;
  const why = path === undefined ? "its hardware has times of the host (runtime.host)" : `it varies ${path}`;
  throw new InputError(`Strategy exact adds up operators; of this study it cannot, since ${why}. Use nsga2.`);
}

function refuseMetrics({ objectives, constraints }: Study): void {
  const known = DECOMPOSABLE_METRICS.map(nameOfMetric).join(", ");
  const isKnown = (metric: string): boolean => DECOMPOSABLE_METRICS.includes(metric) || largestPart(metric) !== null;
  const isLimit = ({ metric, comparison }: StudyConstraint): boolean => isLargest(metric) && comparison === "<=";
  for (const { metric } of [...objectives, ...constraints.filter((limit) => !isLimit(limit))])
    if (!isKnown(metric))
      throw new InputError(
        `Strategy exact cannot search by ${nameOfMetric(metric)}, which is no sum over operators; it takes ${known}. Use nsga2.`,
      );
  for (const { metric, direction } of objectives) refuseDirection(metric, direction);
  if (objectives.length > MOST_OBJECTIVES) throw new InputError("Strategy exact takes at most 4 objectives.");
}

/** Sums are made least; of accuracy the most is wanted. @throws InputError */
export function refuseDirection(metric: string, direction: "min" | "max"): void {
  if ((direction === "max") !== (metric === "accuracy"))
    throw new InputError(`Strategy exact cannot make ${nameOfMetric(metric)} ${direction}imal. Use nsga2.`);
}
