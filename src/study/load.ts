import { FACTOR_NAMES } from "../cost/index.ts";
import { metricDefinitions, metricsOfFamily } from "../accuracy/index.ts";
import { didYouMean, InputError, SpecError, type Problem } from "../errors/index.ts";
import { STRATEGY_NAMES } from "../search/index.ts";
import {
  FAMILY_METRIC,
  problemAtSpan,
  readSpecFile,
  readStudy,
  spanAt,
  type SourceDocument,
  type Study,
} from "../spec/index.ts";
import { axisProblems } from "./accuracy-axes.ts";
import { exactSizeOf, namedStrategy } from "./auto.ts";
import { withBounds } from "./bounds.ts";
import { coarseStudy } from "./coarse.ts";

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
  return readSearchStudy(readSpecFile(file), overrides);
}

/** The same of a document that has been read. */
export function readSearchStudy(document: SourceDocument, overrides: Overrides): Study {
  const study = readStudy(document, FACTOR_NAMES);
  const strategy = overrides.strategy ?? study.search.strategy;
  const names = ["auto", "exact", ...STRATEGY_NAMES];
  if (!names.includes(strategy)) {
    const known = names.join(", ");
    throw new InputError(`The strategy "${strategy}" is not available here; there are: ${known}.`);
  }
  const ofAccuracy = accuracyProblems(study, document);
  const problems = [
    ...ofAccuracy,
    // What a metric prices is a question only where it is one of the model's.
    ...(ofAccuracy.length > 0 ? [] : axisProblems(study, document)),
    ...referenceProblems(study, document),
    ...coarseProblems(study, document, strategy),
  ];
  if (problems.length > 0) throw new SpecError(problems);
  const bounded = withBounds(study);
  // What auto has written goes where another strategy is named.
  const isRenamed = overrides.strategy !== undefined && study.search.chosen !== null;
  const { coarse, ...settings } = bounded.search;
  const search = {
    ...settings,
    ...(coarse === undefined || isRenamed ? {} : { coarse }),
    strategy: strategy as Study["search"]["strategy"],
    chosen: overrides.strategy === undefined ? study.search.chosen : null,
    seed: overrides.seed ?? study.search.seed,
  };
  const written = Object.entries((study.document["search"] ?? {}) as Readonly<Record<string, unknown>>);
  const kept = Object.fromEntries(written.filter(([key]) => key !== "chosen" && !(isRenamed && key === "coarse")));
  const why = search.chosen === null ? {} : { chosen: search.chosen };
  const used = { ...kept, strategy: search.strategy, seed: search.seed, ...why };
  return namedStrategy({ ...bounded, search, document: { ...study.document, search: used } });
}

/** @throws InputError where the strategy cannot search the study: one that is too large for it, or falls into no sums */
export function checkStrategy(study: Study): void {
  const { strategy, coarse } = study.search;
  if (strategy === "exact") exactSizeOf(study);
  else if (coarse !== undefined) exactSizeOf(coarseStudy(study, coarse));
}

/** The predictor's metrics belong to families of models, which the spec room does not know. */
function accuracyProblems({ accuracy, specs: { model } }: Study, document: SourceDocument): readonly Problem[] {
  if (accuracy?.evaluator !== "predictor") return [];
  const { metric } = accuracy;
  const names = metricsOfFamily(model.family);
  if (names.includes(metric)) return [];
  const family = metricDefinitions.find((each) => each.metric === metric)?.family;
  const what = family === undefined ? "which the predictor does not know" : `a metric of ${family} models`;
  const remedy =
    names.length === 0
      ? "It has no metric of this family: name a program instead (evaluator: command)"
      : `Metrics of this family: ${names.join(", ")}. Leave it out to take ${FAMILY_METRIC[model.family]}`;
  const message = `accuracy.metric is ${metric}, ${what}; ${model.name} is of family ${model.family}. ${remedy}; where no objective or constraint asks for accuracy, "accuracy: none" will do.`;
  const code = family === undefined ? "accuracy/unknown-metric" : "accuracy/wrong-family";
  const span = spanAt(document, ["accuracy", "metric"], "value");
  return [problemAtSpan(document, span, code, message, didYouMean(metric, names))];
}

/** Those that begin with designs of their own have no use for others' first. */
function coarseProblems({ search }: Study, document: SourceDocument, strategy: string): readonly Problem[] {
  if (search.coarse === undefined || ["auto", "nsga2", "nsga3"].includes(strategy) || search.chosen !== null) return [];
  const message = `search.coarse is of nsga2 and nsga3; strategy ${strategy} does not begin with a coarse front.`;
  return [problemAtSpan(document, spanAt(document, ["search", "coarse"], "key"), "spec/conflict", message)];
}

function referenceProblems({ search: { reference }, objectives }: Study, document: SourceDocument): readonly Problem[] {
  if (reference === null) return [];
  const missing = objectives.filter(({ metric }) => !Object.hasOwn(reference, metric));
  if (missing.length === 0) return [];
  const names = missing.map(({ metric }) => metric).join(", ");
  const message = `search.reference needs a value for every objective; it has none for ${names}.`;
  return [problemAtSpan(document, spanAt(document, ["search", "reference"], "key"), "spec/missing-key", message)];
}
