import type { Study } from "../../spec/index.ts";
import { createDesignEvaluator, designContext } from "../../worker/index.ts";
import { hardwareLabel, towersLabel } from "../../study/labels.ts";
import type { WinningDesign, WorldsResult } from "../../study/index.ts";

/** A design that has the least carbon above a floor somewhere, and what it has. */
export interface FloorDesign {
  /** Place among the designs that win. */
  readonly design: number;
  /** Worlds of the grid in which it is the least. */
  readonly worlds: number;
  readonly hardware: string;
  readonly towers: string;
  /** kgCO2e of the device, J of an inference; null: not known. */
  readonly embodied: number | null;
  readonly energy: number | null;
}

/** What a command shows of the worlds of a run. */
export interface WorldsOutcome {
  readonly study: Study;
  readonly result: WorldsResult;
  /** Of each floor, those that are the least in most worlds first. */
  readonly floorDesigns: readonly (readonly FloorDesign[])[];
  /** The trial of the run that a design is; null: it is not on the run's front. */
  trialOf(design: WinningDesign): number | null;
}

export function worldsOutcome(
  study: Study,
  result: WorldsResult,
  trialOf: (design: WinningDesign) => number | null,
): WorldsOutcome {
  const evaluator = createDesignEvaluator(designContext(study));
  const shown = (design: number, worlds: number): FloorDesign => {
    const { point } = result.designs[design]!;
    const specs = evaluator.specsOf(point);
    const metrics = evaluator.detail(point)?.metrics ?? {};
    return {
      ...{ design, worlds, hardware: hardwareLabel(specs), towers: towersLabel(specs.model) },
      embodied: metrics["carbon_embodied_kgCO2e"] ?? null,
      energy: metrics["energy_total_J"] ?? null,
    };
  };
  const floorDesigns = result.floors.map(({ takeovers }, f) => {
    const counts = new Map<number, number>();
    for (const { stretches } of takeovers) for (const { design } of stretches) counts.set(design, 0);
    for (const { least } of result.worlds) {
      const design = least[f]?.design;
      if (design !== undefined) counts.set(design, (counts.get(design) ?? 0) + 1);
    }
    return [...counts].sort((x, y) => y[1] - x[1] || x[0] - y[0]).map(([design, worlds]) => shown(design, worlds));
  });
  return { study, result, floorDesigns, trialOf };
}
