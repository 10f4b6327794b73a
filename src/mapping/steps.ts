import type { Mapping, Tile } from "./mapping.ts";

/** Where an inner step stands: indices of the loops over batch steps, outer tiles, and inner tiles of the outer one. */
export interface StepPlace {
  readonly batch: number;
  readonly outer: Tile;
  readonly inner: Tile;
}

type Order = Mapping["dramOrder"];

/** The n-th place of three nested loops, the first one outermost. */
function placeIn(order: Order, turns: Tile, n: number): Tile {
  const at = { m: 0, n: 0, k: 0 };
  let left = n;
  for (const dimension of [...order].reverse()) {
    at[dimension] = left % turns[dimension];
    left = Math.floor(left / turns[dimension]);
  }
  return at;
}

const DIMENSIONS = ["m", "n", "k"] as const;
const parts = (extent: number, size: number): number => Math.ceil(extent / size);
const count = ({ m, n, k }: Tile): number => m * n * k;
const tileOf = (of: (d: keyof Tile) => number): Tile => ({ m: of("m"), n: of("n"), k: of("k") });

/**
 * Places of the inner steps of a mapping, asked for in no particular order but soonest in theirs.
 *
 * @param problem  the product that it is a mapping of
 */
export function stepPlaces(
  mapping: Mapping,
  problem: Tile & { readonly batch: number; readonly sharedB: boolean },
): (step: number) => StepPlace {
  const { batch, sharedB, n, k } = problem;
  const whole = { m: sharedB ? batch * problem.m : problem.m, n, k };
  const isDirect = mapping.arrayTile !== null;
  const outer = mapping.globalTile ?? (isDirect ? mapping.localTile : null) ?? whole;
  const inner = mapping.arrayTile ?? mapping.localTile ?? whole;
  const { coreSplit } = mapping;
  const outerTurns = tileOf((d) => parts(whole[d], outer[d]));
  /** Inner tiles of an outer one, which may be the last and shorter along each dimension. */
  const innerTurns = (at: Tile): Tile =>
    tileOf((d) => {
      const extent = Math.min(outer[d], whole[d] - at[d] * outer[d]);
      return parts(parts(extent, coreSplit[d]), inner[d]);
    });
  // Steps of a batch step: equal in all of them. Along each dimension only the last outer tile differs.
  const outers = count(outerTurns);
  const full = innerTurns({ m: 0, n: 0, k: 0 });
  const isEven = DIMENSIONS.every((d) => innerTurns({ m: 0, n: 0, k: 0, [d]: outerTurns[d] - 1 })[d] === full[d]);
  const starts: number[] = [];
  let total = 0;
  if (!isEven) {
    for (let i = 0; i < outers; i += 1) {
      starts.push(total);
      total += count(innerTurns(placeIn(mapping.dramOrder, outerTurns, i)));
    }
  } else total = outers * count(full);
  return (step) => {
    const within = step % total;
    const tile = isEven ? Math.floor(within / count(full)) : lastStart(starts, within);
    const first = isEven ? tile * count(full) : starts[tile]!;
    const at = placeIn(mapping.dramOrder, outerTurns, tile);
    return {
      batch: Math.floor(step / total),
      outer: at,
      inner: placeIn(mapping.globalOrder, innerTurns(at), within - first),
    };
  };
}

/** Index of the last start that is not behind `step`. */
function lastStart(starts: readonly number[], step: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= step) low = middle;
    else high = middle - 1;
  }
  return low;
}
