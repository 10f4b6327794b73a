import { attainmentSurface, valuesOf, type Costs, type Objective } from "../../search/index.ts";
import type { ComparedRun, RunGroup } from "../../report/comparison/types.ts";
import type { FinishedRun } from "./read-run.ts";

/** Runs of one study, strategy and length that differ in their seeds; only where there are two or more of a kind. */
export function groupsOf(
  runs: readonly FinishedRun[],
  fronts: readonly (readonly Costs[])[],
  compared: readonly ComparedRun[],
  objectives: readonly Objective[],
): readonly RunGroup[] {
  const kinds = new Map<string, number[]>();
  runs.forEach(({ record: { study, trialCount } }, i) => {
    const kind = JSON.stringify([{ ...study, seed: 0 }, trialCount]);
    kinds.set(kind, [...(kinds.get(kind) ?? []), i]);
  });
  return [...kinds.values()]
    .filter((places) => places.length > 1)
    .map((places): RunGroup => {
      const { study, strategy, trialCount } = compared[places[0]!]!;
      const volumes = places.map((i) => compared[i]!.hypervolume).sort((a, b) => a - b);
      return {
        label: `${study}, ${strategy}, ${trialCount} trials, ${places.length} seeds`,
        runs: places,
        hypervolume: { least: volumes[0]!, median: volumes[volumes.length >> 1]!, most: volumes.at(-1)! },
        attainment:
          objectives.length === 2
            ? attained(
                places.map((i) => fronts[i]!),
                objectives,
              )
            : [],
      };
    });
}

function attained(fronts: readonly (readonly Costs[])[], objectives: readonly Objective[]): RunGroup["attainment"] {
  const shares = [...new Set([1 / fronts.length, 0.5, 1])];
  return shares.map((share) => ({
    share,
    corners: attainmentSurface(fronts, share).map((costs) => valuesOf(costs, objectives)),
  }));
}
