import { sweepsOf } from "./conditions.ts";
import { headlineOf } from "./headline.ts";
import type { FrontRow, RunRecord } from "./types.ts";

/** Designs of a front that a page holds, at 0.32 kB each: as many as it may hold of the others. */
export const MOST_ON_PAGE = 2000;

/** Some points of many. */
export interface Spread {
  /** Their places, in order. */
  readonly places: readonly number[];
  /**
   * The least number such that each point has a chosen one of which it differs, in every coordinate, by at most this share of
   * the larger of the two. 0: nothing is left out, or only what is equal.
   */
  readonly share: number;
}

/**
 * Points spread over all of them: those that are given, the least and the greatest of each coordinate, and then again and again the
 * one that is farthest from all chosen ones. Ties go to the first. O(points · chosen). Of positive coordinates the share is at most
 * twice the least that any choice of as many points as these last ones has (farthest-first traversal: Gonzalez, Theoretical Computer
 * Science 38, 1985).
 *
 * @param points coordinates of each, finite
 * @param given places of what is chosen in any case
 * @param most points to choose, unless more are given
 */
export function spreadOf(points: readonly (readonly number[])[], given: readonly number[], most: number): Spread {
  if (points.length <= most) return { places: points.map((_, at) => at), share: 0 };
  const [count, size] = [points.length, points[0]!.length];
  const values = Float64Array.from(points.flat());
  const difference = (a: number, b: number): number => {
    let most = 0;
    for (let k = 0; k < size; k += 1) {
      const [x, y] = [values[a * size + k]!, values[b * size + k]!];
      if (x !== y) most = Math.max(most, Math.abs(x - y) / Math.max(Math.abs(x), Math.abs(y)));
    }
    return most;
  };
  const chosen: number[] = [];
  /** Of each point: how far the nearest chosen one is, and which of the chosen it is. */
  const distances = new Float64Array(count).fill(Infinity);
  const nearest = new Uint32Array(count);
  /** @returns the place of what is farthest from all that is chosen then */
  const choose = (place: number): number => {
    // A chosen one that is twice as far from the new one as from a point stays nearer to it: the difference is a metric (Hästö, Journal of
    // Mathematical Analysis and Applications 274, 2002). Without this 100,000 points take 2.6 times as long.
    const reach = Float64Array.from(chosen, (each) => difference(each, place) * (0.5 - 1e-9));
    let farthest = 0;
    for (let at = 0; at < count; at += 1) {
      if (!(reach[nearest[at]!]! > distances[at]!)) {
        const distance = difference(at, place);
        if (distance < distances[at]!) {
          distances[at] = distance;
          nearest[at] = chosen.length;
        }
      }
      if (distances[at]! > distances[farthest]!) farthest = at;
    }
    chosen.push(place);
    return farthest;
  };
  let farthest = 0;
  for (const place of new Set([...given, ...extremesOf(points)])) farthest = choose(place);
  while (chosen.length < most && distances[farthest]! > 0) farthest = choose(farthest);
  return { places: chosen.sort((a, b) => a - b), share: distances[farthest]! };
}

/** Places of the first that has the least, and of the first that has the most, of each coordinate. */
function extremesOf(points: readonly (readonly number[])[]): readonly number[] {
  return points[0]!.flatMap((_, k) => {
    return points.reduce(
      ([low, high], point, at) => [
        point[k]! < points[low!]![k]! ? at : low!,
        point[k]! > points[high!]![k]! ? at : high!,
      ],
      [0, 0],
    );
  });
}

/** What a page holds of a front. */
export interface PageFront {
  readonly front: readonly FrontRow[];
  /** As of {@link Spread}, in the objectives. */
  readonly share: number;
}

/**
 * The front of a run as its page holds it: all of a short one; of a long one what the page names (headline, steps, aims, the best under
 * other conditions), the best and worst of each objective, and designs that are spread over the rest by {@link spreadOf}.
 */
export function pageFront(record: RunRecord, most = MOST_ON_PAGE): PageFront {
  const { front, study } = record;
  if (front.length <= most) return { front, share: 0 };
  const headline = headlineOf(record);
  const named = new Set([
    ...[headline?.best, headline?.within].map((row) => row?.trial),
    ...sweepsOf(record).flatMap(({ optima }) => optima.map(({ trial }) => trial)),
    ...(record.steps?.steps ?? []).map(({ cheapest }) => cheapest),
    ...(record.aims ?? []).map(({ trial }) => trial),
  ]);
  const points = front.map(({ metrics }) => study.objectives.map(({ metric }) => metrics[metric] ?? 0));
  const given = front.flatMap(({ trial }, at) => (named.has(trial) ? [at] : []));
  const { places, share } = spreadOf(points, given, most);
  return { front: places.map((at) => front[at]!), share };
}
