import type { Strategy } from "../types.ts";
import type { Genes } from "../space/index.ts";
import type { StrategyOptions } from "./options.ts";
import { createSampler } from "./sampler.ts";

/** Every point equally likely, none twice: the yardstick for the others, and exhaustive on small spaces. */
export function createRandomStrategy({ space, seed, initial = [] }: StrategyOptions): Strategy {
  const sampler = createSampler(space, seed);
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
