import { InputError } from "../errors/index.ts";
import { thinned } from "../report/front-table.ts";
import {
  chipBlocks,
  createStrategy,
  type GreyBox,
  type Point,
  type Space,
  type Strategy,
  type StudyOptions,
} from "../search/index.ts";
import type { Study } from "../spec/index.ts";
import { coarseStudy } from "./coarse.ts";
import { greyBoxOf } from "./exact/grey-box.ts";
import { runExact } from "./exact/run.ts";
import { decompositionRequest } from "./exact/split-space.ts";
import { mayWait } from "./exact/terms.ts";
import { symmetryOf } from "./symmetry.ts";
import { unscreened } from "./screening.ts";
import { startingPoint } from "./starting-point.ts";

/**
 * The strategy of a study that is searched by trials, at its beginning: equal studies give equal proposals.
 *
 * @param onNote what a person should know of it
 * @throws SearchError for a strategy that does not propose trials; the signal's reason
 */
export async function strategyOf(
  study: Study,
  space: Space,
  signal: AbortSignal,
  onNote: (note: string) => void,
): Promise<Strategy> {
  const { objectives, constraints, search, accuracy } = study;
  if (search.strategy === "auto" || search.strategy === "exact")
    throw new RangeError(`strategy ${search.strategy} proposes no trials`);
  const start = startingPoint(study);
  const known = search.strategy === "bayesian" ? await knownCosts(study, signal, onNote) : {};
  const { screening: fidelities = [] } = accuracy ?? {};
  const first = search.coarse === undefined ? [] : await coarseDesigns(study, search.coarse, signal, onNote);
  if (fidelities.length > 0 && known.greyBox === undefined) onNote(unscreened(search.strategy));
  return createStrategy(search.strategy, {
    ...{ space, seed: search.seed, objectives, constraints, ...known, fidelities, symmetry: symmetryOf(study) },
    initial: [...(start === null ? [] : [start]), ...first],
    ...(search.population === null ? {} : { populationSize: search.population }),
  });
}

/** Designs of a coarse front that a search begins with, where the study has no size of a population. */
const MOST_FIRST = 60;

/**
 * The designs that a study begins with: those of the exact front of a coarse study, evenly spread, as many as a population holds or MOST_FIRST. Where the chips
 * of the first two rounds have none within all limits there are none: without a front no chip is ruled out unseen, and the rest takes long.
 */
async function coarseDesigns(
  study: Study,
  length: number,
  signal: AbortSignal,
  onNote: (note: string) => void,
): Promise<readonly Point[]> {
  onNote(`Finding the exact front where lists have at most ${length} values.`);
  const hopeless = new AbortController();
  const ends = AbortSignal.any([signal, hopeless.signal]);
  try {
    const { front } = await runExact(
      coarseStudy(study, length),
      1,
      ends,
      null,
      null,
      ({ frontSize, chipCount, total }) => {
        if (frontSize === 0 && chipCount > chipsOfFirstRounds(total)) hopeless.abort();
      },
    );
    return thinned(front, study.search.population ?? MOST_FIRST).map(({ point }) => point);
  } catch (error) {
    if (signal.aborted || !hopeless.signal.aborted) throw error;
    onNote("It has no design within all limits on the first chips; the search begins without it.");
    return [];
  }
}

function chipsOfFirstRounds(chipCount: number): number {
  const first = chipBlocks(chipCount).slice(0, 2).flat();
  return first.reduce((sum, { chips }) => sum + chips.length, 0);
}

/** What a study says of the loop that runs its strategy. */
export function loopOf({
  objectives,
  constraints,
  search,
}: Study): Pick<StudyOptions, "objectives" | "constraints" | "batchSize" | "maxTrials" | "stall" | "referencePoint"> {
  const { patience, reference } = search;
  return {
    ...{ objectives, constraints, batchSize: search.batch, maxTrials: search.trials },
    ...(patience === null ? {} : { stall: { batches: Math.ceil(patience / search.batch), minimumGain: 0 } }),
    ...(reference === null ? {} : { referencePoint: objectives.map(({ metric }) => reference[metric]!) }),
  };
}

/** What `bayesian` knows of a study that is a sum over parts; of another one it learns everything. */
async function knownCosts(
  study: Study,
  signal: AbortSignal,
  onNote: (note: string) => void,
): Promise<{ readonly greyBox?: GreyBox }> {
  if (!study.objectives.some(({ metric }) => metric === "accuracy") || study.objectives.length < 2) return {};
  try {
    if (mayWait(study)) throw new InputError("Carbon of work that waits depends on the latency.");
    decompositionRequest(study, false);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    onNote(`Every objective is learnt, since the study is no sum over parts. ${error.message}`);
    return {};
  }
  onNote("Finding the best hardware of every model.");
  return { greyBox: await greyBoxOf(study, signal) };
}
