import { logistic } from "../log-odds.ts";
import { halfWidth } from "../predictor.ts";
import type { CrossValidation, FamilyError, HalfWidths } from "../stored-fit.ts";
import { fitForm, scoreOf, type FormSettings } from "./fit-form.ts";
import type { Observation } from "./observation.ts";
import { conformalHalfWidth, indicesBy, mean, spearman } from "./statistics.ts";

type KeyOf = (one: Observation) => string;

/** Scores of all observations, each predicted by a fit that has not seen any of its key. */
export function heldOutScores(
  observations: readonly Observation[],
  settings: FormSettings,
  keyOf: KeyOf,
): readonly number[] {
  const byKey = indicesBy(observations, keyOf);
  const scores = new Array<number>(observations.length);
  for (const indices of byKey.values()) {
    const out = new Set(indices);
    const rest = observations.filter((_, index) => !out.has(index));
    const fit = fitForm(rest, settings);
    for (const index of indices) scores[index] = scoreOf(fit, settings.terms, observations[index]!.subject);
  }
  return scores;
}

export const clusterKey: KeyOf = ({ cluster }) => cluster;
/** A whole training set is held out together. */
export const dataKey: KeyOf = ({ subject }) => subject.training?.data ?? "";

/** Half widths by situation, from errors on models held out one run, or one training set, at a time. */
export function halfWidthsOf(observations: readonly Observation[], settings: FormSettings): HalfWidths {
  const errors = (keyOf: KeyOf): readonly number[] =>
    heldOutScores(observations, settings, keyOf).map((score, index) => Math.abs(score - observations[index]!.score));
  const byRun = errors(clusterKey);
  const pruned = byRun.filter((_, index) => observations[index]!.subject.isPruned);
  const others = byRun.filter((_, index) => !observations[index]!.subject.isPruned);
  const knownData = conformalHalfWidth(others);
  const families = new Set(observations.map(dataKey));
  const unseenData = families.size > 1 ? Math.max(knownData, conformalHalfWidth(errors(dataKey))) : 2 * knownData;
  return { knownData, unseenData, pruned: pruned.length > 0 ? conformalHalfWidth(pruned) : null };
}

const FOLDS = 10;

/** Share of models inside intervals whose fit and widths come from the other nine tenths of the runs. */
function nestedCoverage(observations: readonly Observation[], settings: FormSettings): number {
  const clusters = [...new Set(observations.map(clusterKey))].sort();
  const folds = Math.min(FOLDS, clusters.length);
  const foldOf = new Map(clusters.map((cluster, index) => [cluster, index % folds]));
  let inside = 0;
  for (let fold = 0; fold < folds; fold++) {
    const rest = observations.filter((one) => foldOf.get(one.cluster) !== fold);
    const known = new Set(rest.map(dataKey));
    const fit = fitForm(rest, settings);
    const halfWidths = halfWidthsOf(rest, settings);
    for (const one of observations.filter(({ cluster }) => foldOf.get(cluster) === fold)) {
      const width = halfWidth({ halfWidths }, known.has(dataKey(one)), one.subject.isPruned);
      if (Math.abs(scoreOf(fit, settings.terms, one.subject) - one.score) <= width) inside++;
    }
  }
  return inside / observations.length;
}

export function crossValidate(
  observations: readonly Observation[],
  settings: FormSettings,
  familyOf: KeyOf,
): CrossValidation {
  const held = heldOutScores(observations, settings, clusterKey).map(logistic);
  const unseen = heldOutScores(observations, settings, dataKey).map(logistic);
  const points = (predicted: readonly number[]): readonly number[] =>
    predicted.map((accuracy, index) => 100 * Math.abs(accuracy - observations[index]!.accuracy));
  const errors = points(held);
  const pruned = errors.filter((_, index) => observations[index]!.subject.isPruned);
  const families = familyErrors(observations, held, errors, familyOf);
  const ranked = families.filter(({ spearman }) => spearman !== null);
  const weight = ranked.reduce((sum, { models }) => sum + models, 0);
  return {
    models: observations.length,
    maePoints: mean(errors),
    maePrunedPoints: pruned.length > 0 ? mean(pruned) : null,
    maeUnseenDataPoints: new Set(observations.map(dataKey)).size > 1 ? mean(points(unseen)) : null,
    spearman: spearman(
      observations.map(({ accuracy }) => accuracy),
      held,
    ),
    spearmanWithinFamily: weight > 0 ? ranked.reduce((sum, one) => sum + one.models * one.spearman!, 0) / weight : null,
    coverage: nestedCoverage(observations, settings),
    families,
  };
}

function familyErrors(
  observations: readonly Observation[],
  held: readonly number[],
  errors: readonly number[],
  familyOf: KeyOf,
): readonly FamilyError[] {
  const groups = indicesBy(observations, familyOf);
  return [...groups].map(([family, indices]) => ({
    family,
    models: indices.length,
    maePoints: mean(indices.map((index) => errors[index]!)),
    spearman:
      indices.length < 4
        ? null
        : spearman(
            indices.map((index) => observations[index]!.accuracy),
            indices.map((index) => held[index]!),
          ),
  }));
}
