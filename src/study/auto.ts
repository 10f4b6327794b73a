import { InputError } from "../errors/index.ts";
import { createSpace } from "../search/index.ts";
import { askedMetrics, type Study } from "../spec/index.ts";
import { coarseStudy } from "./coarse.ts";
import { estimateOf, sizeOf, type ExactEstimate, type ExactSize } from "./exact/estimate.ts";
import { checkPairs, partsOf } from "./exact/parts.ts";
import { countingRequest, isScheduled, splitSpace } from "./exact/split-space.ts";
import { studyOfTerms } from "./exact/terms.ts";

/** What an exact search takes at most where nobody has asked for it by name, CPU seconds by the estimate. */
export const MOST_SECONDS = 120;

/** The same of a search of which only the first designs are wanted. */
export const MOST_COARSE_SECONDS = 8;

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
 * sums and the estimate is at most two minutes; `bayesian` where an accuracy command is asked; else `nsga2`, with the exact front of a coarser
 * space as its first designs where there is one. The reason is kept in the study and in its resolved text.
 */
export function namedStrategy(study: Study): Study {
  if (study.search.strategy !== "auto") return study;
  const choice = choiceOf(study);
  const written = study.document["search"] as Readonly<Record<string, unknown>> | undefined;
  return {
    ...study,
    search: { ...study.search, ...choice },
    document: { ...study.document, search: { ...written, ...choice } },
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
  readonly coarse?: number;
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
    return genetic(study, `${counts} would take exact ${time}, over ${MOST_SECONDS} s`);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return genetic(study, `exact cannot search it: ${error.message}`);
  }
}

/** @param why exact is not taken for the whole space */
function genetic(study: Study, why: string): Choice {
  const coarse = study.search.coarse ?? longestLists(study, MOST_COARSE_SECONDS);
  if (coarse === null) return { strategy: "nsga2", chosen: why };
  const begin = `it begins with the exact front where lists have at most ${coarse} values`;
  return { strategy: "nsga2", coarse, chosen: `${why.replace(/\.$/, "")}; ${begin}` };
}

/** Lengths of lists that are tried, from few values to many. */
const LENGTHS = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];

/**
 * The longest that lists can be for a coarse study to be searched exactly in so many CPU seconds, by its counts; null: even the shortest are
 * refused, or take longer.
 */
function longestLists(study: Study, mostSeconds: number): number | null {
  const longest = study.space.reduce((length, { values }) => Math.max(length, values.length), 0);
  let found: number | null = null;
  for (const length of LENGTHS.filter((each) => each < longest)) {
    const seconds = secondsOf(coarseStudy(study, length));
    if (seconds === null || seconds > mostSeconds) break;
    found = length;
  }
  return found;
}

/** Null: exact refuses the study. */
function secondsOf(study: Study): number | null {
  try {
    return exactSizeOf(study).estimate.seconds;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return null;
  }
}
