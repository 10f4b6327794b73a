import type { Random } from "../../random/index.ts";
import { neighbours, type Genes, type Space } from "../space/index.ts";

/** How many points are looked at: random ones, neighbours of good ones, and steps of the climb. */
export interface Effort {
  readonly random: number;
  readonly near: number;
  readonly climb: number;
}

/**
 * The point of the highest score among random ones and the neighbours of good ones, climbed from there step by step.
 *
 * @param keyOf   equal for points that count as one
 * @param isTaken whether the point of a key was suggested before
 * @returns null where no new point was met
 */
export function bestCandidate(
  space: Space,
  random: Random,
  effort: Effort,
  good: readonly Genes[],
  keyOf: (genes: Genes) => string,
  isTaken: (key: string) => boolean,
  score: (genes: Genes) => number,
): Genes | null {
  const scores = new Map<string, number>();
  let best: { readonly genes: Genes; readonly score: number } | null = null;
  const look = (genes: Genes): void => {
    const key = keyOf(genes);
    if (scores.has(key) || isTaken(key)) return;
    // Nine digits: what differs beyond them is rounding, and the first of equals stays.
    const value = Number(score(genes).toPrecision(9));
    scores.set(key, value);
    if (best === null || value > best.score) best = { genes, score: value };
  };
  for (let i = 0; i < effort.random; i += 1) look(space.genesAt(random.belowBig(space.size)));
  for (const genes of random.shuffle(good.flatMap((each) => neighbours(space, each))).slice(0, effort.near))
    look(genes);
  for (let step = 0; step < effort.climb; step += 1) {
    const from: { readonly genes: Genes } | null = best;
    if (from === null) return null;
    for (const genes of neighbours(space, (from as { readonly genes: Genes }).genes)) look(genes);
    if (best === from) break;
  }
  return best === null ? null : (best as { readonly genes: Genes }).genes;
}
