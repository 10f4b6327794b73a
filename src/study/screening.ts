import { varianceOf, type Point, type Screen } from "../search/index.ts";
import type { ModelSpec } from "../spec/index.ts";
import type { CommandAccuracy } from "./command-accuracy.ts";

/** Accuracies of models at lower fidelities; refusals are none. */
export function screenOf(accuracy: CommandAccuracy, modelOf: (point: Point) => ModelSpec): Screen {
  return (points, fidelity) =>
    Promise.all(
      points.map(async (point) => {
        const answer = await accuracy.screened(modelOf(point), point, fidelity);
        return "refusal" in answer ? null : { value: answer.accuracy, variance: varianceOf(answer.low, answer.high) };
      }),
    );
}

/** What a person is told where a study has fidelities that its strategy does not use. */
export const unscreened = (strategy: string): string =>
  `Nothing is screened at lower fidelities: ${strategy} asks at the last one alone${strategy === "bayesian" ? " where it learns every objective" : ""}.`;
