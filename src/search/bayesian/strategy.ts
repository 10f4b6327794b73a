import { createSampler } from "../strategies/sampler.ts";
import type { StrategyOptions } from "../strategies/options.ts";
import type { Measurement, Point, Screening, Strategy } from "../types.ts";
import { createBlackBox } from "./black-box.ts";
import { createKnownCosts } from "./known-costs.ts";
import { bestCandidate } from "./candidates.ts";
import { createRandom } from "../../random/index.ts";
import { canonicalGenes, createSpace, genesKey, type Genes, type Space } from "../space/index.ts";
import type { Trial } from "../types.ts";

/** What a kind of Bayesian search knows of the points that it chooses among. */
export interface Surrogate {
  /** Takes finished trials. */
  update(trials: readonly Trial[]): void;
  /** Takes what was measured of a point at a lower fidelity; only of surrogates that know fidelities. */
  screen?(genes: Genes, fidelity: number, measured: Measurement): void;
  /** A point that was suggested, and is not evaluated after all. */
  forget?(genes: Genes): void;
  /** Called before each choice: points that are suggested and not finished count at their expected values. */
  prepare(): void;
  /** Expected improvement by a point; 0: none. */
  score(genes: Genes): number;
  /** Points to look around. */
  good(): readonly Genes[];
  /** The whole point that is suggested for the genes; null: there is none that could be feasible. */
  point(genes: Genes): Point | null;
}

/** Random points before a model is trusted; the smallest and largest models first. */
const INITIAL = 12;
const STREAM = 3;
const ATTEMPTS = 50;
const GREY_EFFORT = { random: 300, near: 600, climb: 8 };
/** Candidates for one that goes on to the next fidelity. */
const SCREENED_FOR_ONE = 3;
/** A score takes a process for each objective and a hypervolume for each draw. */
const BLACK_EFFORT = { random: 40, near: 60, climb: 3 };

/**
 * Bayesian optimisation by expected hypervolume improvement, for evaluations that cost minutes. With a grey box only the
 * accuracy is learnt, by a Gaussian process over the model's parameters, and every model runs on its best hardware, whose
 * costs are known. Without one every objective is learnt over the whole space.
 *
 * With fidelities, candidates are screened at the lower ones first, and the best third goes on, by the improvement that is expected
 * of it at the full one.
 *
 * Batches are chosen one by one, each as if those before it had turned out as expected. Random numbers depend on seed and
 * trial number only.
 */
export function createBayesian(options: StrategyOptions): Strategy {
  const { seed, initial = [], greyBox, fidelities = [] } = options;
  const space = greyBox === undefined ? options.space : modelSpace(options.space, greyBox.paths);
  const surrogate = greyBox === undefined ? createBlackBox(options) : createKnownCosts(options, space, greyBox);
  const effort = greyBox === undefined ? BLACK_EFFORT : GREY_EFFORT;
  const canonical = canonicalGenes(space, options.symmetry ?? []);
  const keyOf = (genes: Genes): string => genesKey(canonical(genes));
  const sampler = createSampler(space, seed, canonical);
  const taken = new Set<string>();
  const queue = [
    ...startsOf(space, greyBox !== undefined),
    ...initial.map((point) => space.encode(partOf(space, point))),
  ];
  /** Points that are evaluated whatever screening says of them: the corners, and where the study starts. */
  const pinned = new Set(queue.map(keyOf));
  const screen = surrogate.screen?.bind(surrogate);
  let suggestedCount = 0;

  const chosen = (): Genes | null => {
    while (queue.length > 0) {
      const genes = queue.shift()!;
      if (!taken.has(keyOf(genes))) return genes;
    }
    if (suggestedCount < INITIAL) return nextRandom();
    surrogate.prepare();
    const random = createRandom(seed, STREAM, suggestedCount);
    const isTaken = (key: string): boolean => taken.has(key);
    return bestCandidate(space, random, effort, surrogate.good(), keyOf, isTaken, surrogate.score) ?? nextRandom();
  };
  const nextRandom = (): Genes | null => {
    for (let genes = sampler.next(); genes !== null; genes = sampler.next()) if (!taken.has(keyOf(genes))) return genes;
    return null;
  };
  const propose = (): Point | null => {
    for (let attempt = 0; ; attempt += 1) {
      const genes = attempt < ATTEMPTS ? chosen() : nextRandom();
      if (genes === null) return null;
      taken.add(keyOf(genes));
      const point = surrogate.point(genes);
      if (point !== null) return point;
    }
  };
  const genesOf = (point: Point): Genes => space.encode(partOf(space, point));
  const keep: Screening["keep"] = (points, measured, fidelity, count) => {
    const candidates = points.flatMap((point, i) => {
      const genes = genesOf(point);
      surrogate.forget?.(genes);
      const each = measured[i] ?? null;
      if (each !== null) screen!(genes, fidelity, each);
      return each === null ? [] : [{ genes, key: keyOf(genes) }];
    });
    const kept: Point[] = [];
    while (kept.length < count && candidates.length > 0) {
      surrogate.prepare();
      const first = candidates.findIndex(({ key }) => pinned.has(key));
      const at = first >= 0 ? first : indexOfMost(candidates.map(({ genes }) => surrogate.score(genes)));
      const [{ genes }] = candidates.splice(at, 1) as [(typeof candidates)[number]];
      const point = surrogate.point(genes);
      if (point !== null) kept.push(point);
    }
    // What is left out may come again, when more is known: its screening is known then.
    for (const { key } of candidates) taken.delete(key);
    return kept;
  };
  return {
    name: "bayesian",
    isSlow: true,
    suggest: (count) => {
      const points: Point[] = [];
      while (points.length < count) {
        const point = propose();
        if (point === null) break;
        points.push(point);
        suggestedCount += 1;
      }
      return points;
    },
    update: (trials) => {
      for (const { point } of trials) taken.add(keyOf(space.encode(partOf(space, point))));
      surrogate.update(trials);
    },
    ...(screen === undefined || fidelities.length === 0
      ? {}
      : { screening: { fidelities, factor: SCREENED_FOR_ONE, keep } }),
  };
}

function indexOfMost(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}

function modelSpace({ parameters }: Space, paths: readonly string[]): Space {
  return createSpace(parameters.filter(({ path }) => paths.includes(path)));
}

/** The corners at which every ordered value is least, and most. */
function startsOf(space: Space, isWanted: boolean): readonly Genes[] {
  if (!isWanted) return [];
  const corner = (place: (count: number) => number): Genes =>
    space.repair(Int32Array.from(space.parameters, ({ values }) => place(values.length)));
  return [corner((count) => count - 1), corner(() => 0)];
}

/** The entries of a point that belong to a space. */
export function partOf({ parameters }: Space, point: Point): Point {
  return Object.fromEntries(
    parameters.flatMap(({ path }) => (Object.hasOwn(point, path) ? [[path, point[path]!]] : [])),
  );
}
