import { createRandom, type Random } from "../../random/index.ts";
import { constrainedDominance, nonDominatedSort } from "../pareto/index.ts";
import type { Strategy } from "../types.ts";
import { referenceDirections } from "./directions.ts";
import { createEvolution, type Member, type Select } from "./evolution.ts";
import { normalise } from "./normalise.ts";
import { STREAM, type StrategyOptions } from "./options.ts";

/** Individuals where the study does not say: enough reference directions for three objectives. */
const POPULATION = 60;

/**
 * NSGA-III: as NSGA-II, but the last layer is filled by the least crowded reference directions. For three objectives
 * and more.
 *
 * @source Deb, Jain: An Evolutionary Many-Objective Optimization Algorithm Using Reference-Point-Based Nondominated
 *         Sorting Approach, parts I and II, IEEE TEC 18(4), 2014
 */
export function createNsga3(options: StrategyOptions): Strategy {
  const { populationSize = POPULATION } = options;
  const directions = referenceDirections(options.objectives.length, populationSize);
  const select: Select = (pool, size, generation) => {
    const random = createRandom(options.seed, STREAM.niche, generation);
    const survivors = selectByNiche(pool, size, directions, random);
    const compare = (a: number, b: number): number =>
      constrainedDominance(survivors[a]!.assessment, survivors[b]!.assessment);
    return { survivors, compare };
  };
  return createEvolution("nsga3", options, populationSize, select);
}

function selectByNiche(
  pool: readonly Member[],
  size: number,
  directions: readonly (readonly number[])[],
  random: Random,
): readonly Member[] {
  const kept: Member[] = [];
  for (const layer of nonDominatedSort(pool.map(({ assessment }) => assessment))) {
    const members = layer.map((i) => pool[i]!);
    const room = size - kept.length;
    if (members.length <= room) kept.push(...members);
    else if (members[0]!.assessment.kind === "feasible")
      return [...kept, ...fillByNiche(kept, members, room, directions, random)];
    else return [...kept, ...members.slice(0, room)];
  }
  return kept;
}

/** Takes `room` of the candidates, each time for a direction with the fewest members so far. */
function fillByNiche(
  kept: readonly Member[],
  candidates: readonly Member[],
  room: number,
  directions: readonly (readonly number[])[],
  random: Random,
): readonly Member[] {
  const places = associate([...kept, ...candidates], directions);
  const counts = new Array<number>(directions.length).fill(0);
  for (const { direction } of places.slice(0, kept.length)) counts[direction]! += 1;
  const waiting = directions.map((_, direction) =>
    candidates
      .map((member, i) => ({ member, place: places[kept.length + i]! }))
      .filter(({ place }) => place.direction === direction)
      .sort((a, b) => a.place.distance - b.place.distance || a.member.number - b.member.number),
  );
  const taken: Member[] = [];
  while (taken.length < room) {
    const open = waiting.map((_, i) => i).filter((i) => waiting[i]!.length > 0);
    const fewest = open.reduce((least, i) => Math.min(least, counts[i]!), Infinity);
    const direction = random.pick(open.filter((i) => counts[i] === fewest));
    const queue = waiting[direction]!;
    // An empty niche takes the nearest; one that is served takes any, to spread along the line.
    const at = fewest === 0 ? 0 : random.below(queue.length);
    taken.push(queue.splice(at, 1)[0]!.member);
    counts[direction]! += 1;
  }
  return taken;
}

/** The direction that each (feasible) member is nearest to, and the squared distance from its line. */
function associate(
  members: readonly Member[],
  directions: readonly (readonly number[])[],
): readonly { direction: number; distance: number }[] {
  const costs = normalise(members.map(({ assessment }) => (assessment as { costs: readonly number[] }).costs));
  const lengths = directions.map((d) => d.reduce((sum, x) => sum + x * x, 0));
  return costs.map((cost) => {
    const squared = cost.reduce((sum, x) => sum + x * x, 0);
    let best = { direction: 0, distance: Infinity };
    directions.forEach((d, direction) => {
      const along = d.reduce((sum, x, i) => sum + x * cost[i]!, 0);
      const distance = Math.max(0, squared - (along * along) / lengths[direction]!);
      if (distance < best.distance) best = { direction, distance };
    });
    return best;
  });
}
