import type { Random } from "../../random/index.ts";
import type { Genes, Space } from "../space/index.ts";

/**
 * A child of two parents: what lies between two random places comes from the second, the rest from the first. Parameters
 * that stand side by side in a study belong together (one tower, one chip), and so they are mostly inherited together.
 * A gene that only one parent has comes from that parent. The child is legal.
 */
export function crossover(space: Space, a: Genes, b: Genes, random: Random): Genes {
  const [first, second] = [random.below(a.length + 1), random.below(a.length + 1)];
  const [from, to] = [Math.min(first, second), Math.max(first, second)];
  const child = a.map((geneA, at) => {
    const geneB = b[at]!;
    if (geneA < 0 || geneB < 0) return Math.max(geneA, geneB);
    return at >= from && at < to ? geneB : geneA;
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
