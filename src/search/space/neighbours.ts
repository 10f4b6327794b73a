import { genesKey } from "./key.ts";
import type { Genes, Space } from "./space.ts";

/**
 * Legal points that differ from `genes` in one parameter: by at most `steps` places where values are ordered, to any
 * other value where they are not. Where the change makes other parameters exist, these take their first value.
 */
export function neighbours(space: Space, genes: Genes, steps = 1): readonly Genes[] {
  const seen = new Set([genesKey(genes)]);
  const found: Genes[] = [];
  for (let at = 0; at < genes.length; at += 1) {
    const here = genes[at]!;
    if (here < 0) continue;
    const reach = space.ordered[at] ? steps : Infinity;
    space.parameters[at]!.values.forEach((_, value) => {
      if (Math.abs(value - here) > reach) return;
      const changed = genes.slice();
      changed[at] = value;
      const key = genesKey(space.repair(changed));
      if (!seen.has(key)) found.push(changed);
      seen.add(key);
    });
  }
  return found;
}
