import { dieArea, embodiedCarbon, embodiedInUse, inferencesOverLife } from "../cost/index.ts";
import { totalOf, type ChipFigures, type RunFacts, type RunFigures } from "../metrics/index.ts";
import { peakOperationsOf } from "../spec/hardware.ts";
import type { SpecSet } from "../spec/settings.ts";
import { boardEnergyOf } from "./board.ts";
import { peakPowerOf } from "./power.ts";
import type { Priced } from "./price.ts";
import type { Evaluation } from "./types.ts";

type Chip = Pick<SpecSet, "hardware" | "technology" | "deployment">;

/** What metrics of a chip are made of; each is worked out when it is asked for. */
export function chipFigures({ hardware, technology, deployment }: Chip): ChipFigures {
  return {
    peakOperations: peakOperationsOf(hardware),
    get area() {
      return totalOf(dieArea(hardware, technology));
    },
    get embodied() {
      return totalOf(embodiedInUse(embodiedCarbon(dieArea(hardware, technology), hardware, technology), deployment));
    },
  };
}

/** What no price moves. */
export function runFacts(evaluation: Evaluation): RunFacts {
  const { latency_s, cycles, macs, utilisation, parameters, dramNeeded_B } = evaluation;
  const { deployment } = evaluation.design;
  const inferences = inferencesOverLife(deployment);
  const carbonPrice = deployment.carbonPrice?.perKilogram ?? null;
  const boardEnergy = boardEnergyOf(evaluation);
  return { latency_s, cycles, macs, utilisation, parameters, dramNeeded_B, inferences, carbonPrice, boardEnergy };
}

/** What metrics of a design are made of, as it was priced. */
export function pricedFigures(
  facts: RunFacts,
  { energy, area, embodied, operational }: Priced,
  { hardware }: Pick<Chip, "hardware">,
  peakPower: RunFigures["peakPower"],
): RunFigures {
  return {
    ...facts,
    peakOperations: peakOperationsOf(hardware),
    energy: totalOf(energy),
    area: totalOf(area),
    embodied: totalOf(embodied),
    operational: totalOf(operational),
    alwaysOn: operational.total === null ? operational : operational.alwaysOnTotal,
    peakPower,
  };
}

export function runFigures(evaluation: Evaluation): RunFigures {
  return pricedFigures(runFacts(evaluation), evaluation, evaluation.design, () => peakPowerOf(evaluation));
}
