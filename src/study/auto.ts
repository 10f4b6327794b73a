import { InputError } from "../errors/index.ts";
import { createSpace } from "../search/index.ts";
import { askedMetrics, type Study } from "../spec/index.ts";
import { estimateOf, sizeOf, type ExactEstimate, type ExactSize } from "./exact/estimate.ts";
import { checkPairs, partsOf } from "./exact/parts.ts";
import { countingRequest, isScheduled, splitSpace } from "./exact/split-space.ts";
import { studyOfTerms } from "./exact/terms.ts";

/** What an exact search takes at most where nobody has asked for it by name, CPU seconds by the estimate. */
export const MOST_SECONDS = 120;

interface Counted {
  readonly size: ExactSize;
  readonly estimate: ExactEstimate;
}

/** Counting classes of layers takes seconds, and a command asks more than once. */
const counted = new WeakMap<Study, Counted>();

/** What an exact search of a study goes over; what it refuses is thrown. @throws InputError */
export function exactSizeOf(study: Study): Counted {
  const known = counted.get(study);
  if (known !== undefined) return known;
  const made = countOf(study);
  counted.set(study, made);
  return made;
}

function countOf(study: Study): Counted {
  const factors = studyOfTerms(study);
  const { length } = factors.objectives;
  const parts = splitSpace(factors);
  const [chips, first, second] = parts.map(({ whole }) => Number(createSpace(whole).size)) as [number, number, number];
  const isLayered = parts.some(({ layers }) => layers.length > 0);
  const models = first * second;
  const plain = { models, options: first + second, designsOfChip: models, chips, objectives: length };
  const size = isLayered ? layeredSize(factors, chips) : { ...plain, chains: chainCount(factors, first + second) };
  return { size, estimate: estimateOf(size) };
}

/** Options of which the chains are counted; of more, each is taken to have a layer of its own. */
const MOST_COUNTED = 4096;

function chainCount(study: Study, options: number): number {
  if (!isScheduled(study)) return 0;
  return options > MOST_COUNTED ? options : partsOf(countingRequest(study, false).request).chainCount;
}

function layeredSize(factors: Study, chips: number): ExactSize {
  const { request, plain } = countingRequest(factors);
  const size = sizeOf(partsOf(request), factors.objectives.length);
  checkPairs(size.models * plain);
  // A tower without layers has one option here in place of its own.
  const options = size.options + plain - 1;
  return { ...size, options, models: size.models * plain, designsOfChip: size.designsOfChip * plain, chips };
}

/**
 * A study whose strategy is named. `auto` decides by counts in the study alone, never by the machine: `exact` where the study falls into
 * sums and the estimate is at most two minutes; `bayesian` where an accuracy command is asked; else `nsga2`. The reason is kept in the study and
 * in its resolved text.
 */
export function namedStrategy(study: Study): Study {
  if (study.search.strategy !== "auto") return study;
  const { strategy, chosen } = choiceOf(study);
  const written = study.document["search"] as Readonly<Record<string, unknown>> | undefined;
  return {
    ...study,
    search: { ...study.search, strategy, chosen },
    document: { ...study.document, search: { ...written, strategy, chosen } },
  };
}

/** The same of a study whose strategy must propose trials. */
export function proposingStrategy(study: Study): Study {
  const { search } = study;
  if (search.strategy === "auto") return proposingStrategy(namedStrategy(study));
  if (search.strategy !== "exact" || search.chosen === null) return study;
  return { ...study, search: { ...search, strategy: "nsga2", chosen: "exact proposes no trials" } };
}

interface Choice {
  readonly strategy: Exclude<Study["search"]["strategy"], "auto">;
  readonly chosen: string;
}

function choiceOf(study: Study): Choice {
  if (study.accuracy?.evaluator === "command" && askedMetrics(study).includes("accuracy"))
    return { strategy: "bayesian", chosen: "accuracy comes from a command, which is asked as seldom as can be" };
  try {
    const { size, estimate } = exactSizeOf(study);
    const counts = `${size.models} models that differ in cost × ${size.chips} chips`;
    const time = `about ${Math.ceil(estimate.seconds)} s of CPU`;
    if (estimate.seconds <= MOST_SECONDS)
      return { strategy: "exact", chosen: `every design is covered: ${counts}, ${time}` };
    return { strategy: "nsga2", chosen: `${counts} would take exact ${time}, over ${MOST_SECONDS} s` };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { strategy: "nsga2", chosen: `exact cannot search it: ${error.message}` };
  }
}
