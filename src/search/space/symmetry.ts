import type { Genes, Space } from "./space.ts";

/**
 * Groups of slots; a slot is some parameters by their paths, those of one layer for example. Designs that differ in the order of the slots of
 * a group alone cost the same and are equally good.
 */
export type Symmetry = readonly (readonly (readonly string[])[])[];

/** Of genes, those of the one design that stands for all that are equal to it: in each group slots rise. */
export function canonicalGenes(space: Space, symmetry: Symmetry): (genes: Genes) => Genes {
  const placeOf = new Map(space.parameters.map(({ path }, place) => [path, place]));
  const groups = symmetry.map((slots) => slots.map((paths) => paths.map((path) => placeOf.get(path)!)));
  return (genes) => {
    if (groups.length === 0) return genes;
    const canonical = genes.slice();
    for (const slots of groups) {
      const settings = slots.map((places) => places.map((place) => genes[place]!)).sort(compareSettings);
      for (const [s, places] of slots.entries())
        for (const [i, place] of places.entries()) canonical[place] = settings[s]![i]!;
    }
    return canonical;
  };
}

function compareSettings(x: readonly number[], y: readonly number[]): number {
  const i = x.findIndex((gene, at) => gene !== y[at]);
  return i < 0 ? 0 : x[i]! - y[i]!;
}
