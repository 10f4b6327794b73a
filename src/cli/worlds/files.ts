import { writeCsv } from "../../csv/index.ts";
import { escapeJson } from "../../errors/index.ts";
import type { World, WorldAxis } from "../../study/index.ts";
import type { WorldsOutcome } from "./outcome.ts";

/** Names of the axes in files, with their units. */
const KEYS: Readonly<Record<WorldAxis, string>> = {
  lifetime: "lifetime_s",
  gridIntensity: "gridIntensity_gCO2e_per_kWh",
  hoursPerDay: "hoursPerDay",
  rate: "rate_per_s",
};

export const LAW =
  "a design wins in a world where no other design within the limits of the study is at least as accurate and has less total carbon, nor as much and a higher accuracy; accuracy counts where the study aims at it, other objectives do not";

const keyed = <Value>(of: Readonly<Record<WorldAxis, Value>>): Readonly<Record<string, Value>> =>
  Object.fromEntries(Object.entries(KEYS).map(([axis, key]) => [key, of[axis as WorldAxis]]));

const worldJson = (world: World): Readonly<Record<string, number>> => keyed<number>(world);

/** Everything, as one document. */
export function worldsJson({ study, result, floorDesigns, trialOf }: WorldsOutcome): string {
  const { grid, own, designs, worlds, floors, designCount, chips } = result;
  const total = Number(designCount);
  const document = {
    ...{ format: 1, study: study.name, law: LAW, axes: keyed(grid), own: worldJson(own) },
    counts: {
      ...{ worlds: worlds.length, designs: total, designs_that_win: result.winnerCount },
      ...{ designs_that_win_everywhere: result.everywhereCount, designs_that_can_win_between: result.possibleCount },
      share_that_never_wins: (total - result.winnerCount) / total,
      ...{ chips: chips.all, chips_that_win: chips.winning },
    },
    floors: floors.map(({ of, accuracy, takeovers }, f) => ({
      ...{ of, accuracy },
      designs: floorDesigns[f]!.map(({ design, worlds: count, hardware, towers, embodied, energy }) => ({
        ...{ design, worlds: count, hardware, towers },
        ...{ carbon_embodied_kgCO2e: embodied, energy_total_J: energy },
      })),
      takeovers: takeovers.map(({ axis, stretches }) => ({ axis: KEYS[axis], stretches })),
    })),
    designs: designs.map((design) => ({
      ...{ trial: trialOf(design), worlds: design.worlds, accuracy: design.accuracy },
      ...{ designs: design.designs, point: design.point },
    })),
    worlds: worlds.map(({ world, winners, least }) => ({
      ...{ ...worldJson(world), winners },
      least: least.map((each) => each && { design: each.design, carbon_total_kgCO2e: each.total }),
    })),
  };
  return `${escapeJson(JSON.stringify(document, null, 2))}\n`;
}

/** A row for each design that wins in some world of the grid: `design,trial,worlds,designs,accuracy,<paths>`. */
export function worldsCsv({ study, result, trialOf }: WorldsOutcome): string {
  const paths = study.space.map(({ path }) => path);
  const rows = result.designs.flatMap((design, place) =>
    design.worlds === 0
      ? []
      : [
          [
            ...[place, trialOf(design), design.worlds, design.designs, design.accuracy],
            ...paths.map((path) => design.point[path]),
          ],
        ],
  );
  return writeCsv(["design", "trial", "worlds", "designs", "accuracy", ...paths], rows);
}
