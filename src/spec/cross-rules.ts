import type { Deployment } from "./deployment.ts";
import type { Hardware } from "./hardware.ts";

/** Fields that do not go together. The message is a predicate that continues the path of the field. */
export interface CrossProblem {
  readonly field: string;
  readonly message: string;
}

/**
 * Partial sums that are narrower than what they are made of, or than what is read out of them, lose digits that nothing here
 * models. Equal widths are legal.
 *
 * @returns null where accumulators are at least as wide as inputs, weights and outputs
 */
export function precisionProblem(precision: Omit<Hardware["precision"], "format">): CrossProblem | null {
  const widest = (["input", "weight", "output"] as const).reduce((most, each) =>
    precision[each] > precision[most] ? each : most,
  );
  if (precision.accumulator >= precision[widest]) return null;
  const message = `is ${precision.accumulator} bits, narrower than precision.${widest} with ${precision[widest]}: sums need at least the width of inputs, weights and outputs`;
  return { field: "accumulator", message };
}

/** Inferences that are given need hours in which they run. */
export function usageProblem({
  inferences,
  hoursPerDay,
}: Pick<Deployment, "inferences" | "hoursPerDay">): CrossProblem | null {
  if (inferences === null || inferences === 0 || hoursPerDay > 0) return null;
  return { field: "hoursPerDay", message: `is 0, but deployment.inferences asks for ${inferences}` };
}
