import type { ModelSpec } from "./model.ts";

/**
 * The metric by which a study judges models of each family where it asks for accuracy and names none. The accuracy room has
 * a fit for each (checked: test/unit/accuracy/predictor.test.ts); null: no published results are fitted.
 */
export const FAMILY_METRIC: Readonly<Record<ModelSpec["family"], string | null>> = {
  clip: "clip-benchmark-mean",
  vit: "imagenet-1k",
  bert: "glue",
  decoder: "lm-zero-shot-mean",
  "encoder-decoder": null,
  towers: null,
  operators: null,
};
