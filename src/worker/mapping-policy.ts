import { keepsUp } from "../cost/index.ts";
import { evaluate, type Evaluation, type Infeasible } from "../evaluate/portable.ts";
import type { SpecSet } from "../spec/index.ts";
import type { DesignContext, DesignLimit } from "./design.ts";

/**
 * Evaluates a design as searches do: by the study's mapping objective, and where it then misses a latency limit, or does
 * not keep up with its rate, again by objective latency, if that makes it faster.
 */
export function evaluateUnderPolicy(
  specs: SpecSet,
  mapping: DesignContext["mapping"],
  limits: readonly DesignLimit[],
): Evaluation | Infeasible {
  const first = evaluate({ ...specs, mapper: mapping });
  if (first.kind === "infeasible" || mapping.objective === "latency" || !isSlow(first, limits)) return first;
  const second = evaluate({ ...specs, mapper: { ...mapping, objective: "latency" } });
  return second.kind === "evaluated" && second.latency_s < first.latency_s ? second : first;
}

/** As studies map designs, unless they say otherwise. */
export const AS_STUDIES = { objective: "carbon", effort: "fast" } as const;

/** Such a design as a study takes for feasible is mapped as the study maps it; others are mapped for carbon. */
export function evaluateAsStudies(specs: SpecSet, limits: readonly DesignLimit[] = []): Evaluation | Infeasible {
  const result = evaluateUnderPolicy(specs, AS_STUDIES, limits);
  const isOfStudy = result.kind === "infeasible" || keepsUp(result.latency_s, specs.deployment).infeasible === null;
  return isOfStudy ? result : evaluate({ ...specs, mapper: AS_STUDIES });
}

function isSlow({ latency_s, design }: Evaluation, limits: readonly DesignLimit[]): boolean {
  if (keepsUp(latency_s, design.deployment).infeasible !== null) return true;
  return limits.some(
    ({ metric, comparison, limit }) => metric === "latency_s" && comparison === "<=" && latency_s > limit,
  );
}
