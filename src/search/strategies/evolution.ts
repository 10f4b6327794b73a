import { createRandom, type Random } from "../../random/index.ts";
import { assess, type Assessment } from "../pareto/index.ts";
import { canonicalGenes, neighbours, type Genes } from "../space/index.ts";
import type { Point, Strategy } from "../types.ts";
import { STREAM, type StrategyOptions } from "./options.ts";
import { createSampler } from "./sampler.ts";
import { crossover, mutate } from "./variation.ts";

/** An evaluated design as selection sees it. */
export interface Member {
  readonly number: number;
  readonly genes: Genes;
  readonly assessment: Assessment;
}

/** The members that stay, and which of two makes the better parent (0: either). */
export interface Selection {
  readonly survivors: readonly Member[];
  /** Positions among the survivors. @returns negative: `a` is better */
  compare(a: number, b: number): number;
}

/** @param generation counts updates, for selections that need random numbers of their own */
export type Select = (pool: readonly Member[], size: number, generation: number) => Selection;

const ATTEMPTS = 20;

/**
 * The loop that genetic strategies share: the initial points, the corners with all first and all last values, and random
 * points until the population is full; then children of tournament winners, none twice, nor another one that is equal to it. Random numbers depend on (seed, trial number) only, so suggesting five points at once or one
 * by one is the same, and every update selects from old population and new trials together.
 */
export function createEvolution(
  name: string,
  options: StrategyOptions,
  populationSize: number,
  select: Select,
): Strategy {
  const { space, seed, objectives, constraints, initial = [] } = options;
  const sampler = createSampler(space, seed, canonicalGenes(space, options.symmetry ?? []));
  const corners = [space.genesAt(0n), space.genesAt(space.size - 1n)];
  const queue = [...initial.map(space.encode), ...corners].filter(sampler.mark);
  /** Points that are suggested and have no outcome yet. */
  const waiting = new Map<Point, Genes>();
  let suggestedCount = 0;
  let generation = 0;
  let selection: Selection = { survivors: [], compare: () => 0 };

  const parent = (random: Random): Genes => {
    const a = random.below(selection.survivors.length);
    const b = random.below(selection.survivors.length);
    return selection.survivors[selection.compare(a, b) <= 0 ? a : b]!.genes;
  };
  const child = (random: Random): Genes | null => {
    let genes = parent(random);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const [a, b] = [parent(random), parent(random)];
      genes = mutate(space, random.chance(9, 10) ? crossover(space, a, b, random) : a, random);
      if (sampler.mark(genes)) return genes;
    }
    return random.shuffle(neighbours(space, genes)).find(sampler.mark) ?? sampler.next();
  };
  const propose = (number: number): Genes | null => {
    if (queue.length > 0) return queue.shift()!;
    if (number < populationSize || selection.survivors.length < 2) return sampler.next();
    return child(createRandom(seed, STREAM.trial, number));
  };

  /** The genes of a point that was suggested, or of one that somebody else has tried: that one is marked. */
  const genesOf = (point: Point): Genes => {
    const suggested = waiting.get(point);
    waiting.delete(point);
    if (suggested !== undefined) return suggested;
    const genes = space.encode(point);
    sampler.mark(genes);
    return genes;
  };

  return {
    name,
    suggest: (count) => {
      const suggested: Point[] = [];
      while (suggested.length < count) {
        const genes = propose(suggestedCount);
        if (genes === null) break;
        const point = space.decode(genes);
        waiting.set(point, genes);
        suggested.push(point);
        suggestedCount += 1;
      }
      return suggested;
    },
    update: (trials) => {
      const added = trials.map(({ number, point, outcome }) => {
        const genes = genesOf(point);
        return { number, genes, assessment: assess(outcome, objectives, constraints) };
      });
      selection = select([...selection.survivors, ...added], populationSize, generation);
      generation += 1;
    },
  };
}
