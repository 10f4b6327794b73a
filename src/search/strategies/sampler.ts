import { createRandom } from "../../random/index.ts";
import { genesKey, type Genes, type Space } from "../space/index.ts";
import { STREAM } from "./options.ts";

/** Hands out points of a space in random order, none twice. */
export interface Sampler {
  /** A point that nobody has marked; null: there is none left. It is marked from now on. */
  next(): Genes | null;
  /** @returns false where the point was marked already */
  mark(genes: Genes): boolean;
}

/**
 * A Fisher–Yates shuffle of the point numbers that holds only the places it has touched: exact for spaces of any size,
 * memory in proportion to the points drawn.
 *
 * @param canonical of points that count as one, the one that is marked
 */
export function createSampler(
  space: Space,
  seed: number,
  canonical: (genes: Genes) => Genes = (genes) => genes,
): Sampler {
  const random = createRandom(seed, STREAM.sample);
  const moved = new Map<bigint, bigint>();
  const marked = new Set<string>();
  let left = space.size;

  const draw = (): bigint => {
    const place = random.belowBig(left);
    left -= 1n;
    const drawn = moved.get(place) ?? place;
    moved.set(place, moved.get(left) ?? left);
    moved.delete(left);
    return drawn;
  };
  const mark = (genes: Genes): boolean => {
    const key = genesKey(canonical(genes));
    const isNew = !marked.has(key);
    marked.add(key);
    return isNew;
  };
  const next = (): Genes | null => {
    while (left > 0n) {
      const genes = space.genesAt(draw());
      if (mark(genes)) return genes;
    }
    return null;
  };
  return { next, mark };
}
