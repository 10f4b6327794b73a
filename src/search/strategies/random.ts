import type { Strategy } from "../types.ts";
import { canonicalGenes, type Genes } from "../space/index.ts";
import type { StrategyOptions } from "./options.ts";
import { createSampler } from "./sampler.ts";

/** Every point equally likely, none twice, nor another one that is equal to it: the yardstick for the others, and exhaustive on small spaces. */
export function createRandomStrategy({ space, seed, initial = [], symmetry = [] }: StrategyOptions): Strategy {
  const sampler = createSampler(space, seed, canonicalGenes(space, symmetry));
  const queue = initial.map(space.encode).filter(sampler.mark);
  return {
    name: "random",
    suggest: (count) => {
      const suggested: Genes[] = queue.splice(0, count);
      while (suggested.length < count) {
        const genes = sampler.next();
        if (genes === null) break;
        suggested.push(genes);
      }
      return suggested.map(space.decode);
    },
    update: () => undefined,
  };
}
