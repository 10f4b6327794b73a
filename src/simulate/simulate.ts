import { keepsUp, reticleLimit } from "../cost/index.ts";
import { evaluate, type Evaluation, type Infeasible } from "../evaluate/portable.ts";
import type { MappingObjective } from "../sim/portable.ts";
import type { SpecSet } from "../spec/portable.ts";
import { AS_STUDIES, evaluateAsStudies } from "../worker/mapping-policy.ts";
import { infeasibleJson, simulationJson } from "./simulation-json.ts";

/** One model on one machine. */
export interface Simulation {
  readonly result: Evaluation | Infeasible;
  /** What a design that runs breaks all the same: its rate, the reticle. */
  readonly violations: readonly Infeasible[];
}

/**
 * Runs one model on one machine, as `ecotile simulate` does. Pure and seedless.
 *
 * @param objective what mappings are chosen for; left out: carbon, and latency where only then it keeps up with its rate, as in studies
 * @throws CostError where technology or hardware name something that the tables do not have
 */
export function simulate(specs: SpecSet, objective?: MappingObjective): Simulation {
  const result =
    objective === undefined ? evaluateAsStudies(specs) : evaluate({ ...specs, mapper: { ...AS_STUDIES, objective } });
  if (result.kind === "infeasible") return { result, violations: [] };
  const { infeasible } = keepsUp(result.latency_s, specs.deployment);
  const tooLarge = result.area.total === null ? null : reticleLimit(result.area, specs.hardware);
  return { result, violations: [infeasible, tooLarge].filter((each) => each !== null) };
}

/** The document that `ecotile simulate --json` prints. */
export function simulatedJson(specs: SpecSet, { result, violations }: Simulation): Readonly<Record<string, unknown>> {
  return result.kind === "infeasible" ? infeasibleJson(specs, result) : simulationJson(result, violations);
}
