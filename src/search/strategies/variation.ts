import type { Random } from "../../random/index.ts";
import type { Genes, Space } from "../space/index.ts";

/**
 * A child of two parents, gene by gene: one parent's value, or, for one ordered gene in four, any value between the
 * parents' or one place beyond. A gene that only one parent has comes from that parent. The child is legal.
 */
export function crossover(space: Space, a: Genes, b: Genes, random: Random): Genes {
  const child = a.map((geneA, at) => {
    const geneB = b[at]!;
    const blend = random.chance(1, 4);
    const second = random.chance(1, 2);
    if (geneA < 0 || geneB < 0) return Math.max(geneA, geneB);
    if (!blend || !space.ordered[at]) return second ? geneB : geneA;
    const low = Math.max(0, Math.min(geneA, geneB) - 1);
    const high = Math.min(space.parameters[at]!.values.length - 1, Math.max(geneA, geneB) + 1);
    return low + random.below(high - low + 1);
  });
  return space.repair(child);
}

/** Changes each gene with chance 1 / number of genes, ordered ones by a step, others to any other value. Legal. */
export function mutate(space: Space, genes: Genes, random: Random): Genes {
  const count = genes.length;
  const mutant = genes.map((gene, at) => {
    const size = space.parameters[at]!.values.length;
    if (!random.chance(1, count) || gene < 0 || size === 1) return gene;
    return space.ordered[at] ? step(gene, size, random) : other(gene, size, random);
  });
  return space.repair(mutant);
}

/** One place up or down, with chance one half up to two places, one quarter up to four, and so on. */
function step(gene: number, size: number, random: Random): number {
  let reach = 1;
  while (reach < size - 1 && random.chance(1, 2)) reach *= 2;
  const by = 1 + random.below(Math.min(reach, size - 1));
  const up = random.chance(1, 2) ? 1 : -1;
  const moved = gene + up * by;
  if (moved >= 0 && moved < size) return moved;
  const back = gene - up * by;
  if (back >= 0 && back < size) return back;
  return other(gene, size, random);
}

function other(gene: number, size: number, random: Random): number {
  const value = random.below(size - 1);
  return value < gene ? value : value + 1;
}
