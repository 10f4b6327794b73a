import { isDeepStrictEqual } from "node:util";
import type { PublishedDesign } from "../report/types.ts";
import { listPresets, loadModel, type ModelSpec, type Study } from "../spec/index.ts";
import { createDesignEvaluator, designContext, reasonOfRefusal } from "../worker/index.ts";
import { hardwareLabel, towersLabel } from "./labels.ts";

/**
 * Published models that do the work of the study's own, on its own chip as it starts: what a front is to be seen beside. Where accuracy
 * is asked for, those that the predictor can tell it of.
 *
 * @returns empty where accuracy comes from a command, which is asked for the study's designs alone
 */
export function publishedDesigns(study: Study): readonly PublishedDesign[] {
  if (study.accuracy?.evaluator === "command") return [];
  const { specs } = study;
  return listPresets("models").flatMap((name) => {
    const model = loadModel(name);
    if (!doesTheSame(model, specs.model) || isDeepStrictEqual(model, specs.model)) return [];
    const base = { ...specs, model };
    const detail = evaluated({ ...study, specs: base });
    if (detail === null || detail.unusable !== null) return [];
    const known = Object.entries(detail.metrics).filter((entry): entry is [string, number] => entry[1] !== null);
    return [{ name, hardware: hardwareLabel(base), towers: towersLabel(model), metrics: Object.fromEntries(known) }];
  });
}

function evaluated(study: Study) {
  try {
    return createDesignEvaluator(designContext(study)).detail({});
  } catch (cause) {
    // A model that the predictor knows nothing of, or that the chip has no table for, is not shown; anything else is thrown.
    reasonOfRefusal(cause);
    return null;
  }
}

/** What an inference is of, whatever computes it. */
function workOf(model: ModelSpec): object {
  const { family, contextTokens, generatedTokens, text, vision } = model as ModelSpec &
    Partial<Record<"contextTokens" | "generatedTokens", number>> & {
      readonly text?: { readonly tokens: number };
      readonly vision?: { readonly imageSize: number };
    };
  return { family, contextTokens, generatedTokens, tokens: text?.tokens, imageSize: vision?.imageSize };
}

const doesTheSame = (a: ModelSpec, b: ModelSpec): boolean =>
  b.family !== "towers" && b.family !== "operators" && isDeepStrictEqual(workOf(a), workOf(b));
