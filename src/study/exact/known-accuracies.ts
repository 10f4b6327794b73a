import { modelKey } from "../../accuracy/index.ts";
import { FACTOR_NAMES } from "../../cost/index.ts";
import { SpecError } from "../../errors/index.ts";
import type { DecompositionRequest } from "../../evaluate/index.ts";
import type { Point } from "../../search/index.ts";
import { applySettings, settingsOfPoint, type ModelSpec, type Study } from "../../spec/index.ts";
import { InputError } from "../../errors/index.ts";
import type { CommandAccuracy } from "../command-accuracy.ts";

/**
 * Asks the command for the accuracy of every model of a study, at most as many as the study allows trials: an exact front
 * needs them all.
 *
 * @throws InputError where there are more, or where one has no accuracy; CommandFailure; the reason of the run's signal
 */
export async function withKnownAccuracies(
  study: Study,
  request: DecompositionRequest,
  accuracy: CommandAccuracy,
): Promise<DecompositionRequest> {
  const { objectives, constraints, search } = study;
  if (![...objectives, ...constraints].some(({ metric }) => metric === "accuracy")) return request;
  const models = modelsOf(request);
  if (models.size > search.trials)
    throw new InputError(
      `Strategy exact needs the accuracy of all ${models.size} models from the command; search.trials allows ${search.trials}. Raise it, or use bayesian.`,
    );
  const accuracies = new Map<string, number>();
  const ask = async ([key, { model, point }]: readonly [string, PlacedModel]): Promise<void> => {
    const answer = await accuracy.of(model, point);
    if ("refusal" in answer)
      throw new InputError(
        `Strategy exact needs the accuracy of every model, and one has none: ${answer.refusal}. Use bayesian or nsga2.`,
      );
    accuracies.set(key, answer.accuracy);
  };
  await Promise.all([...models].map(ask));
  return { ...request, accuracies };
}

interface PlacedModel {
  readonly model: ModelSpec;
  readonly point: Point;
}

/** Every model of the space by its key; options whose settings do not fit together are no models. */
function modelsOf({ base, towers }: DecompositionRequest): ReadonlyMap<string, PlacedModel> {
  const models = new Map<string, PlacedModel>();
  for (const first of towers[0])
    for (const second of towers[1]) {
      try {
        const point = { ...first, ...second };
        const { model } = applySettings(base, settingsOfPoint(point), FACTOR_NAMES);
        models.set(modelKey(model), { model, point });
      } catch (error) {
        if (!(error instanceof SpecError)) throw error;
      }
    }
  return models;
}
