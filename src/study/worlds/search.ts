import { carbonInWorld, type DecompositionRequest, type StudyDecomposition } from "../../evaluate/index.ts";
import { multiplicitiesOf, type Objective } from "../../search/index.ts";
import type { Study } from "../../spec/index.ts";
import type { CommandAccuracy } from "../command-accuracy.ts";
import { enumerateOnWorkers, type EnumerationProgress } from "../exact/enumerate.ts";
import { withKnownAccuracies } from "../exact/known-accuracies.ts";
import { partsOf } from "../exact/parts.ts";
import { decompositionRequest } from "../exact/split-space.ts";
import { deploymentIn, type Box } from "./box.ts";
import type { Candidate } from "./winners.ts";

/** A candidate as a design of the space. */
export interface PlacedCandidate extends Candidate {
  readonly hardware: number;
  readonly a: number;
  readonly b: number;
}

export interface Candidates {
  readonly designs: readonly PlacedCandidate[];
  readonly request: DecompositionRequest;
  readonly decomposition: StudyDecomposition;
  /** What rules designs out, that of most first. */
  readonly reasons: readonly string[];
}

export interface WorldsSearch {
  /** Threads, ≥ 1; no result depends on it. */
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Omit<EnumerationProgress, "soFar"> & { readonly total: number }) => void;
}

const ACCURACY: Objective = { metric: "accuracy", direction: "max" };

/** Whether designs are judged by accuracy, and not by carbon alone. */
export const isJudgedByAccuracy = ({ objectives }: Study): boolean =>
  objectives.some(({ metric }) => metric === ACCURACY.metric);

/**
 * All designs that win in some world of a box: the exact front over accuracy, where the study aims at it, and total carbon at every
 * corner of the box. Others lose to one design in the whole box. Latency, mapping and limits are those of the study in every world; designs
 * keep up with the highest rate of the box.
 *
 * @throws InputError for a study that does not fall into parts; the signal's reason
 */
export async function candidatesIn(
  study: Study,
  box: Box,
  accuracy: CommandAccuracy | null,
  { workers, signal, onProgress }: WorldsSearch,
): Promise<Candidates> {
  const { deployment } = study.specs;
  const worlds = box.corners.map((world) => deploymentIn(deployment, world));
  const busiest = worlds.reduce((most, each) => (each.rate > most.rate ? each : most));
  const carbon: Objective = { metric: "carbon_total_kgCO2e", direction: "min" };
  const judged = isJudgedByAccuracy(study) ? [ACCURACY] : [];
  const single: Study = {
    ...study,
    specs: { ...study.specs, deployment: busiest },
    objectives: [...judged, carbon],
  };
  const parts = decompositionRequest(single);
  const known = accuracy === null ? parts : await withKnownAccuracies(single, parts, accuracy);
  const objectives = [
    ...judged,
    ...worlds.map((_, world): Objective => ({ metric: carbonInWorld(world), direction: "min" })),
  ];
  const request = { ...known, worlds, objectives: objectives.map(({ metric }) => metric) };
  const decomposition = partsOf(request);
  const total = request.hardware.length;
  onProgress({ chipCount: 0, keptCount: 0, frontSize: 0, total });
  const { result } = await enumerateOnWorkers(
    { request, objectives, constraints: study.constraints },
    {
      ...{ workers, signal, isCountedInFull: false, blocks: null, times: multiplicitiesOf(decomposition).of },
      onProgress: (progress) => onProgress({ ...progress, total }),
    },
  );
  const designs = result.front.map(({ hardware, a, b, values }): PlacedCandidate => ({
    ...{ hardware, a, b, accuracy: judged.length === 0 ? 0 : values[0]! },
    totals: values.slice(judged.length),
  }));
  return { designs, request, decomposition, reasons: result.reasons.map(({ constraint }) => constraint) };
}
