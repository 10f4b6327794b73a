import { createRandom } from "../../random/index.ts";
import type { Parameter } from "../space/index.ts";
import type { Point, Trial } from "../types.ts";
import { growForest, type ForestOptions, type Table } from "./forest.ts";
import { pedAnova } from "./ped-anova.ts";
import { sobolIndices } from "./sobol.ts";

export interface ParameterImportance {
  readonly path: string;
  /** Share of the variance that the parameter explains alone; of PED-ANOVA its share among all parameters. */
  readonly first: number;
  /** With its part in what parameters do together; null: the method does not tell. */
  readonly total: number | null;
  /** At each value of the parameter: mean of the metric, all else equally likely; of PED-ANOVA share of the front's designs. */
  readonly marginal: readonly number[];
}

/** What the parameters do for one metric, the strongest first. */
export interface ImportanceOf {
  /** Null: for being on the front. */
  readonly metric: string | null;
  /** Share of the variance that the fitted forest explains of designs that it has not seen; null: nothing is fitted. */
  readonly fit: number | null;
  readonly parameters: readonly ParameterImportance[];
}

export interface Importance {
  readonly method: "sobol" | "ped-anova";
  /** Designs that it is worked out from. */
  readonly designs: number;
  readonly of: readonly ImportanceOf[];
}

const OPTIONS: ForestOptions = { trees: 16, leastLeaf: 2, isRandom: true };
/** With fewer designs neither method says anything. */
const LEAST = 30;
const MOST = 2048;

/**
 * What each parameter explains of each metric over the space: first-order and total Sobol' indices of a random forest that is fitted to
 * the evaluated trials, feasible or not. A function of its arguments.
 *
 * @param metrics those of the objectives
 * @returns null where fewer than 30 trials are evaluated, or no parameter has two values
 */
export function importanceOfTrials(
  space: readonly Parameter[],
  trials: readonly Trial[],
  metrics: readonly string[],
  seed: number,
): Importance | null {
  const parameters = space.filter(({ values }) => values.length > 1);
  const known = trials.filter(({ outcome }) => outcome.kind === "evaluated");
  const step = Math.max(1, known.length / MOST);
  const used = Array.from({ length: Math.min(known.length, MOST) }, (_, i) => known[Math.floor(i * step)]!);
  if (used.length < LEAST || parameters.length === 0) return null;
  const placesOf = placer(parameters);
  const places = used.map(({ point }) => placesOf(point));
  const levels = parameters.map(({ values }, feature) =>
    Math.max(values.length, ...places.map((of) => of[feature]! + 1)),
  );
  const columns = levels.map((_, feature) => Uint16Array.from(places, (of) => of[feature]!));
  const of = metrics.flatMap((metric, at): readonly ImportanceOf[] => {
    const values = Float64Array.from(used, ({ outcome }) =>
      outcome.kind === "evaluated" ? (outcome.metrics[metric] ?? NaN) : NaN,
    );
    if (!values.every(Number.isFinite)) return [];
    const table: Table = { columns, levels, values };
    const forest = growForest(table, OPTIONS, createRandom(seed, at, 0));
    const indices = sobolIndices(forest, levels, createRandom(seed, at, 1));
    if (indices === null) return [];
    const found = parameters.map(({ path }, feature) => {
      const { first, total, marginal } = indices[feature]!;
      return { path, first: share(first), total: share(total), marginal: marginal.map(short) };
    });
    return [{ metric, fit: forest.fit === null ? null : share(forest.fit), parameters: sorted(found) }];
  });
  return of.length === 0 ? null : { method: "sobol", designs: used.length, of };
}

/**
 * What each parameter does for being on an exact front, of which nothing else is known than the front itself (PED-ANOVA).
 *
 * @param designCounts how many designs each of the front stands for; left out: one
 * @returns null where the front has fewer than 30 designs, or no parameter has two values
 */
export function importanceOfFront(
  space: readonly Parameter[],
  front: readonly Pick<Trial, "point">[],
  designCounts?: readonly number[],
): Importance | null {
  const parameters = space.filter(({ values }) => values.length > 1);
  if (front.length < LEAST || parameters.length === 0) return null;
  const placesOf = placer(parameters);
  const chosen = front.map(({ point }, i) => ({ places: placesOf(point), times: designCounts?.[i] ?? 1 }));
  const levels = parameters.map(({ values }, feature) =>
    chosen.reduce((most, { places }) => Math.max(most, places[feature]! + 1), values.length),
  );
  const shares = pedAnova(levels, chosen);
  if (shares === null) return null;
  const found = parameters.map(({ path }, feature) => {
    const { share: first, marginal } = shares[feature]!;
    return { path, first: share(first), total: null, marginal: marginal.map(short) };
  });
  return { method: "ped-anova", designs: front.length, of: [{ metric: null, fit: null, parameters: sorted(found) }] };
}

/** Digits beyond these say nothing. */
const share = (value: number): number => Number(value.toFixed(6));
const short = (value: number): number => Number(value.toPrecision(8));

function sorted(parameters: readonly ParameterImportance[]): readonly ParameterImportance[] {
  return [...parameters].sort((a, b) => (b.total ?? b.first) - (a.total ?? a.first));
}

/** Places of a point's values in their parameters; one behind the last where the point has none. */
function placer(parameters: readonly Parameter[]): (point: Point) => readonly number[] {
  const places = parameters.map(({ values }) => new Map(values.map((value, place) => [value, place])));
  return (point) => parameters.map(({ path, values }, i) => places[i]!.get(point[path]!) ?? values.length);
}
