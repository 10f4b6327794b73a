import { GRAMS_PER_KILOGRAM } from "../cost/index.ts";
import { combined, sumOf, totalOf, type Known } from "../metrics/index.ts";
import { gridLabel } from "../spec/regions.ts";
import { runFigures } from "./figures.ts";
import type { Evaluation } from "./types.ts";

const EXA = 1e18;
const OPERATIONS_PER_MAC = 2;

/**
 * The carbon of an evaluated design as those who report it ask for it: the same grams, seen otherwise.
 *
 *   SCI   (O + M) / R            O = operational, M = TE · TS · RS, R = inferences over the life       ISO/IEC 21031
 *   CCI   grams / exaFLOP        of the work that is done in the life, 2 operations a MAC
 *   GHG   scope 2 = electricity, scope 3 = purchased goods (category 1 and 2): what is embodied
 *
 * TS is 1, since the whole life is charged; RS is `deployment.share`.
 */
export interface Disclosure {
  readonly inferences: number;
  /** Of a decoder that generates; null: another model. */
  readonly tokens: number | null;
  readonly exaOperations: number;
  /** kgCO2e over the life. */
  readonly operational: Known;
  readonly embodied: Known;
  readonly sci_g: Known;
  readonly sciPerToken_g: Known | null;
  readonly cci_g: { readonly embodied: Known; readonly operational: Known };
  /** kWh over the life, site included; unknown on a grid without carbon. */
  readonly energy_kWh: Known;
  readonly pue: number;
  readonly share: number;
  /** What the grid's figure is. */
  readonly grid: string;
  readonly boundary: readonly string[];
}

export function disclosureOf(evaluation: Evaluation): Disclosure {
  const { design, macs } = evaluation;
  const { deployment, model } = design;
  const { inferences } = runFigures(evaluation);
  const [operational, embodied] = [totalOf(evaluation.operational), totalOf(evaluation.embodied)];
  const generated = model.family === "decoder" ? model.generatedTokens * deployment.batch : 0;
  const exaOperations = (OPERATIONS_PER_MAC * macs * inferences) / EXA;
  const grams = (name: string, of: Known, over: number): Known =>
    over === 0
      ? { total: null, reason: "no inference is made over the life" }
      : combined(name, [of], (kg) => (kg * GRAMS_PER_KILOGRAM) / over);
  const total = sumOf("carbon", { embodied, operational });
  return {
    ...{ inferences, tokens: generated === 0 ? null : generated * inferences, exaOperations, operational, embodied },
    sci_g: grams("SCI", total, inferences),
    sciPerToken_g: generated === 0 ? null : grams("SCI", total, inferences * generated),
    cci_g: {
      embodied: grams("CCI", embodied, exaOperations),
      operational: grams("CCI", operational, exaOperations),
    },
    energy_kWh: energyOf(evaluation),
    pue: deployment.pue ?? 1,
    share: deployment.share ?? 1,
    grid: gridLabel(deployment),
    boundary: boundaryOf(evaluation),
  };
}

/** kWh: each part of the carbon over the grid that it runs on. */
function energyOf({ operational, design: { deployment } }: Evaluation): Known {
  if (operational.total === null) return operational;
  const { gridIntensity, inferenceIntensity = gridIntensity, parts } = operational;
  const off =
    deployment.gridIntensityOff === undefined
      ? gridIntensity
      : gridIntensity * (deployment.gridIntensityOff / deployment.gridIntensity);
  if (!(gridIntensity > 0 && inferenceIntensity > 0 && off > 0))
    return { total: null, reason: "energy is told from its carbon, and the grid has none" };
  let machines = 0;
  for (const [part, kg] of Object.entries(parts)) {
    const intensity = part === "inference" ? inferenceIntensity : part === "offHours" ? off : gridIntensity;
    if (part !== "site") machines += (kg * GRAMS_PER_KILOGRAM) / intensity;
  }
  return machines * (deployment.pue ?? 1);
}

function boundaryOf({ design: { hardware, deployment } }: Evaluation): readonly string[] {
  const { silicon } = hardware;
  const inside = [
    "die",
    hardware.dram === null ? "no memory outside the chip" : "memory",
    "package",
    ...(silicon?.board === undefined ? [] : ["board, cooler and assembly"]),
    ...(deployment.host === undefined ? [] : ["share of the host"]),
  ];
  const outside = [
    ...(silicon?.board === undefined ? ["board, cooler, assembly"] : []),
    ...(deployment.host === undefined ? ["host, rack and network"] : ["network"]),
    "transport, end of life, building, training of the model",
  ];
  const site = deployment.pue === undefined ? "without the site (PUE 1)" : `with the site (PUE ${deployment.pue})`;
  return [
    `embodied, cradle to gate: ${inside.join(", ")}`,
    `use: electricity over the whole life, ${site}; no upstream of fuels, no losses of the grid beyond its figure`,
    `left out: ${outside.join(", ")}`,
  ];
}
