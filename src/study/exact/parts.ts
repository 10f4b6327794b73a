import {
  createDecomposition,
  LayersNotApart,
  type DecompositionRequest,
  type StudyDecomposition,
} from "../../evaluate/index.ts";
import { InputError } from "../../errors/index.ts";
import { MOST_PAIRS } from "./split-layers.ts";

/**
 * The sums of a request.
 *
 * @throws InputError where layers cannot be taken apart, or there are too many models
 */
export function partsOf(request: DecompositionRequest): StudyDecomposition {
  try {
    const decomposition = createDecomposition(request);
    const [a, b] = decomposition.optionCounts;
    checkPairs(a * b);
    return decomposition;
  } catch (error) {
    if (!(error instanceof LayersNotApart)) throw error;
    throw new InputError(
      `Strategy exact takes layers apart, and of this study it cannot: ${error.message}. Use nsga2, or let layers go together, as in model.vision.ffn.1-6.`,
    );
  }
}

/** @throws InputError where there are too many models */
export function checkPairs(models: number): void {
  if (models <= MOST_PAIRS) return;
  throw new InputError(
    `Strategy exact takes at most ${MOST_PAIRS} models that differ in cost; the study has ${models}. Use nsga2, or make lists shorter.`,
  );
}
