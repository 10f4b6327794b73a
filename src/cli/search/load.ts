import { parse, stringify } from "yaml";
import { FACTOR_NAMES } from "../../cost/index.ts";
import { createPredictor, AccuracyRefusal } from "../../accuracy/index.ts";
import { STRATEGY_NAMES } from "../../search/index.ts";
import { loadStudy, type Study } from "../../spec/index.ts";
import { InputError } from "../failure.ts";
import { studyOfFactors } from "./exact/products.ts";
import { decompositionRequest } from "./exact/split-space.ts";

/** What the command line changes in a study. */
export interface Overrides {
  readonly strategy?: string;
  readonly seed?: number;
}

/**
 * The study of a file with the command line's changes, also in its resolved text.
 *
 * @throws SpecError, and InputError for what the study asks and search cannot do
 */
export function loadSearchStudy(file: string, overrides: Overrides): Study {
  const study = loadStudy(file, FACTOR_NAMES);
  const strategy = overrides.strategy ?? study.search.strategy;
  const names = ["exact", ...STRATEGY_NAMES];
  if (!names.includes(strategy)) {
    const known = names.join(", ");
    throw new InputError(`The strategy "${strategy}" is not available here; there are: ${known}.`);
  }
  checkAccuracy(study);
  checkReference(study);
  const search = {
    ...study.search,
    strategy: strategy as Study["search"]["strategy"],
    seed: overrides.seed ?? study.search.seed,
  };
  return { ...study, search, resolved: resolvedWith(study.resolved, search) };
}

/** @throws InputError where the strategy cannot search the study: one that is too large for it, or falls into no sums */
export function checkStrategy(study: Study): void {
  if (study.search.strategy === "exact") decompositionRequest(studyOfFactors(study));
}

function checkAccuracy({ accuracy, specs }: Study): void {
  if (accuracy.evaluator !== "predictor") return;
  try {
    createPredictor(accuracy.metric).evaluate(specs.model);
  } catch (error) {
    if (error instanceof AccuracyRefusal) throw new InputError(`accuracy.metric: ${error.message}`);
    throw error;
  }
}

function checkReference({ search: { reference }, objectives }: Study): void {
  if (reference === null) return;
  const missing = objectives.filter(({ metric }) => !Object.hasOwn(reference, metric));
  if (missing.length === 0) return;
  const names = missing.map(({ metric }) => metric).join(", ");
  throw new InputError(`search.reference needs a value for every objective; it has none for ${names}.`);
}

/** The resolved text with strategy and seed as they were used. */
function resolvedWith(text: string, { strategy, seed }: { readonly strategy: string; readonly seed: number }): string {
  const study = parse(text) as Record<string, unknown>;
  const search = { ...(study.search as Record<string, unknown> | undefined), strategy, seed };
  return stringify({ ...study, search }, { lineWidth: 0, aliasDuplicateObjects: false });
}
