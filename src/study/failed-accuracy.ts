import type { AccuracyFailures } from "../report/types.ts";
import type { Outcome, Point, Trial } from "../search/index.ts";
import type { Answer } from "./command-accuracy.ts";

const PREFIX = "accuracy: ";

/** What becomes of a design whose model has no accuracy. */
export function withoutAccuracy(reason: string): Outcome {
  return { kind: "infeasible", constraint: `${PREFIX}${reason}`, by: 0, unit: "" };
}

/** Why a design has no accuracy; null: it has one, or was never asked about. */
function reasonOf({ outcome }: Trial): string | null {
  if (outcome.kind !== "infeasible" || !outcome.constraint.startsWith(PREFIX)) return null;
  return outcome.constraint.slice(PREFIX.length);
}

/**
 * Trials whose model has no accuracy since the command failed. One that it refused has its answer, which is stored; a failure
 * is not.
 *
 * @param answerOf what is stored of the model of a point; undefined: nothing
 */
export function failedTrials(
  trials: readonly Trial[],
  answerOf: (point: Point) => Answer | undefined,
): readonly Trial[] {
  return trials.filter((trial) => {
    const reason = reasonOf(trial);
    if (reason === null) return false;
    const answer = answerOf(trial.point);
    return answer === undefined || !("refusal" in answer) || answer.refusal !== reason;
  });
}

/** What a record says of them; null: there are none. @param modelKeyOf equal for designs that differ in hardware alone */
export function failuresOf(failed: readonly Trial[], modelKeyOf: (point: Point) => string): AccuracyFailures | null {
  const [first] = failed;
  if (first === undefined) return null;
  return {
    designs: failed.length,
    models: new Set(failed.map(({ point }) => modelKeyOf(point))).size,
    reason: reasonOf(first)!,
  };
}
