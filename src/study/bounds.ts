import { dieArea, embodiedCarbon, embodiedInUse } from "../cost/index.ts";
import { boundOfMetric, totalOf, withoutMemory } from "../metrics/index.ts";
import type { Study } from "../spec/index.ts";

/** Paths that say which memory a chip has and what it costs, or for how long and for which share the device counts. */
const MOVES_MEMORY = ["hardware", "dram", "deployment", "technology"];

/**
 * A study whose objectives the memory of unknown carbon leaves comparable. What is unknown of the memory is the same kg in every design
 * where no parameter names the memory, the technology or the deployment, so that designs rank by the rest, which is a lower bound:
 * objectives over total and embodied carbon then aim at that bound, by a key of its own. Anything else stays, and is refused when the
 * study is run: a limit on carbon, and products with time, in which the memory's carbon counts for more in a slower design.
 */
export function withBounds(study: Study): Study {
  if (memoryParameter(study) !== null || !isMemoryUnknown(study)) return study;
  const keyOf = (metric: string): string => boundOfMetric(metric)?.key ?? metric;
  const objectives = study.objectives.map((each) => ({ ...each, metric: keyOf(each.metric) }));
  const { reference } = study.search;
  const moved = reference && Object.fromEntries(Object.entries(reference).map(([key, value]) => [keyOf(key), value]));
  return { ...study, objectives, search: { ...study.search, reference: moved } };
}

/** The first parameter of a space that may change what the memory costs; null: the memory is the same in every design. */
export function memoryParameter({ space }: Study): string | null {
  return space.find(({ path }) => MOVES_MEMORY.includes(path.split(".")[0]!))?.path ?? null;
}

/** Whether of the starting chip's embodied carbon the memory alone is unknown. */
export function isMemoryUnknown({ specs: { hardware, technology, deployment } }: Study): boolean {
  const embodied = totalOf(
    embodiedInUse(embodiedCarbon(dieArea(hardware, technology), hardware, technology), deployment),
  );
  return typeof embodied !== "number" && typeof withoutMemory(embodied) === "number";
}
